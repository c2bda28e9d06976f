package ir

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// Verify checks that a kernel is well formed: names are defined before use,
// accesses stay within rank and halo, loops nest as their properties say, no
// iteration of a nest reads what another one writes, and no value is read
// before it is there or after it is gone. What Verify accepts, interpreter
// and targets can carry out. It runs after every pass; an error names the
// fault and is a fault of the pass.
func Verify(k *Kernel) error {
	v := verifier{k: k}
	if err := v.declarations(); err != nil {
		return err
	}
	wide := map[string]bool{} // locals of prepare, which steps see too
	if err := v.block(k.Prepare, scope{once: true, locals: wide}); err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	if err := v.block(k.Step, scope{locals: wide}); err != nil {
		return fmt.Errorf("step: %w", err)
	}
	return v.order()
}

type verifier struct{ k *Kernel }

// scope is what surrounds a statement.
type scope struct {
	once      bool // it belongs to Prepare
	sometimes bool // it runs in some steps only
	points    bool // it runs at points, not in loops
	loops     []*Loop
	locals    map[string]bool
	rows      map[string]*Row
}

// within is the scope of the body of l.
func (s scope) within(l *Loop) scope {
	locals, rows := maps.Clone(s.locals), map[string]*Row{}
	maps.Copy(rows, s.rows)
	return scope{once: s.once, sometimes: s.sometimes, loops: append(slices.Clip(s.loops), l), locals: locals, rows: rows}
}

func (v verifier) declarations() error {
	k := v.k
	if len(k.Axes) == 0 {
		return fmt.Errorf("the kernel has no axes")
	}
	if len(k.Halo) != len(k.Axes) {
		return fmt.Errorf("%d halo widths for %d axes", len(k.Halo), len(k.Axes))
	}
	if slices.Min(k.Halo) < 0 || k.FirstStep < 0 || k.LastStep < 0 || k.TimeTile < 0 {
		return fmt.Errorf("a halo width, a bound or a tile of time is negative")
	}
	if slices.Contains(k.Axes, "t") {
		return fmt.Errorf("axis t has the name of time")
	}
	declared := map[string]bool{}
	declare := func(kind, name string) error {
		if !isName(name) {
			return fmt.Errorf("%s %q: not a name", kind, name)
		}
		if declared[kind+name] {
			return fmt.Errorf("%s %s is declared twice", kind, name)
		}
		declared[kind+name] = true
		return nil
	}
	if err := declare("kernel", k.Name); err != nil {
		return err
	}
	for _, a := range k.Axes {
		if err := declare("axis", a); err != nil {
			return err
		}
	}
	for _, s := range k.Scalars {
		if err := declare("scalar", s); err != nil {
			return err
		}
	}
	for _, q := range k.Points {
		if err := declare("points", q.Name); err != nil {
			return err
		}
		if err := v.half(q.Name, q.Half); err != nil {
			return err
		}
	}
	for _, s := range k.Series {
		if err := declare("series", s.Name); err != nil {
			return err
		}
	}
	for _, a := range k.Arrays {
		if err := declare("array", a.Name); err != nil {
			return err
		}
		if err := v.array(a); err != nil {
			return err
		}
	}
	return nil
}

