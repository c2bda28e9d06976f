package machine

import (
	"testing"

	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/runtime/exec/jit"
)

// Vectors are as wide as the instructions of the processor, and memory is asked
// for early only where that was measured to pay.
func TestFacts(t *testing.T) {
	for _, v := range []struct {
		model, features, architecture string
		want                          facts.Machine
	}{
		{"Intel(R) Xeon(R) Processor, cpu family 6", "avx512f", "amd64", facts.Machine{Vector: 64, Prefetch: 768}},
		{"AMD EPYC 9654 96-Core Processor", "avx512f", "amd64", facts.Machine{Vector: 64}},
		{"AMD EPYC 7763 64-Core Processor", "avx2", "amd64", facts.Machine{Vector: 32}},
		{"implementer 0x41", "asimd", "arm64", facts.Machine{Vector: 16}},
		{"unknown arm64 processor of h", "", "arm64", facts.Machine{Vector: 16}},
		{"unknown amd64 processor of h", "", "amd64", facts.Machine{}},
	} {
		got := factsOf(jit.CPU{Model: v.model, Features: []string{v.features}}, v.architecture)
		if got != v.want {
			t.Errorf("%s: %+v, want %+v", v.model, got, v.want)
		}
	}
}
