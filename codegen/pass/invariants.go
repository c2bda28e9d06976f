package pass

import (
	"github.com/courant-pde/courant/codegen/ir"
	"github.com/courant-pde/courant/codegen/lower"
)

// invariants moves costly parts that depend on parameters alone, and so are
// the same in every step, into arrays that are filled once per run.
//
// A part is worth an array when it calls a function, or when it is a divisor
// and the array does not add to what the nest reads: 1/(m + dt*damp) may take
// the place of damp, when damp is read nowhere else.
func invariants(k *ir.Kernel) {
	made := map[string]string{}
	array := func(e ir.Expr) ir.Expr {
		key := ir.Key(e)
		name, ok := made[key]
		if !ok {
			name = k.FreeName("p")
			made[key] = name
			k.Arrays = append(k.Arrays, &ir.Array{Name: name, Role: ir.Scratch, Axes: allAxes(k), Buffers: 1, Levels: 1})
			here := &ir.Access{Array: name, Offset: make([]int, len(k.Axes))}
			k.Prepare = append(k.Prepare, lower.Nest(k, &ir.Assign{Target: here, Value: e, Note: "the same in every step"}))
		}
		return &ir.Access{Array: name, Offset: make([]int, len(k.Axes))}
	}
	k.Step = ir.MapNests(k.Step, func(nest *ir.Loop) ir.Stmt {
		return ir.MapInnermost(nest, func(body []ir.Stmt) []ir.Stmt {
			body = ir.MapValues(body, func(e ir.Expr) ir.Expr { return hoistCalls(k, e, array) })
			return ir.MapValues(body, func(e ir.Expr) ir.Expr { return hoistDivisors(k, body, e, array) })
		})
	})
}

func hoistCalls(k *ir.Kernel, e ir.Expr, array func(ir.Expr) ir.Expr) ir.Expr {
	if isInvariant(k, e) && ir.CostOf(e).Calls > 0 {
		return array(e)
	}
	return ir.MapOperands(e, func(o ir.Expr) ir.Expr { return hoistCalls(k, o, array) })
}

func hoistDivisors(k *ir.Kernel, body []ir.Stmt, e ir.Expr, array func(ir.Expr) ir.Expr) ir.Expr {
	d, ok := e.(*ir.Div)
	if ok && isInvariant(k, d.Y) && !isInvariant(k, d.X) && freesAnArray(body, d) {
		inverse := array(&ir.Div{X: ir.Const(1), Y: d.Y})
		return canonicalProduct([]ir.Expr{inverse, hoistDivisors(k, body, d.X, array)})
	}
	return ir.MapOperands(e, func(o ir.Expr) ir.Expr { return hoistDivisors(k, body, o, array) })
}

// freesAnArray reports whether some array is read in no other place of the
// body than the divisor of d.
func freesAnArray(body []ir.Stmt, d *ir.Div) bool {
	count := func(e ir.Expr, reads map[string]int) {
		ir.VisitExpr(e, func(e ir.Expr) {
			if a, ok := e.(*ir.Access); ok {
				reads[a.Array]++
			}
		})
	}
	all, within := map[string]int{}, map[string]int{}
	for _, s := range body {
		if v := ir.Value(s); v != nil {
			count(v, all)
		}
	}
	count(d.Y, within)
	for name, n := range within {
		if all[name] == n {
			return true
		}
	}
	return false
}

// isInvariant reports whether e reads parameters, all at the current point,
// and nothing that changes during the run.
func isInvariant(k *ir.Kernel, e ir.Expr) bool {
	reads, ok := false, true
	ir.VisitExpr(e, func(e ir.Expr) {
		switch x := e.(type) {
		case *ir.Access:
			reads = true
			if k.Array(x.Array).Role == ir.State {
				ok = false
			}
			for _, o := range x.Offset {
				if o != 0 {
					ok = false // it would need a halo of its own
				}
			}
		case ir.Local:
			ok = ok && isWide(k, string(x))
		}
	})
	return reads && ok
}

// isWide reports whether a local is computed once per run.
func isWide(k *ir.Kernel, name string) bool {
	for _, s := range k.Prepare {
		if l, ok := s.(*ir.Let); ok && l.Name == name {
			return true
		}
	}
	return false
}

// allAxes lists the axes of the grid. An array over fewer axes would be
// smaller, but such parameters are small already, and so is what they make.
func allAxes(k *ir.Kernel) []int {
	all := make([]int, len(k.Axes))
	for i := range all {
		all[i] = i
	}
	return all
}
