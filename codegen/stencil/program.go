// Package stencil says what an operator computes: on which boxes of the grid, in which
// order, out of which values. It knows nothing of loops, tiles, threads or targets; how
// a program is carried out is a schedule's business.
//
// In: the statements of a discretised problem, from codegen/lower, or text, by Parse.
// Out: a Program, which codegen/pass transforms and codegen/schedule makes loops of.
// Start at Program; text.go has the text form with an example, and Verify says what a
// right program is.
//
// A program has a part that runs once (Setup) and the statements of a time step (Step).
// All coordinates count from the ends of the whole grid. A statement is as if carried
// out at all its points at once: no point of a compute reads what another point of it
// writes.
package stencil

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/signature"
)

// Program is one operator.
type Program struct {
	signature.Operator
	Setup []Stmt
	Step  []Stmt
}

// Stmt is a statement: *Let (of Setup), *Compute, *Inject, *Sample, *Reduce or
// *Fill.
type Stmt interface{ stmt() }

// Compute carries out its body at all points of a box.
type Compute struct {
	Axes []int            // axes that the box spans, ascending
	Box  []signature.Span // per axis of the program; only those of Axes count
	When *When
	Body []Assignment
}

// Assignment is part of the body of a compute: *Let or *Assign.
type Assignment interface{ assignment() }

// When limits a statement to some steps; nil stands for all.
type When struct {
	Every signature.Steps // those that a number of steps divides
	Last  bool            // the last one of the run, instead
}

// Let names a value for the rest of the body. In Setup it names a number that
// is computed once per run, in double precision, and rounded.
type Let struct {
	Name  string
	Value expr.Expr
}

// Assign stores a value at the point at hand.
type Assign struct {
	Target *Access
	Value  expr.Expr
	Note   string // equation that it carries out, for readers of the source
}

// Inject adds weight * trace[n+Ahead] * Value to Target at the nodes around
// points.
type Inject struct {
	Points string
	Ahead  int
	Target *Access
	Value  expr.Expr
	When   *When
	Note   string
}

// Sample writes trace[n] = sum of weight * Value over the nodes of a point.
type Sample struct {
	Points string
	Value  expr.Expr
	When   *When
	Note   string
}

// Reduce makes one number, of step n, out of the values of an expression at
// the points of a box: "sum", "min", "max" or "norm", the root of the sum of
// squares. Sums are taken in double precision, along the first axis last, so
// that they do not depend on the number of threads.
type Reduce struct {
	Series string
	Op     string
	Box    []signature.Span // per axis
	Value  expr.Expr
	When   *When
	Note   string
}

// Fill makes the halo of one level of a field what edges say, Width points in
// front of the first point and behind the last one along each axis. Transposed
// it works the other way: it adds each value in the halo to the one that the
// edge would have copied there, and clears it.
type Fill struct {
	Field      string
	Time       int
	Width      [][2]int
	Edges      [][2]signature.Edge
	Transposed bool
	When       *When
}

func (*Let) stmt()     {}
func (*Compute) stmt() {}
func (*Inject) stmt()  {}
func (*Sample) stmt()  {}
func (*Reduce) stmt()  {}
func (*Fill) stmt()    {}

func (*Let) assignment()    {}
func (*Assign) assignment() {}

// Access reads, or as a target writes, a field at constant offsets from the
// point at hand. Levels of wavefields count from t; those of wavefields that
// the caller gives from the operator's own step.
type Access struct {
	Field  string
	Time   int
	Offset []int // per axis of the program
}

// IsExpr makes an access an expression.
func (*Access) IsExpr() {}

// Key tells accesses apart.
func (a *Access) Key() string {
	b := make([]byte, 0, len(a.Field)+12)
	b = append(b, a.Field...)
	b = append(b, '[')
	b = strconv.AppendInt(b, int64(a.Time), 10)
	for _, o := range a.Offset {
		b = append(b, ',')
		b = strconv.AppendInt(b, int64(o), 10)
	}
	return string(append(b, ']'))
}

// IsHere reports whether an access is to the point at hand.
func (a *Access) IsHere() bool {
	for _, o := range a.Offset {
		if o != 0 {
			return false
		}
	}
	return true
}

// Place is a time buffer of a field: two accesses touch the same memory when
// their places and their points are the same.
type Place struct {
	Field  string
	Buffer int
}

// PlaceOf is the place of a level of a field.
func (p *Program) PlaceOf(field string, time int) Place {
	if a := p.Array(field); a != nil {
		return Place{field, a.Buffer(time)}
	}
	return Place{field, time}
}

// Place is the place of an access.
func (p *Program) Place(a *Access) Place { return p.PlaceOf(a.Field, a.Time) }

// AtAnEnd reports whether a compute covers one end of an axis alone.
func (c *Compute) AtAnEnd() bool {
	return slices.ContainsFunc(c.Box, func(s signature.Span) bool { return s.Lo.End == s.Hi.End })
}

// Labels names the statements of a step: a compute by the field that it
// assigns first, sparse statements by their points, reductions by their
// series, fills by their field with halo_ in front. A name that occurs again
// gets a number, from 2.
func (p *Program) Labels() []string {
	count := map[string]int{}
	var out []string
	for _, s := range p.Step {
		name := ""
		switch x := s.(type) {
		case *Compute:
			name = x.Targets()[0].Field
		case *Inject:
			name = x.Points
		case *Sample:
			name = x.Points
		case *Reduce:
			name = x.Series
		case *Fill:
			name = "halo_" + x.Field
		}
		if count[name]++; count[name] > 1 {
			name = fmt.Sprintf("%s_%d", name, count[name])
		}
		out = append(out, name)
	}
	return out
}

// Targets are the accesses that a compute writes, in order.
func (c *Compute) Targets() []*Access {
	var out []*Access
	for _, s := range c.Body {
		if a, ok := s.(*Assign); ok {
			out = append(out, a.Target)
		}
	}
	return out
}

// Note is the operator file's statement that a statement carries out.
func Note(s Stmt) string {
	switch x := s.(type) {
	case *Compute:
		for _, s := range x.Body {
			if a, ok := s.(*Assign); ok && a.Note != "" {
				return a.Note
			}
		}
	case *Inject:
		return x.Note
	case *Sample:
		return x.Note
	case *Reduce:
		return x.Note
	case *Fill:
		return "the boundary of " + x.Field
	}
	return ""
}

// WhenOf is the condition of a statement.
func WhenOf(s Stmt) *When {
	switch x := s.(type) {
	case *Compute:
		return x.When
	case *Inject:
		return x.When
	case *Sample:
		return x.When
	case *Reduce:
		return x.When
	case *Fill:
		return x.When
	}
	return nil
}
