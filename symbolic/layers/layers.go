// Package layers surrounds an operator with perfectly matched layers: it
// stretches the derivatives in space of all its equations.
//
// In a layer along x the derivative d/dx of what a wave does becomes (1/s) d/dx,
// with s = 1 + damping/(shift + i omega): waves decay on their way outward, and
// nothing is reflected where the damping begins. In time, 1/s is a convolution
// with an exponential, which a memory variable follows step by step (Komatitsch
// and Martin, Geophysics 72, 2007):
//
//	psi.forward = decay*psi + gain*g.dx,   g.dx -> g.dx + psi.forward
//	decay = exp(-(damping + shift)*dt),    gain = damping/(damping + shift)*(decay - 1)
//
// A second derivative is stretched twice (Pasalic and McGarry, SEG 2010):
//
//	g.dx2 -> g.dx2 + psi.forward.dx + zeta.forward
//	zeta.forward = decay*zeta + gain*(g.dx2 + psi.forward.dx)
//
// where psi.forward.dx and the g.dx of psi have half the order, so that their product
// is no larger than g.dx2 for any wave: where it is, static waves grow.
//
// Memory variables are local: they are computed in the layers, and zero elsewhere.
// What results is an operator like any other, with derivatives of its own.
package layers

import (
	"fmt"
	"slices"

	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
)

// Attach gives p its layers, n points wide, at all ends of the grid that absorb;
// see symbolic.Problem. Without layers or points of them p stays what it is. The
// error names a statement whose derivatives cannot be stretched.
func Attach(p *symbolic.Problem, n int) (*symbolic.Problem, error) {
	if n == 0 {
		return p, nil
	}
	out := *p
	out.Border = n
	if p.Layers == nil {
		return &out, nil
	}
	a := &attachment{out: &out, absorbs: p.Absorbs(), profiles: map[profile][2]*symbolic.Function{}, axes: map[*symbolic.Function]int{}}
	out.Functions, out.Statements = slices.Clone(p.Functions), nil
	for _, s := range p.Statements {
		switch x := s.(type) {
		case *symbolic.Update:
			if x.Target.Func.Role == symbolic.Wavefield {
				u, err := a.update(x)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", x.Source, err)
				}
				s = u
			}
			a.written(x.Target)
		case *symbolic.Inject:
			a.written(x.Target)
		}
		out.Statements = append(out.Statements, s)
	}
	a.trim()
	return &out, nil
}

// attachment is a problem that is given layers.
type attachment struct {
	out      *symbolic.Problem
	absorbs  [][2]bool
	profiles map[profile][2]*symbolic.Function // gain and decay
	memories []*memory                         // that may be used again
	axes     map[*symbolic.Function]int        // of all memory variables: that of their layers
	source   symbolic.Source
	err      error
}

// profile is where the damping of an axis is wanted: on the nodes, or half a
// spacing up some axes. half is that of its own axis alone when no other matters.
type profile struct {
	axis int
	half [3]bool
	// shift is by how many half spacings it is further up its own axis, where a
	// derivative is taken between the points, as u.dx(at 1/2).
	shift int
}

// memory is a memory variable of what it is driven by.
type memory struct {
	axis     int
	of       symbolic.Expr
	function *symbolic.Function
}

// update stretches the derivatives of an update; the updates of the memory
// variables that it needs are put in front.
func (a *attachment) update(x *symbolic.Update) (*symbolic.Update, error) {
	u := *x
	a.source = x.Source
	at := make([]bool, a.out.Grid.Dim())
	copy(at, x.Target.Func.Stagger)
	u.Left = symbolic.Sum(x.Left, a.stretch(x.Left, at))
	u.Right = symbolic.Sum(x.Right, a.stretch(x.Right, at))
	if x.Value != nil {
		u.Value = u.Right
	}
	return &u, a.err
}

