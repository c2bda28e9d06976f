package stencil

import (
	"fmt"
	"slices"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/signature"
)

// Verify checks that a program is well formed: names are defined before use,
// accesses stay within rank and halo, no point of a compute reads what another
// point writes, and no value is read before it is there or after it is gone.
// It runs after every pass; an error names the fault and is a fault of the
// pass.
func Verify(p *Program) error {
	if err := p.Check(); err != nil {
		return err
	}
	v := &verifier{p: p, wide: map[string]bool{}, done: map[string]extents{}, boxes: map[string][][]signature.Span{}}
	for _, s := range p.Setup {
		if err := v.setup(s); err != nil {
			return fmt.Errorf("setup: %w", err)
		}
	}
	for _, s := range p.Step {
		if err := v.step(s); err != nil {
			return fmt.Errorf("step: %w", err)
		}
	}
	return nil
}

type verifier struct {
	p    *Program
	wide map[string]bool // locals of setup, which steps see too
	// done is, for fields that are computed before they may be read, the box
	// over which that has happened.
	done map[string]extents
	// boxes are those of all computes of level t+1 of a wavefield so far.
	boxes map[string][][]signature.Span
}

// scope is what surrounds an expression.
type scope struct {
	once   bool // it belongs to Setup
	points bool // it is evaluated at points, not over a box
	axes   []int
	spans  []signature.Span // of the compute, nil elsewhere
	box    extents
	locals map[string]bool
}

func (v *verifier) setup(s Stmt) error {
	switch x := s.(type) {
	case *Let:
		reads := false
		ReadsOf(x.Value, func(*Access) { reads = true })
		if reads {
			return fmt.Errorf("%%%s is a number, and so made of numbers and scalars alone", x.Name)
		}
		return v.let(x, scope{once: true, locals: v.wide})
	case *Compute:
		return v.compute(x, true)
	}
	return fmt.Errorf("%T belongs to a step", s)
}

func (v *verifier) step(s Stmt) error {
	if w := WhenOf(s); w != nil {
		if w.Last && !w.Every.IsZero() {
			return fmt.Errorf("a condition of the last step and of others")
		}
		if !w.Last {
			if err := v.p.CheckSteps(w.Every); err != nil {
				return err
			}
		}
	}
	at := scope{points: true, locals: v.wide, box: make(extents, len(v.p.Axes))}
	switch x := s.(type) {
	case *Compute:
		return v.compute(x, false)
	case *Inject:
		return v.inject(x, at)
	case *Sample:
		if p := v.p.PointSet(x.Points); p == nil || p.Inject {
			return fmt.Errorf("there are no points %s to sample at", x.Points)
		}
		return v.value(x.Value, at)
	case *Reduce:
		return v.reduce(x)
	case *Fill:
		return v.fill(x)
	}
	return fmt.Errorf("%T does not belong to a step", s)
}

func (v *verifier) let(l *Let, s scope) error {
	if !signature.IsName(l.Name) {
		return fmt.Errorf("local %q: not a name", l.Name)
	}
	if s.locals[l.Name] {
		return fmt.Errorf("%%%s is defined twice", l.Name)
	}
	if err := v.value(l.Value, s); err != nil {
		return err
	}
	s.locals[l.Name] = true
	return nil
}

func (v *verifier) compute(c *Compute, once bool) error {
	if len(c.Targets()) == 0 || len(c.Axes) == 0 {
		return fmt.Errorf("a compute that assigns nothing, or over no axes")
	}
	if len(c.Box) != len(v.p.Axes) {
		return fmt.Errorf("a box of %d axes of %d", len(c.Box), len(v.p.Axes))
	}
	for i, axis := range c.Axes {
		if axis < 0 || axis >= len(v.p.Axes) || i > 0 && axis <= c.Axes[i-1] {
			return fmt.Errorf("a compute over axis %d of %d, or out of order", axis, len(v.p.Axes))
		}
	}
	if err := v.apart(c); err != nil {
		return err
	}
	s := scope{once: once, axes: c.Axes, spans: c.Box, box: extentsOf(c.Axes, c.Box), locals: map[string]bool{}}
	for name := range v.wide {
		s.locals[name] = true
	}
	for _, b := range c.Body {
		switch x := b.(type) {
		case *Let:
			if err := v.let(x, s); err != nil {
				return err
			}
		case *Assign:
			if err := v.value(x.Value, s); err != nil {
				return err
			}
			if err := v.target(x.Target, s, c.When != nil); err != nil {
				return err
			}
			v.written(x.Target, c)
		default:
			return fmt.Errorf("%T in the body of a compute", b)
		}
	}
	return nil
}

