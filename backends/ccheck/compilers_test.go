package ccheck

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/courant-pde/courant/backends"
)

// Compilers have nothing to say about what the backend emits. Silent
// arithmetic in double precision would cost a single-precision kernel half its
// speed.
func TestCompilersDoNotWarn(t *testing.T) {
	flags := []string{"-std=c11", "-Wall", "-Wextra", "-Wshadow", "-Wdouble-promotion", "-Werror", "-fopenmp"}
	if runtime.GOARCH == "amd64" {
		flags = append(flags, "-march=x86-64-v3") // vectors of 32 bytes, and conversions of half precision
	}
	for compiler, more := range map[string][]string{
		// Some of gcc's warnings come from its optimiser. What clang's would
		// say, that a sine has no vector code, is about the machine's library. Behind
		// these warnings gcc spends its time on registers, which may be poor here.
		"gcc":   {"-O1", "-fira-region=one", "-c", "-o", os.DevNull},
		"clang": {"-fsyntax-only"},
	} {
		t.Run(compiler, func(t *testing.T) {
			requireOpenMP(t, compiler)
			emitted(t, func(t *testing.T, s *backends.Source) {
				t.Parallel()
				dir := t.TempDir()
				write(t, dir, s.File, s.Text)
				for name, text := range s.Headers {
					write(t, dir, name, text)
				}
				cmd := exec.Command(compiler)
				cmd.Dir = dir
				for _, list := range [][]string{flags, more, {s.File}} {
					cmd.Args = append(cmd.Args, list...)
				}
				if said, err := cmd.CombinedOutput(); err != nil {
					t.Errorf("%v: %v\n%s", cmd, err, said)
				}
			})
		})
	}
}

// requireOpenMP skips, with the reason, where a compiler or its OpenMP is not
// installed.
func requireOpenMP(t *testing.T, compiler string) {
	t.Helper()
	if _, err := exec.LookPath(compiler); err != nil {
		t.Skipf("%s is not installed", compiler)
	}
	dir := t.TempDir()
	write(t, dir, "openmp.c", "#include <omp.h>\nint threads(void) { return omp_get_max_threads(); }\n")
	cmd := exec.Command(compiler, "-fopenmp", "-c", "-o", os.DevNull, "openmp.c")
	cmd.Dir = dir
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("%s has no OpenMP: %s", compiler, said)
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
