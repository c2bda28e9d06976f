// Package check gives an operator file its meaning: it resolves names,
// expands definitions, checks dimensions, orders, units and time levels, and
// makes a symbolic.Problem. Every fault of the file is reported in one go,
// with its place and a way out.
package check

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
	"github.com/courant-pde/courant/symbolic/solve"
)

// Options choose what a file leaves open.
type Options struct {
	Operator   string // operator to take; may be empty when there is just one
	Dim        int    // space axes of the grid: 1, 2 or 3
	SpaceOrder int    // overrides the file's order in space unless 0
}

// MaxSpaceOrder is the highest order of accuracy in space.
const MaxSpaceOrder = 32

// Problem checks one operator of a file and returns what it poses. The error
// is a dsl.Errors when the file is at fault.
func Problem(file *dsl.File, o Options) (*symbolic.Problem, error) {
	c := &checker{file: file, files: map[string]*dsl.File{file.Name: file}, names: map[string]*entity{}, written: map[string]bool{}}
	c.topLevel(file, []string{file.Name})
	if c.scopeFaults() {
		return nil, c.faults.ErrOrNil()
	}
	op := c.choose(o.Operator)
	if op == nil {
		return nil, c.faults.ErrOrNil()
	}
	c.operator(op, o)
	if err := c.faults.ErrOrNil(); err != nil {
		return nil, err
	}
	return c.problem, nil
}

// Operators lists the names of the operators that a file itself defines.
func Operators(file *dsl.File) []string {
	var out []string
	for _, it := range file.Items {
		if it.Operator != nil {
			out = append(out, it.Operator.Name)
		}
	}
	return out
}

// AxisNames are the conventional names of the axes: depth is last.
func AxisNames(dim int) []string {
	return [][]string{nil, {"x"}, {"x", "z"}, {"x", "y", "z"}}[dim]
}

type kind int

const (
	function kind = iota // field or wavefield
	scalar
	points
	let
	def
	builtin
)

// entity is what a name stands for.
type entity struct {
	kind     kind
	pos      dsl.Pos
	file     *dsl.File
	unit     unit
	function *symbolic.Function
	points   *symbolic.Points
	scalar   *symbolic.Scalar
	params   []string
	body     dsl.Expr
	value    *value // of a let, once evaluated
	busy     bool   // being expanded: meeting it again is a recursion
	used     bool
}

type checker struct {
	file    *dsl.File
	files   map[string]*dsl.File
	faults  dsl.Errors
	names   map[string]*entity
	args    []map[string]*value // arguments of the defs being expanded
	within  []string            // notes on the calls being expanded
	problem *symbolic.Problem
	length  unit            // of coordinates
	time    unit            // of dt
	written map[string]bool // wavefields whose next level is known so far
	tracing *symbolic.Points
	inject  bool // points may appear in the expression
}

func (c *checker) fail(at dsl.Expr, hint, format string, args ...any) {
	start, end := at.Start(), at.End()
	width := 1
	if end.Line == start.Line {
		width = end.Column - start.Column
	}
	c.failAt(start, width, hint, format, args...)
}

func (c *checker) failAt(pos dsl.Pos, width int, hint, format string, args ...any) {
	source := c.file.Source
	if f := c.files[pos.Filename]; f != nil {
		source = f.Source
	}
	c.faults = append(c.faults, &dsl.Error{Pos: pos, Width: width, Line: dsl.SourceLine(source, pos.Line),
		Message: fmt.Sprintf(format, args...), Hint: hint, Note: strings.Join(c.within, "; ")})
}

func (c *checker) failIdent(id *dsl.Ident, hint, format string, args ...any) {
	c.failAt(id.Pos, len(id.Name), hint, format, args...)
}

func (c *checker) scopeFaults() bool { return len(c.faults) > 0 }

