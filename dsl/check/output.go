package check

import (
	"strconv"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
)

// declareOutputs introduces the histories and series that save and reduce
// name.
func (c *checker) declareOutputs(op *dsl.Operator) {
	for _, s := range op.Statements {
		switch {
		case s.Save != nil && c.names[s.Save.History.Name] == nil:
			f := &symbolic.Function{Name: s.Save.History.Name, Grid: c.problem.Grid, Role: symbolic.History, Every: symbolic.Int(1)}
			if s.Save.Every != nil {
				f.Every = c.every(s.Save.Every)
			}
			for a := range c.problem.Grid.Axes {
				f.Axes = append(f.Axes, a)
			}
			if c.declare(s.Save.History, &entity{kind: function, parts: []*symbolic.Function{f}, unit: unknownUnit(f.Name)}) {
				c.problem.Functions = append(c.problem.Functions, f)
			}
		case s.Save != nil && s.Save.Every != nil:
			c.failAt(s.Save.Every.Pos, len("every"), "give it in the declaration", "%s is declared already, with its own number of steps", s.Save.History.Name)
		case s.Reduce != nil:
			out := &symbolic.Series{Name: s.Reduce.Series.Name}
			if c.declare(s.Reduce.Series, &entity{kind: series, series: out}) {
				c.problem.Series = append(c.problem.Series, out)
			}
		}
	}
}

// every reads the number of steps of a condition: a whole number or a scalar.
// It is 1 when it has a fault.
func (c *checker) every(e *dsl.Every) symbolic.Expr {
	if e.Name != nil {
		x := c.names[e.Name.Name]
		if x == nil || x.kind != scalar || x.rank > 0 {
			c.failIdent(e.Name, "declare it, for example: scalar "+e.Name.Name+" = 10", "%s is not a scalar", e.Name.Name)
			return symbolic.Int(1)
		}
		return x.scalars[0]
	}
	n, err := strconv.Atoi(e.Number)
	if err != nil || n < 1 {
		c.failAt(e.Pos, len("every "+e.Number), "write for example: every 10", "every %s: it must be a whole number of steps, at least 1", e.Number)
		return symbolic.Int(1)
	}
	return symbolic.Int(n)
}

// when is the condition of a statement, nil for none.
func (c *checker) when(e *dsl.Every) symbolic.Expr {
	if e == nil {
		return nil
	}
	return c.every(e)
}

func (c *checker) save(s *dsl.Statement) {
	e := c.names[s.Save.History.Name]
	v := c.eval(s.Save.Value.Expr)
	if e == nil || e.clash || v == nil {
		return
	}
	if e.kind != function || e.parts[0].Role != symbolic.History {
		c.failIdent(s.Save.History, "choose another name, or declare it with history", "%s is not a history", s.Save.History.Name)
		return
	}
	if v.rank > 0 {
		c.fail(s.Save.Value.Expr, "save one component", "%s cannot be saved", ranks[v.rank])
		return
	}
	if e.sampled {
		c.failIdent(s.Save.History, "use another history", "%s is saved twice", s.Save.History.Name)
		return
	}
	e.sampled = true
	if !c.fits(s.Save.Value.Expr, v) {
		return
	}
	f := e.parts[0]
	f.Half = common(v.scalar(), c.problem.Grid)
	c.problem.Statements = append(c.problem.Statements, &symbolic.Update{Target: f.Here(), Left: f.Here(), Right: v.scalar(), Value: v.scalar(), Every: f.Every, Source: c.source(s)})
}

func (c *checker) reduce(s *dsl.Statement) {
	e := c.names[s.Reduce.Series.Name]
	v := c.eval(s.Reduce.Value.Expr)
	r, ok := c.in(s.Reduce.In)
	if e == nil || e.series == nil || e.clash || v == nil || !ok {
		return
	}
	if v.rank > 0 {
		c.fail(s.Reduce.Value.Expr, "reduce one component, or dot(v, v)", "%s cannot be reduced to a number", ranks[v.rank])
		return
	}
	if !c.fits(s.Reduce.Value.Expr, v) {
		return
	}
	c.problem.Statements = append(c.problem.Statements, &symbolic.Reduce{Series: e.series, Op: s.Reduce.Op, Value: v.scalar(), Region: r, Every: c.when(s.Reduce.Every), Source: c.source(s)})
}

// fits checks that the stencils of a value exist.
func (c *checker) fits(at dsl.Expr, v *value) bool {
	good := true
	for _, p := range v.part {
		symbolic.Visit(p, func(e symbolic.Expr) {
			if d, ok := e.(*symbolic.Deriv); ok && good {
				if _, err := fd.StencilOf(d, c.problem.Grid); err != nil {
					c.fail(at, "raise the order of accuracy", "%v", err)
					good = false
				}
			}
		})
	}
	return good
}

// common is the place of what an expression reads, when it holds no derivative
// and all of it lies at one place; nil for the nodes.
func common(e symbolic.Expr, g *symbolic.Grid) []bool {
	var half []bool
	nodes, found := false, false
	symbolic.Visit(e, func(e symbolic.Expr) {
		switch x := e.(type) {
		case *symbolic.Deriv:
			nodes = nodes || x.Axis != symbolic.TimeAxis
		case *symbolic.Access:
			here := make([]bool, g.Dim())
			copy(here, x.Func.Half)
			if found {
				for a := range here {
					nodes = nodes || here[a] != half[a]
				}
			}
			half, found = here, true
		}
	})
	for _, h := range half {
		if h && !nodes {
			return half
		}
	}
	return nil
}
