package check

import (
	"math"
	"slices"
	"strings"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

func (c *checker) declaration(d *dsl.Declare) {
	u := unknownUnit(d.Name.Name)
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
		f := &symbolic.Function{Name: d.Name.Name, Doc: d.Doc, Unit: text, Grid: c.problem.Grid}
		if d.Kind == "wavefield" {
			f.Role = symbolic.Wavefield
		}
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
	depends := v.vec
	symbolic.Visit(v.scalar(), func(e symbolic.Expr) {
		switch e.(type) {
		case *symbolic.Scalar, *symbolic.Access:
			depends = true
		}
	})
	if depends {
		c.fail(e, "write a number", "a default value cannot depend on other names")
		return nil
	}
	x, err := symbolic.Eval(v.scalar(), symbolic.Values{})
	if f := real(x); err == nil && imag(x) == 0 && !math.IsNaN(f) && !math.IsInf(f, 0) {
		return &f
	}
	c.fail(e, "write a number", "this default value is not a real number")
	return nil
}