// topLevel declares what a file and its imports define for all operators.
func (c *checker) topLevel(f *dsl.File, chain []string) {
	seen := map[string]dsl.Pos{}
	for _, it := range f.Items {
		switch {
		case it.Import != nil:
			c.importFile(f, it, chain)
		case it.Let != nil:
			c.declare(it.Let.Name, &entity{kind: let, body: it.Let.Value.Expr})
		case it.Def != nil:
			c.declareDef(it.Def)
		case it.Operator != nil:
			if first, ok := seen[it.Operator.Name]; ok {
				c.failAt(it.Operator.Pos, len("operator"), "give one of them another name", "operator %s is already defined at line %d", it.Operator.Name, first.Line)
			}
			seen[it.Operator.Name] = it.Operator.Pos
		}
	}
}

func (c *checker) importFile(f *dsl.File, it *dsl.Item, chain []string) {
	path := filepath.Join(filepath.Dir(f.Name), filepath.FromSlash(it.Import.Path))
	width := len("import ") + len(it.Import.Path) + 2
	if slices.Contains(chain, path) {
		c.failAt(it.Pos, width, "remove one of the imports", "import cycle: %s", strings.Join(append(chain, path), " imports "))
		return
	}
	if c.files[path] != nil {
		return // imported twice along different ways: once is enough
	}
	imported, err := dsl.ParseFile(path)
	if err != nil {
		if list, ok := err.(dsl.Errors); ok {
			c.faults = append(c.faults, list...)
			return
		}
		hint := "the path is relative to the file that imports it"
		if os.IsNotExist(err) {
			c.failAt(it.Pos, width, hint, "cannot import %s: there is no file %s", it.Import.Path, path)
		} else {
			c.failAt(it.Pos, width, hint, "cannot import %s: %v", it.Import.Path, err)
		}
		return
	}
	c.files[path] = imported
	c.topLevel(imported, append(chain, path))
}

func (c *checker) choose(name string) *dsl.Operator {
	have := Operators(c.file)
	start := dsl.Pos{Filename: c.file.Name, Line: 1, Column: 1}
	switch {
	case len(have) == 0:
		c.failAt(start, 1, "write operator NAME { ... }", "this file defines no operator")
		return nil
	case name == "" && len(have) > 1:
		c.failAt(start, 1, "choose one with --operator NAME", "this file defines several operators: %s", strings.Join(have, ", "))
		return nil
	}
	for _, it := range c.file.Items {
		if it.Operator != nil && (name == "" || it.Operator.Name == name) {
			return it.Operator
		}
	}
	c.failAt(start, 1, dsl.DidYouMean(name, have), "this file defines no operator %s; it has %s", name, strings.Join(have, ", "))
	return nil
}

// declare enters a name, unless it is taken.
func (c *checker) declare(id *dsl.Ident, e *entity) bool {
	if why := c.reserved(id.Name); why != "" {
		c.failIdent(id, "choose another name", "%s is %s", id.Name, why)
		return false
	}
	if old := c.names[id.Name]; old != nil {
		c.failIdent(id, "choose another name", "%s is already declared at %s:%d", id.Name, old.pos.Filename, old.pos.Line)
		return false
	}
	e.pos = id.Pos
	c.names[id.Name] = e
	return true
}

func (c *checker) declareDef(d *dsl.Def) {
	var params []string
	for _, p := range d.Params {
		if slices.Contains(params, p.Name) {
			c.failIdent(p, "give each parameter its own name", "parameter %s appears twice", p.Name)
		}
		params = append(params, p.Name)
	}
	c.declare(d.Name, &entity{kind: def, params: params, body: d.Value.Expr})
}

// reserved says why a name cannot be declared, "" when it can.
func (c *checker) reserved(name string) string {
	switch {
	case name == "dt":
		return "the time step"
	case name == "t":
		return "time"
	case name == "pi":
		return "the number pi"
	case symbolic.Functions[name].Name != "":
		return "an elementary function"
	case slices.Contains(operators, name):
		return "a differential operator"
	}
	for _, a := range c.axes() {
		if name == a {
			return "an axis"
		}
		if name == "h_"+a {
			return "the grid spacing along " + a
		}
	}
	return ""
}

func (c *checker) axes() []string {
	if c.problem == nil {
		return AxisNames(3)
	}
	return c.problem.Grid.Axes
}

