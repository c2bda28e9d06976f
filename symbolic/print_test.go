package symbolic_test

import (
	"math/big"
	"testing"

	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/typeset"
)

func TestPrint(t *testing.T) {
	g := &symbolic.Grid{Axes: []string{"x", "z"}, SpaceOrder: 4, TimeOrder: 2}
	both := []int{0, 1}
	m := (&symbolic.Function{Name: "m", Grid: g, Axes: both}).Here()
	d := (&symbolic.Function{Name: "d", Grid: g, Axes: []int{1}}).At(0, []int{3, 1})
	epsilon := (&symbolic.Function{Name: "epsilon", Grid: g, Axes: both}).Here()
	uf := &symbolic.Function{Name: "u", Grid: g, Axes: both, Role: symbolic.Wavefield}
	tau := (&symbolic.Function{Name: "tau_xz", Grid: g, Axes: both, Role: symbolic.Wavefield}).Here()
	u, next := uf.Here(), uf.At(1, []int{-2, 1})
	v := (&symbolic.Function{Name: "v_x", Grid: g, Axes: both, Role: symbolic.Wavefield, Stagger: []bool{true, false}}).At(0, []int{-1, 2})
	lam := (&symbolic.Function{Name: "lam", Grid: g, Axes: both, Stagger: []bool{true, true}}).Here()
	dt, h := symbolic.TimeStep(), g.Spacing(0)
	num := func(a, b int64) symbolic.Expr { return symbolic.Rational(big.NewRat(a, b)) }
	deriv := func(e symbolic.Expr, axis, order int) symbolic.Expr {
		return symbolic.NewDeriv(e, axis, order, symbolic.Scheme{})
	}
	for _, v := range []struct {
		e           symbolic.Expr
		text, latex string
	}{
		{symbolic.Int(-3), "-3", `-3`},
		{num(5, 2), "2.5", `\tfrac{5}{2}`},
		{num(-1, 3), "-1/3", `-\tfrac{1}{3}`},
		{num(1, 1<<20), "1/1048576", `\tfrac{1}{1048576}`},
		{dt, "dt", `\Delta t`},
		{h, "h_x", `h_{x}`},
		{m, "m[x, z]", `m_{x,z}`},
		{d, "d[z+1]", `d_{z+1}`},
		{next, "u[t+1, x-2, z+1]", `u_{x-2,z+1}^{n+1}`},
		{tau, "tau_xz[t, x, z]", `{\tau_{xz}|}_{x,z}^{n}`},
		{v, "v_x[t, x-1/2, z+2]", `{v_{x}|}_{x-1/2,z+2}^{n}`},
		{lam, "lam[x+1/2, z+1/2]", `\lambda_{x+1/2,z+1/2}`},
		{symbolic.Sum(u, symbolic.Neg(m)), "-m[x, z] + u[t, x, z]", `-m_{x,z}\allowbreak + u_{x,z}^{n}`},
		{symbolic.Sum(symbolic.Int(1), symbolic.Product(symbolic.Int(2), epsilon)), "1 + 2*epsilon[x, z]", `1\allowbreak + 2\,\epsilon_{x,z}`},
		{symbolic.Product(num(1, 3), u), "(1/3)*u[t, x, z]", `\tfrac{1}{3}\,u_{x,z}^{n}`},
		{symbolic.Neg(symbolic.Product(dt, u)), "-dt*u[t, x, z]", `-\Delta t\,u_{x,z}^{n}`},
		{symbolic.Product(symbolic.Int(2), symbolic.Sum(u, m)), "2*(m[x, z] + u[t, x, z])", `2\,\left(m_{x,z} + u_{x,z}^{n}\right)`},
		{symbolic.Quotient(u, symbolic.Product(dt, m)), "u[t, x, z]/dt/m[x, z]", `\frac{u_{x,z}^{n}}{\Delta t\,m_{x,z}}`},
		{symbolic.Quotient(u, symbolic.Sum(dt, m)), "u[t, x, z]/(dt + m[x, z])", `\frac{u_{x,z}^{n}}{\Delta t + m_{x,z}}`},
		{symbolic.Neg(symbolic.Quotient(symbolic.Sum(u, m), dt)), "-(m[x, z] + u[t, x, z])/dt", `-\frac{m_{x,z} + u_{x,z}^{n}}{\Delta t}`},
		{symbolic.Sum(dt, symbolic.Neg(symbolic.Product(symbolic.Int(2), symbolic.Sum(u, m)))), "dt - 2*(m[x, z] + u[t, x, z])", `\Delta t\allowbreak - 2\,\left(m_{x,z} + u_{x,z}^{n}\right)`},
		{symbolic.Power(h, symbolic.Int(-2)), "1/h_x^2", `\frac{1}{h_{x}^{2}}`},
		{symbolic.Power(u, symbolic.Int(2)), "u[t, x, z]^2", `\left(u_{x,z}^{n}\right)^{2}`},
		{symbolic.Power(symbolic.Sum(u, dt), symbolic.Int(3)), "(dt + u[t, x, z])^3", `\left(\Delta t + u_{x,z}^{n}\right)^{3}`},
		{symbolic.Power(dt, symbolic.Sum(m, symbolic.Int(1))), "dt^(1 + m[x, z])", `{\Delta t}^{1+m_{x,z}}`},
		{symbolic.Apply("sqrt", symbolic.Sum(m, symbolic.Int(1))), "sqrt(1 + m[x, z])", `\sqrt{1 + m_{x,z}}`},
		{symbolic.Power(symbolic.Apply("sin", lam), symbolic.Int(2)), "sin(lam[x+1/2, z+1/2])^2", `\sin^{2}\lambda_{x+1/2,z+1/2}`},
		{symbolic.Apply("atan2", m, symbolic.Apply("abs", u)), "atan2(m[x, z], abs(u[t, x, z]))", `\operatorname{atan2}\left(m_{x,z},\left|u_{x,z}^{n}\right|\right)`},
		{symbolic.Product(num(3, 4), symbolic.Power(m, symbolic.Frac(-1, 2))), "0.75/sqrt(m[x, z])", `\frac{3}{4\,\sqrt{m_{x,z}}}`},
		{symbolic.Apply("max", m, symbolic.Int(0)), "max(m[x, z], 0)", `\max\left(m_{x,z},0\right)`},
		{deriv(u, 0, 1), "u.dx", `\frac{\partial u_{x,z}^{n}}{\partial x}`},
		{deriv(u, symbolic.TimeAxis, 2), "u.dt2", `\frac{\partial^{2}u_{x,z}^{n}}{\partial t^{2}}`},
		{deriv(symbolic.Product(m, deriv(u, 1, 1)), 1, 1), "(m[x, z]*u.dz).dz", `\frac{\partial}{\partial z}\left(m_{x,z}\,\frac{\partial u_{x,z}^{n}}{\partial z}\right)`},
		{symbolic.NewDeriv(u, 0, 1, symbolic.Scheme{Accuracy: 2, Side: symbolic.Centred}), "u.dxc(order 2)", `\frac{\partial u_{x,z}^{n}}{\partial x}`},
		{symbolic.NewDeriv(u, 1, 2, symbolic.Scheme{Accuracy: 0, Side: symbolic.LeftOf}), "u.dz2l", `\left.\frac{\partial^{2}u_{x,z}^{n}}{\partial z^{2}}\right|_{z^{-}}`},
		{symbolic.NewDeriv(u, 1, 1, symbolic.Scheme{Half: -1}), "u.dz(at -1/2)", `\left.\frac{\partial u_{x,z}^{n}}{\partial z}\right|_{z-1/2}`},
		{symbolic.NewDeriv(u, 0, 2, symbolic.Scheme{Weights: []*big.Rat{big.NewRat(1, 4), big.NewRat(-1, 2), big.NewRat(1, 4)}}), "u.dx2(weights 0.25, -0.5, 0.25)",
			`\left.\frac{\partial^{2}u_{x,z}^{n}}{\partial x^{2}}\right|_{w=\left(\tfrac{1}{4},-\tfrac{1}{2},\tfrac{1}{4}\right)}`},
		{deriv(deriv(u, 1, 1), 0, 2), "u.dz.dx2", `\frac{\partial^{3}u_{x,z}^{n}}{\partial x^{2}\partial z}`},
	} {
		if got := v.e.String(); got != v.text {
			t.Errorf("printed %s, want %s", got, v.text)
		}
		if got := typeset.LaTeX(v.e); got != v.latex {
			t.Errorf("%s as LaTeX is %s, want %s", v.text, got, v.latex)
		}
	}
}