// stretch is what the layers add to an expression that is wanted at a place.
func (a *attachment) stretch(e symbolic.Expr, at []bool) symbolic.Expr {
	switch x := e.(type) {
	case *symbolic.Add:
		var terms []symbolic.Expr
		for _, t := range x.Terms {
			terms = append(terms, a.stretch(t, at))
		}
		return symbolic.Sum(terms...)
	case *symbolic.Place:
		return placed(a.stretch(x.Of, x.Half), x.Half)
	case *symbolic.Deriv:
		return a.derivative(x, at)
	}
	// One factor that gains something gives that times the others; all else is
	// the difference of what it becomes and what it was.
	var added []symbolic.Expr
	gaining := 0
	for _, part := range symbolic.Children(e) {
		more := a.stretch(part, at)
		if !symbolic.IsZero(more) {
			gaining++
		}
		added = append(added, more)
	}
	if gaining == 0 {
		return symbolic.Int(0)
	}
	m, isProduct := e.(*symbolic.Mul)
	i := -1
	become := symbolic.Map(e, func(part symbolic.Expr) symbolic.Expr {
		i++
		if isProduct && gaining == 1 && !symbolic.IsZero(added[i]) {
			return added[i]
		}
		return symbolic.Sum(part, added[i])
	})
	if isProduct && gaining == 1 && m != nil {
		return become
	}
	return symbolic.Sub(become, e)
}

func placed(e symbolic.Expr, half []bool) symbolic.Expr {
	if symbolic.IsZero(e) {
		return e
	}
	return symbolic.NewPlace(e, half)
}

// derivative is what the layers add to a derivative.
func (a *attachment) derivative(d *symbolic.Deriv, at []bool) symbolic.Expr {
	if !symbolic.Varies(d.Of, symbolic.TimeAxis) {
		return symbolic.Int(0)
	}
	if d.Axis == symbolic.TimeAxis {
		if more := a.stretch(d.Of, at); !symbolic.IsZero(more) {
			a.refuse("a time derivative of derivatives in space cannot be stretched; take the time derivative inside")
		}
		return symbolic.Int(0)
	}
	operand := slices.Clone(at)
	operand[d.Axis] = fd.Lies(d.Of, d.Axis, at[d.Axis])
	inner := a.stretch(d.Of, operand)
	apply := func(order int, s symbolic.Scheme) symbolic.Expr {
		e := symbolic.Expr(symbolic.NewDeriv(d.Of, d.Axis, order, s))
		if !symbolic.IsZero(inner) {
			e = symbolic.Sum(e, symbolic.NewDeriv(inner, d.Axis, order, s))
		}
		return e
	}
	more := symbolic.Expr(symbolic.Int(0)) // the derivative of what is added inside
	if !symbolic.IsZero(inner) {
		more = symbolic.NewDeriv(inner, d.Axis, d.Order, d.Scheme)
	}
	if a.absorbs[d.Axis] == [2]bool{} {
		return more
	}
	switch d.Order {
	case 1:
		return symbolic.Sum(more, a.memory(d.Axis, apply(1, d.Scheme), at, shifted(d, d.Axis), 0))
	case 2:
		between := slices.Clone(at)
		between[d.Axis] = !operand[d.Axis]
		scheme := symbolic.Scheme{Accuracy: a.below(d.Accuracy)}
		first := symbolic.NewDeriv(a.memory(d.Axis, apply(1, scheme), between, 0, 0), d.Axis, 1, scheme)
		// It is computed as far as the first derivative reaches out of the layer, where
		// it stays zero, so that both are added over the same points.
		return symbolic.Sum(more, first, a.memory(d.Axis, symbolic.Sum(apply(2, d.Scheme), first), at, 0, scheme.Accuracy/2))
	}
	a.refuse("only first and second derivatives can be stretched; write higher ones as derivatives of these, as laplace(laplace(u))")
	return more
}

func (a *attachment) refuse(why string) {
	if a.err == nil {
		a.err = fmt.Errorf("absorb: %s", why)
	}
}

// shifted is by how many half spacings up an axis the values of an expression are
// further than they count: derivatives are moved by at 1/2 and back by at -1/2.
func shifted(e symbolic.Expr, axis int) int {
	most := 0
	for _, part := range symbolic.Children(e) {
		if n := shifted(part, axis); max(n, -n) > max(most, -most) {
			most = n
		}
	}
	if d, ok := e.(*symbolic.Deriv); ok && d.Axis == axis {
		most += d.Half
	}
	return min(max(most, -1), 1)
}

