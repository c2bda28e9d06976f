package cost

import (
	"slices"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/schedule"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
)

// Nest is the cost of one compute, or of one reduction.
type Nest struct {
	Note       string        // the equation that it carries out, the first of several
	Statements []Statement   // what it computes, in order
	When       *stencil.When // the steps in which it happens, nil for each
	// Thin says that its points are so few that their number does not grow
	// with all extents of the grid: a layer at an edge.
	Thin bool
	Cost
	traffic
}

// Statement is what one assignment costs, names that are computed for it
// included, without memory traffic, which the statements of a nest share.
type Statement struct {
	Note   string
	Target string // the field or series that it computes
	expr.Cost
}

// Nests lists the computes and the reductions of a step.
func Nests(p *stencil.Program) []Nest {
	var out []Nest
	for _, s := range p.Step {
		if n, ok := nestOf(p, s); ok {
			out = append(out, n)
		}
	}
	return out
}

// nestOf is the cost of a compute or a reduction; false for other statements.
func nestOf(p *stencil.Program, s stencil.Stmt) (Nest, bool) {
	c := counter{p: p}
	switch x := s.(type) {
	case *stencil.Compute:
		for _, b := range x.Body {
			switch y := b.(type) {
			case *stencil.Let:
				c.value(y.Value)
			case *stencil.Assign:
				c.value(y.Value)
				c.assigned(y)
			}
		}
		return c.nest(x.When, len(x.Axes) < len(p.Axes) || thin(x.Box)), true
	case *stencil.Reduce:
		c.value(x.Value)
		// What is computed at a point is added to, or compared with, the rest.
		c.pending.Adds++
		if x.Op == "norm" {
			c.pending.Muls++
		}
		c.statement(x.Note, x.Series)
		return c.nest(x.When, thin(x.Box)), true
	}
	return Nest{}, false
}

// traffic are the buffers that are read from memory and written to it.
type traffic struct{ reads, writes []stencil.Place }

// add joins what another nest of a group moves, but for fields that the group
// keeps for a tile or leaves out.
func (t *traffic) add(p *stencil.Program, o traffic, g schedule.Group) {
	local := func(x stencil.Place) bool {
		return g.Usual && p.Array(x.Field).Usual != nil || slices.ContainsFunc(g.Local, func(l schedule.Local) bool { return l.Field == x.Field })
	}
	for _, x := range o.reads {
		if !local(x) {
			t.reads = once(t.reads, x)
		}
	}
	for _, x := range o.writes {
		if !local(x) {
			t.writes = once(t.writes, x)
		}
	}
}

// bytes is what passes between memory and a core for a point: a processor fetches a
// line before it changes it.
func (t traffic) bytes(p *stencil.Program) int {
	n := 0
	for _, x := range t.reads {
		n += p.StoredIn(p.Array(x.Field)).Size()
	}
	for _, x := range t.writes {
		size := p.StoredIn(p.Array(x.Field)).Size()
		if n += size; !slices.Contains(t.reads, x) {
			n += size
		}
	}
	return n
}

// counter adds up what a nest does.
type counter struct {
	p             *stencil.Program
	out           Nest
	pending       expr.Cost // of names, until a statement uses them
	loads, stores []string
	traffic
}

func (c *counter) value(e expr.Expr) {
	c.pending = c.pending.Plus(expr.CostOf(e))
	stencil.ReadsOf(e, func(a *stencil.Access) {
		c.loads = once(c.loads, a.Key())
		c.reads = c.stream(c.reads, a)
	})
}

func (c *counter) assigned(a *stencil.Assign) {
	c.stores = once(c.stores, a.Target.Key())
	c.writes = c.stream(c.writes, a.Target)
	c.statement(a.Note, a.Target.Field)
}

func (c *counter) statement(note, target string) {
	c.out.Statements = append(c.out.Statements, Statement{note, target, c.pending})
	c.pending = expr.Cost{}
}

// stream notes the buffer that an access goes to; fields that do not span all
// axes stay in the cache.
func (c *counter) stream(all []stencil.Place, a *stencil.Access) []stencil.Place {
	if len(c.p.Array(a.Field).Axes) < len(c.p.Axes) {
		return all
	}
	return once(all, c.p.Place(a))
}

func once[T comparable](all []T, x T) []T {
	if slices.Contains(all, x) {
		return all
	}
	return append(all, x)
}

func (c *counter) nest(when *stencil.When, thin bool) Nest {
	n := c.out
	n.When, n.Thin, n.Note = when, thin, n.Statements[0].Note
	for _, s := range n.Statements {
		n.Adds, n.Muls, n.Divs, n.Calls = n.Adds+s.Adds, n.Muls+s.Muls, n.Divs+s.Divs, n.Calls+s.Calls
	}
	n.Loads, n.Stores = len(c.loads), len(c.stores)
	n.traffic = c.traffic
	n.Bytes = c.bytes(c.p)
	return n
}

// thin reports whether a box is a layer at an edge.
func thin(box []signature.Span) bool {
	return slices.ContainsFunc(box, func(s signature.Span) bool { return s.Lo.End || !s.Hi.End })
}
