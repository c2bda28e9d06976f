// Package check gives an operator file its meaning: it resolves names, expands
// definitions, checks dimensions, orders, units and time levels, and makes a
// symbolic.Problem. Every fault of the file is reported in one go, with its place and a
// way out.
//
// In: a dsl.File, and Options such as the number of axes. Out: a symbolic.Problem, which
// all later stages work on, or dsl.Errors. Start at Problem and its example;
// statement.go checks equations and assignments, eval.go evaluates expressions.
package check

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/layers"
)

// Options choose what a file leaves open.
type Options struct {
	Operator   string // operator to take; may be empty when there is just one
	Dim        int    // space axes of the grid: 1, 2 or 3; 0 for as many as the operator names, or 3
	SpaceOrder int    // overrides the file's order in space unless 0
	Uniform    bool   // the grid's spacing is the same along all axes: fewer coefficients
	Border     int    // points of the absorbing layers at the ends of the grid
}

// MaxSpaceOrder is the highest order of accuracy in space.
const MaxSpaceOrder = 32

// Problem checks one operator of a file and returns what it poses. The error
// is a dsl.Errors when the file is at fault.
func Problem(file *dsl.File, o Options) (*symbolic.Problem, error) {
	if o.Dim == 0 {
		if o.Dim = Named(file, o.Operator); o.Dim == 0 {
			o.Dim = 3
		}
	}
	if o.Dim < 1 || o.Dim > 3 {
		return nil, fmt.Errorf("a grid has 1, 2 or 3 axes, not %d", o.Dim)
	}
	path := filepath.Clean(file.Name)
	c := newChecker(file, path, o.Dim)
	c.topLevel(file, []string{path})
	if len(c.faults) > 0 {
		return nil, c.found()
	}
	op := c.choose(o.Operator)
	if op == nil {
		return nil, c.found()
	}
	c.operator(op, o)
	if err := c.found(); err != nil {
		return nil, err
	}
	return layers.Attach(c.problem, o.Border)
}

