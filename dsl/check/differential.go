package check

import (
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// varying refuses what has no derivative in space but zero.
func (c *scope) varying(x *dsl.Call, v *value) bool {
	for axis := range c.dim {
		if v.varies(axis) {
			return true
		}
	}
	c.fail(x.Args[0], "differentiate a field or a wavefield", "%s does not vary in space", dsl.FormatExpr(x.Args[0]))
	return false
}

// along is the derivative of e along an axis, 0 where e does not vary.
func along(e symbolic.Expr, axis, order int) symbolic.Expr {
	if !symbolic.Varies(e, axis) {
		return symbolic.Int(0)
	}
	return symbolic.NewDeriv(e, axis, order, symbolic.Scheme{})
}

// stencilled is the size of a stencil of the operator's order on something of
// size n.
func (c *grid) stencilled(n int) int { return (c.problem.Grid.SpaceOrder + 1) * (n + 1) }

// grad is the vector of the derivatives of a scalar, or the matrix of those of
// a vector: the component counts the rows, the axis the columns.
func (c *checker) grad(x *dsl.Call, a []*value) *value {
	v := a[0]
	if !c.varying(x, v) {
		return nil
	}
	return c.made(v.rank+1, v.unit.times(c.length.to(-1)), c.stencilled(v.size), func(i, j int) symbolic.Expr {
		if v.rank == number {
			return along(v.scalar(), i, 1)
		}
		return along(v.part[i], j, 1)
	})
}

// div is the sum of the derivatives of a vector's components along their axes,
// or the vector of those of a matrix's rows.
func (c *checker) div(x *dsl.Call, a []*value) *value {
	v := a[0]
	if !c.varying(x, v) {
		return nil
	}
	return c.made(v.rank-1, v.unit.times(c.length.to(-1)), c.dim*c.stencilled(v.size), func(i, _ int) symbolic.Expr {
		var sum []symbolic.Expr
		for j := range c.dim {
			sum = append(sum, along(v.part[i*c.dim+j], j, 1))
		}
		return symbolic.Sum(sum...)
	})
}

func (c *checker) curl(x *dsl.Call, a []*value) *value {
	v := a[0]
	if !c.varying(x, v) {
		return nil
	}
	if c.dim != 3 {
		c.fail(x, "write the derivatives out", "curl needs a grid with 3 axes, not %d", c.dim)
		return nil
	}
	return c.made(vector, v.unit.times(c.length.to(-1)), 2*c.stencilled(v.size), func(i, _ int) symbolic.Expr {
		j, k := (i+1)%3, (i+2)%3
		return symbolic.Sub(along(v.part[k], j, 1), along(v.part[j], k, 1))
	})
}

// laplace sums the second derivatives of each component.
func (c *checker) laplace(x *dsl.Call, a []*value) *value {
	v := a[0]
	if !c.varying(x, v) {
		return nil
	}
	return v.each(v.unit.times(c.length.to(-2)), func(e symbolic.Expr) symbolic.Expr {
		var sum []symbolic.Expr
		for axis := range c.dim {
			sum = append(sum, along(e, axis, 2))
		}
		return symbolic.Sum(sum...)
	}).sized(c.dim * c.stencilled(v.size))
}

func (c *checker) biharmonic(x *dsl.Call, a []*value) *value {
	if v := c.laplace(x, a); v != nil {
		return c.laplace(x, []*value{v})
	}
	return nil
}
