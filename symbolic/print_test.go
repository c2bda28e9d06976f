package symbolic_test

import (
	"math/big"
	"testing"

	"github.com/courant-pde/courant/symbolic"
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
		{num(5, 2), "2.5", `2.5`},
		{num(-1, 3), "-1/3", `-\tfrac{1}{3}`},
		{num(1, 1<<20), "1/1048576", `\tfrac{1}{1048576}`},
		{dt, "dt", `\Delta t`},
		{h, "h_x", `h_{x}`},
		{m, "m[x, z]", `m_{x,z}`},
		{d, "d[z+1]", `d_{z+1}`},
		{next, "u[t+1, x-2, z+1]", `u^{t+1}_{x-2,z+1}`},
		{tau, "tau_xz[t, x, z]", `\tau_{xz}^{t}_{x,z}`},
		{symbolic.Sum(u, symbolic.Neg(m)), "-m[x, z] + u[t, x, z]", `-m_{x,z} + u^{t}_{x,z}`},
		{symbolic.Sum(symbolic.Int(1), symbolic.Product(symbolic.Int(2), epsilon)), "1 + 2*epsilon[x, z]", `1 + 2\,\epsilon_{x,z}`},
		{symbolic.Product(num(1, 3), u), "(1/3)*u[t, x, z]", `\tfrac{1}{3}\,u^{t}_{x,z}`},
		{symbolic.Neg(symbolic.Product(dt, u)), "-dt*u[t, x, z]", `-\Delta t\,u^{t}_{x,z}`},
		{symbolic.Product(symbolic.Int(2), symbolic.Sum(u, m)), "2*(m[x, z] + u[t, x, z])", `2\,\left(m_{x,z} + u^{t}_{x,z}\right)`},
		{symbolic.Quotient(u, symbolic.Product(dt, m)), "u[t, x, z]/dt/m[x, z]", `\frac{u^{t}_{x,z}}{\Delta t\,m_{x,z}}`},
		{symbolic.Quotient(u, symbolic.Sum(dt, m)), "u[t, x, z]/(dt + m[x, z])", `\frac{u^{t}_{x,z}}{\Delta t + m_{x,z}}`},
		{symbolic.Neg(symbolic.Quotient(symbolic.Sum(u, m), dt)), "-(m[x, z] + u[t, x, z])/dt", `-\frac{m_{x,z} + u^{t}_{x,z}}{\Delta t}`},
		{symbolic.Sum(dt, symbolic.Neg(symbolic.Product(symbolic.Int(2), symbolic.Sum(u, m)))), "dt - 2*(m[x, z] + u[t, x, z])", `\Delta t - 2\,\left(m_{x,z} + u^{t}_{x,z}\right)`},
		{symbolic.Power(h, symbolic.Int(-2)), "1/h_x^2", `\frac{1}{h_{x}^{2}}`},
		{symbolic.Power(u, symbolic.Int(2)), "u[t, x, z]^2", `\left(u^{t}_{x,z}\right)^{2}`},
		{symbolic.Power(symbolic.Sum(u, dt), symbolic.Int(3)), "(dt + u[t, x, z])^3", `\left(\Delta t + u^{t}_{x,z}\right)^{3}`},
		{symbolic.Power(dt, symbolic.Sum(m, symbolic.Int(1))), "dt^(1 + m[x, z])", `\Delta t^{1 + m_{x,z}}`},
		{symbolic.Apply("sqrt", symbolic.Sum(m, symbolic.Int(1))), "sqrt(1 + m[x, z])", `\sqrt{1 + m_{x,z}}`},
		{symbolic.Apply("max", m, symbolic.Int(0)), "max(m[x, z], 0)", `\operatorname{max}\left(m_{x,z}, 0\right)`},
		{deriv(u, 0, 1), "u.dx", `\frac{\partial}{\partial x} u`},
		{deriv(u, symbolic.TimeAxis, 2), "u.dt2", `\frac{\partial^{2}}{\partial t^{2}} u`},
		{deriv(symbolic.Product(m, deriv(u, 1, 1)), 1, 1), "(m[x, z]*u.dz).dz", `\frac{\partial}{\partial z} m_{x,z}\,\left(\frac{\partial}{\partial z} u\right)`},
		{symbolic.NewDeriv(u, 0, 1, symbolic.Scheme{Accuracy: 2, Side: symbolic.Centred}), "u.dxc(order 2)", `\frac{\partial}{\partial x} u`},
		{symbolic.NewDeriv(u, 1, 2, symbolic.Scheme{Accuracy: 0, Side: symbolic.LeftOf}), "u.dz2l", `\frac{\partial^{2}}{\partial z^{2}} u`},
	} {
		if got := v.e.String(); got != v.text {
			t.Errorf("printed %s, want %s", got, v.text)
		}
		if got := symbolic.LaTeX(v.e); got != v.latex {
			t.Errorf("%s as LaTeX is %s, want %s", v.text, got, v.latex)
		}
	}
}
