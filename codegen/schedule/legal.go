package schedule

import (
	"fmt"
	"slices"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
)

// Illegal says why a schedule does not fit its program.
type Illegal struct {
	Group   string // or "" for the whole schedule
	Message string
}

func (e *Illegal) Error() string {
	if e.Group == "" {
		return "schedule: " + e.Message
	}
	return fmt.Sprintf("schedule, %s: %s", e.Group, e.Message)
}

func illegal(g *Group, format string, args ...any) error {
	e := &Illegal{Message: fmt.Sprintf(format, args...)}
	if g != nil {
		e.Group = g.String()
	}
	return e
}

// plan is a group whose open questions are answered.
type plan struct {
	Group
	p       *stencil.Program
	index   []int      // statements of the step
	first   int        // the first of them
	margins [][][2]int // per statement and axis: how far it computes beyond an overlapping tile
	within  []stencil.Dependence
	// Where threads take parts of an axis: how many points of a part's beginning
	// each statement leaves for later, and how many more in each step of a time tile.
	rises []int
	climb int
}

// resolve checks a schedule against its program and answers what it leaves
// open: how far tiles are skewed, how many planes rings hold. It returns a new
// schedule, which prints all of that.
func resolve(p *stencil.Program, s *Schedule) (*Schedule, []*plan, error) {
	if s.Operator != p.Name {
		return nil, nil, illegal(nil, "it is one for operator %s, not for %s", s.Operator, p.Name)
	}
	out := *s
	out.Groups = nil
	labels := p.Labels()
	var plans []*plan
	next := 0
	for _, g := range s.Groups {
		g := g
		pl := &plan{p: p, first: next}
		for _, label := range g.Of {
			if next >= len(labels) || labels[next] != label {
				want := "there are no more statements"
				if next < len(labels) {
					want = "the next one is " + labels[next]
				}
				return nil, nil, illegal(&g, "%s is out of place: every statement of a step stands in one group, in order, and %s", label, want)
			}
			pl.index = append(pl.index, next)
			next++
		}
		g.Tiles, g.Local = slices.Clone(g.Tiles), slices.Clone(g.Local)
		pl.Group = g
		if err := pl.resolve(len(labels)); err != nil {
			return nil, nil, err
		}
		plans = append(plans, pl)
		out.Groups = append(out.Groups, pl.Group)
	}
	if next < len(labels) {
		return nil, nil, illegal(nil, "statement %s stands in no group; the statements are %v", labels[next], labels)
	}
	return &out, plans, nil
}

