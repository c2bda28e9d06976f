package jit

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// hostLevels are those that this processor runs.
func hostLevels(t *testing.T) []Level {
	var out []Level
	for _, l := range Levels() {
		if l.runs(runtime.GOARCH, HostCPU()) {
			out = append(out, l)
		}
	}
	if len(out) == 0 {
		t.Skipf("SKIPPED: this processor is of no level: %s", HostCPU().Model)
	}
	return out
}

// compiledFor puts the kernel twice for a level into a folder.
func compiledFor(t *testing.T, l Level, folder string) string {
	t.Helper()
	b, err := NewBuilderFor(l, folder)
	if err != nil {
		t.Fatal(err)
	}
	path, err := b.Compile(t.Context(), twice, DefaultFlags())
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLevels(t *testing.T) {
	v3 := parseCPU("model name\t: a\nflags\t\t: avx avx2 bmi1 bmi2 f16c fma abm movbe xsave\n")
	v4 := parseCPU("model name\t: a\nflags\t\t: avx avx2 bmi1 bmi2 f16c fma abm movbe xsave avx512f avx512bw avx512cd avx512dq avx512vl\n")
	arm := parseCPU("CPU part\t: 0xd40\nFeatures\t: fp asimd sve\n")
	for _, v := range []struct {
		name, architecture string
		cpu                CPU
		want               bool
	}{
		{"x86-64-v3", "amd64", v3, true}, {"x86-64-v4", "amd64", v3, false},
		{"x86-64-v3", "amd64", v4, true}, {"x86-64-v4", "amd64", v4, true},
		{"armv8-a", "arm64", arm, true}, {"armv8-a", "amd64", arm, false}, {"x86-64-v3", "arm64", arm, false},
		{"x86-64-v3", "amd64", CPU{}, false},
	} {
		for _, l := range Levels() {
			if l.Name == v.name && l.runs(v.architecture, v.cpu) != v.want {
				t.Errorf("%s on %s %v: not %v", v.name, v.architecture, v.cpu.Features, v.want)
			}
		}
	}
}

// A process without a compiler loads what was compiled beforehand, of the best level that
// there is, and says what is missing of the rest.
func TestBeforehand(t *testing.T) {
	freshCache(t)
	folder := t.TempDir()
	levels := hostLevels(t)
	for _, l := range levels {
		compiledFor(t, l, folder)
	}
	t.Setenv("COURANT_CACHE", t.TempDir()) // of the node, which knows no compiler
	t.Setenv("PATH", t.TempDir())
	t.Setenv("CC", "")
	if _, err := NewBuilder(); !errors.As(err, new(*NoCompilerError)) {
		t.Fatalf("without a compiler: %v", err)
	}
	t.Setenv(levelVariable, folder)
	for i := range levels {
		b, err := NewBuilder()
		if err != nil {
			t.Fatal(err)
		}
		if b.Toolchain != nil || b.Level.Name != levels[i].Name || !strings.Contains(b.Compiler(), levels[i].Name) {
			t.Errorf("%v, %s; want %s", b.Toolchain, b.Level.Name, levels[i].Name)
		}
		library, err := b.Build(t.Context(), twice, DefaultFlags())
		if err != nil {
			t.Fatal(err)
		}
		if err := checkTwice(library); err != nil || library.Compiled != 0 || !strings.HasPrefix(library.Path, filepath.Join(folder, levels[i].Name)) {
			t.Errorf("%s, compiled in %v: %v", library.Path, library.Compiled, err)
		}
		_, err = b.Build(t.Context(), variant(1), DefaultFlags())
		if !errors.As(err, new(*NotCompiledError)) || !errors.As(err, new(*NoCompilerError)) || !strings.Contains(err.Error(), "courant image") {
			t.Errorf("another source: %v", err)
		}
		if err := os.RemoveAll(filepath.Join(folder, levels[i].Name)); err != nil { // the next one is then the best
			t.Fatal(err)
		}
	}
	// Of another kind of processor.
	if err := os.Mkdir(filepath.Join(folder, "x86-64-v9"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := NewBuilder(); !errors.As(err, new(*NoCompilerError)) || !strings.Contains(err.Error(), "are for x86-64-v9, which this processor") {
		t.Errorf("no level fits: %v", err)
	}
}

// Comments, which tell files and lines, do not count; all else does.
func TestLevelIgnoresComments(t *testing.T) {
	b := &Builder{Level: &Level{Name: "level"}}
	key := func(c string) string { return b.key(Source{Name: "k", C: c}, DefaultFlags()) }
	one := key("int /* a.pde:1: x */ x; /* of\ntwo lines */ int y;")
	if one != key("int /* b.pde:7: x */ x; /* of one line */ int y;") {
		t.Error("another comment makes another key")
	}
	if one == key("int /* a.pde:1: x */ x; /* of\ntwo lines */ int z;") {
		t.Error("another variable makes the same key")
	}
}

// What others may have written is not loaded.
func TestBeforehandIsTrusted(t *testing.T) {
	freshCache(t)
	folder := t.TempDir()
	l := hostLevels(t)[0]
	compiledFor(t, l, folder)
	if err := os.Chmod(filepath.Join(folder, l.Name), 0o777); err != nil {
		t.Fatal(err)
	}
	t.Setenv(levelVariable, folder)
	if _, err := NewBuilder(); !errors.As(err, new(*DistrustedError)) {
		t.Errorf("got %v", err)
	}
}

// What is compiled for a level is the same wherever it is, but for times.
func TestLevelIsReproducible(t *testing.T) {
	freshCache(t)
	for _, l := range Levels() {
		if _, err := FindFor(l.Architecture); err != nil {
			t.Logf("SKIPPED for %s: %v", l.Name, err)
			continue
		}
		a, b := compiledFor(t, l, t.TempDir()), compiledFor(t, l, t.TempDir())
		if filepath.Base(a) != filepath.Base(b) {
			t.Errorf("%s: keys differ", l.Name)
		}
		for _, ending := range []string{".so", ".c", ".json"} {
			first, err := os.ReadFile(strings.TrimSuffix(a, ".so") + ending)
			if err != nil {
				t.Fatal(err)
			}
			second, err := os.ReadFile(strings.TrimSuffix(b, ".so") + ending)
			if err != nil || !bytes.Equal(first, second) {
				t.Errorf("%s: %s differs (%v)", l.Name, ending, err)
			}
		}
	}
}
