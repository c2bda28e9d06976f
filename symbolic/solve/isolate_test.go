package solve

import (
	"errors"
	"testing"

	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
)

func acoustic(g *symbolic.Grid) (left symbolic.Expr, u *symbolic.Function) {
	all := make([]int, g.Dim())
	for i := range all {
		all[i] = i
	}
	m := &symbolic.Function{Name: "m", Grid: g, Axes: all}
	damp := &symbolic.Function{Name: "damp", Grid: g, Axes: all}
	u = &symbolic.Function{Name: "u", Grid: g, Axes: all, Role: symbolic.Wavefield}
	var lap []symbolic.Expr
	for a := range all {
		lap = append(lap, symbolic.NewDeriv(u.Here(), a, 2, symbolic.Scheme{}))
	}
	dt := func(n int) symbolic.Expr {
		return symbolic.NewDeriv(u.Here(), symbolic.TimeAxis, n, symbolic.Scheme{})
	}
	return symbolic.Sum(
		symbolic.Product(m.Here(), dt(2)),
		symbolic.Neg(symbolic.Sum(lap...)),
		symbolic.Product(damp.Here(), dt(1))), u
}

func TestIncrementForm(t *testing.T) {
	g := &symbolic.Grid{Axes: []string{"x"}, SpaceOrder: 2, TimeOrder: 2}
	left, u := acoustic(g)
	d, err := fd.Discretise(left, g, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Isolate(d, symbolic.Int(0), u.At(1, nil))
	if err != nil {
		t.Fatal(err)
	}
	t.Log(got)
	// One division, and u+ written as u plus an increment.
	const want = "u[t, x] + (-m[x]*(u[t-1, x] - u[t, x]) + dt^2*(u[t, x-1] - 2*u[t, x] + u[t, x+1])/h_x^2)/(m[x] + dt*damp[x])"
	if got.String() != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// The solution must satisfy the equation: put it back and expand numerically.
func TestSubstitutesBack(t *testing.T) {
	for dim := 1; dim <= 3; dim++ {
		for so := 2; so <= 16; so += 2 {
			g := &symbolic.Grid{Axes: []string{"x", "y", "z"}[:dim], SpaceOrder: so, TimeOrder: 2}
			left, u := acoustic(g)
			d, _ := fd.Discretise(left, g, nil)
			target := u.At(1, nil)
			value, err := Isolate(d, symbolic.Int(0), target)
			if err != nil {
				t.Fatal(err)
			}
			seed := uint64(1)
			draw := map[string]complex128{}
			number := func(key string) (complex128, error) {
				if _, ok := draw[key]; !ok {
					seed = seed*6364136223846793005 + 1442695040888963407
					draw[key] = complex(0.5+float64(seed>>40)/(1<<24), 0)
				}
				return draw[key], nil
			}
			v := symbolic.Values{
				Scalar: func(s *symbolic.Scalar) (complex128, error) { return number(s.Name) },
				Access: func(a *symbolic.Access) (complex128, error) { return number(a.String()) },
			}
			x, err := symbolic.Eval(value, v)
			if err != nil {
				t.Fatal(err)
			}
			draw[target.String()] = x
			residual, _ := symbolic.Eval(d, v)
			// About 3*so+8 terms of size below 4*8 (weights up to 3, 1/h^2 up
			// to 4, 1/dt^2 likewise), each rounded to 1.1e-16.
			if r := real(residual); r > 1e-12 || r < -1e-12 {
				t.Errorf("%dD so %d: residual %g", dim, so, r)
			}
		}
	}
}

func TestUnsolvable(t *testing.T) {
	g := &symbolic.Grid{Axes: []string{"x"}, SpaceOrder: 2, TimeOrder: 2}
	_, u := acoustic(g)
	next := u.At(1, nil)
	for _, c := range []struct {
		left symbolic.Expr
		want error
	}{
		{u.Here(), ErrAbsent},
		{symbolic.Sub(next, next), ErrAbsent},
		{symbolic.Power(next, symbolic.Int(2)), ErrNonlinear},
		{symbolic.Apply("sin", next), ErrNonlinear},
		{symbolic.Product(next, symbolic.Sum(next, symbolic.Int(1))), ErrNonlinear},
	} {
		if _, err := Isolate(c.left, symbolic.Int(0), next); !errors.Is(err, c.want) {
			t.Errorf("%s = 0: %v, want %v", c.left, err, c.want)
		}
	}
}
