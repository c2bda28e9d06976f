// Package interp runs a kernel by interpretation: the oracle that every target is
// compared with.
//
// In: a kernel, by Of or in its text form by Load, and a Binding, which holds arrays,
// points and scalars. Out: the arrays as the steps leave them. Start at Prepare, which
// runs once, and Steps. Most callers use runtime/exec/operator, which interprets when it
// is given no target.
//
// It follows the loops to the letter, in the order in which they stand and on one
// thread. A float64 kernel is computed in float64; in a float32 kernel every operation
// on the grid is rounded to float32, as C does without contraction. To be bearable on
// real grids, an innermost loop is evaluated expression by expression over the whole
// row, where no iteration reads what another one writes.
package interp

import (
	"fmt"
	"math"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/codegen/signature"
)

// Target is the interpreter as a target.
type Target struct{}

// Name returns "interp".
func (Target) Name() string { return "interp" }

// Facts are those of processors, so that it runs what they run.
func (Target) Facts() facts.Target { return facts.CPU }

// Emit prints a kernel in its text form, which Load reads.
func (Target) Emit(k *loop.Kernel) (*backends.Source, error) {
	return &backends.Source{Name: k.Name, File: k.Name + ".loops", Text: k.String(), Language: backends.Loops}, nil
}

// Program is a kernel ready to be run.
type Program struct{ k *loop.Kernel }

// Load reads a kernel in its text form. The error is a *text.SyntaxError.
func Load(source string) (*Program, error) {
	k, err := loop.Parse(source)
	if err != nil {
		return nil, err
	}
	return Of(k), nil
}

// Of is a kernel as a program.
func Of(k *loop.Kernel) *Program { return &Program{k} }

// Prepare carries out what the kernel does once per run.
func Prepare[T Real](p *Program, b *Binding[T]) error {
	m := newMachine(p.k, b)
	return m.run(p.k.Setup)
}

// Steps carries out the time steps first to last, both included.
func Steps[T Real](p *Program, b *Binding[T], first, last int) error {
	m := newMachine(p.k, b)
	for _, s := range p.k.Setup { // numbers are computed again, arrays are kept
		if l, ok := s.(*loop.Let); ok {
			if err := m.run([]loop.Stmt{l}); err != nil {
				return err
			}
		}
	}
	m.set(loop.Symbol{Kind: loop.First}, int64(first))
	m.set(loop.Symbol{Kind: loop.Last}, int64(last))
	if err := m.run(p.k.Run); err != nil {
		return fmt.Errorf("step %d: %w", m.vars[m.slot(loop.Symbol{Kind: loop.Var, Name: "t"})], err)
	}
	return nil
}

type machine[T Real] struct {
	k       *loop.Kernel
	b       *Binding[T]
	slots   map[loop.Symbol]int
	vars    []int64 // by slot
	t       int     // slot of t
	wide    map[string]float64
	rows    map[string][]T // locals of the row being computed
	free    [][]T
	arrays  map[string]int
	points  map[string]int
	scalar  map[string]float64
	buffers map[string]*Array[T]
	places  map[*loop.Ref]*place
	bounds  map[*loop.For]*bounds
}

func newMachine[T Real](k *loop.Kernel, b *Binding[T]) *machine[T] {
	m := &machine[T]{k: k, b: b, slots: map[loop.Symbol]int{}, wide: map[string]float64{}, rows: map[string][]T{},
		arrays: map[string]int{}, points: map[string]int{}, scalar: map[string]float64{}, buffers: map[string]*Array[T]{},
		places: map[*loop.Ref]*place{}, bounds: map[*loop.For]*bounds{}}
	m.t = m.slot(loop.Symbol{Kind: loop.Var, Name: "t"})
	for axis, name := range k.Axes {
		size := b.Size[axis]
		m.set(loop.Symbol{Kind: loop.Size, Name: name}, size)
		block := size
		if b.Block != nil {
			block = b.Block[axis]
		}
		m.set(loop.Symbol{Kind: loop.Block, Name: name}, block)
		origin, global := int64(0), size
		if b.Global != nil {
			origin, global = b.Origin[axis], b.Global[axis]
		}
		m.set(loop.Symbol{Kind: loop.Origin, Name: name}, origin)
		m.set(loop.Symbol{Kind: loop.Global, Name: name}, global)
	}
	for i, a := range k.Arrays {
		m.arrays[a.Name] = i
	}
	for i, p := range k.Points {
		m.points[p.Name] = i
	}
	for i, s := range k.Scalars {
		m.scalar[s] = b.Scalars[i]
	}
	for _, x := range k.Buffers {
		m.buffers[x.Name] = m.memory(x)
	}
	return m
}