func (v verifier) array(a *Array) error {
	for i, x := range a.Axes {
		if x < 0 || x >= len(v.k.Axes) || (i > 0 && x <= a.Axes[i-1]) {
			return fmt.Errorf("array %s does not span its axes in order", a.Name)
		}
	}
	// Levels t and back stay alive until t+1 is complete.
	wrong := a.Buffers != 1 || a.Levels != 1
	if a.Role == State {
		wrong = a.Levels < 2 || a.Buffers > a.Levels || a.Buffers < a.Levels-1 || a.Kept && a.Buffers < a.Levels
	}
	if wrong {
		return fmt.Errorf("%s array %s: %d buffers for %d levels", a.Role, a.Name, a.Buffers, a.Levels)
	}
	if a.Kept && a.Role != State || a.Folded && a.Role != State && a.Role != Image {
		return fmt.Errorf("%s array %s: levels are kept of a state, and a state or an image is folded", a.Role, a.Name)
	}
	if (a.Role == History) != (a.Every != nil) {
		return fmt.Errorf("%s array %s: frames belong to histories, and histories to frames", a.Role, a.Name)
	}
	if a.Every != nil {
		if err := v.rhythm(a.Every); err != nil {
			return fmt.Errorf("array %s: %w", a.Name, err)
		}
	}
	if a.Edges != nil && len(a.Edges) != len(v.k.Axes) {
		return fmt.Errorf("array %s: edges of %d axes of %d", a.Name, len(a.Edges), len(v.k.Axes))
	}
	for axis, e := range a.Edges {
		if (e[0] == Wrap) != (e[1] == Wrap) {
			return fmt.Errorf("array %s wraps around at one end of %s only", a.Name, v.k.Axes[axis])
		}
	}
	return v.half(a.Name, a.Half)
}

func (v verifier) half(of string, half []bool) error {
	if half != nil && len(half) != len(v.k.Axes) {
		return fmt.Errorf("%s has places along %d axes of %d", of, len(half), len(v.k.Axes))
	}
	return nil
}

// rhythm checks a number of steps.
func (v verifier) rhythm(e Expr) error {
	switch x := e.(type) {
	case Const:
		if x < 1 || x != Const(math.Trunc(float64(x))) {
			return fmt.Errorf("every %g steps", float64(x))
		}
		return nil
	case Scalar:
		if !slices.Contains(v.k.Scalars, string(x)) {
			return fmt.Errorf("unknown scalar $%s", string(x))
		}
		return nil
	}
	return fmt.Errorf("a number of steps that is neither a number nor a scalar")
}

func isName(s string) bool {
	for i := range len(s) {
		if !isLetter(s[i]) && (i == 0 || !isDigit(s[i])) {
			return false
		}
	}
	return s != ""
}

// block checks statements in order; s.locals and s.rows are extended by what
// they define.
func (v verifier) block(body []Stmt, s scope) error {
	for _, x := range body {
		if err := v.place(x, body, s); err != nil {
			return err
		}
		if err := v.stmt(x, s); err != nil {
			return err
		}
	}
	return nil
}

// place checks that a statement stands where it may: loops anywhere,
// assignments in innermost loops, the rest around the loops.
func (v verifier) place(x Stmt, body []Stmt, s scope) error {
	inLoop, innermost := len(s.loops) > 0, len(s.loops) > 0 && !slices.ContainsFunc(body, isLoop)
	switch x := x.(type) {
	case *Let:
		switch {
		case x.Wide && (inLoop || !s.once):
			return fmt.Errorf("%%%s: a wide local outside of prepare, or in a loop", x.Name)
		case !x.Wide && !innermost:
			return fmt.Errorf("%%%s is not in an innermost loop", x.Name)
		}
	case *Assign:
		if !innermost {
			return fmt.Errorf("the assignment to %s is not in an innermost loop", v.k.Text(x.Target))
		}
	case *Row:
		if !inLoop {
			return fmt.Errorf("row %s is not in a loop", x.Name)
		}
	case *Sweep:
		if !innermost || body[0] == Stmt(x) || body[len(body)-1] == Stmt(x) {
			return fmt.Errorf("a sweep ends where no innermost loop has statements on both sides")
		}
	case *Every:
		if inLoop || s.once || s.sometimes {
			return fmt.Errorf("a condition in a loop, in another one, or outside of a step")
		}
	case *Inject, *Sample, *Reduce, *HaloExchange:
		if inLoop || s.once {
			return fmt.Errorf("%s in a loop, or outside of a step", verb(x))
		}
	}
	return nil
}

func isLoop(s Stmt) bool {
	_, ok := s.(*Loop)
	return ok
}

