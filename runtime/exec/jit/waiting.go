package jit

import (
	"os"

	"github.com/ebitengine/purego"
)

// Threads of a team wait for one another several times a step. Left alone,
// OpenMP libraries have them spin for milliseconds: as soon as other work
// wants the processor, a thread spins while the one that it waits for cannot
// run, and a step takes a hundred times as long (docs/performance.md). Asleep,
// they cost some microseconds to wake, as long as a small grid takes for a step. So
// they spin for some microseconds, and then sleep.

// spins is the number of times that a thread of libgomp looks before it sleeps:
// 1000 take 10 to 60 microseconds.
const spins = "1000"

// waitVariables are what users set to choose for themselves how threads wait:
// of OpenMP, GCC's libgomp and LLVM's libomp.
var waitVariables = []string{"OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME", "KMP_LIBRARY"}

// openQuietly is dlopen with an OpenMP library, should this one be the first
// to need it, that is told to let threads sleep while they wait. libgomp reads
// the environment when it is loaded, libomp when it is first asked for
// something. Behind that the environment is as it was: what the program starts
// later is none of this package's business. Calls must not overlap.
func openQuietly(path string) (uintptr, error) {
	chosen := false
	for _, name := range waitVariables {
		if _, set := os.LookupEnv(name); set {
			chosen = true
		}
	}
	if !chosen {
		for _, v := range [][2]string{{"OMP_WAIT_POLICY", "passive"}, {"GOMP_SPINCOUNT", spins}} {
			if err := os.Setenv(v[0], v[1]); err == nil { // also in the environment of C
				defer os.Unsetenv(v[0])
			}
		}
	}
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return 0, err
	}
	if ask, err := purego.Dlsym(handle, "omp_get_max_threads"); err == nil && ask != 0 {
		purego.SyscallN(ask)
	}
	return handle, nil
}
