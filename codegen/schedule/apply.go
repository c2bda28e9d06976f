package schedule

import (
	"fmt"
	"slices"

	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
)

// Apply makes loops of a program as a schedule says. It also gives the schedule
// with all that was left open in it. The error is an *Illegal, which names the
// dependence that the schedule breaks, in terms of the operator file.
func Apply(p *stencil.Program, s *Schedule) (*loop.Kernel, *Schedule, error) {
	resolved, plans, err := resolve(p, s)
	if err != nil {
		return nil, nil, err
	}
	a := &applier{p: p, k: &loop.Kernel{Operator: p.Operator}}
	if err := a.storage(resolved, plans); err != nil {
		return nil, nil, err
	}
	for _, x := range p.Setup {
		switch x := x.(type) {
		case *stencil.Let:
			a.k.Setup = append(a.k.Setup, &loop.Let{Name: x.Name, Value: x.Value})
		case *stencil.Compute:
			a.plan = &plan{Group: Group{Threads: Points, Lanes: 1}, p: p}
			a.k.Setup = append(a.k.Setup, a.nest(x, a.whole(x.Axes, x.Box), 0, true)...)
		}
	}
	var step []loop.Stmt
	steps := 1
	fresh := map[stencil.Place]bool{} // levels whose halo is that of other ranks
	for _, pl := range plans {
		steps = max(steps, pl.steps())
		a.plan = pl
		body, err := a.exchanged(a.stale(fresh), a.group)
		if err != nil {
			return nil, nil, err
		}
		step = append(step, body...)
	}
	time := &loop.For{Var: "t", Axis: -1, Lo: []loop.Affine{loop.Of(loop.First, "")}, Hi: []loop.Affine{loop.Of(loop.Last, "").Plus(1)}, Step: loop.Int(steps), Body: step}
	a.k.Run = []loop.Stmt{&loop.Team{Body: []loop.Stmt{time}}}
	return a.k, resolved, nil
}

type applier struct {
	p     *stencil.Program
	k     *loop.Kernel
	plan  *plan
	ranks map[int]bool // axes along which several ranks share the grid
	clip  *clip        // the part of the grid that is made, nil for all
	tiles map[int]*tiling
	local map[string][]dimension // of fields that are kept for a tile
}

// tiling is the loop over the tiles of an axis.
type tiling struct {
	*Tile
	name   string
	lo, hi loop.Affine
	// Where threads take parts of the axis, part is the variable of the first point
	// of a part, and cut says that the strip at its cut is at hand, not the part.
	part string
	cut  bool
}

// dimension says how an index along an axis of the grid becomes one of a local
// field.
type dimension struct {
	axis  int
	begin loop.Affine // the index that is element 0
	ring  bool
}

// spans are the bounds of a statement's loops, per axis.
type spans []span

type span struct{ lo, hi []loop.Affine }

func (a *applier) bound(axis int, b signature.Bound) loop.Affine {
	if b.End {
		return loop.Of(loop.Size, a.p.Axes[axis]).Plus(b.At)
	}
	return loop.Int(b.At)
}

// whole are the bounds of a box without tiles.
func (a *applier) whole(axes []int, box []signature.Span) spans {
	out := make(spans, len(a.p.Axes))
	for _, axis := range axes {
		out[axis] = a.ends(axis, box[axis])
	}
	return out
}

// ends are the bounds of a box along an axis. Where ranks share it, boxes that
// end within the whole grid are clipped to this rank's part, beyond the ends of
// which it computes as far as the box leaves the grid.
func (a *applier) ends(axis int, s signature.Span) span {
	if !a.ranks[axis] {
		return span{[]loop.Affine{a.bound(axis, s.Lo)}, []loop.Affine{a.bound(axis, s.Hi)}}
	}
	x := a.p.Axes[axis]
	local := func(b signature.Bound) loop.Affine {
		out := loop.Int(b.At).Add(-1, loop.Of(loop.Origin, x))
		if b.End {
			out = out.Add(1, loop.Of(loop.Global, x))
		}
		return out
	}
	margin := [2]int{}
	if !s.Lo.End {
		margin[0] = max(0, -s.Lo.At)
	}
	if s.Hi.End {
		margin[1] = max(0, s.Hi.At)
	}
	out := span{[]loop.Affine{loop.Int(-margin[0])}, []loop.Affine{loop.Of(loop.Size, x).Plus(margin[1])}}
	if s.Lo.End || s.Lo.At > 0 {
		out.lo = append(out.lo, local(s.Lo))
	}
	if !s.Hi.End || s.Hi.At < 0 {
		out.hi = append(out.hi, local(s.Hi))
	}
	if a.clip != nil && a.clip.axis == axis {
		out.lo, out.hi = append(out.lo, a.clip.span.lo...), append(out.hi, a.clip.span.hi...)
	}
	return span{loop.Max(out.lo), loop.Min(out.hi)}
}

