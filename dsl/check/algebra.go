package check

import (
	"slices"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// operation is a function of vectors and matrices.
type operation struct {
	takes [][]rank // the ranks of the arguments, one row for each way to call it
	of    func(c *checker, x *dsl.Call, args []*value) *value
}

// functions are the operations of vector algebra and the differential
// operators.
var functions map[string]*operation

func init() { // not a literal, since some of them lead back to eval
	functions = map[string]*operation{
		"transpose":  {[][]rank{{matrix}}, (*checker).transpose},
		"trace":      {[][]rank{{matrix}}, (*checker).trace},
		"sum":        {[][]rank{{vector}}, (*checker).sum},
		"diag":       {[][]rank{{vector}, {matrix}}, (*checker).diag},
		"dot":        {[][]rank{{vector, vector}, {matrix, vector}}, (*checker).dot},
		"outer":      {[][]rank{{vector, vector}}, (*checker).outer},
		"hadamard":   {[][]rank{{vector, vector}}, (*checker).hadamard},
		"grad":       {[][]rank{{number}, {vector}}, (*checker).grad},
		"div":        {[][]rank{{vector}, {matrix}}, (*checker).div},
		"curl":       {[][]rank{{vector}}, (*checker).curl},
		"laplace":    {[][]rank{{number}, {vector}, {matrix}}, (*checker).laplace},
		"biharmonic": {[][]rank{{number}, {vector}, {matrix}}, (*checker).biharmonic},
	}
}

// apply evaluates the arguments of f and applies it, when their ranks fit.
func (c *checker) apply(x *dsl.Call, f *operation) *value {
	name := x.Fn.Name
	if n := len(f.takes[0]); len(x.Args) != n {
		c.fail(x, "write "+name+[]string{"(a)", "(a, b)"}[n-1], "%s takes %s, not %d", name, count(n, "argument"), len(x.Args))
		return nil
	}
	var args []*value
	for i, a := range x.Args {
		v := c.eval(a)
		if v == nil {
			return nil
		}
		args = append(args, v)
		if !slices.ContainsFunc(f.takes, func(ranks []rank) bool { return fits(ranks, args) }) {
			c.misfit(x, f, i, v.rank)
			return nil
		}
	}
	return f.of(c, x, args)
}

// fits reports whether the first arguments have the ranks that f takes.
func fits(ranks []rank, args []*value) bool {
	for i, v := range args {
		if v.rank != ranks[i] {
			return false
		}
	}
	return true
}

// misfit reports argument i of f, whose rank is wrong.
func (c *report) misfit(x *dsl.Call, f *operation, i int, r rank) {
	want := ""
	for k, ranks := range f.takes {
		if w := ranks[i].String(); k == 0 || f.takes[k-1][i] != ranks[i] {
			if want != "" {
				want += " or "
			}
			want += w
		}
	}
	hint := "apply it to a component"
	if r == number {
		hint = "a vector is for example (a, b) or grad(p), a matrix grad(v)"
		if len(x.Args) == 2 {
			hint = "write * to multiply by a scalar"
		}
	}
	if x.Fn.Name == "sum" && r == matrix {
		hint = "write trace(M) for the sum of the diagonal"
	}
	c.fail(x.Args[i], hint, "%s needs %s, not %s", x.Fn.Name, want, r)
}

func (c *grid) transpose(_ *dsl.Call, a []*value) *value {
	out := c.made(matrix, a[0].unit, a[0].size, func(i, j int) symbolic.Expr { return c.at(a[0], j, i) })
	out.zero = a[0].zero
	return out
}

func (c *grid) trace(x *dsl.Call, a []*value) *value {
	return c.sum(x, []*value{c.diag(x, a)})
}

func (c *grid) sum(_ *dsl.Call, a []*value) *value {
	return one(symbolic.Sum(a[0].part...), a[0].unit).sized(c.dim * (a[0].size + 1))
}

// diag is the diagonal of a matrix, or the matrix of a diagonal.
func (c *grid) diag(_ *dsl.Call, a []*value) *value {
	r := matrix + vector - a[0].rank
	out := c.made(r, a[0].unit, a[0].size, func(i, j int) symbolic.Expr {
		switch {
		case r == vector:
			return c.at(a[0], i, i)
		case i == j:
			return a[0].part[i]
		}
		return symbolic.Int(0)
	})
	out.zero = a[0].zero
	return out
}

// dot is the product of two vectors, or of a matrix and a vector.
func (c *grid) dot(_ *dsl.Call, a []*value) *value {
	size := c.dim * (a[0].size + a[1].size + 2)
	return c.made(a[0].rank-vector, a[0].unit.times(a[1].unit), size, func(i, _ int) symbolic.Expr {
		var terms []symbolic.Expr
		for j := range c.dim {
			terms = append(terms, symbolic.Product(a[0].part[i*c.dim+j], a[1].part[j]))
		}
		return symbolic.Sum(terms...)
	})
}

// hadamard multiplies two vectors component by component.
func (c *grid) hadamard(_ *dsl.Call, a []*value) *value {
	out := c.made(vector, a[0].unit.times(a[1].unit), a[0].size+a[1].size+1, func(i, _ int) symbolic.Expr {
		return symbolic.Product(a[0].part[i], a[1].part[i])
	})
	out.zero = a[0].zero || a[1].zero
	return out
}

// outer is the matrix of all products of the components of two vectors.
func (c *grid) outer(_ *dsl.Call, a []*value) *value {
	out := c.made(matrix, a[0].unit.times(a[1].unit), c.dim*(a[0].size+a[1].size)+1, func(i, j int) symbolic.Expr {
		return symbolic.Product(a[0].part[i], a[1].part[j])
	})
	out.zero = a[0].zero || a[1].zero
	return out
}