func verb(s Stmt) string {
	switch x := s.(type) {
	case *Inject:
		return "inject of " + x.Points
	case *Sample:
		return "sample at " + x.Points
	case *Reduce:
		return "reduce " + x.Series
	case *HaloExchange:
		return "exchange of " + x.Array
	}
	return ""
}

func (v verifier) stmt(s Stmt, sc scope) error {
	switch s.(type) {
	case *Inject, *Sample, *Reduce:
		sc.points = true
	}
	if e := Value(s); e != nil {
		if err := v.expr(e, sc); err != nil {
			return err
		}
	}
	if t := Target(s); t != nil {
		if err := v.target(t, sc); err != nil {
			return err
		}
	}
	switch x := s.(type) {
	case *Let:
		if !isName(x.Name) {
			return fmt.Errorf("local %q: not a name", x.Name)
		}
		if sc.locals[x.Name] {
			return fmt.Errorf("%%%s is defined twice", x.Name)
		}
		sc.locals[x.Name] = true
	case *Inject:
		if p := v.k.PointSet(x.Points); p == nil || !p.Inject {
			return fmt.Errorf("there are no points %s to inject", x.Points)
		}
		return v.apart([]Stmt{x}, "node")
	case *Sample:
		if p := v.k.PointSet(x.Points); p == nil || p.Inject {
			return fmt.Errorf("there are no points %s to sample at", x.Points)
		}
	case *Reduce:
		return v.reduce(x)
	case *Every:
		if x.Steps != Expr(Const(0)) {
			if err := v.rhythm(x.Steps); err != nil {
				return err
			}
		}
		sc.sometimes = true
		return v.block(x.Body, sc)
	case *HaloExchange:
		return v.exchange(x)
	case *Row:
		return v.row(x, sc)
	case *Loop:
		return v.loop(x, sc)
	}
	return nil
}

func (v verifier) reduce(x *Reduce) error {
	if !slices.ContainsFunc(v.k.Series, func(s *Series) bool { return s.Name == x.Series }) {
		return fmt.Errorf("there is no series %s", x.Series)
	}
	if !slices.Contains([]string{"sum", "min", "max", "norm"}, x.Op) {
		return fmt.Errorf("reduce %s: no operation %s", x.Series, x.Op)
	}
	if len(x.Lo) != len(v.k.Axes) || len(x.Hi) != len(v.k.Axes) {
		return fmt.Errorf("reduce %s: %d bounds for %d axes", x.Series, len(x.Lo), len(v.k.Axes))
	}
	for axis := range x.Lo {
		if !isEnd(x.Lo[axis]) || !isEnd(x.Hi[axis]) || x.Lo[axis].Kind == Zero && x.Lo[axis].Shift < 0 || x.Hi[axis].Kind == Size && x.Hi[axis].Shift > 0 {
			return fmt.Errorf("reduce %s: %s .. %s along %s", x.Series, x.Lo[axis], x.Hi[axis], v.k.Axes[axis])
		}
	}
	return nil
}

func (v verifier) exchange(x *HaloExchange) error {
	a := v.k.Array(x.Array)
	if a == nil {
		return fmt.Errorf("exchange of unknown array %s", x.Array)
	}
	if len(x.Width) != len(v.k.Axes) {
		return fmt.Errorf("exchange of %s: %d widths for %d axes", x.Array, len(x.Width), len(v.k.Axes))
	}
	for axis, w := range x.Width {
		if w < 0 || w > v.k.Halo[axis] {
			return fmt.Errorf("exchange of %s: width %d in a halo of %d points along %s", x.Array, w, v.k.Halo[axis], v.k.Axes[axis])
		}
	}
	return v.level(a, x.Time)
}

// level checks that a has level t+time.
func (v verifier) level(a *Array, time int) error {
	if a.Role == Given && max(time, -time) < keptLevels/2 {
		return nil
	}
	if a.Role != State && time != 0 {
		return fmt.Errorf("%s[%s]: %s does not vary in time", a.Name, shifted("t", time), a.Name)
	}
	if a.Role == State && (time > 1 || time < 2-a.Levels) {
		return fmt.Errorf("%s[%s] is outside the %d levels of %s", a.Name, shifted("t", time), a.Levels, a.Name)
	}
	return nil
}

