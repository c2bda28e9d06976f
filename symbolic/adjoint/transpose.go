package adjoint

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
)

// transposition is reverse differentiation on expressions: what the values of
// equations weigh, it carries back to what the equations read. An operand that
// occurs several times collects its weights before they are carried on, so that
// its own derivatives are transposed once.
//
// An expression e that lies at a place and has the weight w, a function of the
// position, stands for sum(w*e) over all positions. A part f of e then has the
// weight that makes sum(weight*df) the change of that sum: a factor has w times
// the other factors; the operand of a stencil has the transposed stencil of w,
// offsets and places turned around; what is brought to another place by its
// mean has the mean of w back at its own place.
type transposition struct {
	grid  *symbolic.Grid
	to    func(*symbolic.Function) bool // what weights are wanted for
	nodes map[string]*node
	err   error
}

// node is an expression at a place.
type node struct {
	expr   symbolic.Expr
	at     []bool
	height int             // of the tree below it
	parts  []*node         // its operands that hold something wanted, nil for others
	weight []symbolic.Expr // to be added up
}

// weight is what a function carries that is read at a time level, as seen from
// the time at which it is read: at the place of the function.
type weight struct {
	of    *symbolic.Function
	level int // counted from the time of the equation
	value symbolic.Expr
}

func newTransposition(g *symbolic.Grid, to func(*symbolic.Function) bool) *transposition {
	return &transposition{grid: g, to: to, nodes: map[string]*node{}}
}

// add gives an expression at a place a weight.
func (t *transposition) add(e symbolic.Expr, at []bool, w symbolic.Expr) {
	if at == nil {
		at = make([]bool, t.grid.Dim())
	}
	if n := t.node(e, at); n != nil {
		n.weight = append(n.weight, w)
	}
}

// node is the node of an expression, nil when nothing wanted is in it.
func (t *transposition) node(e symbolic.Expr, at []bool) *node {
	key := fmt.Sprint(e.Hash(), at)
	if n, ok := t.nodes[key]; ok {
		return n
	}
	n := &node{expr: e, at: at}
	holds := false
	if a, ok := e.(*symbolic.Access); ok {
		holds = t.to(a.Func)
	}
	for _, part := range symbolic.Children(e) {
		place := at
		switch x := e.(type) {
		case *symbolic.Deriv:
			place = operandPlace(x, at)
		case *symbolic.Place:
			place = x.Half
		}
		p := t.node(part, place)
		n.parts = append(n.parts, p)
		if p != nil {
			holds, n.height = true, max(n.height, p.height+1)
		}
	}
	if !holds {
		n = nil
	}
	t.nodes[key] = n
	return n
}

// operandPlace is where a derivative that is wanted at a place takes its
// operand.
func operandPlace(d *symbolic.Deriv, at []bool) []bool {
	if d.Axis == symbolic.TimeAxis {
		return at
	}
	out := slices.Clone(at)
	out[d.Axis] = fd.Lies(d.Of, d.Axis, at[d.Axis])
	return out
}

// weights carries all weights back and returns those of functions.
func (t *transposition) weights() ([]weight, error) {
	var order []*node
	for _, n := range t.nodes {
		if n != nil {
			order = append(order, n)
		}
	}
	// Whatever has an operand is higher than it; ties in an order of their own,
	// so that texts do not change.
	slices.SortFunc(order, func(a, b *node) int {
		if a.height != b.height {
			return b.height - a.height
		}
		if c := symbolic.Compare(a.expr, b.expr); c != 0 {
			return c
		}
		return slices.CompareFunc(a.at, b.at, func(x, y bool) int {
			if x == y {
				return 0
			} else if y {
				return -1
			}
			return 1
		})
	})
	var out []weight
	for _, n := range order {
		w := symbolic.Sum(n.weight...)
		if symbolic.IsZero(w) {
			continue
		}
		if a, ok := n.expr.(*symbolic.Access); ok {
			out = append(out, weight{a.Func, a.Time, t.access(a, n.at, w)})
			continue
		}
		t.carry(n, w)
	}
	return out, t.err
}