// Named is the number of axes that an operator names, and so the only number
// that it can have; 0 when it names none.
func Named(file *dsl.File, operator string) int {
	for _, it := range file.Items {
		if it.Operator == nil || operator != "" && it.Operator.Name != operator {
			continue
		}
		for _, s := range it.Operator.Statements {
			if s.Axes != nil && s.Dim == "" {
				return min(len(s.Axes.Names), 3)
			}
		}
	}
	return 0
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

// checker checks one operator of a file. What it knows is in parts, each with the
// methods that need no more of it: report, grid, scope and stepping, one in the other.
type checker struct {
	*stepping
	units
	mode
}

// units are those that the operator gives coordinates and time.
type units struct {
	length unit // of coordinates
	time   unit // of dt
}

// mode is what the expression that is being checked may do.
type mode struct {
	updating []*symbolic.Function // what the explicit update computes
	solving  []*symbolic.Function // what the equation is solved for
	lenient  bool                 // next levels may be read before they are known: in a let
	inject   bool                 // points may appear in the expression
	along    int                  // axis for which it is evaluated, or everyAxis
}

// newChecker begins with nothing known but the file at a path.
func newChecker(file *dsl.File, path string, dim int) *checker {
	r := &report{file: file, files: map[string]*dsl.File{path: file}}
	g := &grid{dim: dim, spelling: map[*symbolic.Function]string{}}
	names := &scope{report: r, grid: g, names: map[string]*entity{}, absent: map[string][]string{}}
	steps := &stepping{scope: names, missing: map[*symbolic.Function][]box{}, unsaved: map[*symbolic.Function]bool{}}
	return &checker{stepping: steps, mode: mode{along: everyAxis}}
}

func (c *report) choose(name string) *dsl.Operator {
	have := Operators(c.file)
	start := dsl.Pos{Filename: c.file.Name, Line: 1, Column: 1}
	switch {
	case len(have) == 0:
		c.failAt(start, 1, "write operator NAME { ... }", "this file defines no operator")
		return nil
	case len(have) > maxOperators:
		c.failAt(start, 1, "spread them over several files", "this file defines %d operators: at most %d can be given", len(have), maxOperators)
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

func (c *grid) axes() []string {
	if c.problem == nil {
		return AxisNames(3)
	}
	return c.problem.Grid.Axes
}

// exists reports whether what has the given prefix exists on this grid.
func (c *grid) exists(dim string) bool {
	return dim == "" || dim == fmt.Sprintf("%dD", c.dim)
}

// Many statements and operators are no error but a file that no person wrote,
// and what the stages take grows with the square of their number.
const (
	maxStatements = 500
	maxOperators  = 100
	maxName       = 80 // of an operator, which names files
)

// operator checks the declarations first, so that their order is free, then
// the statements in the order in which they run.
func (c *checker) operator(op *dsl.Operator, o Options) {
	c.problem = &symbolic.Problem{Name: op.Name, Doc: op.Doc, Grid: &symbolic.Grid{Axes: AxisNames(o.Dim), SpaceOrder: 4, TimeOrder: 2, Uniform: o.Uniform}}
	if n := len(op.Name); n > maxName {
		c.failAt(op.Pos, len("operator"), "choose a shorter one", "the operator's name has %d letters: at most %d can be given", n, maxName)
	}
	if n := len(op.Statements); n > maxStatements {
		c.failAt(op.Statements[maxStatements].Pos, 1, "write vectors and tensors in place of their components, or several operators", "operator %s has %d statements: at most %d can be given", op.Name, n, maxStatements)
		return
	}
	for _, s := range op.Statements {
		if c.exists(s.Dim) {
			c.present = append(c.present, s)
		} else {
			c.elsewhere(s.Dim, nameOf(s.Let, s.Def, s.Declare))
		}
	}
	c.length, c.time = atoms["m"], atoms["ms"]
	c.problem.Metre, c.problem.Second = c.length.factor, c.time.factor
	if !declaresUnits(c.present) {
		c.length, c.time = unknownUnit("length"), unknownUnit("time")
	}
	if !c.settings(op, o) {
		return // without axes every derivative would be reported
	}
	c.declarations()
	c.defaultValues()
	c.direction()
	updated := false
	for _, s := range c.present {
		updated = updated || s.Solve != nil || s.Assign != nil
		before := len(c.problem.Statements)
		c.statement(s)
		c.fixed(s, before)
	}
	switch {
	case !updated:
		c.failAt(op.Pos, len("operator"), "add solve EQUATION for u."+c.next, "operator %s updates nothing", op.Name)
	case !c.unclear: // otherwise what follows might only repeat a fault
		c.complete()
	}
}

// declarations enters all names of the operator.
func (c *checker) declarations() {
	for _, s := range c.present {
		switch {
		case s.Declare != nil:
			c.declaration(s)
		case s.Let != nil:
			c.declare(s.Let.Name, &entity{kind: let, body: s.Let.Value.Expr})
		case s.Def != nil:
			c.declareDef(s.Def)
		case s.Region != nil:
			c.declareRegion(s.Region)
		}
	}
	for _, s := range c.present {
		switch {
		case s.Save != nil:
			c.declareHistory(s)
		case s.Reduce != nil:
			c.declareSeries(s.Reduce.Series)
		case s.Periodic != nil:
			c.periodic(s.Periodic)
		}
	}
	c.declarePoints()
	for _, s := range c.present {
		switch {
		case s.Def != nil:
			c.resolve(s.Def)
		case s.Boundary != nil:
			c.boundary(s.Boundary)
		}
	}
}

// statement checks what computes something.
func (c *checker) statement(s *dsl.Statement) {
	c.limits(s)
	switch {
	case s.Let != nil:
		c.checkLet(s.Let)
	case s.Require != nil:
		c.require(s)
	case s.Absorb != nil:
		c.absorb(s)
	case s.Solve != nil:
		c.solve(s)
	case s.Assign != nil:
		c.assign(s)
	case s.Inject != nil:
		c.injectInto(s)
	case s.Sample != nil:
		c.sample(s)
	case s.Save != nil:
		c.save(s)
	case s.Reduce != nil:
		c.reduce(s)
	}
}