// box is the box that a statement covers: of sparse statements all nodes.
func (a *applier) box(s stencil.Stmt, axis int) signature.Span {
	switch x := s.(type) {
	case *stencil.Compute:
		return x.Box[axis]
	case *stencil.Fill:
		return signature.Span{Lo: signature.Bound{At: -x.Width[axis][0]}, Hi: signature.Bound{End: true, At: x.Width[axis][1]}}
	}
	return signature.Whole
}

// group makes the loops of the group at hand.
func (a *applier) group() ([]loop.Stmt, error) {
	pl := a.plan
	a.tiles, a.local = map[int]*tiling{}, map[string][]dimension{}
	for i := range pl.Tiles {
		t := &pl.Tiles[i]
		axis := pl.axis(t.Axis)
		name := t.Axis + "b"
		for slices.Contains(a.p.Axes, name) {
			name += "_"
		}
		a.tiles[axis] = a.cover(&tiling{Tile: t, name: name}, axis)
	}
	a.buffers()
	if pl.Threads == Parts {
		return a.parted()
	}
	body, behind, err := a.statements()
	if err != nil {
		return nil, err
	}
	return append(a.tileLoops(body, 0), behind...), nil
}

// statements makes what the statements of the group do in a tile, and what is
// left to do behind all tiles.
func (a *applier) statements() (body, behind []loop.Stmt, err error) {
	pl := a.plan
	for step := range pl.steps() {
		for i := range pl.index {
			s := pl.stmt(i)
			inner, after, err := a.statement(s, i, step)
			if err != nil {
				return nil, nil, err
			}
			if _, compute := s.(*stencil.Compute); !compute && pl.Threads == Device && len(pl.Tiles) > 0 {
				inner = append(inner, &loop.Barrier{}) // the threads of a block wait for each other
			}
			body = joined(body, a.guarded(stencil.WhenOf(s), step, inner))
			behind = joined(behind, a.guarded(stencil.WhenOf(s), step, after))
		}
	}
	return body, behind, nil
}

// tileLoops puts loops over tiles around what is done in one, from a number of
// tiles on.
func (a *applier) tileLoops(body []loop.Stmt, from int) []loop.Stmt {
	pl := a.plan
	free := 0
	for free < len(pl.Tiles) && pl.Tiles[free].Mode != Skew {
		free++
	}
	for i := len(pl.Tiles) - 1; i >= from; i-- {
		axis := pl.axis(pl.Tiles[i].Axis)
		t := a.tiles[axis]
		l := &loop.For{Var: t.name, Axis: axis, Lo: []loop.Affine{t.lo}, Hi: []loop.Affine{t.hi}, Step: loop.Int(t.Size), Body: body}
		if t.Size == 0 {
			l.Step = loop.Of(loop.Block, t.Axis)
			a.tiled(axis)
		}
		if pl.Threads == Device {
			l.Kind = loop.Grid
		}
		if i == 0 && pl.Threads != Parts {
			switch pl.Threads {
			case Tiles:
				l.Kind, l.Collapse, l.Dynamic = loop.Threads, free, pl.Dynamic
			case None:
				l.Kind = loop.Single
			}
			l.Notes = pl.notes()
		}
		if t.part != "" && i == 0 {
			begin := loop.V(t.part)
			l.Lo = []loop.Affine{begin}
			l.Hi = []loop.Affine{begin.Add(1, loop.Of(loop.Block, t.Axis)), t.hi}
		}
		body = []loop.Stmt{l}
	}
	return body
}