// carry gives the operands of a node their weights.
func (t *transposition) carry(n *node, w symbolic.Expr) {
	give := func(i int, factor symbolic.Expr) {
		if p := n.parts[i]; p != nil {
			p.weight = append(p.weight, symbolic.Product(w, factor))
		}
	}
	switch x := n.expr.(type) {
	case *symbolic.Add:
		for i := range x.Terms {
			give(i, symbolic.Int(1))
		}
	case *symbolic.Mul:
		for i := range x.Factors {
			others := slices.Delete(slices.Clone(x.Factors), i, i+1)
			give(i, symbolic.Product(others...))
		}
	case *symbolic.Pow:
		give(0, symbolic.Product(x.Exp, symbolic.Power(x.Base, symbolic.Sub(x.Exp, symbolic.Int(1)))))
		give(1, symbolic.Product(x, symbolic.Apply("log", x.Base)))
	case *symbolic.Call:
		for i := range x.Args {
			if n.parts[i] == nil {
				continue
			}
			slope, err := slopeOf(x, i)
			if err != nil {
				t.err = err
				return
			}
			give(i, slope)
		}
	case *symbolic.Place:
		n.parts[0].weight = append(n.parts[0].weight, brought(w, n.at, x.Half))
	case *symbolic.Deriv:
		p := n.parts[0]
		if x.Axis == symbolic.TimeAxis {
			v, err := transposedInTime(x, w, t.grid)
			if err != nil {
				t.err = err
			}
			p.weight = append(p.weight, v)
			return
		}
		v, err := transposed(x, w, n.at, p.at, t.grid)
		if err != nil {
			t.err = err
		}
		p.weight = append(p.weight, v)
	}
}

// access is the weight of a function where it lies, from that of its value at
// a place.
func (t *transposition) access(a *symbolic.Access, at []bool, w symbolic.Expr) symbolic.Expr {
	own := make([]bool, len(at)) // its place; along axes that it does not span, the nodes
	differs := false
	for axis := range at {
		own[axis] = a.Func.IsStaggered(axis)
		differs = differs || own[axis] != at[axis]
	}
	if !differs {
		return w
	}
	if a.Func.Mean == symbolic.Harmonic { // dH = H^2 times the mean of df/f^2
		return symbolic.Quotient(brought(symbolic.Product(w, square(a)), at, own), nonzero(square(a)))
	}
	return brought(w, at, own)
}

// brought is an expression that lies at one place and is wanted at another one.
func brought(w symbolic.Expr, from, to []bool) symbolic.Expr {
	if slices.Equal(from, to) {
		return w
	}
	if a, ok := w.(*symbolic.Access); ok && lies(a, from) {
		return w // functions are brought to other places anyway
	}
	return symbolic.NewPlace(w, from)
}

// lies reports whether a function lies at a place; one that does not span an axis
// counts as lying on its nodes.
func lies(a *symbolic.Access, at []bool) bool {
	for axis := range at {
		if a.Func.IsStaggered(axis) != at[axis] {
			return false
		}
	}
	return a.Func.Mean == symbolic.Arithmetic
}

