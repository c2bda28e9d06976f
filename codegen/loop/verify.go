package loop

import (
	"fmt"
	"maps"
	"slices"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/signature"
)

// Verify checks that a kernel is well formed: names are defined before use,
// every index lies inside its buffer, no two iterations of a parallel loop touch
// one element with a write, threads wait for each other where one needs what
// another does, and what they read of their own memory they have written. It
// proves this by interval arithmetic on the bounds of loops, for grids that hold
// what the signature requires. What Verify accepts, targets and the interpreter
// can carry out; an error is a fault of the compiler.
func Verify(k *Kernel) error {
	if err := k.Check(); err != nil {
		return err
	}
	v := &verifier{k: k, least: leastSizes(k)}
	for i, b := range k.Buffers {
		if k.Buffer(b.Name) != k.Buffers[i] {
			return fmt.Errorf("buffer %s is declared twice", b.Name)
		}
		if err := v.buffer(b); err != nil {
			return err
		}
	}
	s := scope{locals: map[string]bool{}, pointers: map[string]*Pointer{}}
	for _, x := range k.Setup {
		if err := v.stmt(x, s, true); err != nil {
			return fmt.Errorf("setup: %w", err)
		}
	}
	if err := v.block(k.Run, s, false); err != nil {
		return fmt.Errorf("run: %w", err)
	}
	return nil
}

type verifier struct {
	k     *Kernel
	least map[string]int // points along each axis that a grid has at least
}

// leastSizes are the sizes of grids that hold all boxes.
func leastSizes(k *Kernel) map[string]int {
	out := map[string]int{}
	for axis, name := range k.Axes {
		out[name] = 1
		for _, b := range k.Boxes {
			s := b.Span[axis]
			if s.Lo.End {
				out[name] = max(out[name], -s.Lo.At)
			}
			if !s.Hi.End {
				out[name] = max(out[name], s.Hi.At)
			}
		}
	}
	return out
}

// extent is the least extent that tiles along an axis have whose size is chosen
// at run time.
func (v *verifier) extent(axis string) int {
	for _, p := range v.k.Parts {
		if v.k.Axes[p.Axis] == axis {
			return p.Least
		}
	}
	return 1
}

// variable is an integer between bounds.
type variable struct {
	name   string
	lo, hi []Affine // lo <= it < hi
	step   int      // points that an iteration covers
}

// scope is what surrounds a statement.
type scope struct {
	vars     []variable // outermost first
	team     bool
	shared   bool // in a loop whose iterations threads share
	grid     bool // in a loop whose iterations blocks of a device share
	block    bool // in a loop whose iterations the threads of a block share
	lanes    bool // in a loop whose iterations run side by side in one thread
	nested   bool // in a loop that is neither that of time nor over tiles, or in a condition
	locals   map[string]bool
	pointers map[string]*Pointer
}

func (s scope) inner(vars ...variable) scope {
	s.vars = append(slices.Clip(s.vars), vars...)
	s.locals, s.pointers = maps.Clone(s.locals), maps.Clone(s.pointers)
	return s
}

func (v *verifier) buffer(b *Buffer) error {
	if !signature.IsName(b.Name) {
		return fmt.Errorf("buffer %q: not a name", b.Name)
	}
	if len(b.Dims) == 0 || v.k.Array(b.Name) != nil {
		return fmt.Errorf("buffer %s has no dimensions, or the name of an array", b.Name)
	}
	for _, d := range b.Dims {
		for _, t := range d.Extent.Terms {
			if t.Kind != Size || !slices.Contains(v.k.Axes, t.Name) {
				return fmt.Errorf("buffer %s: extent %s", b.Name, d.Extent)
			}
		}
		if !v.atLeastZero(d.Extent.Plus(-1), nil) {
			return fmt.Errorf("buffer %s: extent %s", b.Name, d.Extent)
		}
		if d.Ring && (!d.Extent.IsConst() || d.Extent.Const < 1) {
			return fmt.Errorf("buffer %s: a ring of %s planes", b.Name, d.Extent)
		}
	}
	return nil
}