// tiled says that the extent of tiles of an axis is chosen at run time.
func (a *applier) tiled(axis int) {
	if !slices.Contains(a.k.Tiled, axis) {
		a.k.Tiled = append(a.k.Tiled, axis)
	}
}

// notes are the statements of the operator file that the computes of a group
// carry out.
func (pl *plan) notes() []string {
	var out []string
	for i := range pl.index {
		if c, ok := pl.stmt(i).(*stencil.Compute); ok {
			for _, n := range notes(c) {
				if !slices.Contains(out, n) {
					out = append(out, n)
				}
			}
		}
	}
	return out
}

func notes(c *stencil.Compute) []string {
	var out []string
	for _, b := range c.Body {
		if x, ok := b.(*stencil.Assign); ok && x.Note != "" && !slices.Contains(out, x.Note) {
			out = append(out, x.Note)
		}
	}
	return out
}

// guarded puts statements under the condition of their step.
func (a *applier) guarded(w *stencil.When, step int, body []loop.Stmt) []loop.Stmt {
	if len(body) == 0 || w == nil && step == 0 {
		return body
	}
	c := &loop.If{Step: step, Body: body}
	if w != nil {
		c.Every, c.Last = w.Every, w.Last
	}
	if step > 0 { // the last tile may have fewer steps
		c.AtLeastZero = []loop.Affine{loop.Of(loop.Last, "").Add(-1, loop.V("t")).Plus(-step)}
	}
	return []loop.Stmt{c}
}

// joined appends statements; what stands under the condition of the last one
// joins it.
func joined(body, more []loop.Stmt) []loop.Stmt {
	if len(body) > 0 && len(more) == 1 {
		last, ok := body[len(body)-1].(*loop.If)
		next, also := more[0].(*loop.If)
		if ok && also && last.Every == next.Every && last.Last == next.Last && last.Step == next.Step && slices.EqualFunc(last.AtLeastZero, next.AtLeastZero, loop.Affine.Equal) {
			last.Body = append(last.Body, next.Body...)
			return body
		}
	}
	return append(body, more...)
}

// cover finds the range that tiles of an axis have to cover, for all
// statements of the group. Boxes whose ends count from different ends of the
// grid lie within it, as the grid is checked to hold them.
func (a *applier) cover(t *tiling, axis int) *tiling {
	pl := a.plan
	exact := true
	var lo, hi []signature.Bound
	for step := range pl.steps() {
		for i := range pl.index {
			if pl.margins != nil && pl.margins[i][axis] != [2]int{} {
				continue // it is computed for others, which have their own tiles
			}
			b := a.box(pl.stmt(i), axis)
			n := t.shift(i, step)
			b.Lo.At, b.Hi.At = b.Lo.At+n, b.Hi.At+n
			lo, hi = append(lo, b.Lo), append(hi, b.Hi)
			exact = exact && b.Lo == lo[0] && b.Hi == hi[0]
		}
	}
	if exact && !a.ranks[axis] {
		t.lo, t.hi = a.bound(axis, lo[0]), a.bound(axis, hi[0])
		return t
	}
	first, last := 0, 0
	for i := range lo {
		if !lo[i].End {
			first = min(first, lo[i].At)
		}
		if hi[i].End {
			last = max(last, hi[i].At)
		} else { // it counts from the first point, and the grid holds it
			last = max(last, t.shift(i%len(pl.index), i/len(pl.index)))
		}
	}
	t.lo, t.hi = loop.Int(first), loop.Of(loop.Size, a.p.Axes[axis]).Plus(last)
	return t
}