func (pl *plan) resolve(statements int) error {
	p, g := pl.p, &pl.Group
	T := g.steps()
	if T > 1 && len(pl.index) != statements {
		return illegal(g, "tiles of %d steps hold all statements of a step, and so one group", T)
	}
	if T > 32 || g.jam() > 16 || g.Lanes > 64 {
		return illegal(g, "%d steps, %d rows, %d lanes: at most 32, 16 and 64", T, g.jam(), g.Lanes)
	}
	for _, d := range p.Dependences(pl.first, pl.first+len(pl.index), T-1) {
		d.From, d.To = d.From-pl.first, d.To-pl.first
		pl.within = append(pl.within, d)
	}
	for _, check := range []func() error{pl.shape, pl.locals, pl.overlap, pl.skew, pl.parts, pl.free, pl.rings, pl.sharing} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (pl *plan) stmt(i int) stencil.Stmt { return pl.p.Step[pl.first+i] }

// dependence is the text of a dependence of the group.
func (pl *plan) dependence(d stencil.Dependence) string {
	d.From, d.To = d.From+pl.first, d.To+pl.first
	return pl.p.Explain(d)
}

// axis is the number of an axis.
func (pl *plan) axis(name string) int { return slices.Index(pl.p.Axes, name) }

// shape checks axes, numbers and what statements can do.
func (pl *plan) shape() error {
	p, g := pl.p, &pl.Group
	seen := map[string]bool{}
	computes := 0
	for i := range pl.index {
		switch x := pl.stmt(i).(type) {
		case *stencil.Compute:
			computes++
			for _, t := range g.Tiles {
				if axis := pl.axis(t.Axis); axis >= 0 && !slices.Contains(x.Axes, axis) {
					return illegal(g, "%s does not run along %s, so it cannot be tiled there", g.Of[i], t.Axis)
				}
			}
			if err := pl.body(x, g.Of[i]); err != nil {
				return err
			}
		case *stencil.Reduce:
			if len(g.Tiles) > 0 || g.steps() > 1 {
				return illegal(g, "%s reduces the whole grid to a number, so it stands in a group without tiles", g.Of[i])
			}
		case *stencil.Fill:
			for _, t := range g.Tiles {
				if axis := pl.axis(t.Axis); axis >= 0 && x.Edges[axis] != [2]signature.Edge{} {
					return illegal(g, "the boundary of %s along %s is made of points that lie in other tiles: do not tile %s", x.Field, t.Axis, t.Axis)
				}
			}
		}
	}
	if computes == 0 && (len(g.Tiles) > 0 || g.Lanes > 0 || g.jam() > 1) {
		return illegal(g, "tiles, lanes and rows are for computes; it has none")
	}
	for _, t := range g.Tiles {
		axis := pl.axis(t.Axis)
		switch {
		case axis < 0:
			return illegal(g, "there is no axis %s; the axes are %v", t.Axis, p.Axes)
		case seen[t.Axis]:
			return illegal(g, "axis %s is tiled twice", t.Axis)
		case t.Size == 0 && axis == len(p.Axes)-1:
			return illegal(g, "rows along %s are cut by a number of points, not by one of run time", t.Axis)
		case t.Size == 0 && t.Mode != Free:
			return illegal(g, "tiles of %s follow in order or overlap, so their extent is a number", t.Axis)
		case t.Mode == Skew && len(t.Skew) != 0 && len(t.Skew) != len(g.Of):
			return illegal(g, "%d skews along %s for %d statements", len(t.Skew), t.Axis, len(g.Of))
		}
		seen[t.Axis] = true
	}
	return nil
}

// body checks what is asked of the body of a compute.
func (pl *plan) body(c *stencil.Compute, label string) error {
	g := &pl.Group
	last := len(pl.p.Axes) - 1
	if g.Lanes > 1 {
		if c.Axes[len(c.Axes)-1] != last {
			return illegal(g, "%s has no rows along %s to compute in vectors", label, pl.p.Axes[last])
		}
		if call := function(c); call != "" {
			return illegal(g, "%s calls %s, which has no form for vectors: use lanes auto", label, call)
		}
	}
	if g.Prefetch > 0 && g.Lanes < 2 {
		return illegal(g, "prefetch goes with vectors: say lanes 8 or another number")
	}
	if g.Prefetch > 0 && len(c.Axes) < 2 {
		return illegal(g, "%s has one axis, along which processors prefetch by themselves", label)
	}
	if g.Usual && (g.Lanes < 2 || g.jam() > 1 || g.Threads == Device) {
		return illegal(g, "usual goes with vectors, one row at a time: say lanes 8 or another number")
	}
	if g.jam() > 1 && len(c.Axes) < 2 {
		return illegal(g, "%s has one axis, and so no rows to compute together", label)
	}
	for _, f := range g.Fission {
		if g.Strip < 1 {
			return illegal(g, "fission %s: a strip has at least one point", f)
		}
		if !slices.ContainsFunc(c.Body, func(b stencil.Assignment) bool { l, ok := b.(*stencil.Let); return ok && l.Name == f }) {
			return illegal(g, "%s names no value %s to split its loops at", label, f)
		}
	}
	if len(g.Fission) > 0 && (g.jam() > 1 || g.Lanes > 1) {
		return illegal(g, "fission goes with one row at a time and lanes auto")
	}
	return nil
}

// function is one that a compute calls, "" for none.
func function(c *stencil.Compute) string {
	call := ""
	stencil.Values(c, func(e expr.Expr) {
		expr.Visit(e, func(e expr.Expr) {
			if x, ok := e.(*expr.Call); ok {
				call = x.Fn
			}
		})
	})
	return call
}

// locals checks the fields that are kept in the memory of a thread.
func (pl *plan) locals() error {
	p, g := pl.p, &pl.Group
	for _, l := range g.Local {
		a := p.Array(l.Field)
		if a == nil || a.Role != signature.Temporary {
			return illegal(g, "%s is no temporary field, so it cannot be local", l.Field)
		}
		if g.steps() > 1 {
			return illegal(g, "local %s serves one step, not tiles of %d", l.Field, g.steps())
		}
		if len(a.Axes) != len(p.Axes) {
			return illegal(g, "local %s does not span all axes", l.Field)
		}
		if len(g.Tiles) == 0 {
			return illegal(g, "local %s belongs to a tile, and the group has none", l.Field)
		}
		writers := 0
		for i, s := range p.Step {
			inside := slices.Contains(pl.index, i)
			if c, ok := s.(*stencil.Compute); ok {
				for _, t := range c.Targets() {
					if t.Field == l.Field {
						writers++
						if !inside {
							return illegal(g, "local %s is computed outside of the group", l.Field)
						}
						if len(c.Targets()) > 1 && !pl.allLocal(c) {
							return illegal(g, "local %s is computed together with %s, which is no local", l.Field, pl.notLocal(c))
						}
					}
				}
			}
			reads := false
			stencil.Reads(s, func(x *stencil.Access) { reads = reads || x.Field == l.Field })
			if _, compute := s.(*stencil.Compute); reads && (!inside || !compute) {
				return illegal(g, "local %s is read by %q, which is no compute of the group", l.Field, stencil.Note(s))
			}
		}
		if writers != 1 {
			return illegal(g, "local %s is computed %d times", l.Field, writers)
		}
		for _, t := range g.Tiles {
			switch {
			case t.Size == 0:
				return illegal(g, "local %s needs tiles of %s whose extent is a number", l.Field, t.Axis)
			case t.Mode == Skew && l.Ring != t.Axis:
				return illegal(g, "tiles along %s follow each other, so local %s needs a ring of planes along %s", t.Axis, l.Field, t.Axis)
			}
		}
		if t := g.tile(l.Ring); l.Ring != "" && (t == nil || t.Mode != Skew) {
			return illegal(g, "a ring of %s along %s needs skewed tiles of %s", l.Field, l.Ring, l.Ring)
		}
	}
	return nil
}

func (pl *plan) allLocal(c *stencil.Compute) bool { return pl.notLocal(c) == "" }

func (pl *plan) notLocal(c *stencil.Compute) string {
	for _, t := range c.Targets() {
		if pl.local(t.Field) == nil {
			return t.Field
		}
	}
	return ""
}

// overlap finds how far beyond a tile each statement computes, where tiles
// overlap: as far as later statements read the temporaries that it makes.
func (pl *plan) overlap() error {
	g, dim := &pl.Group, len(pl.p.Axes)
	pl.margins = make([][][2]int, len(pl.index))
	for i := range pl.margins {
		pl.margins[i] = make([][2]int, dim)
	}
	for _, t := range g.Tiles {
		if t.Mode != Overlap {
			continue
		}
		axis := pl.axis(t.Axis)
		for j := len(pl.index) - 1; j >= 0; j-- {
			for _, d := range pl.within {
				if d.To == j && d.Kind == stencil.Flow && pl.local(d.Field) != nil {
					m := &pl.margins[d.From][axis]
					m[0], m[1] = max(m[0], pl.margins[j][axis][0]+d.Hi[axis]), max(m[1], pl.margins[j][axis][1]-d.Lo[axis])
				}
			}
		}
		for i := range pl.index {
			if pl.margins[i][axis] == [2]int{} {
				continue
			}
			for _, f := range pl.writes(i) {
				if pl.local(f) == nil {
					return illegal(g, "tiles overlap along %s, so that two of them would compute %s of %q at the same points", t.Axis, f, stencil.Note(pl.stmt(i)))
				}
			}
		}
		for _, d := range pl.within {
			if pl.local(d.Field) != nil && d.Kind == stencil.Flow {
				continue
			}
			still := d.Lo[axis] == 0 && d.Hi[axis] == 0 && !d.Free[axis]
			if pl.local(d.Field) == nil && (!still || pl.margins[d.From][axis] != [2]int{} || pl.margins[d.To][axis] != [2]int{}) {
				return illegal(g, "tiles of %s are independent, but %s, %s", t.Axis, pl.dependence(d), pl.distance(d, axis))
			}
		}
	}
	return nil
}

func (pl *plan) writes(i int) []string {
	switch x := pl.stmt(i).(type) {
	case *stencil.Compute:
		var out []string
		for _, t := range x.Targets() {
			out = append(out, t.Field)
		}
		return out
	case *stencil.Inject:
		return []string{x.Target.Field}
	case *stencil.Fill:
		return []string{x.Field}
	}
	return nil
}

// distance says how far apart the two ends of a dependence are.
func (pl *plan) distance(d stencil.Dependence, axis int) string {
	x := pl.p.Axes[axis]
	switch {
	case d.Free[axis]:
		return fmt.Sprintf("at any distance along %s", x)
	case d.Lo[axis] == d.Hi[axis]:
		return fmt.Sprintf("%d points apart along %s", d.Lo[axis], x)
	}
	return fmt.Sprintf("from %d to %d points apart along %s", d.Lo[axis], d.Hi[axis], x)
}

// skew finds the least skews that dependences allow, or checks those that are
// given: a statement's part of a tile must lie so far down the axis that all it
// waits for is done by this tile or earlier ones.
func (pl *plan) skew() error {
	g := &pl.Group
	for k := range g.Tiles {
		t := &g.Tiles[k]
		if t.Mode != Skew {
			continue
		}
		axis := pl.axis(t.Axis)
		given := len(t.Skew) > 0
		if !given {
			t.Skew, t.Slope = make([]int, len(pl.index)), 0
		}
		for _, d := range pl.within {
			if d.Free[axis] {
				return illegal(g, "tiles of %s follow in order, but %s, %s", t.Axis, pl.dependence(d), pl.distance(d, axis))
			}
		}
		if !given {
			// Dependences of one step go from earlier statements to later ones.
			for j := range pl.index {
				for _, d := range pl.within {
					if d.To == j && d.Steps == 0 {
						t.Skew[j] = max(t.Skew[j], t.Skew[d.From]-d.Lo[axis])
					}
				}
			}
			for _, d := range pl.within {
				if n := t.Skew[d.From] - t.Skew[d.To] - d.Lo[axis]; d.Steps > 0 && n > 0 {
					t.Slope = max(t.Slope, (n+d.Steps-1)/d.Steps)
				}
			}
		}
		for _, d := range pl.within {
			have, need := t.Skew[d.To]+t.Slope*d.Steps-t.Skew[d.From], -d.Lo[axis]
			if have < need {
				return illegal(g, "%s is skewed by %d points along %s against %s, but %s, %s: skew it by %d", g.Of[d.To], have, t.Axis, g.Of[d.From], pl.dependence(d), pl.distance(d, axis), need)
			}
		}
	}
	return nil
}

// parts finds how much of a part's beginning statements leave for later, where
// threads take parts of the axis of the outermost tiles: all that waits for what
// the part in front of it computes.
func (pl *plan) parts() error {
	g := &pl.Group
	if g.Threads != Parts {
		return nil
	}
	if len(g.Tiles) == 0 || g.Tiles[0].Mode != Skew {
		return illegal(g, "threads take parts along skewed tiles, which stand outermost")
	}
	if len(g.Local) > 0 {
		return illegal(g, "threads that take parts keep no local fields: what lies at a cut is another tile's")
	}
	t := &g.Tiles[0]
	axis := pl.axis(t.Axis)
	if axis == len(pl.p.Axes)-1 {
		return illegal(g, "threads take parts of any axis but %s, along which rows run", t.Axis)
	}
	pl.rises = make([]int, len(pl.index))
	for j := range pl.index {
		for _, d := range pl.within {
			if d.To == j && d.Steps == 0 {
				pl.rises[j] = max(pl.rises[j], pl.rises[d.From]+d.Hi[axis])
			}
		}
	}
	for _, d := range pl.within {
		if n := pl.rises[d.From] + d.Hi[axis] - pl.rises[d.To]; d.Steps > 0 && n > 0 {
			pl.climb = max(pl.climb, (n+d.Steps-1)/d.Steps)
		}
	}
	return nil
}

// free checks that tiles that may follow in any order do not depend on each
// other.
func (pl *plan) free() error {
	g := &pl.Group
	for _, t := range g.Tiles {
		if t.Mode != Free {
			continue
		}
		axis := pl.axis(t.Axis)
		for _, d := range pl.within {
			if d.Free[axis] || d.Lo[axis] != 0 || d.Hi[axis] != 0 {
				return illegal(g, "tiles of %s are independent, but %s, %s", t.Axis, pl.dependence(d), pl.distance(d, axis))
			}
		}
	}
	return nil
}

// rings finds how many planes the rings of local fields hold, or checks what
// is given: from the newest one that a tile computes to the oldest one that
// is still read.
func (pl *plan) rings() error {
	g := &pl.Group
	for k := range g.Local {
		l := &g.Local[k]
		if l.Ring == "" {
			continue
		}
		t, axis := g.tile(l.Ring), pl.axis(l.Ring)
		if g.Tiles[len(g.Tiles)-1].Axis != l.Ring {
			return illegal(g, "a ring of %s along %s holds planes of one tile of the other axes, so tiles of %s are the innermost", l.Field, l.Ring, l.Ring)
		}
		if g.Lanes > 0 && axis == len(pl.p.Axes)-1 {
			return illegal(g, "a ring of %s along %s wraps around within rows, which then have no lanes", l.Field, l.Ring)
		}
		need, oldest := t.Size, stencil.Dependence{}
		for _, d := range pl.within {
			if n := t.Size + t.Skew[d.To] - t.Skew[d.From] + d.Hi[axis]; d.Field == l.Field && d.Kind == stencil.Flow && n > need {
				need, oldest = n, d
			}
		}
		if l.Planes == 0 {
			l.Planes = need
		}
		if l.Planes < need {
			return illegal(g, "a ring of %d planes is too short: %s, %s, so it takes %d", l.Planes, pl.dependence(oldest), pl.distance(oldest, axis), need)
		}
	}
	return nil
}

// sharing checks what threads share.
func (pl *plan) sharing() error {
	g := &pl.Group
	free := 0
	for free < len(g.Tiles) && g.Tiles[free].Mode != Skew {
		free++
	}
	switch {
	case (g.Threads == Tiles || g.Threads == Device) && free == 0:
		return illegal(g, "threads cannot share tiles of which the outermost follow in order, or of which there are none; share points or parts")
	case g.Threads == Points && len(g.Local) > 0:
		return illegal(g, "threads that share points do not see each other's local fields; share tiles")
	case g.Threads == Device && (free < len(g.Tiles) || slices.ContainsFunc(g.Tiles, func(t Tile) bool { return t.Size == 0 })):
		return illegal(g, "blocks of a device take tiles whose extent is a number, in any order")
	case g.Threads == Device && (g.jam() > 1 || len(g.Fission) > 0 || g.Lanes > 0):
		return illegal(g, "a thread of a device computes one point at a time: leave out jam, lanes and fission")
	case g.Dynamic && g.Threads != Tiles:
		return illegal(g, "threads take tiles as they come, nothing else")
	}
	if len(g.Tiles) > 0 && g.Threads == Tiles || g.Threads == Device || g.Threads == Parts {
		for i := range pl.index {
			switch pl.stmt(i).(type) {
			case *stencil.Compute, *stencil.Inject, *stencil.Sample:
			default:
				return illegal(g, "%s is shared among threads by itself, not within a tile", g.Of[i])
			}
		}
	}
	return nil
}