// memory is that of a buffer, full of NaN, so that what is read before it is
// computed does not go unseen.
func (m *machine[T]) memory(x *loop.Buffer) *Array[T] {
	out := &Array[T]{Stride: make([]int64, len(x.Dims))}
	n := int64(1)
	for i := len(x.Dims) - 1; i >= 0; i-- {
		out.Stride[i] = n
		n *= max(0, m.affine(m.form(x.Dims[i].Extent)))
	}
	out.Data = make([]T, n)
	for i := range out.Data {
		out.Data[i] = T(math.NaN())
	}
	return out
}

func (m *machine[T]) slot(s loop.Symbol) int {
	i, ok := m.slots[s]
	if !ok {
		i = len(m.vars)
		m.slots[s] = i
		m.vars = append(m.vars, 0)
	}
	return i
}

func (m *machine[T]) set(s loop.Symbol, v int64) { m.vars[m.slot(s)] = v }

// form is an affine form whose symbols are slots.
type form struct {
	terms []term
	con   int64
}

type term struct {
	coef int64
	slot int
}

func (m *machine[T]) form(a loop.Affine) form {
	f := form{con: int64(a.Const)}
	for _, t := range a.Terms {
		f.terms = append(f.terms, term{int64(t.Coef), m.slot(t.Symbol)})
	}
	return f
}

func (m *machine[T]) affine(f form) int64 {
	v := f.con
	for _, t := range f.terms {
		v += t.coef * m.vars[t.slot]
	}
	return v
}

// bounds are those of a loop, and whether its iterations are independent.
type bounds struct {
	lo, hi      []form
	step        form
	slot        int
	innermost   bool
	independent bool
}

func (m *machine[T]) boundsOf(l *loop.For) *bounds {
	b := m.bounds[l]
	if b != nil {
		return b
	}
	b = &bounds{slot: m.slot(loop.Symbol{Kind: loop.Var, Name: l.Var}), step: m.form(l.Step), innermost: l.Step.Equal(loop.Int(1))}
	b.lo, b.hi = m.forms(l.Lo), m.forms(l.Hi)
	for _, s := range l.Body {
		switch s.(type) {
		case *loop.Let, *loop.Store, *loop.Pointer:
		default:
			b.innermost = false
		}
	}
	b.independent = b.innermost && (l.Lanes > 0 || m.apart(l))
	m.bounds[l] = b
	return b
}

func (m *machine[T]) forms(all []loop.Affine) []form {
	out := make([]form, len(all))
	for i, a := range all {
		out[i] = m.form(a)
	}
	return out
}

// greatest and least are the ends of a loop.
func (m *machine[T]) greatest(all []form) int64 {
	v := m.affine(all[0])
	for _, f := range all[1:] {
		v = max(v, m.affine(f))
	}
	return v
}

func (m *machine[T]) least(all []form) int64 {
	v := m.affine(all[0])
	for _, f := range all[1:] {
		v = min(v, m.affine(f))
	}
	return v
}

// apart reports whether no iteration of an innermost loop reads or writes what
// another one writes, as far as that shows in the indices.
func (m *machine[T]) apart(l *loop.For) bool {
	self := loop.Symbol{Kind: loop.Var, Name: l.Var}
	var all, written []*loop.Ref
	for _, s := range l.Body {
		if v := loop.ValueOf(s); v != nil {
			expr.Visit(v, func(e expr.Expr) {
				if r, ok := e.(*loop.Ref); ok {
					all = append(all, r)
				}
			})
		}
		if r := loop.TargetOf(s); r != nil {
			all, written = append(all, r), append(written, r)
		}
	}
	for _, r := range all { // a ring wraps around within the row
		if b := m.k.Buffer(r.Buffer); b != nil {
			for i, d := range b.Dims {
				if d.Ring && r.Index[i].Coef(self) != 0 {
					return false
				}
			}
		}
	}
	for _, w := range written {
		for _, r := range all {
			if r.Buffer != w.Buffer {
				continue
			}
			same, moves := true, false
			for i := range w.Index {
				same = same && w.Index[i].Equal(r.Index[i])
				moves = moves || w.Index[i].Coef(self) != 0
			}
			other := m.k.Array(w.Buffer)
			if other != nil && other.Buffer(w.Level) != other.Buffer(r.Level) {
				continue
			}
			if !same || !moves {
				return false
			}
		}
	}
	return true
}

