package check

import (
	"strings"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// algebra are the operations on vectors and matrices that are written like
// functions.
var algebra = []string{"transpose", "trace", "dot", "diag", "hadamard", "outer", "sum"}

// algebraic applies one of them.
func (c *checker) algebraic(x *dsl.Call) *value {
	n := map[string]int{"dot": 2, "hadamard": 2, "outer": 2}[x.Fn.Name]
	n = max(n, 1)
	if len(x.Args) != n {
		c.fail(x, "write "+x.Fn.Name+[]string{"", "(a)", "(a, b)"}[n], "%s takes %s, not %d", x.Fn.Name, count(n, "argument"), len(x.Args))
		return nil
	}
	args := make([]*value, n)
	for i, a := range x.Args {
		args[i] = c.eval(a)
	}
	for _, v := range args {
		if v == nil {
			return nil
		}
	}
	want := map[string]string{"transpose": "2", "trace": "2", "dot": "11 21", "diag": "1 2", "hadamard": "11", "outer": "11", "sum": "1"}[x.Fn.Name]
	got := ""
	for _, v := range args {
		got += string(rune('0' + v.rank))
	}
	allowed := strings.Fields(want)
	for i, w := range allowed {
		if w == got {
			return c.combine(x.Fn.Name, args)
		}
		words := make([]string, n)
		for j := range words {
			words[j] = ranks[w[j]-'0']
		}
		allowed[i] = strings.Join(words, " and ")
	}
	words := make([]string, n)
	for j := range words {
		words[j] = ranks[args[j].rank]
	}
	c.fail(x, "look at what its arguments are", "%s needs %s, not %s", x.Fn.Name, strings.Join(allowed, ", or "), strings.Join(words, " and "))
	return nil
}

// combine applies an operation to arguments of the right ranks.
func (c *checker) combine(fn string, args []*value) *value {
	dim := c.problem.Grid.Dim()
	a := args[0]
	out := &value{unit: a.unit, zero: a.zero, size: a.size}
	if len(args) > 1 {
		out.unit, out.zero, out.size = a.unit.times(args[1].unit), a.zero || args[1].zero, a.size+args[1].size+1
	}
	// products is the sum over i of a[row*dim+i] b[i].
	products := func(row int) symbolic.Expr {
		terms := make([]symbolic.Expr, dim)
		for i := range dim {
			terms[i] = symbolic.Product(a.part[row*dim+i], args[1].part[i])
		}
		return symbolic.Sum(terms...)
	}
	switch fn {
	case "transpose":
		out.rank = 2
		for i := range dim * dim {
			out.part = append(out.part, a.part[i%dim*dim+i/dim])
		}
	case "trace":
		var terms []symbolic.Expr
		for i := range dim {
			terms = append(terms, a.part[i*dim+i])
		}
		out.part = []symbolic.Expr{symbolic.Sum(terms...)}
	case "dot":
		out.rank = a.rank - 1
		for row := range len(a.part) / dim {
			out.part = append(out.part, products(row))
		}
	case "diag":
		out.rank = 3 - a.rank
		for i := range dim {
			if a.rank == 2 {
				out.part = append(out.part, a.part[i*dim+i])
				continue
			}
			for j := range dim {
				e := symbolic.Expr(symbolic.Int(0))
				if i == j {
					e = a.part[i]
				}
				out.part = append(out.part, e)
			}
		}
	case "hadamard":
		out.rank = 1
		for i := range dim {
			out.part = append(out.part, symbolic.Product(a.part[i], args[1].part[i]))
		}
	case "outer":
		out.rank = 2
		for i := range dim {
			for j := range dim {
				out.part = append(out.part, symbolic.Product(a.part[i], args[1].part[j]))
			}
		}
	case "sum":
		out.part = []symbolic.Expr{symbolic.Sum(a.part...)}
	}
	return out
}

// identity is the unit matrix.
func (c *checker) identity() *value {
	ones := &value{rank: 1, unit: dimensionless, size: 1}
	for range c.problem.Grid.Axes {
		ones.part = append(ones.part, symbolic.Int(1))
	}
	return c.combine("diag", []*value{ones})
}

// tuple is a vector by its components.
func (c *checker) tuple(x *dsl.Tuple) *value {
	out := &value{rank: 1, unit: dimensionless, zero: true, size: 1}
	good := true
	var first *value
	for _, item := range x.Items {
		v := c.eval(item)
		switch {
		case v == nil:
			good = false
			continue
		case v.rank > 0:
			c.fail(item, "write components that are scalars", "a component of a vector cannot be %s", ranks[v.rank])
			good = false
			continue
		case first != nil && !c.alike(x, "the components", first, v):
			good = false
		}
		if first == nil || first.zero {
			first = v
		}
		out.part = append(out.part, v.scalar())
		out.unit, out.zero, out.size = first.unit, out.zero && v.zero, out.size+v.size
	}
	if dim := c.problem.Grid.Dim(); good && len(x.Items) != dim {
		c.fail(x, "prefix the statement by 2D or 3D where it is meant for grids of some dimension only", "a vector of %s on a grid with %s", count(len(x.Items), "component"), count(dim, "axis"))
		return nil
	}
	if !good {
		return nil
	}
	return out
}