// operator checks the declarations first, so that their order is free, then
// the statements in the order in which they run.
func (c *checker) operator(op *dsl.Operator, o Options) {
	c.problem = &symbolic.Problem{Name: op.Name, Doc: op.Doc, Grid: &symbolic.Grid{Axes: AxisNames(o.Dim), SpaceOrder: 4, TimeOrder: 2}}
	c.length, c.time = atoms["m"], atoms["ms"]
	c.settings(op, o)
	for _, s := range op.Statements {
		switch {
		case s.Declare != nil:
			c.declaration(s.Declare)
		case s.Let != nil:
			c.declare(s.Let.Name, &entity{kind: let, body: s.Let.Value.Expr})
		case s.Def != nil:
			c.declareDef(s.Def)
		}
	}
	c.declarePoints(op)
	updated := false
	for _, s := range op.Statements {
		switch {
		case s.Let != nil:
			c.checkLet(s.Let)
		case s.Solve != nil:
			updated = true
			c.solve(s)
		case s.Assign != nil:
			updated = true
			c.assign(s)
		case s.Inject != nil:
			c.injectInto(s)
		case s.Sample != nil:
			c.sample(s)
		}
	}
	if !updated {
		c.failAt(op.Pos, len("operator"), "add solve EQUATION for u.forward", "operator %s updates nothing", op.Name)
	}
	if len(c.faults) > 0 {
		return // what follows would only repeat them
	}
	for _, f := range c.problem.Functions {
		if f.Varies && !c.written[f.Name] {
			e := c.names[f.Name]
			c.failAt(e.pos, len(f.Name), "add solve EQUATION for "+f.Name+".forward, or declare it as a field", "wavefield %s is never updated", f.Name)
		}
	}
}

// settings reads order, axes and units.
func (c *checker) settings(op *dsl.Operator, o Options) {
	g := c.problem.Grid
	seen := map[string]bool{}
	once := func(pos dsl.Pos, what string) {
		if seen[what] {
			c.failAt(pos, len(what), "keep one of them", "%s is given twice", what)
		}
		seen[what] = true
	}
	for _, s := range op.Statements {
		switch {
		case s.Order != nil:
			for _, t := range s.Order.Terms {
				once(t.Pos, t.Along)
				n, err := strconv.Atoi(t.Value)
				switch t.Along {
				case "space":
					if err != nil || !validSpaceOrder(n) {
						c.failAt(t.Pos, len(t.Along)+1+len(t.Value), "use 2, 4, 6, 8, ...", "space order %s: it must be even, from 2 to %d", t.Value, MaxSpaceOrder)
						continue
					}
					g.SpaceOrder = n
				case "time":
					if err != nil || n < 1 || n > 2 {
						c.failAt(t.Pos, len(t.Along)+1+len(t.Value), "use 1 when the step needs only the level before it, 2 when it needs two", "time order %s: it must be 1 or 2", t.Value)
						continue
					}
					g.TimeOrder = n
				default:
					c.failAt(t.Pos, len(t.Along), dsl.DidYouMean(t.Along, []string{"space", "time"}), "unknown order %s: expected space or time", t.Along)
				}
			}
		case s.Axes != nil:
			once(s.Pos, "axes")
			if len(s.Axes.Names) != o.Dim {
				c.failAt(s.Pos, len("axes"), "run it on a grid with as many axes as it names, or remove this line", "the operator names %d axes, but the grid has %d", len(s.Axes.Names), o.Dim)
				continue
			}
			g.Axes = nil
			for _, a := range s.Axes.Names {
				if slices.Contains(g.Axes, a.Name) || a.Name == "t" {
					c.failIdent(a, "give each axis its own name, t is time", "axis %s cannot be named so", a.Name)
				}
				g.Axes = append(g.Axes, a.Name)
			}
		case s.Units != nil:
			once(s.Pos, "units")
			c.length = c.axisUnit(s.Units.Length, "m")
			c.time = c.axisUnit(s.Units.Time, "s")
		}
	}
	if o.SpaceOrder != 0 {
		if !validSpaceOrder(o.SpaceOrder) {
			c.failAt(op.Pos, len("operator"), "use 2, 4, 6, 8, ...", "space order %d was asked for: it must be even, from 2 to %d", o.SpaceOrder, MaxSpaceOrder)
			return
		}
		g.SpaceOrder = o.SpaceOrder
	}
}

