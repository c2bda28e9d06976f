package pass

import (
	"fmt"
	"slices"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/stencil"
)

// planes names, of a wide stencil, the sum of the terms that lie in the plane
// of the point, so that a schedule can compute them along a row before the
// terms of the planes in front and behind:
//
//	u[t+1] = u + p*(a + b + c)   becomes   let %s0 = a + b; u[t+1] = u + p*(%s0 + c)
//
// A processor follows a limited number of rows at once: beyond that, each row
// more costs loads from a slower cache and entries of the page table. A stencil
// of order 8 in three dimensions touches 17 rows besides those of the
// parameters; in two goes it touches 9 and 8. The sum is taken in another
// order, so values change by rounding.
func planes(p *stencil.Program, target facts.Target) {
	next := 0
	p.Step = stencil.MapBodies(p.Step, func(body []stencil.Assignment) []stencil.Assignment {
		var out []stencil.Assignment
		for _, s := range body {
			a, ok := s.(*stencil.Assign)
			if !ok {
				out = append(out, s)
				continue
			}
			name := fmt.Sprint("s", next)
			first, rest := cut(p, a.Value, expr.Local(name), target.Rows/4)
			if first == nil || len(Rows(p, a.Value)) <= target.Rows {
				out = append(out, s)
				continue
			}
			next++
			out = append(out, &stencil.Let{Name: name, Value: first}, &stencil.Assign{Target: a.Target, Value: rest, Note: a.Note})
		}
		return out
	})
}

// cut takes the terms of the middle plane out of the longest sum of an
// expression: first is their sum, rest the expression with named in their
// place. first is nil when one of the two would touch fewer rows than worth.
func cut(p *stencil.Program, e expr.Expr, named expr.Expr, worth int) (first, rest expr.Expr) {
	var longest *expr.Add
	expr.Visit(e, func(e expr.Expr) {
		if a, ok := e.(*expr.Add); ok && (longest == nil || len(a.Args) > len(longest.Args)) {
			longest = a
		}
	})
	if longest == nil {
		return nil, nil
	}
	widest := widestPlace(p, longest)
	var plane, others []expr.Expr
	planeRows := map[Row]bool{}
	for i, term := range longest.Args {
		inPlane := true
		expr.Visit(term, func(e expr.Expr) {
			switch x := e.(type) {
			case *stencil.Access:
				inPlane = inPlane && p.Place(x) == widest && x.Offset[0] == 0
			case *expr.Call:
				inPlane = false
			}
		})
		term := signed(term, longest.Sub[i])
		if !inPlane {
			others = append(others, term)
			continue
		}
		plane = append(plane, term)
		for row := range Rows(p, longest.Args[i]) {
			planeRows[row] = true
		}
	}
	if len(planeRows) < worth || len(others) == 0 || len(Rows(p, e))-len(planeRows) < worth {
		return nil, nil
	}
	replaced := expr.Sum(append([]expr.Expr{named}, others...)...)
	var replace func(expr.Expr) expr.Expr
	replace = func(e expr.Expr) expr.Expr {
		if e == expr.Expr(longest) {
			return replaced
		}
		return expr.MapOperands(e, replace)
	}
	return expr.Sum(plane...), replace(e)
}

// Row is a row along the last axis: a buffer, and the offsets along the others.
type Row struct {
	stencil.Place
	offset [3]int
}

// Rows lists the rows along the last axis that an expression reads.
func Rows(p *stencil.Program, e expr.Expr) map[Row]bool {
	found := map[Row]bool{}
	last := len(p.Axes) - 1
	stencil.ReadsOf(e, func(a *stencil.Access) {
		if p.Array(a.Field).Spans(last) {
			r := Row{Place: p.Place(a)}
			copy(r.offset[:], a.Offset[:last])
			found[r] = true
		}
	})
	return found
}

// widestPlace is the buffer of which an expression reads the most rows.
func widestPlace(p *stencil.Program, e expr.Expr) stencil.Place {
	count := map[stencil.Place]int{}
	seen := map[Row]bool{}
	last := len(p.Axes) - 1
	var order []stencil.Place
	stencil.ReadsOf(e, func(a *stencil.Access) {
		r := Row{Place: p.Place(a)}
		copy(r.offset[:], a.Offset[:last])
		if !seen[r] {
			seen[r] = true
			count[r.Place]++
			order = append(order, r.Place)
		}
	})
	slices.SortFunc(order, func(a, b stencil.Place) int {
		if a.Field != b.Field {
			if a.Field < b.Field {
				return -1
			}
			return 1
		}
		return a.Buffer - b.Buffer
	})
	best := stencil.Place{}
	for _, place := range order {
		if count[place] > count[best] {
			best = place
		}
	}
	return best
}
