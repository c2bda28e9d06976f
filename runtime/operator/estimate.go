package operator

import (
	"fmt"

	"github.com/courant-pde/courant/codegen/ir"
)

// fits compares what a run needs with what the machine has, before anything
// is taken.
func (b *binder) fits(r *Run) error {
	need := int64(0)
	for _, s := range r.arrays {
		if s.shared {
			continue
		}
		need += s.bytes()
	}
	for _, p := range b.a.Points {
		if p.At != nil || p.Weights != nil {
			need += int64(p.count()) * int64(b.a.Steps) * int64(b.k.Real.Size())
		}
	}
	have := b.machine.Available
	if have == 0 || need <= have {
		return nil // 0: the system does not tell
	}
	hint := "choose a smaller grid"
	if b.k.Real == ir.F64 {
		hint += " or single precision"
	}
	return BadArguments{fmt.Sprintf("this run needs %s of memory and %s is available; %s", gibibytes(need), gibibytes(have), hint)}
}

func gibibytes(n int64) string { return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30)) }
