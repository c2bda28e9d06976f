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
// are written in vectors, and temporaries that serve a few computes alone stay in
// the cache. On a device blocks of threads take tiles of all axes.
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
			g.Lanes, g.Prefetch = n, target.Prefetch/p.Real.Size()
		} else if g.Fission = wide(p, c, target); g.Fission != nil {
			g.Strip = target.Strip
		}
	}
	if target.Vector > 0 && target.Block == nil {
		s.Groups = keepTemporaries(p, s.Groups, target)
	}
	return s
}

// keepTemporaries joins computes whose temporaries no other statement reads, out
// of groups of one statement each: the temporaries of a block of rows stay in the
// memory of a thread, in rings of planes as the block streams along the first
// axis, in place of arrays that cover the grid.
func keepTemporaries(p *stencil.Program, single []Group, target facts.Target) []Group {
	var out []Group
	for i := 0; i < len(single); {
		behind, temps := family(p, i)
		if len(temps) > 0 && !slices.ContainsFunc(single[i:behind], func(g Group) bool { return g.Lanes != single[i].Lanes }) {
			g := kept(p, single[i], p.Labels()[i:behind], temps, target)
			s := &Schedule{Operator: p.Name, Groups: slices.Concat(out, []Group{g}, single[behind:])}
			if _, _, err := resolve(p, s); err == nil {
				out, i = append(out, g), behind
				continue
			}
		}
		out = append(out, single[i])
		i++
	}
	return out
}

// kept is the group of some computes that keeps their temporaries.
func kept(p *stencil.Program, first Group, labels, temps []string, target facts.Target) Group {
	g := Group{Of: labels, Threads: Tiles, Lanes: first.Lanes, Prefetch: first.Prefetch}
	ring := ""
	if len(p.Axes) > 2 {
		ring = p.Axes[0]
		g.Tiles = []Tile{{Axis: p.Axes[1], Size: target.StreamedRows, Mode: Overlap}, {Axis: ring, Size: 1, Mode: Skew}}
	} else {
		g.Tiles = []Tile{{Axis: p.Axes[0], Size: target.KeptRows, Mode: Overlap}}
	}
	for _, t := range temps {
		g.Local = append(g.Local, Local{Field: t, Ring: ring})
	}
	return g
}

// family is the run of computes from a statement on that alone read what they
// compute of temporaries, and those temporaries; none where there is no such run.
func family(p *stencil.Program, first int) (behind int, temps []string) {
	behind = first + 1
	for i := first; i < behind; i++ {
		c, ok := p.Step[i].(*stencil.Compute)
		if !ok || len(p.Axes) < 2 || len(c.Axes) != len(p.Axes) {
			return 0, nil
		}
		for _, t := range c.Targets() {
			if p.Array(t.Field).Role != signature.Temp || slices.Contains(temps, t.Field) {
				continue
			}
			temps = append(temps, t.Field)
			for j, s := range p.Step {
				stencil.Reads(s, func(a *stencil.Access) {
					if a.Field == t.Field {
						behind = max(behind, j+1)
					}
				})
			}
		}
	}
	if len(temps) == 0 || behind == first+1 {
		return 0, nil
	}
	return behind, temps
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
