package solve

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/internal/exact"
)

// linear makes random expressions that are linear in x: sums of x and of
// others, times what is free of x, nested.
type linear struct {
	*rand.Rand
	x     *symbolic.Access
	other []symbolic.Expr
}

func (l *linear) free(depth int) symbolic.Expr {
	a := l.other[l.IntN(len(l.other))]
	if depth == 0 {
		return a
	}
	b := l.free(depth - 1)
	switch l.IntN(4) {
	case 0:
		return symbolic.Sum(a, b)
	case 1:
		return symbolic.Product(a, b)
	case 2:
		return symbolic.Power(symbolic.Sum(a, symbolic.Int(20)), symbolic.Int(-1-l.IntN(2)))
	}
	return symbolic.Product(symbolic.Frac(1+l.IntN(5), 2), symbolic.Power(a, symbolic.Int(l.IntN(5)-2)))
}

func (l *linear) holds(depth int) symbolic.Expr {
	if depth == 0 {
		return l.x
	}
	e := l.holds(depth - 1)
	switch l.IntN(3) {
	case 0:
		return symbolic.Product(l.free(1), e)
	case 1:
		return symbolic.Sum(e, symbolic.Neg(l.free(2)))
	}
	return symbolic.Sum(symbolic.Product(l.free(1), e), symbolic.Neg(l.holds(depth-1)), l.free(2))
}

// What Isolate finds makes the two sides equal, to the last digit.
func TestRandomEquations(t *testing.T) {
	g := &symbolic.Grid{Axes: []string{"x"}, SpaceOrder: 2, TimeOrder: 2}
	u := &symbolic.Function{Name: "u", Grid: g, Axes: []int{0}, Role: symbolic.Wavefield}
	m := &symbolic.Function{Name: "m", Grid: g, Axes: []int{0}}
	solved := 0
	for seed := range uint64(1500) {
		l := &linear{Rand: rand.New(rand.NewPCG(seed, 2)), x: u.At(1, nil),
			other: []symbolic.Expr{u.Here(), u.At(-1, nil), u.At(0, []int{1}), m.Here(), symbolic.TimeStep(), symbolic.NewScalar("h_x"), symbolic.Int(3)}}
		left, right := l.holds(1+l.IntN(3)), l.free(2)
		if l.IntN(2) == 0 {
			left, right = right, left
		}
		draw := exact.Draw(seed)
		value := func(e symbolic.Expr, x *big.Rat) *big.Rat {
			v, err := exact.Value(e, func(name string) *big.Rat {
				if name == l.x.String() {
					return x
				}
				return draw(name)
			})
			if err != nil {
				return nil // divides by zero for these numbers
			}
			return v
		}
		// The values at 0 and 1 tell whether these numbers leave one solution.
		residual := symbolic.Sub(left, right)
		at0, at1 := value(residual, new(big.Rat)), value(residual, big.NewRat(1, 1))
		if at0 == nil || at1 == nil || at0.Cmp(at1) == 0 {
			continue
		}
		e, err := Isolate(left, right, l.x)
		if err != nil {
			t.Fatalf("seed %d: %s = %s: %v", seed, left, right, err)
		}
		if symbolic.Contains(e, l.x) {
			t.Fatalf("seed %d: %s still holds the unknown", seed, e)
		}
		x := value(e, nil)
		if x == nil {
			continue
		}
		solved++
		if r := value(residual, x); r == nil || r.Sign() != 0 {
			t.Fatalf("seed %d: %s = %s gives %s, with residual %v", seed, left, right, e, r)
		}
	}
	if solved < 1000 {
		t.Errorf("only %d equations had a solution", solved)
	}
}
