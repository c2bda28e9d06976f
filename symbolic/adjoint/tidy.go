package adjoint

import "github.com/courant-pde/courant/symbolic"

// tidy carries a minus sign in front of a product into the first sum that is a
// factor: as a minus sign that is written in front of a sum is read.
func tidy(e symbolic.Expr) symbolic.Expr {
	e = symbolic.Map(e, tidy)
	m, ok := e.(*symbolic.Mul)
	if !ok || !symbolic.Equal(m.Factors[0], symbolic.Int(-1)) {
		return e
	}
	factors := append([]symbolic.Expr(nil), m.Factors[1:]...)
	for i, f := range factors {
		if sum, ok := f.(*symbolic.Add); ok {
			terms := make([]symbolic.Expr, len(sum.Terms))
			for j, t := range sum.Terms {
				terms[j] = symbolic.Neg(t)
			}
			factors[i] = symbolic.Sum(terms...)
			return symbolic.Product(factors...)
		}
	}
	return e
}
