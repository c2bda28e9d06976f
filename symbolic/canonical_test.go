package symbolic_test

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/internal/exact"
)

// generator makes random expressions together with their values, computed
// without simplification.
type generator struct {
	*rand.Rand
	grid   *symbolic.Grid
	m, u   *symbolic.Function
	values func(string) *big.Rat
}

func newGenerator(seed uint64) *generator {
	g := &symbolic.Grid{Axes: []string{"x", "z"}, SpaceOrder: 2, TimeOrder: 2}
	return &generator{
		Rand: rand.New(rand.NewPCG(seed, 1)), grid: g, values: exact.Draw(seed),
		m: &symbolic.Function{Name: "m", Grid: g, Axes: []int{0, 1}},
		u: &symbolic.Function{Name: "u", Grid: g, Axes: []int{0, 1}, Role: symbolic.Wavefield},
	}
}

func (g *generator) atom() (symbolic.Expr, *big.Rat) {
	var e symbolic.Expr
	switch g.IntN(5) {
	case 0:
		e = symbolic.Frac(g.IntN(7)-3, 1+g.IntN(3))
	case 1:
		e = symbolic.NewScalar([]string{"a", "b", "dt"}[g.IntN(3)])
	case 2:
		e = g.m.At(0, []int{g.IntN(2), 0})
	default:
		e = g.u.At(g.IntN(3)-1, []int{g.IntN(3) - 1, g.IntN(2)})
	}
	v, err := exact.Value(e, g.values)
	if err != nil {
		panic(err)
	}
	return e, v
}

func (g *generator) expr(depth int) (symbolic.Expr, *big.Rat) {
	if depth == 0 {
		return g.atom()
	}
	a, x := g.expr(depth - 1)
	b, y := g.expr(g.IntN(depth))
	out := new(big.Rat)
	switch g.IntN(6) {
	case 0:
		return symbolic.Sum(a, b), out.Add(x, y)
	case 1:
		return symbolic.Sub(a, b), out.Sub(x, y)
	case 2:
		return symbolic.Product(a, b), out.Mul(x, y)
	case 3:
		if y.Sign() != 0 {
			return symbolic.Quotient(a, b), out.Quo(x, y)
		}
		return symbolic.Neg(a), out.Neg(x)
	case 4:
		n := g.IntN(6) - 2
		if v, err := exact.Power(x, n); err == nil {
			return symbolic.Power(a, symbolic.Int(n)), v
		}
	}
	// A part that occurs again has like terms to collect.
	return symbolic.Sum(symbolic.Product(symbolic.Int(2), a), symbolic.Neg(a), b), out.Add(x, y)
}

// Building an expression simplifies it, which must not change its value.
func TestSimplificationKeepsValues(t *testing.T) {
	for seed := range uint64(1000) {
		g := newGenerator(seed)
		e, want := g.expr(1 + g.IntN(6))
		got, err := exact.Value(e, g.values)
		if err != nil {
			t.Fatalf("%s: %v", e, err)
		}
		if got.Cmp(want) != 0 {
			t.Fatalf("seed %d: %s is %s, want %s", seed, e, got.RatString(), want.RatString())
		}
	}
}

// canonical reports what is wrong with the form of e, "" when nothing is.
func canonical(e symbolic.Expr) string {
	fault := ""
	symbolic.Visit(e, func(e symbolic.Expr) {
		switch x := e.(type) {
		case *symbolic.Add:
			var parts []symbolic.Expr
			for i, t := range x.Terms {
				_, rest := symbolic.SplitCoefficient(t)
				switch t.(type) {
				case *symbolic.Add:
					fault = "a sum in a sum"
				case *symbolic.Num:
					if i > 0 || symbolic.IsZero(t) {
						fault = "a number that is not the first term, or 0"
					}
				}
				parts = append(parts, rest)
			}
			fault += order("terms", parts, len(x.Terms))
		case *symbolic.Mul:
			var bases []symbolic.Expr
			for i, f := range x.Factors {
				switch f := f.(type) {
				case *symbolic.Mul:
					fault = "a product in a product"
				case *symbolic.Num:
					if i > 0 || symbolic.IsOne(f) || symbolic.IsZero(f) {
						fault = "a number that is not the first factor, or 1, or 0"
					}
				case *symbolic.Pow:
					bases = append(bases, f.Base)
					continue
				}
				bases = append(bases, f)
			}
			for i := range bases {
				for _, b := range bases[:i] {
					if symbolic.Equal(bases[i], b) {
						fault = "powers of one base: " + b.String()
					}
				}
			}
			fault += order("factors", x.Factors, len(x.Factors))
		case *symbolic.Pow:
			if symbolic.IsOne(x.Exp) || symbolic.IsZero(x.Exp) {
				fault = "a power of 0 or 1"
			}
		}
	})
	return fault
}

func order(what string, parts []symbolic.Expr, n int) string {
	switch {
	case n < 2:
		return "fewer than two " + what
	case !slices.IsSortedFunc(parts, symbolic.Compare):
		return what + " out of order"
	}
	for i := 1; i < n; i++ {
		if symbolic.Equal(parts[i-1], parts[i]) {
			return "equal " + what
		}
	}
	return ""
}

