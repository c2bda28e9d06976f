package machine

import (
	"runtime"
	"slices"
	"strings"

	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/runtime/exec/jit"
)

// Facts are what the compiler has to know of this machine; where kernels are for a level
// (jit.HostLevel), those of the level.
func Facts() facts.Machine {
	if l, _ := jit.HostLevel(); l != nil {
		return FactsOf(*l)
	}
	f, m := factsOf(jit.HostCPU(), runtime.GOARCH), Describe()
	f.L2, f.Cores = int(m.L2), m.Cores
	return f
}

// FactsOf are what all machines of a level have in common: no number of cores and no size
// of a cache, so that no schedule is chosen by them.
func FactsOf(l jit.Level) facts.Machine {
	return factsOf(jit.CPU{Features: l.Features}, l.Architecture)
}

func factsOf(cpu jit.CPU, architecture string) facts.Machine {
	has := func(feature string) bool { return slices.Contains(cpu.Features, feature) }
	switch {
	case has("avx512f") && strings.HasPrefix(cpu.Model, "Intel"):
		// The prefetchers of these cores lose the streams of a stencil among the rows
		// that it finds in the cache; others have not been measured, and Zen 3 was
		// slower: see docs/performance.md.
		return facts.Machine{Vector: 64, Prefetch: 768}
	case has("avx512f"):
		return facts.Machine{Vector: 64}
	case has("avx2"):
		return facts.Machine{Vector: 32}
	case has("asimd"), architecture == "arm64":
		return facts.Machine{Vector: 16}
	}
	return facts.Machine{}
}
