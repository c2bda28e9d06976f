package schedule

import (
	"slices"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/pass"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
)

// Default gives each compute a nest of its own: tiles of all axes but the last,
// whose extent is chosen at run time, shared among threads; whole rows in
// lanes; wide stencils in two goes. On a machine whose vectors are known, rows
// are written in vectors, and computes share a nest where that spares memory. On
// a device blocks of threads take tiles of all axes.
func Default(p *stencil.Program, target facts.Target) *Schedule {
	s := Trivial(p, target)
	for i, x := range p.Step {
		c, ok := x.(*stencil.Compute)
		if !ok {
			continue
		}
		g := &s.Groups[i]
		if target.Block != nil {
			g.Threads = Device
			for n, axis := range c.Axes {
				g.Tiles = append(g.Tiles, Tile{Axis: p.Axes[axis], Size: target.Block[min(len(c.Axes)-1-n, len(target.Block)-1)]})
			}
			continue
		}
		g.Threads, g.Lanes = Points, 1
		if n := len(c.Axes); n > 1 {
			g.Threads, g.Dynamic = Tiles, target.Dynamic
			for _, axis := range c.Axes[:n-1] {
				g.Tiles = append(g.Tiles, Tile{Axis: p.Axes[axis]})
			}
		}
		if n := target.Vector / p.Real.Size(); n > 1 && vectors(p, c) {
			g.Lanes, g.Prefetch, g.Usual = n, target.Prefetch/p.Real.Size(), target.Usual && spares(p, c)
		} else if g.Fission = wide(p, c, target); g.Fission != nil {
			g.Strip = target.Strip
		}
	}
	if target.Vector > 0 && target.Block == nil {
		if groups := wavefront(p, s.Groups, target); groups != nil {
			s.Groups = groups
		} else if target.Join {
			s.Groups = join(p, s.Groups, target)
		}
		if target.Slabs {
			s.Slabs = layered(p)
		}
	}
	return s
}

// join puts computes into one nest, out of groups of one statement each, where a
// step goes over the grid several times for want of it:
//
//   - temporaries that the group alone reads stay in the memory of a thread, in
//     rings of planes as a block of rows streams along the first axis, in place of
//     arrays that cover the grid;
//   - what layers add is added while the rows are in the cache.
//
// Groups grow from the last statement to the first: what is read at other points
// along the axis that threads share, as the derivative of a temporary, begins a
// new one, and all that stands in front of it can share that.
func join(p *stencil.Program, single []Group, target facts.Target) []Group {
	var out []Group // last first
	for end := len(single); end > 0; {
		begin, group := end-1, single[end-1]
		for i := end - 2; i >= 0; i-- {
			g, worth := joint(p, single, i, end, target)
			if g == nil {
				break
			}
			if worth {
				begin, group = i, *g
			}
		}
		out, end = append(out, group), begin
	}
	slices.Reverse(out)
	return out
}

// joint is the group of some computes, nil where they cannot share one. It is
// worth it when it keeps temporaries, or holds what layers add.
func joint(p *stencil.Program, single []Group, begin, end int, target facts.Target) (g *Group, worth bool) {
	usual := false
	for i := begin; i < end; i++ {
		c, ok := p.Step[i].(*stencil.Compute)
		if !ok || len(p.Axes) < 2 || len(c.Axes) != len(p.Axes) || single[i].Lanes != single[begin].Lanes || c.When != nil {
			return nil, false
		}
		worth, usual = worth || c.AtAnEnd(), usual || single[i].Usual
	}
	temps := own(p, begin, end)
	g = &Group{Of: p.Labels()[begin:end], Threads: Tiles, Lanes: single[begin].Lanes, Prefetch: single[begin].Prefetch, Usual: usual}
	mode := Free
	if len(temps) > 0 {
		mode, worth = Overlap, true
	} else {
		g.Dynamic = target.Dynamic
	}
	ring := ""
	if len(p.Axes) > 2 {
		ring = p.Axes[0]
		g.Tiles = []Tile{{Axis: p.Axes[1], Size: target.StreamedRows, Mode: mode}, {Axis: ring, Size: 1, Mode: Skew}}
	} else {
		g.Tiles = []Tile{{Axis: p.Axes[0], Size: target.KeptRows, Mode: mode}}
	}
	for _, t := range temps {
		g.Local = append(g.Local, Local{Field: t, Ring: ring})
	}
	if (&plan{p: p, first: begin, index: indices(begin, end), Group: *g}).resolve(len(p.Step)) != nil {
		return nil, false
	}
	return g, worth
}

func indices(begin, end int) (out []int) {
	for i := begin; i < end; i++ {
		out = append(out, i)
	}
	return out
}

// own lists the temporaries that some computes make and no other statement reads.
func own(p *stencil.Program, begin, end int) (temps []string) {
	for _, a := range p.Arrays {
		if a.Role != signature.Temporary {
			continue
		}
		inside, made := true, false
		for i, s := range p.Step {
			uses, makes := false, false
			stencil.Reads(s, func(x *stencil.Access) { uses = uses || x.Field == a.Name })
			if c, ok := s.(*stencil.Compute); ok {
				makes = slices.ContainsFunc(c.Targets(), func(t *stencil.Access) bool { return t.Field == a.Name })
			}
			inside = inside && (!uses && !makes || begin <= i && i < end)
			made = made || makes
		}
		if inside && made {
			temps = append(temps, a.Name)
		}
	}
	return temps
}

// layered lists the local wavefields that are computed near the ends of axes alone:
// no memory is kept for them elsewhere, where they are zero, and what is left lies
// close together.
func layered(p *stencil.Program) (out []string) {
	for _, a := range p.Arrays {
		if a.Local && a.Storage == signature.Rotating && a.Edges == nil {
			if _, err := p.Slabs(a.Name); err == nil {
				out = append(out, a.Name)
			}
		}
	}
	return out
}

// vectors reports whether a compute has rows that vectors can be written out
// for.
func vectors(p *stencil.Program, c *stencil.Compute) bool {
	return len(c.Axes) > 1 && c.Axes[len(c.Axes)-1] == len(p.Axes)-1 && function(c) == ""
}

// wide lists the locals behind which a body of many rows is worth splitting:
// those that stand in front of an assignment, serve it alone, and take a good
// part of its rows.
func wide(p *stencil.Program, c *stencil.Compute, target facts.Target) []string {
	var out []string
	for i, b := range c.Body[:len(c.Body)-1] {
		l, ok := b.(*stencil.Let)
		a, next := c.Body[i+1].(*stencil.Assign)
		if !ok || !next || uses(c, l.Name) != 1 {
			continue
		}
		first, rest := len(pass.Rows(p, l.Value)), len(pass.Rows(p, a.Value))
		if first+rest > target.Rows && min(first, rest) >= target.Rows/4 {
			out = append(out, l.Name)
		}
	}
	return out
}

// uses counts how often the body of a compute reads a local.
func uses(c *stencil.Compute, name string) int {
	n := 0
	stencil.Values(c, func(e expr.Expr) {
		expr.Visit(e, func(e expr.Expr) {
			if e == expr.Expr(expr.Local(name)) {
				n++
			}
		})
	})
	return n
}
