package check

import (
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// placed reads at(E, x, z): E half a spacing up the named axes, on the nodes
// when none is named.
func (c *checker) placed(x *dsl.Call) *value {
	if len(x.Args) == 0 {
		c.fail(x, "write at(EXPRESSION) for the nodes, or name the axes along which it lies between them", "at needs an expression")
		return nil
	}
	v := c.eval(x.Args[0])
	half := make([]bool, c.dim)
	for _, a := range x.Args[1:] {
		name, ok := a.(*dsl.Name)
		if !ok {
			c.fail(a, "name an axis", "%s is not an axis", dsl.FormatExpr(a))
			return nil
		}
		axis := c.axis(&dsl.Ident{Pos: name.Pos, Name: name.Name})
		switch {
		case axis < 0:
			return nil
		case half[axis]:
			c.fail(a, "name each axis once", "axis %s is named twice", name.Name)
			return nil
		}
		half[axis] = true
	}
	if v == nil {
		return nil
	}
	// A mean along each axis doubles the points that are read.
	return v.each(v.unit, func(e symbolic.Expr) symbolic.Expr { return symbolic.NewPlace(e, half) }).sized(v.size << c.dim)
}