func (v *verifier) block(body []Stmt, s scope, setup bool) error {
	for _, x := range body {
		if err := v.stmt(x, s, setup); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) stmt(x Stmt, s scope, setup bool) error {
	switch x := x.(type) {
	case *Team:
		if s.team || setup {
			return fmt.Errorf("a team within a team, or in setup")
		}
		s.team = true
		if err := v.block(x.Body, s.inner(), false); err != nil {
			return err
		}
		return v.waits(x.Body, s)
	case *For:
		return v.loop(x, s, setup)
	case *If:
		if x.Every.IsZero() && !x.Last && len(x.AtLeastZero) == 0 {
			return fmt.Errorf("a condition without conditions")
		}
		if !x.Every.IsZero() {
			if err := v.k.CheckSteps(x.Every); err != nil {
				return err
			}
		}
		for _, a := range x.AtLeastZero {
			if err := v.known(a, s); err != nil {
				return err
			}
		}
		s.nested = true
		return v.block(x.Body, s.inner(), setup)
	case *Let:
		if !signature.IsName(x.Name) || s.locals[x.Name] {
			return fmt.Errorf("local %%%s: not a name, or defined twice", x.Name)
		}
		if err := v.value(x.Value, s); err != nil {
			return err
		}
		s.locals[x.Name] = true
	case *Store:
		if err := v.value(x.Value, s); err != nil {
			return err
		}
		if s.team && !s.shared && !s.grid && v.k.Buffer(x.To.Buffer) == nil {
			return fmt.Errorf("%s is written by every thread of the team", x.To)
		}
		if b := v.k.Buffer(x.To.Buffer); s.grid && !s.block && (b == nil || b.Space == Shared) {
			return fmt.Errorf("%s is written by every thread of a block", x.To)
		}
		return v.target(x.To, s, setup)
	case *Pointer:
		return v.pointer(x, s)
	case *Inject:
		if p := v.k.PointSet(x.Points); p == nil || !p.Inject {
			return fmt.Errorf("there are no points %s to inject", x.Points)
		}
		if err := v.sparse("inject "+x.Points, s); err != nil {
			return err
		}
		at := s.inner(v.node(x.Within)...)
		if err := v.value(x.Value, at); err != nil {
			return err
		}
		if err := v.bounds(x.Within, s); err != nil {
			return err
		}
		return v.target(x.To, at, setup)
	case *Sample:
		return v.sample(x, s)
	case *Reduce:
		return v.reduce(x, s)
	case *Exchange:
		return v.exchange(x, s, setup)
	case *Barrier:
		switch {
		case s.shared:
			return fmt.Errorf("a barrier in a loop that threads share")
		case s.block:
			return fmt.Errorf("a barrier in a loop that threads of a block share: not all of them come to it")
		case s.lanes:
			return fmt.Errorf("a barrier in a loop with lanes")
		}
	default:
		return fmt.Errorf("unknown statement %T", x)
	}
	return nil
}

// exchange checks that what ranks exchange is a level of a wavefield that steps
// compute, and that there is.
func (v *verifier) exchange(x *Exchange, s scope, setup bool) error {
	a := v.k.Array(x.Buffer)
	if a == nil || x.Axis < 0 || x.Axis >= len(v.k.Axes) || !a.Spans(x.Axis) {
		return fmt.Errorf("exchange of %s along axis %d", x.Buffer, x.Axis)
	}
	if !a.Computed() || setup {
		return fmt.Errorf("exchange of %s, which is no wavefield that steps compute, or in setup", x.Buffer)
	}
	if x.Level > 1 || x.Level < 2-a.Levels {
		return fmt.Errorf("exchange of %s[@%d]: there are levels %d to 1", x.Buffer, x.Level, 2-a.Levels)
	}
	if h := v.k.HaloOf(a, x.Axis); min(x.Width[0], x.Width[1]) < 0 || x.Width[0] > h[0] || x.Width[1] > h[1] || s.shared || s.grid || s.block || s.lanes {
		return fmt.Errorf("exchange of %s: %v points in a halo of %v, or by one thread", x.Buffer, x.Width, h)
	}
	return nil
}

// sparse checks where a statement stands whose nodes threads share.
func (v *verifier) sparse(what string, s scope) error {
	switch {
	case s.block:
		return fmt.Errorf("%s in a loop that threads of a block share, as they do its nodes", what)
	case s.lanes:
		return fmt.Errorf("%s in a loop with lanes", what)
	}
	return v.named(what, s)
}

func (v *verifier) sample(x *Sample, s scope) error {
	p := v.k.PointSet(x.Points)
	if p == nil || p.Inject {
		return fmt.Errorf("there are no points %s to sample at", x.Points)
	}
	if x.Stage != Whole && x.Step >= p.Staged {
		return fmt.Errorf("samples of %s in step %d, where memory is for %d", x.Points, x.Step, p.Staged)
	}
	if x.Step < 0 || (x.Stage == Take) != (x.Within != nil) && x.Within != nil {
		return fmt.Errorf("samples of %s: only what is taken apart is of a tile, and of step 0 or later", x.Points)
	}
	if err := v.bounds(x.Within, s); err != nil {
		return err
	}
	what := stageWords[x.Stage] + " " + x.Points
	if err := v.sparse(what, s); err != nil {
		return err
	}
	if x.Stage != Take && (s.shared || s.grid) {
		return fmt.Errorf("%s in a loop that threads share: it is of the whole grid", what)
	}
	if x.Stage == Sum {
		return nil
	}
	if err := v.value(x.Value, s.inner(v.node(x.Within)...)); err != nil {
		return err
	}
	if x.Stage == Whole && p.Staged > 0 {
		return fmt.Errorf("samples of %s are taken apart from their sums, as there is memory for them", x.Points)
	}
	return nil
}

func (v *verifier) reduce(x *Reduce, s scope) error {
	if !slices.ContainsFunc(v.k.Series, func(s *signature.Series) bool { return s.Name == x.Series }) {
		return fmt.Errorf("there is no series %s", x.Series)
	}
	if !slices.Contains([]string{"sum", "min", "max", "norm"}, x.Op) || len(x.Lo) != len(v.k.Axes) || len(x.Hi) != len(v.k.Axes) {
		return fmt.Errorf("reduce %s: operation %s over %d axes", x.Series, x.Op, len(x.Lo))
	}
	if s.shared || s.grid {
		return fmt.Errorf("reduce %s in a loop that threads share", x.Series)
	}
	for axis := range x.Lo {
		if err := v.bounds([]Within{{axis, x.Lo[axis], x.Hi[axis]}}, s); err != nil {
			return err
		}
	}
	if err := v.sparse("reduce "+x.Series, s); err != nil {
		return err
	}
	var vars []variable
	for axis, name := range v.k.Axes {
		vars = append(vars, variable{name, x.Lo[axis], x.Hi[axis], 1})
	}
	return v.value(x.Value, s.inner(vars...))
}

func (v *verifier) loop(l *For, s scope, setup bool) error {
	if !signature.IsName(l.Var) || len(l.Body) == 0 || len(l.Lo) == 0 || len(l.Hi) == 0 {
		return fmt.Errorf("loop %q is empty, or has no name or bounds", l.Var)
	}
	for _, o := range s.vars {
		if o.name == l.Var {
			return fmt.Errorf("loop variable %s is used twice", l.Var)
		}
	}
	step := l.Step.Const
	if len(l.Step.Terms) == 1 && l.Step.Terms[0].Kind == Block && l.Step.Const == 0 {
		step = 0
	} else if !l.Step.IsConst() || step < 1 {
		return fmt.Errorf("loop %s: step %s", l.Var, l.Step)
	}
	for _, b := range slices.Concat(l.Lo, l.Hi, []Affine{l.Step}) {
		if err := v.known(b, s); err != nil {
			return fmt.Errorf("loop %s: %w", l.Var, err)
		}
	}
	if l.Lanes > 0 && (holdsLoop(l.Body) || holdsLoop(l.Rest) || step != 1) {
		return fmt.Errorf("loop %s has lanes and is not innermost", l.Var)
	}
	if l.Aligned {
		if err := repeatable(l); err != nil {
			return fmt.Errorf("loop %s is aligned: %w", l.Var, err)
		}
	}
	if len(l.Prefetch) > 0 && l.Lanes < 2 {
		return fmt.Errorf("loop %s has no vectors for which to prefetch", l.Var)
	}
	for _, r := range l.Prefetch {
		if err := v.hint(r, s.inner(variable{l.Var, l.Lo, l.Hi, 1})); err != nil {
			return fmt.Errorf("loop %s: prefetch %w", l.Var, err)
		}
	}
	if l.Down && step != 1 {
		return fmt.Errorf("loop %s counts down by %s", l.Var, l.Step)
	}
	if l.Kind == Threads || l.Kind == Single || l.Kind == Grid {
		if s.shared || s.grid && l.Kind != Grid {
			return fmt.Errorf("loop %s is shared among threads within another that is", l.Var)
		}
		if !s.team && !setup {
			return fmt.Errorf("loop %s is shared by no team", l.Var)
		}
	}
	if err := v.collapse(l); err != nil {
		return err
	}
	if err := v.device(l, s); err != nil {
		return err
	}
	outer, outermost := s, !s.shared && !s.grid
	s.shared = s.shared || l.Kind == Threads || l.Kind == Single
	s.grid = s.grid || l.Kind == Grid
	s.block = s.block || l.Kind == InBlock
	s.lanes = s.lanes || l.Lanes > 0
	s.nested = s.nested || l.Kind != Grid && l.Var != "t"
	inner := s.inner(variable{l.Var, l.Lo, l.Hi, 1})
	if l.Rest != nil {
		if err := v.block(l.Rest, inner, setup); err != nil {
			return err
		}
		inner = s.inner(variable{l.Var, l.Lo, l.Hi, step})
	}
	if err := v.block(l.Body, inner, setup); err != nil {
		return err
	}
	if l.Usual != nil {
		if err := v.usual(l, s, setup); err != nil {
			return fmt.Errorf("loop %s: usual: %w", l.Var, err)
		}
	}
	if outermost && (s.shared || s.grid) {
		if err := v.own(l, outer); err != nil {
			return err
		}
	}
	if l.Kind == Threads || l.Kind == Grid || l.Kind == InBlock || l.Lanes > 0 {
		if err := v.parallel(l, s); err != nil {
			return err
		}
	}
	if l.Kind == Grid && within(l, Grid) == nil {
		return v.waits(l.Body, s.inner(variable{l.Var, l.Lo, l.Hi, 1}))
	}
	return nil
}

// repeatable checks a loop over vectors of which some points are computed twice.
func repeatable(l *For) error {
	if l.Lanes < 2 || l.Usual != nil || l.Rest != nil || len(l.Lo) != 1 || !l.Lo[0].IsConst() {
		return fmt.Errorf("it is for whole rows in vectors that begin at a number")
	}
	written := map[string]bool{}
	for _, x := range l.Body {
		if r := TargetOf(x); r != nil {
			written[r.Buffer] = true
		}
	}
	read := ""
	for _, x := range l.Body {
		if e := ValueOf(x); e != nil {
			visitRefs(e, func(r *Ref) {
				if written[r.Buffer] {
					read = r.String()
				}
			})
		}
	}
	if read != "" {
		return fmt.Errorf("%s is read, and written for another time", read)
	}
	return nil
}

// usual checks a body that takes the place of another one: it writes the same and
// reads nothing else, so that what holds of the other holds of it.
func (v *verifier) usual(l *For, s scope, setup bool) error {
	if l.Lanes < 2 || l.Rest != nil {
		return fmt.Errorf("it belongs to rows in vectors")
	}
	read, written := map[string]bool{}, map[string]bool{}
	for _, x := range l.Body {
		if e := ValueOf(x); e != nil {
			visitRefs(e, func(r *Ref) { read[r.Key()] = true })
		}
		if r := TargetOf(x); r != nil {
			written[r.Key()] = true
		}
	}
	for _, x := range l.Usual {
		more := ""
		if e := ValueOf(x); e != nil {
			visitRefs(e, func(r *Ref) {
				if !read[r.Key()] {
					more = r.String()
				}
			})
		}
		if r := TargetOf(x); r != nil {
			if !written[r.Key()] {
				more = r.String()
			}
			delete(written, r.Key())
		}
		if more != "" {
			return fmt.Errorf("it touches %s, which the loop does not", more)
		}
	}
	if len(written) > 0 {
		return fmt.Errorf("it leaves out what the loop writes")
	}
	return v.block(l.Usual, s.inner(variable{l.Var, l.Lo, l.Hi, 1}), setup)
}

// holdsLoop reports whether there is a loop in some statements.
func holdsLoop(body []Stmt) bool {
	found := false
	Visit(body, func(s Stmt) { _, ok := s.(*For); found = found || ok })
	return found
}

// collapse checks that loops that are shared together stand alone in each
// other and have bounds of their own.
func (v *verifier) collapse(l *For) error {
	names := []string{l.Var}
	for inner := l; len(names) < l.Collapse; {
		var next *For
		if len(inner.Body) == 1 && inner.Rest == nil {
			next, _ = inner.Body[0].(*For)
		}
		if next == nil {
			return fmt.Errorf("loop %s: %d loops do not stand alone in each other", l.Var, l.Collapse)
		}
		for _, b := range append(slices.Clone(next.Lo), next.Hi...) {
			for _, name := range names {
				if b.Coef(Symbol{Var, name}) != 0 {
					return fmt.Errorf("loop %s: the bounds of %s depend on it", l.Var, next.Var)
				}
			}
		}
		names = append(names, next.Var)
		inner = next
	}
	return nil
}

func (v *verifier) value(e expr.Expr, s scope) error {
	return expr.Check(e, func(e expr.Expr) error {
		switch x := e.(type) {
		case expr.Scalar:
			if !slices.Contains(v.k.Scalars, string(x)) {
				return fmt.Errorf("unknown scalar $%s", string(x))
			}
		case expr.Local:
			if !s.locals[string(x)] {
				return fmt.Errorf("%%%s is used before it is defined", string(x))
			}
		case *Ref:
			return v.ref(x, s, false)
		default:
			return fmt.Errorf("%T cannot be part of an expression", e)
		}
		return nil
	})
}

func (v *verifier) target(r *Ref, s scope, setup bool) error {
	if a := v.k.Array(r.Buffer); a != nil {
		switch {
		case a.Role == signature.Param || a.Given():
			return fmt.Errorf("%s is written, but it is given by the caller", r)
		case setup != (a.Role == signature.Precomputed):
			return fmt.Errorf("%s is written, but what setup computes is precomputed, and only that", r)
		}
	}
	if p := s.pointers[r.Pointer]; p != nil && !p.Write {
		return fmt.Errorf("%s is written through a pointer to read", r)
	}
	return v.ref(r, s, true)
}
