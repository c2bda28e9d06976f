package jit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/courant-pde/courant/backends/abi"
)

// roleVariable makes the test binary act as one of the programs below, so
// that tests can start processes that use this package.
const roleVariable = "JIT_TEST_ROLE"

func TestMain(m *testing.M) {
	role := os.Getenv(roleVariable)
	if role == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if role != "build" {
		parent := context.Background()
		if role == "cancelled" {
			short, cancel := context.WithTimeout(parent, 300*time.Millisecond)
			defer cancel()
			parent = short
		}
		code, done, err := Isolate(parent)
		if done {
			var crash *CrashError
			if errors.As(err, &crash) {
				fmt.Fprintf(os.Stderr, "PARENT: %v\n", err)
			} else if err != nil {
				fmt.Fprintf(os.Stderr, "PARENT FAILED: %v\n", err)
			}
			os.Exit(code)
		}
	}
	os.Exit(act(ctx, role))
}

func act(ctx context.Context, role string) int {
	switch role {
	case "build":
		library, err := Build(ctx, twice, DefaultFlags())
		if err == nil {
			err = checkTwice(library)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		fmt.Println(library.Path)
		fmt.Fprintf(os.Stderr, "policy in the end: %s;\n", os.Getenv("OMP_WAIT_POLICY"))
		return 0
	case "exit7":
		fmt.Println("child", os.Getenv(childVariable) == "")
		return 7
	case "kill":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	case "wait", "cancelled":
		fmt.Println("ready")
		select {
		case <-ctx.Done():
			fmt.Println("stopped cleanly")
			return 3
		case <-time.After(20 * time.Second):
			return 4
		}
	case "gopanic":
		panic("a fault of ours")
	}
	// The rest are entry points of the kernel below.
	library, err := Build(ctx, faulty, Flags{OpenMP: true})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if role == "nilpointer" {
		if _, err := library.Call("fine", &abi.Args{}); err != nil {
			return 1
		}
		defer func() {
			fmt.Println("recovered:", recover())
			os.Exit(5)
		}()
		var library *Library
		fmt.Println(library.Name)
	}
	code, err := library.Call(role, &abi.Args{Version: abi.Version})
	fmt.Println("returned", code, err)
	return 0
}

// twice has the shape of a generated kernel: it doubles an array in place.
var twice = Source{Name: "twice", C: `
#include "courant_abi.h"
int courant_abi(void) { return COURANT_ABI_VERSION; }
int courant_run(const struct courant_args *a) {
  if (a->version != COURANT_ABI_VERSION) return COURANT_BAD_ABI;
  float *u = a->array[0].data;
  #pragma omp parallel for num_threads(a->threads)
  for (int64_t i = 0; i < a->size[0]; i++) u[i] *= (float)a->scalar[0];
  return 0;
}
`}

// faulty has one entry point for each way to crash.
var faulty = Source{Name: "faulty", C: `
#include "courant_abi.h"
#include <signal.h>
int courant_abi(void) { return COURANT_ABI_VERSION; }
int segv(void *a) { *(volatile int *)16 = 1; return 0; }
int segv_in_team(void *a) {
  int n = 0;
  #pragma omp parallel for num_threads(2) schedule(static, 1)
  for (int i = 0; i < 2; i++) if (i == 1) *(volatile int *)16 = 1;
  return n;
}
int illegal(void *a) { __builtin_trap(); return 0; }
int divide(void *a) { volatile int zero = 0, one = 1; return one / zero; }
int fine(void *a) { return 5; }
`}

func needCompiler(t testing.TB) *Builder {
	t.Helper()
	b, err := NewBuilder()
	if missing := new(NoCompilerError); errors.As(err, &missing) {
		t.Skip("SKIPPED, nothing was compiled: ", strings.SplitN(err.Error(), "\n", 2)[0])
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// freshCache gives a cache of this test's own, also to processes it starts.
func freshCache(t testing.TB) *Builder {
	t.Helper()
	t.Setenv("COURANT_CACHE", filepath.Join(t.TempDir(), "cache"))
	t.Setenv("COURANT_CACHE_SIZE", "")
	return needCompiler(t)
}

// variant is the kernel twice with another key.
func variant(n int) Source {
	s := twice
	s.C += fmt.Sprintf("/* variant %d of process %d at %d */\n", n, os.Getpid(), time.Now().UnixNano())
	return s
}

func checkTwice(l *Library) error {
	u := make([]float32, 1000)
	for i := range u {
		u[i] = float32(i)
	}
	code, err := l.Call("courant_run", doubling(u))
	if err != nil || code != 0 {
		return fmt.Errorf("courant_run gave %d, %v", code, err)
	}
	for i := range u {
		if u[i] != float32(2*i) {
			return fmt.Errorf("element %d is %g, want %d", i, u[i], 2*i)
		}
	}
	return nil
}

func roleCommand(role string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleVariable+"="+role)
	return cmd
}
