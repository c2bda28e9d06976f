package symbolic

import (
	"cmp"
	"math/big"
	"slices"
	"strings"
)

// Compare puts expressions into one total order, the same in every process:
// by kind first, then by content. It returns 0 exactly for equal ones.
func Compare(a, b Expr) int {
	if a == b {
		return 0
	}
	if c := cmp.Compare(a.rank(), b.rank()); c != 0 {
		return c
	}
	switch x := a.(type) {
	case *Num:
		return x.val.Cmp(b.(*Num).val)
	case *Scalar:
		return strings.Compare(x.Name, b.(*Scalar).Name)
	case *Access:
		y := b.(*Access)
		return cmp.Or(strings.Compare(x.Func.Name, y.Func.Name), cmp.Compare(x.Time, y.Time), slices.Compare(x.Offset, y.Offset))
	case *Pow:
		y := b.(*Pow)
		return cmp.Or(Compare(x.Base, y.Base), Compare(x.Exp, y.Exp))
	case *Call:
		y := b.(*Call)
		return cmp.Or(strings.Compare(x.Fn, y.Fn), slices.CompareFunc(x.Args, y.Args, Compare))
	case *Deriv:
		y := b.(*Deriv)
		return cmp.Or(cmp.Compare(x.Axis, y.Axis), cmp.Compare(x.Order, y.Order), cmp.Compare(x.Accuracy, y.Accuracy), cmp.Compare(x.Side, y.Side),
			cmp.Compare(x.Half, y.Half), slices.CompareFunc(x.Weights, y.Weights, (*big.Rat).Cmp), Compare(x.Of, y.Of))
	case *Place:
		y := b.(*Place)
		return cmp.Or(slices.CompareFunc(x.Half, y.Half, func(a, b bool) int {
			switch {
			case a == b:
				return 0
			case a:
				return 1
			}
			return -1
		}), Compare(x.Of, y.Of))
	case *Mul:
		return slices.CompareFunc(x.Factors, b.(*Mul).Factors, Compare)
	case *Add:
		return slices.CompareFunc(x.Terms, b.(*Add).Terms, Compare)
	}
	panic("symbolic: unknown kind of expression")
}
