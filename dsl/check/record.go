package check

import (
	"slices"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// every is the number of steps from one time that a statement is carried out
// to the next, nil for all steps; 0 is the last step alone.
func (c *scope) every(s *dsl.Statement) (every symbolic.Expr, ok bool) {
	if s.Every == nil {
		return nil, true
	}
	if name, ok := s.Every.Expr.(*dsl.Name); ok && name.Name == "last" && c.names["last"] == nil {
		if s.Save != nil {
			c.fail(s.Every.Expr, "save a frame every so many steps", "a history has more than one frame")
			return nil, false
		}
		return symbolic.Int(0), true
	}
	every = c.steps(s.Every.Expr)
	if every == nil {
		return nil, false
	}
	if symbolic.IsOne(every) {
		return nil, true
	}
	return every, true
}

// steps reads a number of steps: a positive whole number or a scalar, whose
// value is checked when it is known.
func (c *scope) steps(x dsl.Expr) symbolic.Expr {
	const most = 1 << 30
	switch x := x.(type) {
	case *dsl.Number:
		v := c.number(x)
		if v == nil {
			return nil
		}
		if n, ok := v.scalar().(*symbolic.Num).IsInt(); ok && 0 < n && n <= most {
			return symbolic.Int(n)
		}
	case *dsl.Name:
		e := c.names[x.Name]
		switch {
		case e == nil && c.reserved(x.Name) == "":
			c.unknown(x)
			return nil
		case e != nil && e.kind == scalar && e.rank == number:
			if !e.unit.sameDimension(dimensionless) {
				c.fail(x, "count steps", "a number of steps has no unit; %s is in %s", x.Name, e.unit)
				return nil
			}
			return e.scalars[0]
		}
	}
	c.fail(x, "write a positive whole number, or the name of a scalar", "%s is not a number of steps", dsl.FormatExpr(x))
	return nil
}

// frames is the number of steps between the frames of a history.
func (c *scope) frames(s *dsl.Statement) symbolic.Expr {
	if s.Every != nil {
		if e := c.steps(s.Every.Expr); e != nil {
			return e
		}
	}
	return symbolic.Int(1)
}

// declareHistory introduces what save names without a declaration of its own.
func (c *stepping) declareHistory(s *dsl.Statement) {
	id := s.Save.History
	e := c.names[id.Name]
	if e == nil {
		f := &symbolic.Function{Name: id.Name, Grid: c.problem.Grid, Role: symbolic.History}
		for a := range c.dim {
			f.Axes = append(f.Axes, a)
		}
		e = &entity{kind: function, unit: unknownUnit(id.Name), functions: []*symbolic.Function{f}, implicit: true}
		if !c.declare(id, e) {
			return
		}
		f.Every = c.frames(s)
		c.spelling[f] = id.Name
		c.problem.Functions = append(c.problem.Functions, f)
	}
	if e.kind == function && e.functions[0].Role == symbolic.History {
		c.unsaved[e.functions[0]] = true
	}
}

func (c *checker) save(s *dsl.Statement) {
	id := s.Save.History
	e := c.names[id.Name]
	v := c.eval(s.Save.Value.Expr)
	if e == nil {
		return
	}
	if e.kind != function || e.functions[0].Role != symbolic.History {
		c.failIdent(id, "choose another name", "%s is already declared at line %s, and not as a history", id.Name, lineOf(e.pos))
		return
	}
	f := e.functions[0]
	switch {
	case !c.unsaved[f]:
		c.failIdent(id, "use another history", "%s is saved twice", id.Name)
		return
	case s.Every != nil && !e.implicit:
		c.fail(s.Every.Expr, "say it where the history is declared", "history %s has a rhythm already", id.Name)
	}
	delete(c.unsaved, f)
	if v == nil {
		return
	}
	if v.rank > number {
		c.fail(s.Save.Value.Expr, "save one component, for example v.x", "%s cannot be saved", v.rank)
		return
	}
	if e.implicit {
		e.unit, f.Stagger = v.unit, c.lies(v.scalar())
	} else if !c.alike(s.Save.Value.Expr, "what is saved and the history", &value{unit: e.unit}, v) {
		return
	}
	if !c.taken(s.Save.Value.Expr, f.Stagger, v.scalar()) {
		return
	}
	u := &symbolic.Update{Target: f.Here(), Left: f.Here(), Right: v.scalar(), Value: v.scalar(), Source: c.source(s)}
	if !symbolic.IsOne(f.Every) {
		u.Every = f.Every
	}
	c.problem.Statements = append(c.problem.Statements, u)
}

func (c *scope) declareSeries(id *dsl.Ident) {
	if c.declare(id, &entity{kind: series, series: &symbolic.Series{Name: id.Name}}) {
		c.problem.Series = append(c.problem.Series, c.names[id.Name].series)
	}
}

// reductions are the ways to make one number of a function.
var reductions = []string{"sum", "min", "max", "norm"}

func (c *checker) reduce(s *dsl.Statement) {
	region, inRegion := c.regionOf(s)
	every, rhythm := c.every(s)
	x := s.Reduce.Value.Expr
	call, ok := x.(*dsl.Call)
	if !ok || !slices.Contains(reductions, call.Fn.Name) {
		c.fail(x, "write for example sum("+dsl.FormatExpr(x)+")", "reduce needs sum, min, max or norm of an expression")
		return
	}
	if len(call.Args) != 1 {
		c.fail(x, "write "+call.Fn.Name+"(a)", "%s of all points takes 1 argument, not %d", call.Fn.Name, len(call.Args))
		return
	}
	v := c.eval(call.Args[0])
	if v == nil || !inRegion || !rhythm {
		return
	}
	if v.rank > number {
		c.fail(call.Args[0], "write dot(v, v) for the square of a vector, or take a component", "%s cannot be reduced to one number", v.rank)
		return
	}
	e := c.names[s.Reduce.Series.Name]
	if e == nil || e.kind != series {
		return // the name is reserved or taken, which is reported
	}
	if !c.taken(call.Args[0], nil, v.scalar()) {
		return
	}
	c.problem.Statements = append(c.problem.Statements, &symbolic.Reduce{Series: e.series, Op: call.Fn.Name, Value: v.scalar(), Region: region, Every: every, Source: c.source(s)})
}
