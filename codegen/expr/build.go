package expr

// Sum adds terms from left to right; Subtract wraps a term to be subtracted.
// No terms make 0, one term stays as it is.
func Sum(terms ...Expr) Expr {
	out := &Add{}
	for _, t := range terms {
		if n, ok := t.(negated); ok {
			out.Args, out.Sub = append(out.Args, n.Expr), append(out.Sub, true)
		} else {
			out.Args, out.Sub = append(out.Args, t), append(out.Sub, false)
		}
	}
	switch {
	case len(out.Args) == 0:
		return Const(0)
	case len(out.Args) == 1 && !out.Sub[0]:
		return out.Args[0]
	}
	// A leading minus costs an operation: start with a term that is added.
	for i, sub := range out.Sub {
		if !sub {
			rotate(out.Args[:i+1])
			copy(out.Sub[1:i+1], out.Sub[:i])
			out.Sub[0] = false
			break
		}
	}
	return out
}

// rotate moves the last element to the front.
func rotate(s []Expr) {
	last := s[len(s)-1]
	copy(s[1:], s[:len(s)-1])
	s[0] = last
}

// negated marks a term for Sum; it never occurs inside an expression.
type negated struct{ Expr }

// Subtract makes Sum subtract e, and add it when it is already subtracted.
func Subtract(e Expr) Expr {
	if n, ok := e.(negated); ok {
		return n.Expr
	}
	return negated{e}
}

// Product multiplies factors from left to right. No factors make 1.
func Product(factors ...Expr) Expr {
	switch len(factors) {
	case 0:
		return Const(1)
	case 1:
		return factors[0]
	}
	return &Mul{Args: factors}
}

// Cost counts what evaluating an expression once takes.
type Cost struct {
	Adds, Muls, Divs, Calls int
	Loads                   int
}

// Flops is the number of floating-point operations; a call counts one.
func (c Cost) Flops() int { return c.Adds + c.Muls + c.Divs + c.Calls }

// Plus adds two costs.
func (c Cost) Plus(d Cost) Cost {
	return Cost{c.Adds + d.Adds, c.Muls + d.Muls, c.Divs + d.Divs, c.Calls + d.Calls, c.Loads + d.Loads}
}

// CostOf counts the operations of e.
func CostOf(e Expr) Cost {
	var c Cost
	Visit(e, func(e Expr) {
		switch x := e.(type) {
		case Read:
			c.Loads++
		case *Add:
			c.Adds += len(x.Args) - 1
			if x.Sub[0] {
				c.Adds++
			}
		case *Mul:
			c.Muls += len(x.Args) - 1
		case *Div:
			c.Divs++
		case *Call:
			c.Calls++
		}
	})
	return c
}