func validSpaceOrder(n int) bool { return n >= 2 && n <= MaxSpaceOrder && n%2 == 0 }

func (c *checker) axisUnit(id *dsl.Ident, baseUnit string) unit {
	u, ok := atoms[id.Name]
	if !ok || u.power[baseUnit] != 1 || len(u.power) != 1 {
		c.failIdent(id, "write for example: units m, ms", "%s is not a unit of %s", id.Name, map[string]string{"m": "length", "s": "time"}[baseUnit])
		return atoms[baseUnit]
	}
	return u
}

func (c *checker) declaration(d *dsl.Declare) {
	u := unit{1, map[string]float64{undeclared + d.Name.Name: 1}}
	text := ""
	if d.Unit != nil {
		text = d.Unit.Text
		parsed, err := parseUnit(text)
		if err != nil {
			c.failAt(d.Unit.Pos, len(text)+2, "units are joined by * and /, with integer powers: [s^2/km^2]", "%v", err)
		} else {
			u = parsed
		}
	}
	if d.Default != nil && d.Kind != "scalar" {
		c.fail(d.Default.Expr, "set it when the operator is run", "a %s has no default value", d.Kind)
	}
	if len(d.On) > 0 && d.Kind != "field" {
		c.failIdent(d.On[0], "remove this part", "a %s does not take a list of axes", d.Kind)
	}
	e := &entity{unit: u}
	switch d.Kind {
	case "field", "wavefield":
		f := &symbolic.Function{Name: d.Name.Name, Doc: d.Doc, Unit: text, Grid: c.problem.Grid, Varies: d.Kind == "wavefield"}
		for a := range c.problem.Grid.Axes {
			f.Axes = append(f.Axes, a)
		}
		if len(d.On) > 0 {
			f.Axes = c.spanned(d.On)
		}
		e.kind, e.function = function, f
		if c.declare(d.Name, e) {
			c.problem.Functions = append(c.problem.Functions, f)
		}
	case "scalar":
		p := &symbolic.Parameter{Name: d.Name.Name, Doc: d.Doc, Unit: text}
		if d.Default != nil {
			p.Default = c.defaultValue(d.Default.Expr)
		}
		e.kind, e.scalar = scalar, symbolic.NewScalar(d.Name.Name)
		if c.declare(d.Name, e) {
			c.problem.Parameters = append(c.problem.Parameters, p)
		}
	case "points":
		e.kind, e.points = points, &symbolic.Points{Name: d.Name.Name, Doc: d.Doc, Unit: text}
		c.declare(d.Name, e)
	}
}

func (c *checker) spanned(on []*dsl.Ident) []int {
	var axes []int
	for _, id := range on {
		a := slices.Index(c.problem.Grid.Axes, id.Name)
		switch {
		case a < 0:
			c.failIdent(id, "the axes of this grid are "+strings.Join(c.problem.Grid.Axes, ", "), "there is no axis %s", id.Name)
		case slices.Contains(axes, a):
			c.failIdent(id, "name each axis once", "axis %s is named twice", id.Name)
		default:
			axes = append(axes, a)
		}
	}
	slices.Sort(axes)
	return axes
}

func (c *checker) defaultValue(e dsl.Expr) *float64 {
	v := c.eval(e)
	if v == nil {
		return nil
	}
	x, err := symbolic.Eval(v.scalar(), symbolic.Values{
		Scalar: func(s *symbolic.Scalar) (complex128, error) { return 0, fmt.Errorf("holds %s", s.Name) },
		Access: func(a *symbolic.Access) (complex128, error) { return 0, fmt.Errorf("holds %s", a.Func.Name) },
	})
	if err != nil {
		c.fail(e, "write a number", "a default value must be a number; this one %v", err)
		return nil
	}
	f := real(x)
	return &f
}

