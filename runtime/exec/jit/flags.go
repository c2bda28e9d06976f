package jit

import (
	"runtime"
	"strconv"
)

// Flags are the choices that a caller makes for a compilation. The language
// (C11), position independence and -lm are not choices.
type Flags struct {
	Optimize int      // 0 to 3: -O0 to -O3
	Native   bool     // use every instruction of this CPU; a Builder's Level goes before
	OpenMP   bool     // several threads, where the compiler can; see Toolchain.OpenMP
	Extra    []string // further compiler arguments, passed on as they are
}

// DefaultFlags are the flags for production: full optimisation for this CPU,
// with threads.
func DefaultFlags() Flags {
	return Flags{Optimize: 3, Native: true, OpenMP: true}
}

// arguments prints the flags for a compiler; the level is nil for this processor.
func (f Flags) arguments(t *Toolchain, l *Level) []string {
	args := []string{"-std=c11", "-O" + strconv.Itoa(max(0, min(f.Optimize, 3)))}
	if l != nil {
		args = append(args, l.argument)
	} else if f.Native {
		args = append(args, nativeArguments()...)
	}
	if f.OpenMP && t.OpenMP {
		args = append(args, "-fopenmp")
	} else {
		args = append(args, "-Wno-unknown-pragmas")
	}
	return append(append(args, "-fPIC", "-shared"), f.Extra...)
}

func nativeArguments() []string {
	switch runtime.GOARCH {
	case "arm64", "ppc64le":
		return []string{"-mcpu=native"}
	case "riscv64":
		return nil // neither compiler knows "native" there
	default:
		return []string{"-march=native"}
	}
}