func TestCanonicalForm(t *testing.T) {
	for seed := range uint64(1000) {
		g := newGenerator(seed)
		e, _ := g.expr(1 + g.IntN(6))
		if fault := canonical(e); fault != "" {
			t.Fatalf("seed %d: %s: %s", seed, e, fault)
		}
		// Rebuilding changes nothing.
		var rebuild func(symbolic.Expr) symbolic.Expr
		rebuild = func(e symbolic.Expr) symbolic.Expr { return symbolic.Map(e, rebuild) }
		expectSame(t, rebuild(e), e)
	}
}

func expectSame(t *testing.T, got, want symbolic.Expr) {
	t.Helper()
	if !symbolic.Equal(got, want) || symbolic.Compare(got, want) != 0 || got.Hash() != want.Hash() || got.String() != want.String() {
		t.Fatalf("%s is not %s", got, want)
	}
}

// The order and the grouping of operands do not matter.
func TestOrderDoesNotMatter(t *testing.T) {
	for seed := range uint64(1000) {
		g := newGenerator(seed)
		var parts []symbolic.Expr
		for range 2 + g.IntN(5) {
			e, _ := g.expr(g.IntN(4))
			parts = append(parts, e)
		}
		for _, build := range []func(...symbolic.Expr) symbolic.Expr{symbolic.Sum, symbolic.Product} {
			want := build(parts...)
			shuffled := slices.Clone(parts)
			g.Shuffle(len(parts), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
			expectSame(t, build(shuffled...), want)
			cut := 1 + g.IntN(len(parts)-1)
			expectSame(t, build(build(shuffled[:cut]...), build(shuffled[cut:]...)), want)
		}
	}
}

// Compare is a total order that agrees with Equal.
func TestCompare(t *testing.T) {
	g := newGenerator(7)
	var es []symbolic.Expr
	for range 60 {
		e, _ := g.expr(g.IntN(4))
		es = append(es, e)
	}
	es = append(es, symbolic.NewDeriv(g.u.Here(), 0, 1, symbolic.Scheme{}), symbolic.NewDeriv(g.u.Here(), 0, 2, symbolic.Scheme{Accuracy: 4, Side: symbolic.LeftOf}),
		symbolic.Apply("sin", g.m.Here()), symbolic.Apply("max", g.m.Here(), g.u.Here()))
	for _, a := range es {
		for _, b := range es {
			if symbolic.Compare(a, b) != -symbolic.Compare(b, a) || (symbolic.Compare(a, b) == 0) != symbolic.Equal(a, b) {
				t.Errorf("%s and %s", a, b)
			}
			for _, c := range es {
				if symbolic.Compare(a, b) < 0 && symbolic.Compare(b, c) < 0 && symbolic.Compare(a, c) >= 0 {
					t.Errorf("%s < %s < %s", a, b, c)
				}
			}
		}
	}
}

func TestSimplify(t *testing.T) {
	g := newGenerator(0)
	a, b, m := symbolic.NewScalar("a"), symbolic.NewScalar("b"), g.m.Here()
	two, half := symbolic.Int(2), symbolic.Frac(1, 2)
	sum := symbolic.Sum(a, b)
	root := symbolic.Apply("sqrt", a)
	for _, v := range []struct {
		got  symbolic.Expr
		want string
	}{
		{symbolic.Sum(), "0"},
		{symbolic.Product(), "1"},
		{symbolic.Sum(a, symbolic.Neg(a)), "0"},
		{symbolic.Product(a, symbolic.Power(a, symbolic.Int(-1))), "1"},
		{symbolic.Product(symbolic.Int(0), m), "0"},
		{symbolic.Sum(symbolic.Product(two, a), a), "3*a"},
		{symbolic.Product(two, sum), "2*(a + b)"},
		{symbolic.Sum(symbolic.Product(two, sum), symbolic.Product(symbolic.Int(-1), sum), a), "2*a + b"},
		{symbolic.Sum(symbolic.Product(two, sum), symbolic.Product(symbolic.Int(-1), sum), two), "2 + a + b"},
		{symbolic.Product(root, root), "a"},
		{symbolic.Power(root, symbolic.Int(4)), "a^2"},
		{symbolic.Power(symbolic.Int(4), half), "sqrt(4)"},
		{symbolic.Product(symbolic.Power(symbolic.Int(3), half), symbolic.Power(symbolic.Int(3), half)), "3"},
		{symbolic.Power(symbolic.Product(a, b), symbolic.Int(-2)), "1/a^2/b^2"},
		// sqrt(a^2) is |a|, not a.
		{symbolic.Power(symbolic.Power(a, two), half), "sqrt(a^2)"},
		{symbolic.Product(symbolic.Power(symbolic.Power(a, two), half), symbolic.Power(symbolic.Power(a, two), half), symbolic.Power(a, symbolic.Int(3))), "a^5"},
	} {
		if v.got.String() != v.want {
			t.Errorf("%s, want %s", v.got, v.want)
		}
		if fault := canonical(v.got); fault != "" {
			t.Errorf("%s: %s", v.got, fault)
		}
	}
}

// A hash depends on the contents only.
func TestHashIsStable(t *testing.T) {
	for seed := range uint64(200) {
		a, _ := newGenerator(seed).expr(4)
		b, _ := newGenerator(seed).expr(4)
		expectSame(t, a, b)
	}
}