// declarePoints introduces the points that inject and sample name without a
// declaration of their own.
func (c *checker) declarePoints(op *dsl.Operator) {
	add := func(id *dsl.Ident, inject bool) {
		e := c.names[id.Name]
		if e == nil {
			e = &entity{kind: points, points: &symbolic.Points{Name: id.Name}, unit: unit{1, map[string]float64{undeclared + id.Name: 1}}}
			if !c.declare(id, e) {
				return
			}
		}
		if e.kind != points {
			return // reported where the statement is checked
		}
		e.points.Inject = e.points.Inject || inject
		if !slices.Contains(c.problem.Points, e.points) {
			c.problem.Points = append(c.problem.Points, e.points)
		}
	}
	for _, s := range op.Statements {
		switch {
		case s.Sample != nil:
			add(s.Sample.Points, false)
		case s.Inject != nil:
			declared, unknown := c.pointsIn(s.Inject.Value.Expr)
			if len(declared) > 0 {
				add(declared[0], true)
			} else if len(unknown) == 1 {
				add(unknown[0], true)
			}
		}
	}
	for name, e := range c.names {
		if e.kind == points && !slices.Contains(c.problem.Points, e.points) {
			c.failAt(e.pos, len(name), "use it in inject or sample, or remove it", "points %s are never used", name)
		}
	}
}

// pointsIn lists the names in an expression that stand for points, and those
// that stand for nothing.
func (c *checker) pointsIn(e dsl.Expr) (declared, unknown []*dsl.Ident) {
	var walk func(dsl.Expr)
	walk = func(e dsl.Expr) {
		switch x := e.(type) {
		case *dsl.Name:
			id := &dsl.Ident{Pos: x.Pos, Name: x.Name}
			switch old := c.names[x.Name]; {
			case old != nil && old.kind == points:
				declared = append(declared, id)
			case old == nil && c.reserved(x.Name) == "" && !slices.ContainsFunc(unknown, func(u *dsl.Ident) bool { return u.Name == x.Name }):
				unknown = append(unknown, id)
			}
		case *dsl.Binary:
			walk(x.X)
			walk(x.Y)
		case *dsl.Unary:
			walk(x.X)
		case *dsl.Paren:
			walk(x.X)
		case *dsl.Member:
			walk(x.Of)
		case *dsl.Call:
			for _, a := range x.Args {
				walk(a)
			}
		}
	}
	walk(e)
	return declared, unknown
}

// checkLet evaluates a let where it stands, so that its faults are reported
// even when it is not used. One that reads a level which is computed further
// down is checked where it is used.
func (c *checker) checkLet(l *dsl.Let) {
	if e := c.names[l.Name.Name]; e != nil && e.kind == let && e.pos == l.Name.Pos {
		c.letValue(e, l.Name.Name)
	}
}

func (c *checker) source(s *dsl.Statement) symbolic.Source {
	lines := strings.Split(c.file.Source, "\n")
	first, last := s.Pos.Line-1, min(s.EndPos.Line, len(lines))
	var words []string
	for i := first; i < last; i++ {
		code, _, _ := strings.Cut(lines[i], "#")
		fields := strings.Fields(code)
		if i > first && len(fields) > 0 && (slices.Contains(dsl.Keywords, fields[0]) && fields[0] != "for" && fields[0] != "into" && fields[0] != "from" || fields[0] == "}") {
			break
		}
		words = append(words, fields...)
	}
	return symbolic.Source{File: filepath.Base(c.file.Name), Line: s.Pos.Line, Text: strings.Join(words, " ")}
}

// target checks what is to be computed: the next level of a wavefield.
func (c *checker) target(n *dsl.Node) *symbolic.Access {
	if name, ok := n.Expr.(*dsl.Name); ok {
		if e := c.names[name.Name]; e != nil && e.kind == function && e.function.Varies {
			c.fail(n.Expr, "write "+name.Name+".forward", "%s is the current level, which is already known", name.Name)
			return nil
		}
	}
	member, _ := n.Expr.(*dsl.Member)
	var of *dsl.Name
	if member != nil {
		of, _ = member.Of.(*dsl.Name)
	}
	if of == nil || member.Suffix != "forward" {
		c.fail(n.Expr, "write for example u.forward", "the target must be the next level of a wavefield")
		return nil
	}
	e := c.names[of.Name]
	switch {
	case e == nil:
		c.unknown(of)
		return nil
	case e.kind != function || !e.function.Varies:
		c.fail(n.Expr, "declare it with wavefield "+of.Name, "%s does not vary in time, so it has no next level", of.Name)
		return nil
	}
	return e.function.At(1, nil)
}

