// Package check gives an operator file its meaning: it resolves names,
// expands definitions, checks dimensions, orders, units and time levels, and
// makes a symbolic.Problem. Every fault of the file is reported in one go,
// with its place and a way out.
package check

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// Options choose what a file leaves open.
type Options struct {
	Operator   string // operator to take; may be empty when there is just one
	Dim        int    // space axes of the grid: 1, 2 or 3
	SpaceOrder int    // overrides the file's order in space unless 0
	Uniform    bool   // the grid's spacing is the same along all axes: fewer coefficients
}

// MaxSpaceOrder is the highest order of accuracy in space.
const MaxSpaceOrder = 32

// Problem checks one operator of a file and returns what it poses. The error
// is a dsl.Errors when the file is at fault.
func Problem(file *dsl.File, o Options) (*symbolic.Problem, error) {
	if o.Dim < 1 || o.Dim > 3 {
		return nil, fmt.Errorf("a grid has 1, 2 or 3 axes, not %d", o.Dim)
	}
	path := filepath.Clean(file.Name)
	c := &checker{file: file, files: map[string]*dsl.File{path: file}, dim: o.Dim, names: map[string]*entity{}, covered: map[*symbolic.Function][]*symbolic.Region{}}
	c.topLevel(file, []string{path})
	if len(c.faults) > 0 {
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

type checker struct {
	file    *dsl.File
	files   map[string]*dsl.File // by path, imported ones too
	faults  dsl.Errors
	names   map[string]*entity
	args    []map[string]*value // arguments of the defs being expanded
	within  []string            // notes on the calls being expanded
	dim     int                 // axes of the grid
	problem *symbolic.Problem
	length  unit // of coordinates
	time    unit // of dt

	covered  map[*symbolic.Function][]*symbolic.Region // where next levels are computed so far; nil for everywhere
	unclear  bool                                      // some faulty update may compute any wavefield
	updating []*symbolic.Function                      // the targets of the explicit update being checked
	lenient  bool                                      // next levels may be read before they are known: in a let
	inject   bool                                      // points may appear in the expression
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
	if f := c.files[filepath.Clean(pos.Filename)]; f != nil {
		source = f.Source
	}
	c.faults = append(c.faults, &dsl.Error{Pos: pos, Width: width, Line: dsl.SourceLine(source, pos.Line),
		Message: fmt.Sprintf(format, args...), Hint: hint, Note: strings.Join(c.within, "; ")})
}

func (c *checker) failIdent(id *dsl.Ident, hint, format string, args ...any) {
	c.failAt(id.Pos, len(id.Name), hint, format, args...)
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

func (c *checker) axes() []string {
	if c.problem == nil {
		return AxisNames(3)
	}
	return c.problem.Grid.Axes
}

// exists reports whether what is prefixed by a dimension is meant for the
// grid.
func (c *checker) exists(dim string) bool { return dim == "" || int(dim[0]-'0') == c.dim }

// operator checks the declarations first, so that their order is free, then
// the statements in the order in which they run.
func (c *checker) operator(op *dsl.Operator, o Options) {
	here := *op
	here.Statements = nil
	for _, s := range op.Statements {
		if c.exists(s.Dim) {
			here.Statements = append(here.Statements, s)
		}
	}
	op = &here
	c.problem = &symbolic.Problem{Name: op.Name, Doc: op.Doc, Grid: &symbolic.Grid{Axes: AxisNames(o.Dim), SpaceOrder: 4, TimeOrder: 2, Uniform: o.Uniform}}
	c.length, c.time = atoms["m"], atoms["ms"]
	if !declaresUnits(op) {
		c.length, c.time = unknownUnit("length"), unknownUnit("time")
	}
	if !c.settings(op, o) {
		return // without axes every derivative would be reported
	}
	c.declarations(op)
	updated := false
	for _, s := range op.Statements {
		if s.Def != nil {
			c.resolve(s.Def)
		}
	}
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
		case s.Save != nil:
			c.save(s)
		case s.Reduce != nil:
			c.reduce(s)
		}
	}
	if !updated {
		c.failAt(op.Pos, len("operator"), "add solve EQUATION for u.forward", "operator %s updates nothing", op.Name)
	}
	if len(c.faults) > 0 {
		return // what follows would only repeat them
	}
	for _, f := range c.problem.Functions {
		if !f.Varies() || c.known(f) {
			continue
		}
		e := c.entityOf(f)
		if c.covered[f] == nil {
			c.failAt(e.pos, 1, "add solve EQUATION for "+f.Name+".forward, or declare it as a field", "wavefield %s is never updated", f.Name)
		} else {
			c.failAt(e.pos, 1, "update it on the whole grid first, or in regions that leave nothing out", "wavefield %s is not updated at all points of the grid", f.Name)
		}
	}
}

// declarations enters what the operator declares, explicitly or by its use.
func (c *checker) declarations(op *dsl.Operator) {
	for _, s := range op.Statements {
		switch {
		case s.Declare != nil:
			c.declaration(s.Declare)
		case s.Region != nil:
			c.declareRegion(s.Region)
		case s.Let != nil:
			c.declare(s.Let.Name, &entity{kind: let, body: s.Let.Value.Expr})
		case s.Def != nil:
			c.declareDef(s.Def)
		}
	}
	c.declareOutputs(op)
	c.declarePoints(op)
	c.uniqueNames()
	for _, s := range op.Statements {
		switch {
		case s.Boundary != nil:
			c.boundary(s.Boundary)
		case s.Periodic != nil:
			c.periodic(s.Periodic)
		}
	}
	c.edges(op)
}

// entityOf finds the declaration that a function belongs to.
func (c *checker) entityOf(f *symbolic.Function) *entity {
	for _, e := range c.names {
		if e.kind == function && slices.Contains(e.parts, f) {
			return e
		}
	}
	return nil
}