// apart checks that no point of a compute reads, at another point, what some
// point writes: only then may its points be carried out in any order.
func (v *verifier) apart(c *Compute) error {
	written := map[Place]bool{}
	for _, t := range c.Targets() {
		written[v.p.Place(t)] = true
	}
	var err error
	Reads(c, func(a *Access) {
		if !a.IsHere() && written[v.p.Place(a)] {
			err = fmt.Errorf("%s is read while another point writes its buffer", v.p.access(a))
		}
	})
	return err
}

func (v *verifier) inject(x *Inject, s scope) error {
	if p := v.p.PointSet(x.Points); p == nil || !p.Inject {
		return fmt.Errorf("there are no points %s to inject", x.Points)
	}
	if x.Ahead < 0 {
		return fmt.Errorf("inject of %s: row %d of the traces", x.Points, x.Ahead)
	}
	if err := v.value(x.Value, s); err != nil {
		return err
	}
	if err := v.target(x.Target, s, x.When != nil); err != nil {
		return err
	}
	var err error
	place := v.p.Place(x.Target)
	ReadsOf(x.Value, func(a *Access) {
		if !a.IsHere() && v.p.Place(a) == place {
			err = fmt.Errorf("%s is read while another node writes its buffer", v.p.access(a))
		}
	})
	if err != nil {
		return err
	}
	return v.read(x.Target, s) // it adds to what is there
}

func (v *verifier) reduce(x *Reduce) error {
	if !slices.ContainsFunc(v.p.Series, func(s *signature.Series) bool { return s.Name == x.Series }) {
		return fmt.Errorf("there is no series %s", x.Series)
	}
	if !slices.Contains([]string{"sum", "min", "max", "norm"}, x.Op) {
		return fmt.Errorf("reduce %s: no operation %s", x.Series, x.Op)
	}
	if len(x.Box) != len(v.p.Axes) {
		return fmt.Errorf("reduce %s: %d ranges for %d axes", x.Series, len(x.Box), len(v.p.Axes))
	}
	var axes []int
	for axis, span := range x.Box {
		axes = append(axes, axis)
		if !span.Lo.End && span.Lo.At < 0 || span.Hi.End && span.Hi.At > 0 {
			return fmt.Errorf("reduce %s: %s along %s", x.Series, span, v.p.Axes[axis])
		}
	}
	return v.value(x.Value, scope{axes: axes, box: extentsOf(axes, x.Box), locals: v.wide})
}

func (v *verifier) fill(x *Fill) error {
	a := v.p.Array(x.Field)
	if a == nil {
		return fmt.Errorf("fill of unknown field %s", x.Field)
	}
	if len(x.Width) != len(v.p.Axes) || len(x.Edges) != len(v.p.Axes) {
		return fmt.Errorf("fill of %s: %d widths and %d edges for %d axes", x.Field, len(x.Width), len(x.Edges), len(v.p.Axes))
	}
	if a.Role == signature.Param || a.Given() {
		return fmt.Errorf("fill of %s, which is given by the caller", x.Field)
	}
	for axis, e := range x.Edges {
		if (e[0] == signature.Wrap) != (e[1] == signature.Wrap) {
			return fmt.Errorf("fill of %s wraps around at one end of %s only", x.Field, v.p.Axes[axis])
		}
	}
	for axis, w := range x.Width {
		halo := v.p.HaloOf(a, axis)
		if min(w[0], w[1]) < 0 || w[0] > halo[0] || w[1] > halo[1] {
			return fmt.Errorf("fill of %s: width %v in a halo of %v points along %s", x.Field, w, halo, v.p.Axes[axis])
		}
	}
	return v.level(a, x.Time)
}

// level checks that a has level t+time.
func (v *verifier) level(a *signature.Array, time int) error {
	text := v.p.access(&Access{Field: a.Name, Time: time})
	switch {
	case a.Given() && max(time, -time) < 8:
	case a.Computed() && (time > 1 || time < 2-a.Levels), a.Given():
		return fmt.Errorf("%s is outside the %d levels of %s", text, a.Levels, a.Name)
	case a.Role != signature.State && time != 0:
		return fmt.Errorf("%s: %s does not vary in time", text, a.Name)
	}
	return nil
}

func (v *verifier) target(t *Access, s scope, sometimes bool) error {
	if err := v.access(t, s); err != nil {
		return err
	}
	a := v.p.Array(t.Field)
	switch {
	case a.Role == signature.Param || a.Given():
		return fmt.Errorf("%s is written, but it is given by the caller", t.Field)
	case s.once != (a.Role == signature.Precomputed):
		return fmt.Errorf("%s is written, but what setup computes is precomputed, and only that", t.Field)
	case sometimes && (a.Role == signature.State || a.Role == signature.Temporary):
		return fmt.Errorf("%s is written in some steps only", t.Field)
	case !t.IsHere():
		return fmt.Errorf("%s is written at an offset", v.p.access(t))
	}
	for _, axis := range s.axes {
		if !a.Spans(axis) {
			return fmt.Errorf("%s is written by every point along %s", v.p.access(t), v.p.Axes[axis])
		}
	}
	return nil
}

