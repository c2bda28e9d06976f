package typeset_test

import (
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/typeset"
)

// formulas makes random expressions of all kinds.
type formulas struct {
	*rand.Rand
	grid      *symbolic.Grid
	functions []*symbolic.Function
}

func newFormulas(seed uint64) *formulas {
	g := &symbolic.Grid{Axes: []string{"x", "y", "z"}, SpaceOrder: 4, TimeOrder: 2}
	f := &formulas{Rand: rand.New(rand.NewPCG(seed, 5)), grid: g}
	for i, name := range strings.Fields("u v_x tau_xz damp epsilon1 lam rho_inv w0 sigma_p_2 Delta _x vx Sigma_12") {
		f.functions = append(f.functions, &symbolic.Function{Name: name, Grid: g, Axes: [][]int{{0, 1, 2}, {0, 2}, {1}}[i%3],
			Role: symbolic.Role(i % 5), Stagger: []bool{i%2 == 0, false, i%3 == 0}, Every: symbolic.Int(1 + i%2)})
	}
	return f
}

func (f *formulas) access() *symbolic.Access {
	return f.functions[f.IntN(len(f.functions))].At(f.IntN(3)-1, []int{f.IntN(5) - 2, f.IntN(5) - 2, f.IntN(5) - 2})
}

func (f *formulas) expr(depth int) symbolic.Expr {
	if depth == 0 {
		switch f.IntN(6) {
		case 0:
			return symbolic.Int(f.IntN(2000) - 1000)
		case 1:
			return symbolic.Rational(new(big.Rat).SetFrac64(f.Int64N(1e12)-5e11, 1+f.Int64N(1e10)))
		case 2:
			return symbolic.NewScalar([]string{"dt", "h_x", "kappa", "M_xx", "f0"}[f.IntN(5)])
		}
		return f.access()
	}
	sub := func() symbolic.Expr { return f.expr(f.IntN(depth)) }
	switch f.IntN(6) {
	case 0:
		terms := make([]symbolic.Expr, 2+f.IntN(12))
		for i := range terms {
			terms[i] = sub()
		}
		return symbolic.Sum(terms...)
	case 1:
		return symbolic.Product(sub(), sub(), sub(), sub())
	case 2:
		exponent := []symbolic.Expr{symbolic.Int(2), symbolic.Int(-1), symbolic.Frac(-1, 2), symbolic.Frac(1, 2), symbolic.Frac(3, 2), f.access()}[f.IntN(6)]
		base := symbolic.Sum(sub(), symbolic.NewScalar("f0"))
		if symbolic.IsZero(base) {
			return base
		}
		return symbolic.Power(base, exponent)
	case 3:
		fn := strings.Fields("exp log sin cos tan asin acos atan sinh cosh tanh abs min max atan2")[f.IntN(15)]
		args := []symbolic.Expr{sub(), sub()}
		return symbolic.Apply(fn, args[:symbolic.Functions[fn].Args]...)
	case 4:
		s := symbolic.Scheme{Side: symbolic.Side(f.IntN(4)), Half: f.IntN(3) - 1}
		if f.IntN(3) == 0 {
			s.Weights = []*big.Rat{big.NewRat(1, 3), big.NewRat(-2, 1)}
		}
		return symbolic.NewDeriv(sub(), f.IntN(4)-1, 1+f.IntN(4), s)
	}
	return symbolic.NewDeriv(symbolic.NewDeriv(sub(), f.IntN(3), 1, symbolic.Scheme{}), f.IntN(3), 1, symbolic.Scheme{})
}

func (f *formulas) statement() symbolic.Statement {
	p := &symbolic.Points{Name: []string{"src", "rec_2", "q"}[f.IntN(3)]}
	switch f.IntN(4) {
	case 0:
		u := &symbolic.Update{Target: f.access(), Value: f.expr(4)}
		if f.IntN(2) == 0 {
			u.Left, u.Right = f.expr(3), f.expr(3)
		}
		return u
	case 1:
		return &symbolic.Inject{Points: p, Target: f.access(), Value: f.expr(2)}
	case 2:
		return &symbolic.Sample{Points: p, Value: f.expr(3)}
	}
	return &symbolic.Reduce{Series: &symbolic.Series{Name: []string{"e", "e_max"}[f.IntN(2)]}, Op: []string{"sum", "min", "max", "norm"}[f.IntN(4)], Value: f.expr(3)}
}