func (c *checker) twice(n *dsl.Node, target *symbolic.Access) bool {
	if c.written[target.Func.Name] {
		c.fail(n.Expr, "combine the two updates", "%s.forward is computed twice in one step", target.Func.Name)
		return true
	}
	return false
}

func (c *checker) solve(s *dsl.Statement) {
	target := c.target(s.Solve.Target)
	if target == nil || c.twice(s.Solve.Target, target) {
		c.written["?"] = true
		return
	}
	c.written[target.Func.Name] = true // the equation may mention it
	left, right := c.eval(s.Solve.Left.Expr), c.eval(s.Solve.Right.Expr)
	if left == nil || right == nil || !c.alike(s.Solve.Right.Expr, "the two sides", left, right) {
		return
	}
	if left.vector() {
		c.fail(s.Solve.Left.Expr, "write one equation for each component", "an equation between vectors cannot be solved for %s.forward", target.Func.Name)
		return
	}
	u := &symbolic.Update{Target: target, Left: left.scalar(), Right: right.scalar(), Source: c.source(s)}
	if !c.solvable(s, u) {
		return
	}
	c.problem.Statements = append(c.problem.Statements, u)
}

// solvable tries the discretised equation, so that the fault is reported here
// with its place and not later without.
func (c *checker) solvable(s *dsl.Statement, u *symbolic.Update) bool {
	residual, err := fd.Discretise(symbolic.Sub(u.Left, u.Right), c.problem.Grid)
	if err != nil {
		c.fail(s.Solve.Left.Expr, "raise the order of accuracy", "%v", err)
		return false
	}
	target := s.Solve.Target.Expr
	a, _, err := solve.Linear(residual, u.Target)
	switch {
	case err != nil:
		c.fail(target, "only equations linear in the target can be solved; write an explicit update instead", "the equation is not linear in %s", dsl.FormatExpr(target))
		return false
	case symbolic.IsZero(a):
		c.fail(target, "the equation needs a time derivative of "+u.Target.Func.Name, "%s does not occur in the discretised equation", dsl.FormatExpr(target))
		return false
	}
	implicit := false
	symbolic.Visit(residual, func(e symbolic.Expr) {
		if x, ok := e.(*symbolic.Access); ok && x.Func == u.Target.Func && x.Time > 0 && !symbolic.Equal(x, u.Target) {
			implicit = true
		}
	})
	if implicit {
		c.fail(target, "apply space derivatives to the current level", "the equation couples %s at neighbouring points: that is an implicit scheme, which cannot be solved point by point", dsl.FormatExpr(target))
		return false
	}
	return true
}

func (c *checker) assign(s *dsl.Statement) {
	target := c.target(s.Assign.Target)
	if target == nil || c.twice(s.Assign.Target, target) {
		return
	}
	v := c.eval(s.Assign.Value.Expr)
	c.written[target.Func.Name] = true
	if v == nil || !c.alike(s.Assign.Value.Expr, "the two sides", &value{part: []symbolic.Expr{target}, unit: c.names[target.Func.Name].unit}, v) {
		return
	}
	e, err := fd.Discretise(v.scalar(), c.problem.Grid)
	if err != nil {
		c.fail(s.Assign.Value.Expr, "raise the order of accuracy", "%v", err)
		return
	}
	if symbolic.Contains(e, target) {
		c.fail(s.Assign.Value.Expr, "write solve EQUATION for "+target.Func.Name+".forward", "%s.forward is used in its own update", target.Func.Name)
		return
	}
	c.problem.Statements = append(c.problem.Statements, &symbolic.Update{Target: target, Left: target, Right: v.scalar(), Value: v.scalar(), Source: c.source(s)})
}

