package jit

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Level is an instruction set that all processors of some year on have. Code for a level
// runs on all of them, and lies in the cache under the level's name in place of those of a
// processor and a compiler, so that machines without a compiler find it.
type Level struct {
	Name         string   // as compilers have it, such as x86-64-v3
	Architecture string   // as Go has it
	Features     []string // that a processor must have beside what all of the architecture have, as the system prints them
	argument     string   // of the compiler
}

// Levels are all, the best one of an architecture first. Vectors are of 64 bytes for
// x86-64-v4, of 32 for x86-64-v3, of 16 for armv8-a.
func Levels() []Level {
	v3 := []string{"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"}
	v4 := append(slices.Clone(v3), "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl")
	return []Level{
		{"x86-64-v4", "amd64", v4, "-march=x86-64-v4"},
		{"x86-64-v3", "amd64", v3, "-march=x86-64-v3"},
		{"armv8-a", "arm64", nil, "-march=armv8-a"},
	}
}

// runs reports whether a processor runs code for the level.
func (l *Level) runs(architecture string, cpu CPU) bool {
	return l.Architecture == architecture && !slices.ContainsFunc(l.Features, func(f string) bool { return !slices.Contains(cpu.Features, f) })
}

// levelVariable names the folder of kernels that were compiled beforehand: folders with the
// names of levels, each of which is a cache that is only read.
const levelVariable = "COURANT_KERNELS"

// HostLevel is the level that kernels of this process are for, and the folder that holds
// them: the best one of the folder $COURANT_KERNELS that this processor runs. nil where
// there is none, and kernels are for this processor alone.
func HostLevel() (*Level, string) {
	folder := os.Getenv(levelVariable)
	if folder == "" {
		return nil, ""
	}
	for _, l := range Levels() {
		dir := filepath.Join(folder, l.Name)
		if info, err := os.Stat(dir); err == nil && info.IsDir() && l.runs(runtime.GOARCH, HostCPU()) {
			return &l, dir
		}
	}
	return nil, ""
}

// NotCompiledError says that a kernel was not compiled beforehand, and cannot be now.
type NotCompiledError struct {
	Kernel string
	Folder string // of those that were
	Level  string
	Err    error // why it cannot be compiled
}

func (e *NotCompiledError) Error() string {
	return fmt.Sprintf("kernel %s is not among those that were compiled beforehand for %s (%s), and there is no C compiler here\ngive its configuration to `courant image`, with the same operator and by the same version of courant, or use an image that has a compiler", e.Kernel, e.Level, e.Folder)
}

// Unwrap gives the reason.
func (e *NotCompiledError) Unwrap() error { return e.Err }

// misfits says which kernels there are beforehand, when none of them fits this processor;
// "" where there are none at all.
func misfits() string {
	folder := os.Getenv(levelVariable)
	entries, err := os.ReadDir(folder)
	if folder == "" || err != nil {
		return ""
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return fmt.Sprintf("the kernels in %s are for %s, which this processor (%s) is not\n", folder, strings.Join(names, " and "), HostCPU().Model)
}
