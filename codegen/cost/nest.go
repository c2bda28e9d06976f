package cost

import (
	"fmt"

	"github.com/courant-pde/courant/codegen/ir"
)

// Nest is the cost of one nest of loops, or of one reduction.
type Nest struct {
	Note       string      // the equation that it carries out, the first of several
	Statements []Statement // what it computes, in order
	Every      ir.Expr     // the number of steps from one time to the next, nil for each step
	// Thin says that its points are so few that their number does not grow
	// with all extents of the grid: a layer at an edge.
	Thin bool
	Cost
}

// Statement is what one assignment costs, names that are computed for it
// included, without memory traffic, which the statements of a nest share.
type Statement struct {
	Note   string
	Target string // the array or series that it computes
	ir.Cost
}

// Nests lists the nests and the reductions of a step.
func Nests(k *ir.Kernel) []Nest { return nests(k, k.Step, nil) }

func nests(k *ir.Kernel, body []ir.Stmt, every ir.Expr) []Nest {
	var out []Nest
	for _, s := range body {
		switch x := s.(type) {
		case *ir.Every:
			out = append(out, nests(k, x.Body, x.Steps)...)
		case *ir.Loop:
			out = append(out, nest(k, x, every, isThin(k, x)))
		case *ir.Reduce:
			n := nest(k, x, every, thinBox(x.Lo, x.Hi))
			// What is computed at a point is added to, or compared with, the rest.
			n.Adds++
			n.Statements[0].Adds++
			if x.Op == "norm" {
				n.Muls++
				n.Statements[0].Muls++
			}
			out = append(out, n)
		}
	}
	return out
}

func nest(k *ir.Kernel, s ir.Stmt, every ir.Expr, thin bool) Nest {
	n := Nest{Every: every, Thin: thin}
	reads, writes := map[string]bool{}, map[string]bool{}
	loads, stores := map[string]bool{}, map[string]bool{}
	var pending ir.Cost // of names, until a statement uses them
	ir.VisitStmts([]ir.Stmt{s}, func(s ir.Stmt) {
		v := ir.Value(s)
		if v == nil {
			return
		}
		c := ir.CostOf(v)
		n.Adds, n.Muls, n.Divs, n.Calls = n.Adds+c.Adds, n.Muls+c.Muls, n.Divs+c.Divs, n.Calls+c.Calls
		pending = pending.Plus(c)
		ir.VisitExpr(v, func(e ir.Expr) {
			if a, ok := e.(*ir.Access); ok {
				loads[place(a)] = true
				reads[stream(k, a)] = true
			}
		})
		note, target := "", ""
		switch x := s.(type) {
		case *ir.Assign:
			note, target = x.Note, x.Target.Array
			stores[place(x.Target)] = true
			writes[stream(k, x.Target)] = true
		case *ir.Reduce:
			note, target = x.Note, x.Series
		default:
			return
		}
		n.Statements = append(n.Statements, Statement{note, target, pending})
		pending = ir.Cost{}
	})
	if len(n.Statements) > 0 {
		n.Note = n.Statements[0].Note
	}
	n.Loads, n.Stores = len(loads), len(stores)
	for s := range reads {
		n.Bytes += bytes(s, k)
	}
	for s := range writes {
		n.Bytes += bytes(s, k)
		if !reads[s] {
			n.Bytes += bytes(s, k)
		}
	}
	return n
}

// isThin reports whether a nest covers a layer only.
func isThin(k *ir.Kernel, nest *ir.Loop) bool {
	whole := map[int]bool{}
	ir.VisitStmts([]ir.Stmt{nest}, func(s ir.Stmt) {
		if l, ok := s.(*ir.Loop); ok && l.Lo.Kind == ir.Zero && l.Hi.Kind == ir.Size {
			whole[l.Axis] = true
		}
	})
	return len(whole) < len(k.Axes)
}

func thinBox(lo, hi []ir.Bound) bool {
	for axis := range lo {
		if lo[axis].Kind != ir.Zero || hi[axis].Kind != ir.Size {
			return true
		}
	}
	return false
}

func place(a *ir.Access) string { return fmt.Sprint(a.Array, a.Time, a.Offset) }

// stream names the buffer that an access goes to; empty for arrays that do
// not span all axes, which stay in the cache.
func stream(k *ir.Kernel, a *ir.Access) string {
	array := k.Array(a.Array)
	if len(array.Axes) < len(k.Axes) {
		return ""
	}
	return fmt.Sprint(a.Array, array.Buffer(a.Time))
}

func bytes(stream string, k *ir.Kernel) int {
	if stream == "" {
		return 0
	}
	return k.Real.Size()
}
