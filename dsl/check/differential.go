package check

import (
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
)

// differential applies grad, div, curl, laplace or biharmonic.
func (c *checker) differential(x *dsl.Call) *value {
	if len(x.Args) != 1 {
		c.fail(x, "write "+x.Fn.Name+"(a)", "%s takes 1 argument, not %d", x.Fn.Name, len(x.Args))
		return nil
	}
	v := c.eval(x.Args[0])
	if v == nil || !c.differentiable(x, v) {
		return nil
	}
	dim := c.problem.Grid.Dim()
	d := &stencils{c: c, size: v.size/len(v.part) + 1}
	perLength := c.length.to(-1)
	out := &value{unit: v.unit.times(perLength), rank: v.rank}
	switch x.Fn.Name {
	case "grad":
		out.rank++
		for _, p := range v.part {
			for a := range dim {
				out.part = append(out.part, d.of(p, a, 1))
			}
		}
	case "div":
		out.rank--
		for row := range len(v.part) / dim {
			var sum []symbolic.Expr
			for a := range dim {
				sum = append(sum, d.of(v.part[row*dim+a], a, 1))
			}
			out.part = append(out.part, symbolic.Sum(sum...))
		}
	case "laplace", "biharmonic":
		out.unit = out.unit.times(perLength)
		for _, p := range v.part {
			e := d.laplace(p)
			if x.Fn.Name == "biharmonic" {
				// The outer stencils apply to everything that the inner ones made.
				inner := d.total
				e = d.laplace(e)
				d.total = inner * (d.total - inner + 1)
			}
			out.part = append(out.part, e)
		}
		if x.Fn.Name == "biharmonic" {
			out.unit = out.unit.times(perLength.to(2))
		}
	case "curl":
		for a := range 3 {
			b, e := (a+1)%3, (a+2)%3
			out.part = append(out.part, symbolic.Sub(d.of(v.part[e], b, 1), d.of(v.part[b], e, 1)))
		}
	}
	return out.sized(d.total + len(out.part))
}

// differentiable checks rank and grid for an operator.
func (c *checker) differentiable(x *dsl.Call, v *value) bool {
	dim := c.problem.Grid.Dim()
	axes := make([]int, dim)
	for a := range axes {
		axes[a] = a
	}
	arg := x.Args[0]
	switch name := x.Fn.Name; {
	case name == "div" && v.rank == 0:
		c.fail(arg, "for example div(grad(p))", "div needs a vector or a tensor, not a scalar")
	case name == "curl" && v.rank != 1:
		c.fail(arg, "for example curl(E)", "curl needs a vector, not %s", ranks[v.rank])
	case name == "grad" && v.rank == 2:
		c.fail(arg, "apply it to a component", "grad needs a scalar or a vector, not a matrix")
	case name == "curl" && dim != 3:
		c.fail(x, "write the derivatives out", "curl needs a grid with 3 axes, not %d", dim)
	case !v.varies(axes...):
		c.fail(arg, "differentiate a field or a wavefield", "%s does not vary in space", dsl.FormatExpr(arg))
	default:
		return true
	}
	return false
}

// stencils makes derivatives and adds up what their stencils will hold.
type stencils struct {
	c     *checker
	size  int // of what is differentiated
	total int
}

func (d *stencils) of(e symbolic.Expr, axis, order int) symbolic.Expr {
	if !symbolic.Varies(e, axis) {
		return symbolic.Int(0)
	}
	x := symbolic.NewDeriv(e, axis, order, symbolic.Scheme{})
	if s, err := fd.StencilOf(x, d.c.problem.Grid); err == nil {
		d.total += len(s.Offset) * d.size
	}
	return x
}

func (d *stencils) laplace(e symbolic.Expr) symbolic.Expr {
	var sum []symbolic.Expr
	for a := range d.c.problem.Grid.Dim() {
		sum = append(sum, d.of(e, a, 2))
	}
	return symbolic.Sum(sum...)
}