func (v verifier) target(t *Access, s scope) error {
	if err := v.access(t, s); err != nil {
		return err
	}
	a := v.k.Array(t.Array)
	switch {
	case a.Role == Param || a.Role == Given:
		return fmt.Errorf("%s is written, but it is given by the caller", t.Array)
	case s.once != (a.Role == Scratch):
		return fmt.Errorf("%s is written, but what prepare computes is scratch, and only that", t.Array)
	case s.sometimes && a.Role == State:
		return fmt.Errorf("%s is written in some steps only", t.Array)
	}
	for _, o := range t.Offset {
		if o != 0 {
			return fmt.Errorf("%s is written at an offset", v.k.Text(t))
		}
	}
	for _, l := range s.loops {
		if !a.Spans(l.Axis) {
			return fmt.Errorf("%s is written by every iteration of loop %s", v.k.Text(t), l.Var)
		}
	}
	return nil
}

func (v verifier) expr(e Expr, s scope) error {
	var err error
	VisitExpr(e, func(e Expr) {
		if err != nil {
			return
		}
		switch x := e.(type) {
		case Const:
			if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
				err = fmt.Errorf("the constant %g", float64(x))
			}
		case Scalar:
			if !slices.Contains(v.k.Scalars, string(x)) {
				err = fmt.Errorf("unknown scalar $%s", string(x))
			}
		case Local:
			if !s.locals[string(x)] {
				err = fmt.Errorf("%%%s is used before it is defined", string(x))
			}
		case *Access:
			err = v.access(x, s)
		case *Add:
			if len(x.Args) != len(x.Sub) || len(x.Args) == 0 || (len(x.Args) == 1 && !x.Sub[0]) {
				err = fmt.Errorf("a sum of %d terms and %d signs", len(x.Args), len(x.Sub))
			}
		case *Mul:
			if len(x.Args) < 2 {
				err = fmt.Errorf("a product of %d factors", len(x.Args))
			}
		case *Div:
		case *Call:
			if n, ok := arity[x.Fn]; !ok || n != len(x.Args) {
				err = fmt.Errorf("no function %s of %d arguments", x.Fn, len(x.Args))
			}
		default:
			err = fmt.Errorf("%T cannot be part of an expression", e)
		}
	})
	return err
}

func (v verifier) access(a *Access, s scope) error {
	array := v.k.Array(a.Array)
	if array == nil {
		return fmt.Errorf("unknown array %s", a.Array)
	}
	if err := v.level(array, a.Time); err != nil {
		return err
	}
	if (array.Role == State || array.Role == Given) && s.once {
		return fmt.Errorf("%s: wavefields do not exist in prepare", v.k.Text(a))
	}
	if len(a.Offset) != len(v.k.Axes) {
		return fmt.Errorf("%s has %d offsets on %d axes", Key(a), len(a.Offset), len(v.k.Axes))
	}
	for axis, o := range a.Offset {
		switch name := v.k.Axes[axis]; {
		case o != 0 && !array.Spans(axis):
			return fmt.Errorf("%s is offset along %s, which it does not span", v.k.Text(a), name)
		case array.Spans(axis) && !reach(s.loops, axis, o).within(v.k.Halo[axis]):
			return fmt.Errorf("%s reaches beyond the halo of %d points along %s", v.k.Text(a), v.k.Halo[axis], name)
		case array.Spans(axis) && !s.points && !hasPosition(s.loops, axis):
			return fmt.Errorf("%s is not in a loop along %s", v.k.Text(a), name)
		}
	}
	return v.throughRow(a, array, s)
}

// hasPosition reports whether loops give a position along axis.
func hasPosition(loops []*Loop, axis int) bool {
	return slices.ContainsFunc(loops, func(l *Loop) bool { return l.Axis == axis && !l.Props.Block })
}
