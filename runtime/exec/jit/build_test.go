package jit

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/courant-pde/courant/backends/abi"
)

func doubling(u []float32) *abi.Args {
	return &abi.Args{
		Version: abi.Version,
		Threads: 2,
		Size:    &[]int64{int64(len(u))}[0],
		Scalar:  &[]float64{2}[0],
		Array:   &[]abi.Array{{Data: unsafe.Pointer(&u[0])}}[0],
	}
}

func TestBuildAndCall(t *testing.T) {
	b := freshCache(t)
	library, err := b.Build(t.Context(), variant(0), DefaultFlags())
	if err != nil {
		t.Fatal(err)
	}
	if library.Compiled == 0 {
		t.Error("a new source was not compiled")
	}
	t.Logf("compiled by %v in %v", b.Toolchain, library.Compiled)
	if err := checkTwice(library); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(library.Source); err != nil || !strings.Contains(string(text), "courant_run") {
		t.Errorf("the source is not beside the library: %v", err)
	}
	if code, err := library.Call("courant_run", &abi.Args{Version: 99}); code != 1 || err != nil {
		t.Errorf("a wrong version gave %d, %v; want COURANT_BAD_ABI", code, err)
	}
	if _, err := library.Call("nothing", &abi.Args{}); err == nil || !strings.Contains(err.Error(), "no function nothing") {
		t.Errorf("a missing entry point gave %v", err)
	}
	if _, err := library.Call("courant_run", nil); err == nil {
		t.Error("a call without arguments succeeded")
	}
	if err := library.Close(); err != nil {
		t.Error(err)
	}
	if _, err := library.Call("courant_run", doubling(make([]float32, 1))); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("a call after Close gave %v", err)
	}
}

