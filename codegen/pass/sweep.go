package pass

import (
	"fmt"
	"slices"

	"github.com/courant-pde/courant/codegen/ir"
)

// sweep computes wide stencils in two goes along a row: first the terms that
// lie in the plane of the point, then those of the planes before and behind.
//
//	u[t+1] = u + p*(a + b + c)   becomes   let %s0 = a + b; sweep; u[t+1] = u + p*(%s0 + c)
//
// A processor follows a limited number of rows at once: beyond some 16, each
// row more costs loads from a slower cache and entries of the page table. A
// stencil of order 8 in three dimensions touches 17 rows besides those of the
// parameters; in two goes it touches 9 and 8. The sum is taken in another
// order, so values change by rounding.
func sweep(k *ir.Kernel) {
	next := 0
	k.Step = ir.MapNests(k.Step, func(nest *ir.Loop) ir.Stmt {
		return ir.MapInnermost(nest, func(body []ir.Stmt) []ir.Stmt {
			return sweepBody(k, body, &next)
		})
	})
}

// rowsAtOnce is the number of rows that one go may touch before it is worth
// two: measured on Zen 3, see docs/performance.md.
const rowsAtOnce = 16

func sweepBody(k *ir.Kernel, body []ir.Stmt, next *int) []ir.Stmt {
	var out []ir.Stmt
	for _, s := range body {
		a, ok := s.(*ir.Assign)
		if !ok {
			out = append(out, s)
			continue
		}
		name := fmt.Sprintf("s%d", *next)
		first, rest := cut(k, a.Value, ir.Local(name))
		if first == nil || len(rows(k, a.Value)) <= rowsAtOnce {
			out = append(out, s)
			continue
		}
		*next++
		c := *a
		c.Value = rest
		out = append(out, &ir.Let{Name: name, Value: first}, &ir.Sweep{}, &c)
	}
	return out
}

// cut takes the terms of the middle plane out of the longest sum of an
// expression: first is their sum, rest the expression with named in their
// place. first is nil when the sum has no other stencil terms, or too few.
func cut(k *ir.Kernel, e ir.Expr, named ir.Expr) (first, rest ir.Expr) {
	var longest *ir.Add
	ir.VisitExpr(e, func(e ir.Expr) {
		if a, ok := e.(*ir.Add); ok && (longest == nil || len(a.Args) > len(longest.Args)) {
			longest = a
		}
	})
	if longest == nil {
		return nil, nil
	}
	stencil := widest(k, longest)
	var plane, others []ir.Expr
	planeRows := map[string]bool{}
	for i, term := range longest.Args {
		inPlane := true
		ir.VisitExpr(term, func(e ir.Expr) {
			switch x := e.(type) {
			case *ir.Access:
				inPlane = inPlane && bufferOf(k, x) == stencil && x.Offset[0] == 0
			case *ir.Call:
				inPlane = false
			}
		})
		term := signed(term, longest.Sub[i])
		if !inPlane {
			others = append(others, term)
			continue
		}
		plane = append(plane, term)
		for row := range rows(k, longest.Args[i]) {
			planeRows[row] = true
		}
	}
	if len(planeRows) < rowsAtOnce/4 || len(others) == 0 || len(rows(k, e))-len(planeRows) < rowsAtOnce/4 {
		return nil, nil
	}
	replaced := ir.Sum(append([]ir.Expr{named}, others...)...)
	var replace func(ir.Expr) ir.Expr
	replace = func(e ir.Expr) ir.Expr {
		if e == ir.Expr(longest) {
			return replaced
		}
		return ir.MapOperands(e, replace)
	}
	return ir.Sum(plane...), replace(e)
}

// rows lists the rows along the last axis that an expression reads.
func rows(k *ir.Kernel, e ir.Expr) map[string]bool {
	found := map[string]bool{}
	last := len(k.Axes) - 1
	ir.VisitExpr(e, func(e ir.Expr) {
		if a, ok := e.(*ir.Access); ok && k.Array(a.Array).Spans(last) {
			found[fmt.Sprint(bufferOf(k, a), a.Offset[:last])] = true
		}
	})
	return found
}

// widest is the buffer of which an expression reads the most rows.
func widest(k *ir.Kernel, e ir.Expr) string {
	count := map[string]int{}
	last := len(k.Axes) - 1
	seen := map[string]bool{}
	ir.VisitExpr(e, func(e ir.Expr) {
		a, ok := e.(*ir.Access)
		if !ok {
			return
		}
		row := fmt.Sprint(bufferOf(k, a), a.Offset[:last])
		if !seen[row] {
			seen[row] = true
			count[bufferOf(k, a)]++
		}
	})
	var names []string
	for name := range count {
		names = append(names, name)
	}
	slices.Sort(names)
	best := ""
	for _, name := range names {
		if best == "" || count[name] > count[best] {
			best = name
		}
	}
	return best
}

func bufferOf(k *ir.Kernel, a *ir.Access) string {
	return fmt.Sprint(a.Array, "/", k.Array(a.Array).Buffer(a.Time))
}
