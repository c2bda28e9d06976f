package check

import (
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
)

// elementary applies sqrt, sin and the like.
func (c *checker) elementary(x *dsl.Call, f symbolic.Elementary) *value {
	if len(x.Args) != f.Args {
		c.fail(x, "write "+f.Name+[]string{"()", "(a)", "(a, b)"}[f.Args], "%s takes %s, not %d", f.Name, count(f.Args, "argument"), len(x.Args))
		return nil
	}
	var args []symbolic.Expr
	var first *value
	size, good := 1, true
	for _, a := range x.Args {
		v := c.eval(a)
		switch {
		case v == nil:
			good = false
			continue
		case v.vec:
			c.fail(a, "take a component", "%s does not apply to a vector", f.Name)
			good = false
			continue
		case first != nil && !c.alike(x, "the two arguments", first, v):
			good = false
		}
		if first == nil || first.zero {
			first = v // the number 0 takes the unit of the other argument
		}
		size += v.size
		args = append(args, v.scalar())
	}
	if !good {
		return nil
	}
	u := dimensionless
	switch f.Name {
	case "sqrt":
		u = first.unit.to(0.5)
		if n, ok := args[0].(*symbolic.Num); ok && n.Float() < 0 {
			c.fail(x, "", "the square root of a negative number is not real")
			return nil
		}
	case "abs", "min", "max":
		u = first.unit
	case "atan2":
	default:
		if !first.unit.sameDimension(dimensionless) {
			c.fail(x.Args[0], "divide it by a reference value", "%s needs a number without unit, not one in %s", f.Name, first.unit)
			return nil
		}
	}
	return one(symbolic.Apply(f.Name, args...), u).sized(size)
}

// differential applies grad, div, curl, laplace or biharmonic.
func (c *checker) differential(x *dsl.Call) *value {
	if len(x.Args) != 1 {
		c.fail(x, "write "+x.Fn.Name+"(a)", "%s takes 1 argument, not %d", x.Fn.Name, len(x.Args))
		return nil
	}
	v := c.eval(x.Args[0])
	if v == nil {
		return nil
	}
	needsVector := x.Fn.Name == "div" || x.Fn.Name == "curl"
	if needsVector != v.vec {
		want := map[bool]string{true: "a vector", false: "a scalar"}
		hint := "for example div(grad(p))"
		if !needsVector {
			hint = "apply it to a component"
		}
		c.fail(x.Args[0], hint, "%s needs %s, not %s", x.Fn.Name, want[needsVector], want[v.vec])
		return nil
	}
	dim := c.problem.Grid.Dim()
	axes := make([]int, dim)
	for a := range axes {
		axes[a] = a
	}
	if !v.varies(axes...) {
		c.fail(x.Args[0], "differentiate a field or a wavefield", "%s does not vary in space", dsl.FormatExpr(x.Args[0]))
		return nil
	}
	size := 0 // of the stencils for one application
	d := func(e symbolic.Expr, axis, order int) symbolic.Expr {
		if !symbolic.Varies(e, axis) {
			return symbolic.Int(0)
		}
		d := symbolic.NewDeriv(e, axis, order, symbolic.Scheme{})
		if s, err := fd.StencilOf(d, c.problem.Grid); err == nil {
			size += len(s.Offset) * (v.size + 1)
		}
		return d
	}
	perLength := c.length.to(-1)
	out := &value{unit: v.unit.times(perLength)}
	switch x.Fn.Name {
	case "grad":
		out.vec = true
		for a := range dim {
			out.part = append(out.part, d(v.scalar(), a, 1))
		}
	case "div":
		var sum []symbolic.Expr
		for a := range dim {
			sum = append(sum, d(v.part[a], a, 1))
		}
		out.part = []symbolic.Expr{symbolic.Sum(sum...)}
	case "laplace", "biharmonic":
		laplace := func(e symbolic.Expr) symbolic.Expr {
			var sum []symbolic.Expr
			for a := range dim {
				sum = append(sum, d(e, a, 2))
			}
			return symbolic.Sum(sum...)
		}
		out.unit = out.unit.times(perLength)
		e := laplace(v.scalar())
		if x.Fn.Name == "biharmonic" {
			// The outer stencils apply to everything that the inner ones made.
			inner := size
			e = laplace(e)
			size = inner * (size - inner + 1)
			out.unit = out.unit.times(perLength.to(2))
		}
		out.part = []symbolic.Expr{e}
	case "curl":
		if dim != 3 {
			c.fail(x, "write the derivatives out", "curl needs a grid with 3 axes, not %d", dim)
			return nil
		}
		out.vec = true
		for a := range 3 {
			b, e := (a+1)%3, (a+2)%3
			out.part = append(out.part, symbolic.Sub(d(v.part[e], b, 1), d(v.part[b], e, 1)))
		}
	}
	return out.sized(size + 1)
}
