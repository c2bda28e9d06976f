package pass

import "github.com/courant-pde/courant/codegen/ir"

// parallelise shares the outermost loops of every nest among threads: all
// block loops together, or the outermost loop when there are none. The
// iterations are independent, which the verifier checks again.
func parallelise(k *ir.Kernel) {
	share := func(nest *ir.Loop) ir.Stmt {
		n := 0
		for l := nest; l.Props.Block; {
			n++
			inner, ok := l.Body[0].(*ir.Loop)
			if !ok {
				break
			}
			l = inner
		}
		c := *nest
		c.Props.Parallel = max(n, 1)
		return &c
	}
	k.Prepare = ir.MapNests(k.Prepare, share)
	k.Step = ir.MapNests(k.Step, share)
}
