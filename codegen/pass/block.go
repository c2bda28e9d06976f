package pass

import (
	"slices"

	"github.com/courant-pde/courant/codegen/ir"
)

// block tiles all loops of a nest but the innermost: the tiles' extents are
// run-time arguments, so that a search needs no new code. The innermost loop
// keeps whole rows, which prefetch and vectorise best. Iterations of a nest
// are independent, so their order is free.
func block(k *ir.Kernel) {
	tile := func(nest *ir.Loop) ir.Stmt {
		var loops []*ir.Loop
		l := nest
		for {
			loops = append(loops, l)
			inner, ok := l.Body[0].(*ir.Loop)
			if !ok || len(l.Body) != 1 {
				break
			}
			l = inner
		}
		if len(loops) < 2 {
			return nest
		}
		var out ir.Stmt = loops[len(loops)-1]
		for i := len(loops) - 2; i >= 0; i-- {
			l := *loops[i]
			b := blockVar(k, &l)
			l.Lo, l.Hi = ir.Bound{Kind: ir.At, Var: b}, ir.Bound{Kind: ir.BlockEnd, Var: b, Shift: l.Hi.Shift, FromZero: l.Hi.Kind == ir.Zero}
			l.Body = []ir.Stmt{out}
			out = &l
		}
		for i := len(loops) - 2; i >= 0; i-- {
			l := loops[i]
			out = &ir.Loop{Var: blockVar(k, l), Axis: l.Axis, Lo: l.Lo, Hi: l.Hi, Step: ir.Bound{Kind: ir.BlockLen}, Props: ir.Props{Block: true}, Body: []ir.Stmt{out}}
		}
		return out
	}
	k.Step = ir.MapNests(k.Step, tile)
}

// blockVar names the variable that counts the blocks of a loop.
func blockVar(k *ir.Kernel, l *ir.Loop) string {
	name := l.Var + "b"
	for slices.Contains(k.Axes, name) {
		name += "_"
	}
	return name
}