func (c *checker) injectInto(s *dsl.Statement) {
	declared, unknown := c.pointsIn(s.Inject.Value.Expr)
	if len(declared) == 0 {
		hint := "write for example inject src*dt^2/m into u.forward"
		if len(unknown) > 1 {
			for _, id := range unknown {
				c.unknown(&dsl.Name{Pos: id.Pos, Name: id.Name})
			}
			return
		}
		c.fail(s.Inject.Value.Expr, hint, "this names no points whose traces could be injected")
		return
	}
	for _, d := range declared[1:] {
		if d.Name != declared[0].Name {
			c.failIdent(d, "inject them in two statements", "two sets of points, %s and %s, in one inject", declared[0].Name, d.Name)
			return
		}
	}
	target := c.injectTarget(s.Inject.Target)
	c.inject = true
	v := c.eval(s.Inject.Value.Expr)
	c.inject = false
	if target == nil || v == nil {
		return
	}
	if !c.alike(s.Inject.Value.Expr, "what is injected and its target", &value{part: []symbolic.Expr{target}, unit: c.names[target.Func.Name].unit}, v) {
		return
	}
	p := c.names[declared[0].Name].points
	e, err := fd.Discretise(v.scalar(), c.problem.Grid)
	if err != nil {
		c.fail(s.Inject.Value.Expr, "raise the order of accuracy", "%v", err)
		return
	}
	a, b, err := solve.Linear(e, symbolic.NewScalar(traceName(p.Name)))
	if err != nil || !symbolic.IsZero(b) {
		c.fail(s.Inject.Value.Expr, "write an expression times "+p.Name, "what is injected must be a multiple of %s", p.Name)
		return
	}
	c.problem.Statements = append(c.problem.Statements, &symbolic.Inject{Points: p, Target: target, Value: a, Source: c.source(s)})
}

// injectTarget is a wavefield's next level, or its current one.
func (c *checker) injectTarget(n *dsl.Node) *symbolic.Access {
	if name, ok := n.Expr.(*dsl.Name); ok {
		if e := c.names[name.Name]; e != nil && e.kind == function && e.function.Varies {
			c.fail(n.Expr, "write "+name.Name+".forward", "the current level of %s is already in use: inject into the next one", name.Name)
			return nil
		}
	}
	a := c.target(n)
	if a != nil && !c.written[a.Func.Name] {
		c.fail(n.Expr, "put inject behind the update", "%s.forward is injected into before it is computed", a.Func.Name)
		return nil
	}
	return a
}

func (c *checker) sample(s *dsl.Statement) {
	e := c.names[s.Sample.Points.Name]
	v := c.eval(s.Sample.Value.Expr)
	if e == nil || v == nil {
		return
	}
	switch {
	case e.kind != points:
		c.failIdent(s.Sample.Points, "choose another name for the receivers", "%s is already declared at line %d", s.Sample.Points.Name, e.pos.Line)
		return
	case e.points.Inject:
		c.failIdent(s.Sample.Points, "use another set of points to record", "%s is injected, so it cannot be recorded too", s.Sample.Points.Name)
		return
	case v.vector():
		c.fail(s.Sample.Value.Expr, "sample one component, for example grad(u).x", "a vector cannot be sampled")
		return
	case e.used:
		c.failIdent(s.Sample.Points, "use another set of points", "%s is sampled twice", s.Sample.Points.Name)
		return
	}
	e.used = true
	if e.points.Unit != "" && !c.alike(s.Sample.Value.Expr, "what is sampled and the points", &value{part: []symbolic.Expr{symbolic.Int(1)}, unit: e.unit}, v) {
		return
	}
	if _, err := fd.Discretise(v.scalar(), c.problem.Grid); err != nil {
		c.fail(s.Sample.Value.Expr, "raise the order of accuracy", "%v", err)
		return
	}
	c.problem.Statements = append(c.problem.Statements, &symbolic.Sample{Points: e.points, Value: v.scalar(), Source: c.source(s)})
}

// traceName is the scalar that stands for a point's trace while an injected
// expression is taken apart; no name of a file holds a space.
func traceName(points string) string { return "trace of " + points }