// memory is the next level of the memory variable of an expression along an axis,
// at a place that is shifted by half spacings. It is computed in the layers and so
// many points beyond.
func (a *attachment) memory(axis int, of symbolic.Expr, at []bool, shift, beyond int) symbolic.Expr {
	for _, m := range a.memories {
		if m.axis == axis && symbolic.Equal(m.of, of) && slices.Equal(m.function.Stagger, at) {
			return m.function.At(1, nil)
		}
	}
	g := a.out.Grid
	f := &symbolic.Function{Name: a.free(fmt.Sprintf("memory%d", len(a.axes)+1)), Doc: fmt.Sprintf("memory of layers along %s", g.Axes[axis]),
		Grid: g, Role: symbolic.Wavefield, Stagger: slices.Clone(at), Edges: edges(of, axis), Local: true}
	for x := range g.Axes {
		f.Axes = append(f.Axes, x)
	}
	a.out.Functions = append(a.out.Functions, f)
	a.memories = append(a.memories, &memory{axis, of, f})
	a.axes[f] = axis
	where := profile{axis: axis, shift: shift}
	if where.half[axis] = at[axis]; a.out.Layers.Leak != nil {
		copy(where.half[:], at)
	}
	p := a.profile(where)
	value := symbolic.Sum(symbolic.Product(p[1].Here(), f.Here()), symbolic.Product(p[0].Here(), of))
	target := f.At(1, nil)
	for _, r := range a.regions(where, at, beyond) {
		a.out.Statements = append(a.out.Statements, &symbolic.Update{Target: target, Left: target, Right: value, Value: value, Region: r, Source: a.source})
	}
	return target
}

// regions are where a memory variable along an axis is computed: the layers of
// the axis, or where damping leaks all layers, which then share no points.
func (a *attachment) regions(where profile, at []bool, beyond int) (out []*symbolic.Region) {
	width := func(axis, end int) int {
		n, half := a.out.Border+beyond, at[axis]
		up, down := half, false
		if axis == where.axis {
			up, down = half || where.shift > 0, where.shift < 0
		}
		// Half a spacing up the axis the layer at its last end begins a point earlier;
		// half a spacing down, the one at its first end ends a point later.
		if end == 0 && down || end == 1 && up {
			n++
		}
		return n
	}
	whole := make([]symbolic.Span, a.out.Grid.Dim())
	for i := range whole {
		whole[i].Hi.End = true
	}
	for axis, ends := range a.absorbs {
		if axis != where.axis && a.out.Layers.Leak == nil {
			continue
		}
		for end, absorbs := range ends {
			if !absorbs {
				continue
			}
			n := width(axis, end)
			r := &symbolic.Region{Name: "layer_" + a.out.Grid.Axes[axis] + []string{"_first", "_last"}[end], Span: slices.Clone(whole)}
			if n > a.out.Border+beyond {
				r.Name += "_half"
			}
			if beyond > 0 {
				r.Name += fmt.Sprintf("_%d_beyond", beyond)
			}
			if end == 0 {
				r.Span[axis].Hi = symbolic.Bound{At: n}
			} else {
				r.Span[axis].Lo = symbolic.Bound{End: true, At: -n}
			}
			out = append(out, r)
		}
		// Layers of the axes behind it lie between those of this one.
		if ends[0] {
			whole[axis].Lo = symbolic.Bound{At: width(axis, 0)}
		}
		if ends[1] {
			whole[axis].Hi = symbolic.Bound{End: true, At: -width(axis, 1)}
		}
	}
	return out
}

