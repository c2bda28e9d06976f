package pass

import "github.com/courant-pde/courant/codegen/ir"

// vectorise marks the innermost loops: their iterations are independent, so
// any number of them may run side by side.
func vectorise(k *ir.Kernel) {
	var mark func(l *ir.Loop) *ir.Loop
	mark = func(l *ir.Loop) *ir.Loop {
		c := *l
		if inner, ok := l.Body[len(l.Body)-1].(*ir.Loop); ok {
			c.Body = append(append([]ir.Stmt(nil), l.Body[:len(l.Body)-1]...), mark(inner))
		} else {
			c.Props.Vector = true
		}
		return &c
	}
	all := func(nest *ir.Loop) ir.Stmt { return mark(nest) }
	k.Prepare = ir.MapNests(k.Prepare, all)
	k.Step = ir.MapNests(k.Step, all)
}