func (m *machine[T]) run(body []loop.Stmt) error {
	for _, s := range body {
		if err := m.stmt(s); err != nil {
			return err
		}
	}
	return nil
}

func (m *machine[T]) stmt(s loop.Stmt) error {
	switch x := s.(type) {
	case *loop.Team:
		return m.run(x.Body)
	case *loop.For:
		return m.loop(x)
	case *loop.If:
		if m.holds(x) {
			return m.run(x.Body)
		}
	case *loop.Let:
		v, err := m.double(x.Value)
		if err != nil {
			return err
		}
		m.wide[x.Name] = float64(T(v))
	case *loop.Store:
		return m.store(x, 1, -1)
	case *loop.Pointer, *loop.Barrier:
		// Refs say where they are; one thread waits for nobody.
	case *loop.Inject:
		return m.inject(x)
	case *loop.Sample:
		return m.sample(x)
	case *loop.Reduce:
		return m.reduce(x)
	case *loop.Exchange:
		return m.exchange(x)
	default:
		return fmt.Errorf("cannot run %T", s)
	}
	return nil
}

func (m *machine[T]) holds(x *loop.If) bool {
	t := m.vars[m.t] + int64(x.Step)
	if !x.Every.IsZero() && m.own(int64(x.Step))%m.steps(x.Every) != 0 || x.Last && t != int64(m.b.End) {
		return false
	}
	for _, a := range x.AtLeastZero {
		if m.affine(m.form(a)) < 0 {
			return false
		}
	}
	return true
}

// own is the operator's own step, so many after t.
func (m *machine[T]) own(later int64) int64 {
	t := m.vars[m.t] + later
	if m.k.Backward {
		return int64(m.b.Mirror) - t
	}
	return t
}

// steps is the number of steps of a condition or a history.
func (m *machine[T]) steps(s signature.Steps) int64 {
	if s.Scalar != "" {
		return max(1, int64(m.scalar[s.Scalar]))
	}
	return int64(s.Number)
}

func (m *machine[T]) exchange(x *loop.Exchange) error {
	if m.b.Exchange == nil {
		return fmt.Errorf("there are no other ranks to exchange %s with", x.Buffer)
	}
	i := m.arrays[x.Buffer]
	store := &m.b.Arrays[i]
	return m.b.Exchange(Halo{Array: i, Buffer: m.buffer(m.k.Arrays[i], store, x.Level), Axis: x.Axis, Width: x.Width, Wait: x.Phase == loop.Wait})
}

func (m *machine[T]) loop(l *loop.For) error {
	b := m.boundsOf(l)
	lo, hi := m.greatest(b.lo), m.least(b.hi)
	step := m.affine(b.step)
	if step < 1 {
		return fmt.Errorf("loop %s: step %d", l.Var, step)
	}
	if b.innermost {
		defer clear(m.rows)
	}
	if b.independent {
		m.vars[b.slot] = lo
		return m.row(l.Body, int(hi-lo), b.slot)
	}
	one := func(v int64) error {
		m.vars[b.slot] = v
		body := l.Body
		if l.Rest != nil && v+step > hi {
			body = l.Rest
		}
		if b.innermost {
			return m.row(body, 1, b.slot)
		}
		return m.run(body)
	}
	if l.Rest != nil {
		v := lo
		for ; v+step <= hi; v += step {
			if err := one(v); err != nil {
				return err
			}
		}
		for ; v < hi; v++ {
			if err := one(v); err != nil {
				return err
			}
		}
		return nil
	}
	down := l.Down != (m.b.Reverse && (l.Kind == loop.Threads || l.Kind == loop.Grid || l.Kind == loop.InBlock))
	if down && hi > lo {
		for v := lo + (hi-1-lo)/step*step; v >= lo; v -= step {
			if err := one(v); err != nil {
				return err
			}
		}
		return nil
	}
	for v := lo; v < hi; v += step {
		if err := one(v); err != nil {
			return err
		}
	}
	return nil
}