// part are the bounds of a statement in a tile.
func (a *applier) part(axis int, s signature.Span, i, step int) span {
	e := a.ends(axis, s)
	t := a.tiles[axis]
	if t == nil {
		return e
	}
	if t.part != "" {
		x := a.partOf(t, i, step)
		return span{loop.Max(append(x.lo, e.lo...)), loop.Min(append(x.hi, e.hi...))}
	}
	begin := loop.V(t.name)
	end := begin.Plus(t.Size)
	if t.Size == 0 {
		end = begin.Add(1, loop.Of(loop.Block, t.Axis))
	}
	m := a.plan.margins[i][axis]
	shift := t.shift(i, step)
	begin, end = begin.Plus(-shift-m[0]), end.Plus(-shift+m[1])
	out := span{[]loop.Affine{begin}, append([]loop.Affine{end}, e.hi...)}
	if shift != 0 || m[0] != 0 || len(e.lo) > 1 || !e.lo[0].Equal(t.lo) {
		out.lo = append(out.lo, e.lo...)
	}
	return span{loop.Max(out.lo), loop.Min(out.hi)}
}

// statement makes what a statement of the group does in a tile, and what is
// left to do behind all tiles.
func (a *applier) statement(s stencil.Stmt, i, step int) (body, behind []loop.Stmt, err error) {
	pl := a.plan
	switch x := s.(type) {
	case *stencil.Compute:
		b := make(spans, len(a.p.Axes))
		for _, axis := range x.Axes {
			b[axis] = a.part(axis, x.Box[axis], i, step)
		}
		return a.nest(x, b, step, len(pl.Tiles) == 0), nil, nil
	case *stencil.Inject:
		a.inTiles(x.Points, 0)
		return []loop.Stmt{&loop.Inject{Points: x.Points, Ahead: x.Ahead + a.ahead(step), To: a.ref(x.Target, step, nil), Value: a.value(x.Value, step, nil), Within: a.within(i, step), Note: x.Note}}, nil, nil
	case *stencil.Sample:
		out := &loop.Sample{Points: x.Points, Step: step, Value: a.value(x.Value, step, nil), Note: x.Note}
		if len(pl.Tiles) == 0 && pl.steps() == 1 {
			return []loop.Stmt{out}, nil, nil
		}
		a.inTiles(x.Points, pl.steps())
		out.Stage, out.Within = loop.Take, a.within(i, step)
		return []loop.Stmt{out}, []loop.Stmt{&loop.Sample{Points: x.Points, Step: step, Stage: loop.Sum, Note: x.Note}}, nil
	case *stencil.Reduce:
		r := &loop.Reduce{Series: x.Series, Op: x.Op, Step: step, Value: a.value(x.Value, step, nil), Note: x.Note}
		for axis := range a.p.Axes {
			e := a.ends(axis, x.Box[axis])
			r.Lo, r.Hi = append(r.Lo, e.lo), append(r.Hi, e.hi)
		}
		return []loop.Stmt{r}, nil, nil
	case *stencil.Fill:
		return a.fill(x, i, step), nil, nil
	}
	return nil, nil, fmt.Errorf("%T in a step", s)
}

// ahead is the distance of rows of traces in a later step of a tile.
func (a *applier) ahead(step int) int {
	if a.p.Backward {
		return -step
	}
	return step
}

// within limits a sparse statement to the nodes of a tile.
func (a *applier) within(i, step int) []loop.Within {
	var out []loop.Within
	for _, t := range a.plan.Tiles {
		axis := a.plan.axis(t.Axis)
		if a.tiles[axis].part != "" {
			x := a.partOf(a.tiles[axis], i, step)
			out = append(out, loop.Within{Axis: axis, Lo: x.lo, Hi: x.hi})
			continue
		}
		begin := loop.V(a.tiles[axis].name).Plus(-t.shift(i, step))
		end := begin.Plus(t.Size)
		if t.Size == 0 {
			end = begin.Add(1, loop.Of(loop.Block, t.Axis))
		}
		out = append(out, loop.Within{Axis: axis, Lo: []loop.Affine{begin}, Hi: []loop.Affine{end}})
	}
	return out
}

// inTiles says that a group takes points in its tiles, and asks for memory that keeps
// samples of several steps apart, for so many steps.
func (a *applier) inTiles(points string, samples int) {
	for i, q := range a.k.Points {
		if q.Name == points {
			c := *q
			c.Staged, c.Tiled = max(c.Staged, samples), c.Tiled || len(a.plan.Tiles) > 0
			a.k.Points = slices.Clone(a.k.Points)
			a.k.Points[i] = &c
		}
	}
}