// profile is the gain and the decay of the memory variables of an axis.
func (a *attachment) profile(at profile) [2]*symbolic.Function {
	if p, ok := a.profiles[at]; ok {
		return p
	}
	g, l := a.out.Grid, a.out.Layers
	damping, shift := l.Damping[at.axis], l.Shift[at.axis]
	axes := []int{at.axis}
	if l.Leak != nil {
		axes = nil
		for axis, d := range l.Damping {
			axes = append(axes, axis)
			if axis != at.axis {
				damping = symbolic.Sum(damping, symbolic.Product(l.Leak, d))
			}
		}
	}
	if at.shift != 0 {
		axis := a.out.Grid.Axes[at.axis]
		damping, shift = symbolic.LayersAt(damping, axis, at.shift), symbolic.LayersAt(shift, axis, at.shift)
	}
	rate := symbolic.Sum(damping, shift)
	decay := symbolic.Apply("exp", symbolic.Neg(symbolic.Product(rate, symbolic.TimeStep())))
	// Where neither damps, the gain is zero: nothing is divided by zero there.
	gain := symbolic.Product(damping, symbolic.Quotient(symbolic.Sub(decay, symbolic.Int(1)), symbolic.Apply("max", rate, symbolic.Power(symbolic.Int(10), symbolic.Int(-30)))))
	name, doc := g.Axes[at.axis], " of the memory of layers along "+g.Axes[at.axis]
	declare := func(kind string, value symbolic.Expr) *symbolic.Function {
		f := &symbolic.Function{Name: "layer_" + kind + "_" + name, Doc: kind + doc, Grid: g, Role: symbolic.Field, Axes: axes, Default: value}
		for axis, half := range at.half[:g.Dim()] {
			if half {
				f.Name += "_half_" + g.Axes[axis]
				f.Stagger = at.half[:g.Dim()]
			}
		}
		switch at.shift {
		case 1:
			f.Name += "_up"
		case -1:
			f.Name += "_down"
		}
		f.Name = a.free(f.Name)
		a.out.Functions = append(a.out.Functions, f)
		return f
	}
	p := [2]*symbolic.Function{declare("gain", gain), declare("decay", decay)}
	a.profiles[at] = p
	return p
}

// free is a name that nothing has, like the one wished for.
func (a *attachment) free(name string) string {
	p := a.out
	for slices.Contains(p.Scalars(), name) || slices.Contains(p.Grid.Axes, name) ||
		slices.ContainsFunc(p.Functions, func(f *symbolic.Function) bool { return f.Name == name }) ||
		slices.ContainsFunc(p.Points, func(q *symbolic.Points) bool { return q.Name == name }) ||
		slices.ContainsFunc(p.Series, func(s *symbolic.Series) bool { return s.Name == name }) {
		name += "_"
	}
	return name
}

// written ends the use of memory variables whose operands a statement changes.
func (a *attachment) written(target *symbolic.Access) {
	a.memories = slices.DeleteFunc(a.memories, func(m *memory) bool {
		stale := false
		symbolic.Visit(m.of, func(e symbolic.Expr) {
			x, ok := e.(*symbolic.Access)
			stale = stale || ok && x.Func == target.Func && x.Time == target.Time
		})
		return stale
	})
}

// trim takes their edges from the memory variables that are read at no other
// points than their own along other axes than that of their layers.
func (a *attachment) trim() {
	beyond := map[*symbolic.Function]bool{}
	note := func(e symbolic.Expr, axis int) {
		symbolic.Visit(e, func(e symbolic.Expr) {
			if x, ok := e.(*symbolic.Access); ok && (axis < 0 || a.axes[x.Func] != axis) {
				beyond[x.Func] = true
			}
		})
	}
	for _, s := range a.out.Statements {
		for _, e := range symbolic.Parts(s) {
			symbolic.Visit(e, func(e symbolic.Expr) {
				switch x := e.(type) {
				case *symbolic.Deriv:
					if x.Axis != symbolic.TimeAxis {
						note(x.Of, x.Axis)
					}
				case *symbolic.Place:
					note(x.Of, -1)
				}
			})
		}
	}
	for f := range a.axes {
		if !beyond[f] {
			f.Edges = nil
		}
	}
}

// edges are those of the wavefields in an expression along the other axes, where
// all have the same: memory goes on there as they do.
func edges(e symbolic.Expr, axis int) [][2]symbolic.Edge {
	var out [][2]symbolic.Edge
	first, same := true, true
	symbolic.Visit(e, func(e symbolic.Expr) {
		a, ok := e.(*symbolic.Access)
		if !ok || !a.Func.Varies() || a.Func.Local {
			return
		}
		own := make([][2]symbolic.Edge, a.Func.Grid.Dim())
		copy(own, a.Func.Edges)
		own[axis] = [2]symbolic.Edge{}
		same = same && (first || slices.Equal(own, out))
		first, out = false, own
	})
	if !same || !slices.ContainsFunc(out, func(e [2]symbolic.Edge) bool { return e != [2]symbolic.Edge{} }) {
		return nil
	}
	return out
}

// below is the accuracy of the first derivatives whose product is the part of a
// second derivative that is stretched twice: half, as those along the axes of
// tilted media have, with which they must cancel.
func (a *attachment) below(accuracy int) int {
	if accuracy == 0 {
		accuracy = a.out.Grid.SpaceOrder
	}
	return max(accuracy/2, 2)
}