func TestConcurrentCalls(t *testing.T) {
	b := freshCache(t)
	source := variant(0)
	var wait sync.WaitGroup
	for range 16 {
		wait.Go(func() {
			library, err := b.Build(t.Context(), source, DefaultFlags())
			for range 20 {
				if err == nil {
					err = checkTwice(library)
				}
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}

func TestFlagsAndNamesChangeTheKey(t *testing.T) {
	b := &Builder{Toolchain: &Toolchain{Path: "/cc", OpenMP: true}}
	source := Source{Name: "k", C: "int x;"}
	seen := map[string]int{b.key(source, DefaultFlags()): -1}
	for i, v := range []struct {
		source Source
		flags  Flags
	}{
		{source, Flags{Optimize: 3}},
		{source, Flags{Optimize: 3, Native: true}},
		{source, Flags{Optimize: 3, Native: true, OpenMP: true, Extra: []string{"-g"}}},
		{Source{Name: "l", C: "int x;"}, DefaultFlags()},
		{Source{Name: "k", C: "int y;"}, DefaultFlags()},
		{Source{Name: "k", C: "int x;", Headers: []Header{{"h", "t"}}}, DefaultFlags()},
		{Source{Name: "k", C: "int x;", Headers: []Header{{"ht", ""}}}, DefaultFlags()},
	} {
		key := b.key(v.source, v.flags)
		if j, twice := seen[key]; twice {
			t.Errorf("variants %d and %d have the same key", i, j)
		}
		seen[key] = i
	}
}

func TestCompileErrorTellsAll(t *testing.T) {
	b := freshCache(t)
	_, err := b.Build(t.Context(), Source{Name: "broken", C: "int f(void) { return undeclared_name; }\n"}, DefaultFlags())
	var compile *CompileError
	if !errors.As(err, &compile) {
		t.Fatalf("got %v, want a *CompileError", err)
	}
	for _, want := range []string{"kernel broken", "exit status 1", "-std=c11", "broken.c:1:", "undeclared_name", compile.Source} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing from:\n%v", want, err)
		}
	}
	if _, err := os.Stat(compile.Source); err != nil {
		t.Error("the source was not kept:", err)
	}
	// The command as printed fails the same way.
	again := exec.Command("sh", "-c", "cd "+quoteCommand([]string{filepath.Dir(compile.Source)})+" && "+compile.Command)
	if out, err := again.CombinedOutput(); err == nil || !strings.Contains(string(out), "undeclared_name") {
		t.Errorf("the printed command gave %v:\n%s", err, out)
	}
}

func TestWrongNames(t *testing.T) {
	b := &Builder{}
	for _, s := range []Source{{Name: ""}, {Name: "../x"}, {Name: "a b"}, {Name: "k", Headers: []Header{{"../h", ""}}}, {Name: "k", Headers: []Header{{abi.HeaderName, ""}}}} {
		if _, err := b.Build(t.Context(), s, Flags{}); err == nil {
			t.Errorf("%+v was accepted", s)
		}
	}
}

func TestOtherABIIsRefused(t *testing.T) {
	b := freshCache(t)
	_, err := b.Build(t.Context(), Source{Name: "old", C: "int courant_abi(void) { return 999; }\n"}, Flags{})
	if err == nil || !strings.Contains(err.Error(), "version 999") {
		t.Errorf("got %v", err)
	}
	_, err = b.Build(t.Context(), Source{Name: "none", C: "int x;\n"}, Flags{})
	if err == nil || !strings.Contains(err.Error(), "no function courant_abi") {
		t.Errorf("got %v", err)
	}
}

func TestCancelKillsCompiler(t *testing.T) {
	b := freshCache(t)
	// A compiler that never ends, with a child as GCC has.
	fake := filepath.Join(t.TempDir(), "cc")
	if err := os.WriteFile(fake, []byte("#!/bin/sh\nsleep 60 &\nwait\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	slow := &Builder{Toolchain: &Toolchain{Path: fake}, Cache: b.Cache}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	start := time.Now()
	var wait sync.WaitGroup
	for range 3 { // one compiles, the others wait for it
		wait.Go(func() {
			if _, err := slow.Build(ctx, twice, Flags{}); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
		})
	}
	wait.Wait()
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("cancelling took %v", took)
	}
	if left, _ := filepath.Glob(filepath.Join(b.Cache.Dir(), buildPrefix+"*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestManyProcessesBuildOneKey(t *testing.T) {
	b := freshCache(t)
	const processes = 12
	commands := make([]*exec.Cmd, processes)
	out := make([]bytes.Buffer, processes)
	for i := range commands {
		commands[i] = roleCommand("build")
		commands[i].Stdout, commands[i].Stderr = &out[i], &out[i]
		if err := commands[i].Start(); err != nil {
			t.Fatal(err)
		}
	}
	for i, cmd := range commands {
		if err := cmd.Wait(); err != nil {
			t.Errorf("process %d: %v\n%s", i, err, &out[i])
		} else if out[i].String() != out[0].String() {
			t.Errorf("process %d used %s, process 0 %s", i, &out[i], &out[0])
		}
	}
	if entries, err := b.Cache.List(); err != nil || len(entries) != 1 {
		t.Errorf("the cache holds %d entries, %v; want 1", len(entries), err)
	}
	for _, prefix := range []string{buildPrefix, temporaryPrefix, lockPrefix} {
		if left, _ := filepath.Glob(filepath.Join(b.Cache.Dir(), prefix+"*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}

// Without locks, processes may install the same key over each other.
func TestInstallingOverEachOther(t *testing.T) {
	b := freshCache(t)
	source := variant(0)
	key := b.key(source, Flags{})
	var wait sync.WaitGroup
	for range 6 {
		wait.Go(func() {
			path, _, err := b.compile(t.Context(), key, source, Flags{})
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := load(key, source.Name, path); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if _, ok := b.Cache.lookup(key); !ok {
		t.Error("the entry does not count")
	}
}

func TestLoopOfOperatorsDoesNotGrow(t *testing.T) {
	b := freshCache(t)
	source := variant(0)
	round := func() {
		library, err := b.Build(t.Context(), source, DefaultFlags())
		if err == nil {
			err = checkTwice(library)
		}
		if err != nil {
			t.Fatal(err)
		}
		library.Close()
	}
	for range 20 {
		round()
	}
	memory, threads := processSize(t)
	for range 200 {
		round()
	}
	memoryAfter, threadsAfter := processSize(t)
	if grown := memoryAfter - memory; grown > 4<<20 {
		t.Errorf("200 operators grew the process by %d KiB", grown>>10)
	}
	if threadsAfter > threads+2 {
		t.Errorf("200 operators raised the number of threads from %d to %d", threads, threadsAfter)
	}
}

// BenchmarkWarm is the time from the source to a loaded library when the cache
// holds it, of a process that has not used it: finding the compiler, hashing,
// checking and mapping.
func BenchmarkWarm(b *testing.B) {
	builder := freshCache(b)
	source := variant(0)
	if _, err := builder.Build(b.Context(), source, DefaultFlags()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		clear(examined)
		clear(loaded)
		if _, err := Build(b.Context(), source, DefaultFlags()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCold(b *testing.B) {
	builder := freshCache(b)
	for n := 0; b.Loop(); n++ {
		if _, err := builder.Build(b.Context(), variant(n), DefaultFlags()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCall(b *testing.B) {
	builder := freshCache(b)
	library, err := builder.Build(b.Context(), variant(0), Flags{Optimize: 3})
	if err != nil {
		b.Fatal(err)
	}
	args := doubling(make([]float32, 1))
	for b.Loop() {
		if _, err := library.Call("courant_run", args); err != nil {
			b.Fatal(err)
		}
	}
}
