package stencil

import (
	"fmt"
	"slices"

	"github.com/courant-pde/courant/codegen/signature"
)

// Dependence says that a statement must wait for another: the point q of To
// for the point p of From, whenever q - p lies between Lo and Hi. Both touch
// one element of Field there, and one of them writes it.
//
// It is the one thing that every question of order asks: whether computes may
// share a tile, how far tiles must be skewed, how many planes of a temporary
// have to be kept, and in which order steps may overlap.
type Dependence struct {
	From, To int    // statements of the step
	Steps    int    // To belongs to a step that is so many later
	Field    string // what both touch
	Time     int    // level of it, as From counts
	Kind     Kind
	Lo, Hi   []int  // distance per axis
	Free     []bool // axes along which the distance may be any
}

// Kind says which of the two statements of a dependence write.
type Kind int

// The kinds of dependences.
const (
	Flow   Kind = iota // From writes, To reads
	Anti               // From reads, To overwrites
	Output             // both write
)

// touch is an access of a statement to a place, at a range of offsets.
type touch struct {
	field  string
	time   int
	write  bool
	lo, hi []int
	free   []bool
}

// touches lists what a statement reads and writes around its point.
func (p *Program) touches(s Stmt) []touch {
	dim := len(p.Axes)
	var out []touch
	add := func(field string, time int, write bool, offset []int) {
		for i := range out {
			if t := &out[i]; t.field == field && t.time == time && t.write == write {
				for axis, o := range offset {
					t.lo[axis], t.hi[axis] = min(t.lo[axis], o), max(t.hi[axis], o)
				}
				return
			}
		}
		free := make([]bool, dim)
		for axis := range free { // what does not span an axis is the same all along it
			free[axis] = !p.Array(field).Spans(axis)
		}
		out = append(out, touch{field, time, write, append([]int(nil), offset...), append([]int(nil), offset...), free})
	}
	Reads(s, func(a *Access) { add(a.Field, a.Time, false, a.Offset) })
	zero := make([]int, dim)
	switch x := s.(type) {
	case *Compute:
		for _, t := range x.Targets() {
			add(t.Field, t.Time, true, zero)
		}
	case *Inject:
		add(x.Target.Field, x.Target.Time, false, zero)
		add(x.Target.Field, x.Target.Time, true, zero)
	case *Fill:
		add(x.Field, x.Time, false, zero)
		add(x.Field, x.Time, true, zero)
		for i := range out {
			for axis, e := range x.Edges { // images lie anywhere along the axis
				out[i].free[axis] = out[i].free[axis] || e != [2]signature.Edge{}
			}
		}
	case *Reduce:
		for i := range out {
			for axis := range zero {
				out[i].free[axis] = true
			}
		}
	}
	return out
}

// Dependences lists the dependences between some statements of a step, from
// first to before behind, and between those of steps up to so many apart; 0 for
// one step alone.
func (p *Program) Dependences(first, behind, apart int) []Dependence {
	if behind-first < 2 && apart == 0 {
		return nil // points of one statement are independent
	}
	all := make([][]touch, behind-first)
	for i := range all {
		all[i] = p.touches(p.Step[first+i])
	}
	var out []Dependence
	for steps := 0; steps <= apart; steps++ {
		for i := range all {
			for j := range all {
				if steps == 0 && j <= i {
					continue
				}
				for _, a := range all[i] {
					for _, b := range all[j] {
						if d, ok := p.between(first+i, first+j, steps, a, b); ok {
							out = append(out, d)
						}
					}
				}
			}
		}
	}
	return out
}

// Order gives a function that reports whether of two statements of a step one must
// wait for the other. It remembers the statements that it has seen. Computes at the
// two ends of an axis need not wait; see Require for the grids that this asks for.
func (p *Program) Order() func(a, b Stmt) bool {
	seen := map[Stmt][]touch{}
	touches := func(s Stmt) []touch {
		t, ok := seen[s]
		if !ok {
			t = p.touches(s)
			seen[s] = t
		}
		return t
	}
	return func(a, b Stmt) bool {
		one, isCompute := a.(*Compute)
		other, both := b.(*Compute)
		apart := isCompute && both && Apart(one.Box, other.Box)
		for _, x := range touches(a) {
			for _, y := range touches(b) {
				if x.field != y.field || !x.write && !y.write {
					continue
				}
				d, ok := p.between(0, 0, 0, x, y)
				if still := !slices.Contains(d.Free, true) && !slices.ContainsFunc(slices.Concat(d.Lo, d.Hi), func(n int) bool { return n != 0 }); ok && !(apart && still) {
					return true
				}
			}
		}
		return false
	}
}

// between is the dependence between two touches, b so many steps later.
func (p *Program) between(i, j, steps int, a, b touch) (Dependence, bool) {
	if a.field != b.field || !a.write && !b.write {
		return Dependence{}, false
	}
	array := p.Array(a.field)
	later := b.time
	if array.Computed() {
		later += steps
	}
	if array.Role == signature.State && array.Buffer(a.time) != array.Buffer(later) {
		return Dependence{}, false
	}
	d := Dependence{From: i, To: j, Steps: steps, Field: a.field, Time: a.time, Kind: Flow, Free: make([]bool, len(p.Axes))}
	switch {
	case a.write && b.write:
		d.Kind = Output
	case b.write:
		d.Kind = Anti
	}
	for axis := range p.Axes {
		d.Lo, d.Hi = append(d.Lo, a.lo[axis]-b.hi[axis]), append(d.Hi, a.hi[axis]-b.lo[axis])
		d.Free[axis] = a.free[axis] || b.free[axis]
	}
	return d, true
}

// Explain puts a dependence in terms of the operator file.
func (p *Program) Explain(d Dependence) string {
	field := p.access(&Access{Field: d.Field, Time: d.Time, Offset: make([]int, len(p.Axes))})
	from, to := Note(p.Step[d.From]), Note(p.Step[d.To])
	later := ""
	switch {
	case d.Steps == 1:
		later = " a step later"
	case d.Steps > 1:
		later = fmt.Sprintf(" %d steps later", d.Steps)
	}
	what := map[Kind]string{
		Flow:   "%s is computed by %q and then read by %q%s",
		Anti:   "%s is read by %q before %q overwrites it%s",
		Output: "%s is written by %q and then by %q%s",
	}[d.Kind]
	return fmt.Sprintf(what, field, from, to, later)
}
