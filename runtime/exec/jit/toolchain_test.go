package jit

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// script makes an executable that prints text for --version, does the rest of
// body otherwise, and counts its runs in the file beside it.
func script(t *testing.T, dir, name, version, body string) (path, runs string) {
	t.Helper()
	path, runs = filepath.Join(dir, name), filepath.Join(dir, name+".runs")
	text := "#!/bin/sh\necho run >> " + runs + "\ncase \"$*\" in *--version*) echo '" + version + "'; exit 0;; esac\n" + body + "\n"
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return path, runs
}

func ownCache(t *testing.T) *Cache {
	t.Helper()
	t.Setenv("COURANT_CACHE", t.TempDir())
	c, err := OpenCache()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const (
	gccVersion   = "cc (Debian 12.2.0-14+deb12u1) 12.2.1\nCopyright (C) 2022 Free Software Foundation, Inc."
	clangVersion = "Debian clang version 19.1.7 (3+b1)\nTarget: x86_64-pc-linux-gnu\nThread model: posix"
)

func TestFindIdentifies(t *testing.T) {
	for _, v := range []struct{ name, banner, body, family, version, advice string }{
		{"cc", gccVersion, "exit 0", "gcc", "12.2.1", ""},
		{"cc", clangVersion, "exit 0", "clang", "19.1.7", ""},
		{"gcc", "Apple clang version 15.0.0 (clang-1500.3.9.4)", "echo 'cannot find -lomp' >&2; exit 1", "clang", "15.0.0", "libomp-dev"},
		{"clang", clangVersion, "exit 1", "clang", "19.1.7", "one thread"},
		{"gcc", gccVersion, "exit 1", "gcc", "12.2.1", "libgomp"},
	} {
		c := ownCache(t)
		dir := t.TempDir()
		t.Setenv("PATH", dir+":/usr/bin:/bin")
		path, runs := script(t, dir, v.name, v.banner, v.body)
		t.Setenv("CC", path)
		for range 3 {
			found, err := find(c)
			if err != nil {
				t.Fatal(err)
			}
			if found.Path != path || found.Family != v.family || found.Version != v.version || found.OpenMP != (v.advice == "") || !strings.Contains(found.Advice, v.advice) {
				t.Errorf("got %+v, want %+v", found, v)
			}
			clear(examined) // as a new process would begin
		}
		if text, _ := os.ReadFile(runs); strings.Count(string(text), "run") != 2 {
			t.Errorf("%s was started %d times, want 2: one for its version, one for OpenMP", v.name, strings.Count(string(text), "run"))
		}
		later := time.Now().Add(time.Hour)
		if err := os.Chtimes(path, later, later); err != nil {
			t.Fatal(err)
		}
		if _, err := find(c); err != nil {
			t.Fatal(err)
		}
		if text, _ := os.ReadFile(runs); strings.Count(string(text), "run") != 4 {
			t.Errorf("a changed compiler was not examined anew")
		}
	}
}

func TestFindTakesTheFirstThatWorks(t *testing.T) {
	c := ownCache(t)
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	t.Setenv("CC", "")
	script(t, dir, "cc", "tcc version 0.9.27", "exit 0")
	script(t, dir, "clang", clangVersion, "exit 0")
	found, err := find(c)
	if err != nil || filepath.Base(found.Path) != "clang" {
		t.Errorf("got %v, %v", found, err)
	}
	t.Setenv("CC", "clang -m64 --gcc-toolchain=/opt")
	found, err = find(c)
	if err != nil || len(found.Args) != 2 || found.Args[0] != "-m64" {
		t.Errorf("got %+v, %v", found, err)
	}
}

func TestNoCompiler(t *testing.T) {
	c := ownCache(t)
	t.Setenv("PATH", t.TempDir())
	t.Setenv("CC", "")
	_, err := find(c)
	var missing *NoCompilerError
	if !errors.As(err, &missing) {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{"cc: not found", "gcc: not found", "clang: not found", "apt install gcc", "dnf install gcc", "macOS"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing from:\n%v", want, err)
		}
	}
	t.Setenv("CC", "nonesuch -m64")
	if _, err := find(c); err == nil || !strings.Contains(err.Error(), "CC=nonesuch -m64: not found") {
		t.Errorf("got %v", err)
	}
}

func TestParseCPU(t *testing.T) {
	x86 := parseCPU("processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 1\nmodel name\t: AMD EPYC\nstepping\t: 1\nflags\t\t: fpu avx2 fma\n\nprocessor\t: 1\nmodel name\t: other\nflags\t: none\n")
	if x86.Model != "AMD EPYC, cpu family 25, model 1, stepping 1" || strings.Join(x86.Features, " ") != "fpu avx2 fma" {
		t.Errorf("x86: %+v", x86)
	}
	arm := parseCPU("processor\t: 0\nFeatures\t: fp asimd sve\nCPU implementer\t: 0x41\nCPU part\t: 0xd40\n")
	if arm.Model != "implementer 0x41, part 0xd40" || strings.Join(arm.Features, " ") != "fp asimd sve" {
		t.Errorf("arm: %+v", arm)
	}
	if empty := parseCPU(""); empty.Model != "" {
		t.Errorf("nothing: %+v", empty)
	}
	if host := HostCPU(); host.Model == "" {
		t.Error("this host has no name")
	}
}