// Whatever the mathematics, LaTeX reads it and browsers draw it.
func TestRandomFormulas(t *testing.T) {
	for seed := range uint64(1000) {
		f := newFormulas(seed)
		s := f.statement()
		for _, formula := range []*typeset.Formula{typeset.Set(f.expr(4)), typeset.Stated(s), typeset.Discrete(s)} {
			if err := validLaTeX(formula.LaTeX()); err != nil {
				t.Error(err)
			}
			checkMathML(t, formula.MathML())
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func TestStatements(t *testing.T) {
	g := &symbolic.Grid{Axes: []string{"x", "z"}, SpaceOrder: 2, TimeOrder: 1}
	both := []int{0, 1}
	v := &symbolic.Function{Name: "v_x", Grid: g, Axes: both, Role: symbolic.Wavefield, Stagger: []bool{true, false}}
	tau := &symbolic.Function{Name: "tau_xx", Grid: g, Axes: both, Role: symbolic.Wavefield}
	b := &symbolic.Function{Name: "b", Grid: g, Axes: both}
	image := &symbolic.Function{Name: "g", Grid: g, Axes: both, Role: symbolic.Image}
	us := &symbolic.Function{Name: "us", Grid: g, Axes: both, Role: symbolic.History, Every: symbolic.Int(4)}
	dt := symbolic.TimeStep()
	gradient := symbolic.NewDeriv(tau.Here(), 0, 1, symbolic.Scheme{})
	explicit := symbolic.Sum(v.Here(), symbolic.Product(dt, b.Here(), gradient))
	src, rec := &symbolic.Points{Name: "src"}, &symbolic.Points{Name: "rec"}
	energy := &symbolic.Series{Name: "e"}
	for _, c := range []struct {
		statement symbolic.Statement
		stated    string
	}{
		{&symbolic.Update{Target: v.At(1, nil), Left: v.At(1, nil), Right: explicit, Value: explicit},
			`v_{x}^{n+1} = \allowbreak v_{x}^{n}\allowbreak + \Delta t\,b\,\frac{\partial\tau_{xx}^{n}}{\partial x}`},
		{&symbolic.Update{Target: tau.At(1, nil), Left: symbolic.NewDeriv(tau.Here(), symbolic.TimeAxis, 1, symbolic.Scheme{}), Right: gradient},
			`\frac{\partial\tau_{xx}}{\partial t} = \allowbreak\frac{\partial\tau_{xx}}{\partial x}`},
		{&symbolic.Update{Target: image.Here(), Left: image.Here(), Right: symbolic.Sum(image.Here(), v.Here()), Value: symbolic.Sum(image.Here(), v.Here())},
			`g \leftarrow g\allowbreak + v_{x}^{n}`},
		{&symbolic.Update{Target: us.Here(), Left: us.Here(), Right: v.At(1, nil), Value: v.At(1, nil)}, `\mathrm{us}^{n/4} = v_{x}^{n+1}`},
		{&symbolic.Inject{Points: src, Target: tau.At(1, nil), Value: dt}, `\tau_{xx}^{n+1} += \sum_{k}\delta_{k}\,\mathrm{src}_{k}^{n}\,\allowbreak\Delta t`},
		{&symbolic.Sample{Points: rec, Value: v.Here()}, `\mathrm{rec}_{k}^{n} = \sum_{x,z}\delta_{k}\,\allowbreak v_{x}^{n}`},
		{&symbolic.Reduce{Series: energy, Op: "norm", Value: v.Here()}, `e^{n} = \sqrt{\sum_{x,z}\left(v_{x}^{n}\right)^{2}}`},
		{&symbolic.Reduce{Series: energy, Op: "max", Value: v.At(1, nil)}, `e^{n} = \max_{x,z}v_{x}^{n+1}`},
	} {
		got := typeset.Stated(c.statement)
		if strings.ReplaceAll(got.LaTeX(), `\mathrel{+}=`, "+=") != c.stated {
			t.Errorf("%s\nwant %s", got.LaTeX(), c.stated)
		}
		if err := validLaTeX(got.LaTeX()); err != nil {
			t.Error(err)
		}
		checkMathML(t, got.MathML())
	}
}

// Sums of neighbouring values are written as means, at the place between them.
func TestMeans(t *testing.T) {
	g := &symbolic.Grid{Axes: []string{"x", "z"}, SpaceOrder: 2, TimeOrder: 1}
	b := &symbolic.Function{Name: "b", Grid: g, Axes: []int{0, 1}}
	v := &symbolic.Function{Name: "v_x", Grid: g, Axes: []int{0, 1}, Role: symbolic.Wavefield, Stagger: []bool{true, false}}
	at := func(x, z int) symbolic.Expr { return b.At(0, []int{x, z}) }
	inverse := func(e symbolic.Expr) symbolic.Expr { return symbolic.Power(e, symbolic.Int(-1)) }
	for _, c := range []struct {
		e    symbolic.Expr
		want string
	}{
		{symbolic.Product(symbolic.Frac(1, 2), symbolic.Sum(at(0, 0), at(1, 0))), `\overline{b}_{x+1/2,z}`},
		{symbolic.Product(symbolic.Frac(3, 4), symbolic.Sum(at(-1, 0), at(0, 0), at(-1, 1), at(0, 1))), `3\,\overline{b}_{x-1/2,z+1/2}`},
		{symbolic.Quotient(symbolic.Int(2), symbolic.Sum(inverse(at(0, 0)), inverse(at(0, 1)))), `\widetilde{b}_{x,z+1/2}`},
		{symbolic.Product(symbolic.Frac(1, 2), symbolic.Sum(v.At(1, []int{-1, 0}), v.At(1, nil))), `{\overline{v_{x}}|}_{x,z}^{n+1}`},
		// These are none.
		{symbolic.Sum(at(0, 0), at(2, 0)), `b_{x,z}\allowbreak + b_{x+2,z}`},
		{symbolic.Sum(at(0, 0), at(1, 1)), `b_{x,z}\allowbreak + b_{x+1,z+1}`},
		{symbolic.Sum(at(0, 0), symbolic.Product(symbolic.Int(2), at(1, 0))), `b_{x,z}\allowbreak + 2\,b_{x+1,z}`},
		{symbolic.Sum(symbolic.Neg(at(0, 0)), at(1, 0)), `-b_{x,z}\allowbreak + b_{x+1,z}`},
	} {
		if got := typeset.LaTeX(c.e); got != c.want {
			t.Errorf("%s: %s, want %s", c.e, got, c.want)
		}
	}
}