// transposed is the weight of the operand of a derivative in space, at the
// operand's place, when the derivative has the weight w at the place at.
func transposed(d *symbolic.Deriv, w symbolic.Expr, at, operand []bool, g *symbolic.Grid) (symbolic.Expr, error) {
	if c, rest := symbolic.SplitCoefficient(w); c.Cmp(big.NewRat(1, 1)) != 0 && !symbolic.IsOne(rest) {
		v, err := transposed(d, rest, at, operand, g)
		if err != nil {
			return nil, err
		}
		return symbolic.Product(symbolic.Rational(c), v), nil
	}
	half := halfPoints(at[d.Axis]) - halfPoints(operand[d.Axis])
	s, err := fd.StencilBetween(d, g, half)
	if err != nil {
		return nil, err
	}
	if fd.Lies(w, d.Axis, operand[d.Axis]) != at[d.Axis] {
		w = symbolic.NewPlace(w, at)
	}
	turned := turn(s)
	for _, scheme := range schemes(d) {
		e := symbolic.NewDeriv(w, d.Axis, d.Order, scheme)
		if is, err := fd.StencilBetween(e, g, -half); err == nil {
			if sign := same(is, turned); sign != 0 {
				return symbolic.Product(symbolic.Int(sign), e), nil
			}
		}
	}
	// No rule gives these weights: they are stated, with zeros beside them until
	// their middle is where it has to be.
	weights := filled(turned)
	lowest := turned.Offset[0]
	for padding := range 2 * len(weights) {
		for _, scheme := range []symbolic.Scheme{{}, {Half: 1}, {Half: -1}} {
			for before := range padding + 1 {
				scheme.Weights = make([]*big.Rat, before, padding+len(weights))
				for i := range scheme.Weights {
					scheme.Weights[i] = new(big.Rat)
				}
				scheme.Weights = append(scheme.Weights, weights...)
				for len(scheme.Weights) < padding+len(weights) {
					scheme.Weights = append(scheme.Weights, new(big.Rat))
				}
				even := (scheme.Half-half)%2 != 0 // between the nodes
				if even != (len(scheme.Weights)%2 == 0) || len(scheme.Weights) <= d.Order {
					continue
				}
				e := symbolic.NewDeriv(w, d.Axis, d.Order, scheme)
				if is, err := fd.StencilBetween(e, g, -half); err == nil && is.Offset[0] == lowest-before {
					return e, nil
				}
			}
		}
	}
	return nil, fmt.Errorf("the transpose of %s has no stencil about its place", d)
}

func halfPoints(half bool) int {
	if half {
		return 1
	}
	return 0
}

// transposedInTime is transposed for a derivative in time.
func transposedInTime(d *symbolic.Deriv, w symbolic.Expr, g *symbolic.Grid) (symbolic.Expr, error) {
	s, err := fd.StencilOf(d, g)
	if err != nil {
		return nil, err
	}
	turned := turn(s)
	for _, scheme := range schemes(d) {
		if scheme.Half != 0 {
			continue
		}
		e := symbolic.NewDeriv(w, d.Axis, d.Order, scheme)
		if is, err := fd.StencilOf(e, g); err == nil {
			if sign := same(is, turned); sign != 0 {
				return symbolic.Product(symbolic.Int(sign), e), nil
			}
		}
	}
	return symbolic.Product(symbolic.Power(symbolic.TimeStep(), symbolic.Int(-d.Order)), turned.Apply(w, symbolic.TimeAxis)), nil
}

// schemes are the ways to ask for a stencil like that of d.
func schemes(d *symbolic.Deriv) (out []symbolic.Scheme) {
	for _, accuracy := range []int{d.Accuracy, 1} {
		for _, half := range []int{0, -1, 1} {
			for _, side := range []symbolic.Side{symbolic.Default, symbolic.Centred, symbolic.LeftOf, symbolic.RightOf} {
				out = append(out, symbolic.Scheme{Accuracy: accuracy, Half: half, Side: side})
			}
		}
	}
	return out
}

// turn is a stencil with its points on the other side.
func turn(s *fd.Stencil) *fd.Stencil {
	out := &fd.Stencil{Order: s.Order}
	for i, o := range slices.Backward(s.Offset) {
		out.Offset = append(out.Offset, -o)
		out.Weight = append(out.Weight, s.Weight[i])
	}
	return out
}

// same says whether two stencils are the same, 1, or each other's negative, -1.
func same(a, b *fd.Stencil) int {
	if !slices.Equal(a.Offset, b.Offset) {
		return 0
	}
	plus, minus := true, true
	for i := range a.Weight {
		plus = plus && a.Weight[i].Cmp(b.Weight[i]) == 0
		minus = minus && new(big.Rat).Neg(a.Weight[i]).Cmp(b.Weight[i]) == 0
	}
	switch {
	case plus:
		return 1
	case minus:
		return -1
	}
	return 0
}

// filled are the weights of all points from the lowest to the highest.
func filled(s *fd.Stencil) []*big.Rat {
	lo, hi := s.Offset[0], s.Offset[len(s.Offset)-1]
	out := make([]*big.Rat, hi-lo+1)
	for i := range out {
		out[i] = new(big.Rat)
	}
	for i, o := range s.Offset {
		out[o-lo] = s.Weight[i]
	}
	return out
}
