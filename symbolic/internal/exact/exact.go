// Package exact evaluates expressions in rational arithmetic: tests of
// identities need no tolerance.
package exact

import (
	"fmt"
	"math/big"

	"github.com/courant-pde/courant/symbolic"
)

// Value computes e from the values of its scalars and accesses, by their
// text. It fails for what is not rational: functions, roots, derivatives and
// divisions by zero.
func Value(e symbolic.Expr, values func(name string) *big.Rat) (*big.Rat, error) {
	switch x := e.(type) {
	case *symbolic.Num:
		return x.Rat(), nil
	case *symbolic.Scalar, *symbolic.Access:
		return values(x.String()), nil
	case *symbolic.Add:
		sum := new(big.Rat)
		for _, t := range x.Terms {
			v, err := Value(t, values)
			if err != nil {
				return nil, err
			}
			sum.Add(sum, v)
		}
		return sum, nil
	case *symbolic.Mul:
		product := big.NewRat(1, 1)
		for _, f := range x.Factors {
			v, err := Value(f, values)
			if err != nil {
				return nil, err
			}
			product.Mul(product, v)
		}
		return product, nil
	case *symbolic.Pow:
		base, err := Value(x.Base, values)
		if err != nil {
			return nil, err
		}
		exp, ok := x.Exp.(*symbolic.Num)
		if !ok {
			return nil, fmt.Errorf("%s is not rational", e)
		}
		n, ok := exp.IsInt()
		if !ok {
			return nil, fmt.Errorf("%s is not rational", e)
		}
		return Power(base, n)
	}
	return nil, fmt.Errorf("%s is not rational", e)
}

// Power is x to the power n.
func Power(x *big.Rat, n int) (*big.Rat, error) {
	if n < 0 {
		if x.Sign() == 0 {
			return nil, fmt.Errorf("division by zero")
		}
		return Power(new(big.Rat).Inv(x), -n)
	}
	out := big.NewRat(1, 1)
	for range n {
		out.Mul(out, x)
	}
	return out, nil
}

// Draw returns values that are drawn once for each name: small fractions, of
// either sign, never 0. The generator is linear congruential, the same
// everywhere.
func Draw(seed uint64) func(name string) *big.Rat {
	drawn := map[string]*big.Rat{}
	next := func(n int64) int64 {
		seed = seed*6364136223846793005 + 1442695040888963407
		return int64(seed>>33) % n
	}
	return func(name string) *big.Rat {
		if drawn[name] == nil {
			drawn[name] = big.NewRat((1+next(9))*(1-2*next(2)), 1+next(7))
		}
		return drawn[name]
	}
}