// value checks an expression and that all it reads is there.
func (v *verifier) value(e expr.Expr, s scope) error {
	return expr.Check(e, func(e expr.Expr) error {
		switch x := e.(type) {
		case expr.Scalar:
			if !slices.Contains(v.p.Scalars, string(x)) {
				return fmt.Errorf("unknown scalar $%s", string(x))
			}
		case expr.Local:
			if !s.locals[string(x)] {
				return fmt.Errorf("%%%s is used before it is defined", string(x))
			}
		case *Access:
			if err := v.access(x, s); err != nil {
				return err
			}
			return v.read(x, s)
		default:
			return fmt.Errorf("%T cannot be part of an expression", e)
		}
		return nil
	})
}

func (v *verifier) access(a *Access, s scope) error {
	array := v.p.Array(a.Field)
	if array == nil {
		return fmt.Errorf("unknown field %s", a.Field)
	}
	if err := v.level(array, a.Time); err != nil {
		return err
	}
	if array.Role == signature.State && s.once {
		return fmt.Errorf("%s: wavefields do not exist in setup", v.p.access(a))
	}
	if len(a.Offset) != len(v.p.Axes) {
		return fmt.Errorf("%s has %d offsets on %d axes", a.Key(), len(a.Offset), len(v.p.Axes))
	}
	for axis, o := range a.Offset {
		if !array.Spans(axis) {
			if o != 0 {
				return fmt.Errorf("%s is offset along %s, which it does not span", v.p.access(a), v.p.Axes[axis])
			}
			continue
		}
		if !s.points && !slices.Contains(s.axes, axis) {
			return fmt.Errorf("%s has no place along %s", v.p.access(a), v.p.Axes[axis])
		}
		if halo := v.p.HaloOf(array, axis); !s.box[axis].moved(o).within(halo) {
			return fmt.Errorf("%s reaches beyond the halo of %d points along %s", v.p.access(a), max(halo[0], halo[1]), v.p.Axes[axis])
		}
	}
	return nil
}

// extent is how far a range reaches beyond the grid along one axis, at the
// first and at the last point; negative for what stays inside. Where the
// distance depends on the size of the grid it counts as 0.
type extent struct{ first, last int }

type extents []extent

func extentsOf(axes []int, box []signature.Span) extents {
	out := make(extents, len(box))
	for _, axis := range axes {
		if lo := box[axis].Lo; !lo.End {
			out[axis].first = -lo.At
		}
		if hi := box[axis].Hi; hi.End {
			out[axis].last = hi.At
		}
	}
	return out
}

// covered is how far a compute surely reaches: not to ends of the grid from
// which its box is counted away.
func covered(c *Compute) extents {
	out := extentsOf(c.Axes, c.Box)
	for _, axis := range c.Axes {
		if c.Box[axis].Lo.End {
			out[axis].first = nowhere
		}
		if !c.Box[axis].Hi.End {
			out[axis].last = nowhere
		}
	}
	return out
}

func (e extent) moved(offset int) extent { return extent{e.first - offset, e.last + offset} }

func (e extent) within(halo [2]int) bool { return e.first <= halo[0] && e.last <= halo[1] }

func (v *verifier) written(t *Access, c *Compute) {
	a := v.p.Array(t.Field)
	if a.Role != signature.Precomputed && a.Role != signature.Temporary && t.Time != 1 {
		return
	}
	v.done[t.Field] = covered(c)
	if a.Role == signature.State {
		v.boxes[t.Field] = append(v.boxes[t.Field], c.Box)
	}
}

// nowhere is the extent of a range that does not begin at the first point, or
// does not end at the last one.
const nowhere = -1 << 30

// read checks that a value is there: precomputed and temporary fields and levels
// t+1 are computed first, over a box that holds all that is read of them, and
// levels that t+1 overwrites are not read behind that.
func (v *verifier) read(a *Access, s scope) error {
	array := v.p.Array(a.Field)
	made := array.Role == signature.Precomputed || array.Role == signature.Temporary
	future := made || array.Computed() && a.Time == 1
	box, done := v.done[a.Field]
	switch {
	case future && !done:
		return fmt.Errorf("%s is read before it is computed", v.p.access(a))
	case array.Computed() && !future && array.Buffer(a.Time) == array.Buffer(1) && slices.ContainsFunc(v.boxes[a.Field], func(b []signature.Span) bool {
		return !a.IsHere() || s.spans == nil || !Apart(b, s.spans)
	}):
		return fmt.Errorf("%s is read after %s[t+1] took its place", v.p.access(a), a.Field)
	}
	if !made {
		return nil
	}
	for axis, offset := range a.Offset {
		r := s.box[axis].moved(offset)
		if array.Spans(axis) && (r.first > box[axis].first || r.last > box[axis].last) {
			return fmt.Errorf("%s is read where it is not computed", v.p.access(a))
		}
	}
	return nil
}
