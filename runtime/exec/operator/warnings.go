package operator

import (
	"fmt"
	"math"
	"slices"

	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/symbolic"
)

// warn tells what will be computed but is probably not meant. f has the limits
// of the grid; nil when they are not known.
func (b *binder) warn(f *finder) error {
	if b.a.Warn == nil || b.plan {
		return nil
	}
	highest := 0.0
	for _, p := range b.op.Program.Problem.Points {
		given, ok := b.a.Points[p.Name]
		if !ok || given.Count() == 0 {
			continue
		}
		if n := b.silent(p, given); n > 0 {
			what, does := "source", "does nothing"
			if !p.Inject {
				what, does = "receiver", "records zeros"
			}
			b.a.Warn(fmt.Sprintf("%d of %d points of %s lie on a surface where the wavefield vanishes: a %s there %s; move it into the grid", n, given.Count(), p.Name, what, does))
		}
		if !p.Inject {
			continue
		}
		if least, most := given.Traces.Range(); least == 0 && most == 0 {
			b.a.Warn(fmt.Sprintf("the traces of %s are all zero", p.Name))
		}
		highest = max(highest, Highest(given.Traces, b.a.Dt))
	}
	if f == nil || highest == 0 {
		return nil
	}
	if err := f.speeds(); err != nil {
		return err
	}
	for _, text := range f.Sampled(b.a.Spacing, b.a.Dt, highest, b.op.Program.Problem.Grid.SpaceOrder) {
		b.a.Warn(text)
	}
	return nil
}

// silent is the number of points that lie where all that they act on, or record,
// is kept at zero by a boundary.
func (b *binder) silent(p *symbolic.Points, given Points) (n int) {
	if given.At == nil || len(given.At.Shape) != 2 {
		return 0
	}
	var of []*symbolic.Function
	for _, s := range b.op.Program.Problem.Statements {
		switch x := s.(type) {
		case *symbolic.Inject:
			if x.Points == p {
				of = append(of, x.Target.Func)
			}
		case *symbolic.Sample:
			if x.Points == p {
				of = append(of, wavefields(x.Value)...)
			}
		}
	}
	if len(of) == 0 {
		return 0
	}
	for i := range given.Count() {
		if !slices.ContainsFunc(of, func(f *symbolic.Function) bool { return !b.vanishes(f, given.At, i) }) {
			n++
		}
	}
	return n
}

// wavefields are those in an expression without derivatives; of one with
// derivatives, nothing is said by where they vanish.
func wavefields(e symbolic.Expr) (out []*symbolic.Function) {
	switch x := e.(type) {
	case *symbolic.Deriv:
		return []*symbolic.Function{{}}
	case *symbolic.Access:
		if x.Func.Varies() {
			return []*symbolic.Function{x.Func}
		}
	}
	for _, x := range symbolic.Children(e) {
		out = append(out, wavefields(x)...)
	}
	return out
}

// vanishes reports whether a function is kept at zero at a point.
func (b *binder) vanishes(f *symbolic.Function, at *field.Array, point int) bool {
	for axis, ends := range f.Edges {
		h, from := b.a.Spacing[axis], b.a.Origin[axis]
		x := at.At(point*len(b.a.Shape) + axis)
		for end, place := range []float64{from, from + h*float64(b.a.Shape[axis]-1)} {
			if ends[end] == symbolic.Odd && !f.IsStaggered(axis) && math.Abs(x-place) < nearNode*h {
				return true
			}
		}
	}
	return false
}

// tell says which records are zero, and why, when a run is over.
func (r *Run) tell() {
	if r.args.Warn == nil {
		return
	}
	if r.tellFaint(); r.args.Outside == Drop {
		return
	}
	for _, p := range r.op.Program.Problem.Points {
		traces := r.Traces(p.Name)
		if p.Inject || traces == nil || traces.Len() == 0 {
			continue
		}
		n := traces.Shape[1]
		heard := make([]bool, n)
		for i := range traces.Len() {
			heard[i%n] = heard[i%n] || traces.At(i) != 0
		}
		zero := 0
		for _, h := range heard {
			if !h {
				zero++
			}
		}
		if zero == 0 {
			continue
		}
		why := "no wave reached them; look where sources and receivers are, when the sources act, and how long the record is"
		if zero == n && r.quiet() {
			why = "all wavefields are zero: no source acted, or only where it has no effect"
			if len(r.strongest) > 0 {
				why += ", or its waves are too weak for half precision"
			}
		}
		r.args.Warn(fmt.Sprintf("%d of %d records of %s are zero throughout: %s", zero, n, p.Name, why))
	}
}

// quiet reports whether all wavefields are zero.
func (r *Run) quiet() bool {
	for _, s := range r.arrays {
		if s.memory != nil && s.every == 0 && !s.array.Keeps() && s.array.Computed() && s.greatest(s.bufferOf(r.Next)) != 0 {
			return false
		}
	}
	return true
}
