package pass

import (
	"fmt"

	"github.com/courant-pde/courant/codegen/ir"
)

// linearise gives every array that the innermost loop touches a row address
// outside that loop, and lets accesses go through it. Levels that share a
// buffer share the row, so that a target sees that they are the same place.
func linearise(k *ir.Kernel) {
	all := func(nest *ir.Loop) ir.Stmt { return lineariseNest(k, nest) }
	k.Prepare = ir.MapNests(k.Prepare, all)
	k.Step = ir.MapNests(k.Step, all)
}

func lineariseNest(k *ir.Kernel, nest *ir.Loop) *ir.Loop {
	inner := ir.Innermost(nest)
	if inner.Axis != len(k.Axes)-1 {
		return nest // over profiles along other axes there are no rows
	}
	var rows []ir.Stmt
	named := map[string]string{}
	through := func(a *ir.Access) *ir.Access {
		array := k.Array(a.Array)
		buffer := array.Buffer(a.Time)
		key := fmt.Sprint(a.Array, buffer)
		name, ok := named[key]
		if !ok {
			name = a.Array + "_row"
			if array.Role == ir.State || array.Role == ir.Given {
				name = fmt.Sprintf("%s_row%d", a.Array, buffer)
			}
			named[key] = name
			rows = append(rows, &ir.Row{Name: name, Array: a.Array, Time: a.Time})
		}
		c := *a
		c.Row = name
		return &c
	}
	var walk func(ir.Expr) ir.Expr
	walk = func(e ir.Expr) ir.Expr {
		if a, ok := e.(*ir.Access); ok {
			return through(a)
		}
		return ir.MapOperands(e, walk)
	}
	body := ir.MapValues(inner.Body, walk)
	for i, s := range body {
		if as, ok := s.(*ir.Assign); ok {
			c := *as
			c.Target = through(as.Target)
			body[i] = &c
		}
	}
	return replaceInnermost(nest, inner, append(rows, withBody(inner, body)))
}

func withBody(l *ir.Loop, body []ir.Stmt) *ir.Loop {
	c := *l
	c.Body = body
	return &c
}

// replaceInnermost puts statements in the place of the innermost loop. A nest
// of a single loop gets none around it: its rows stand in a loop of one block.
func replaceInnermost(l, inner *ir.Loop, with []ir.Stmt) *ir.Loop {
	if l == inner {
		c := *with[len(with)-1].(*ir.Loop)
		c.Body = append(with[:len(with)-1:len(with)-1], c.Body...)
		return &c
	}
	c := *l
	next := l.Body[len(l.Body)-1].(*ir.Loop)
	if next == inner {
		c.Body = append(append([]ir.Stmt(nil), l.Body[:len(l.Body)-1]...), with...)
		return &c
	}
	c.Body = append(append([]ir.Stmt(nil), l.Body[:len(l.Body)-1]...), replaceInnermost(next, inner, with))
	return &c
}
