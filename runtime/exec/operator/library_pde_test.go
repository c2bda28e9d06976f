package operator

import (
	"math"
	"testing"

	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/runtime/exec/field"
)

// line is a function of x on n points, the first at from.
func line(n int, from, h float64, f func(x float64) float64) *field.Array {
	a := field.New64(n)
	for i := range a.F64 {
		a.F64[i] = f(from + float64(i)*h)
	}
	return a
}

// levels puts arrays one behind the other.
func levels(all ...*field.Array) *field.Array {
	a := field.New64(append([]int{len(all)}, all[0].Shape...)...)
	for i, one := range all {
		copy(a.F64[i*len(one.F64):], one.F64)
	}
	return a
}

// worst is the largest error against f between two coordinates.
func worst(a *field.Array, from, h, lo, hi float64, f func(x float64) float64) float64 {
	e := 0.0
	for i := range a.Len() {
		if x := from + float64(i)*h; x >= lo && x <= hi {
			e = max(e, math.Abs(a.At(i)-f(x)))
		}
	}
	return e
}

// expectOrder checks that halving the spacing divides the error by 2^order, up
// to what the next order of the error may still do on such grids.
func expectOrder(t *testing.T, what string, coarse, fine, order float64) {
	t.Helper()
	got := math.Log2(coarse / fine)
	t.Logf("%s: error %.2g, then %.2g: order %.2f", what, coarse, fine, got)
	if got < order-0.3 || got > order+0.7 {
		t.Errorf("%s converges with order %.2f, not %g", what, got, order)
	}
}

// A wave of one length carried once around a periodic axis: order 4 in space
// and 2 in time, so the time step shrinks with the square of the spacing.
func TestAdvectionConverges(t *testing.T) {
	const speed = 1.0
	wave := func(x float64) float64 { return math.Sin(2 * math.Pi * x) }
	run := func(n int) float64 {
		h := 1 / float64(n)
		steps := n * n / 8
		dt := 1 / float64(steps)
		before := line(n, 0, h, func(x float64) float64 { return wave(x) })
		now := line(n, 0, h, func(x float64) float64 { return wave(x - speed*dt) })
		r := applied(t, "advection", 4, c.Target{}, Arguments{Shape: []int{n}, Spacing: []float64{h}, Steps: steps + 1, Dt: dt,
			Constants: map[string]float64{"speed_x": speed}, Fields: map[string]*field.Array{"c": levels(before, now)}})
		return worst(r.Field("c"), 0, h, 0, 1, wave)
	}
	expectOrder(t, "advection", run(32), run(64), 4)
}

// A Gaussian under diffusion stays one. Forward Euler is of first order in
// time, so the time step shrinks with the fourth power of the spacing.
func TestDiffusionConverges(t *testing.T) {
	gauss := func(s float64) func(float64) float64 {
		return func(x float64) float64 { return math.Exp(-x*x/(4*s)) / math.Sqrt(s) }
	}
	run := func(n, steps int) float64 {
		h := 16 / float64(n)
		r := applied(t, "diffusion", 4, c.Target{}, Arguments{Shape: []int{n + 1}, Spacing: []float64{h}, Origin: []float64{-8}, Steps: steps + 1, Dt: 0.5 / float64(steps),
			Constants: map[string]float64{"kappa": 1}, Fields: map[string]*field.Array{"u": line(n+1, -8, h, gauss(0.5))},
			Points: map[string]Points{"src": {At: at(0), Traces: field.New64(steps+1, 1)}}})
		return worst(r.Field("u"), -8, h, -4, 4, gauss(1))
	}
	expectOrder(t, "diffusion", run(64, 125), run(128, 2000), 4)
}

// The travelling front of Burgers' equation (Cole 1951). Beyond the grid the
// velocity is zero, which is felt within some units of the ends only.
func TestBurgersConverges(t *testing.T) {
	const nu, mean, jump = 0.5, 0.5, 0.5
	front := func(time float64) func(float64) float64 {
		return func(x float64) float64 { return mean - jump*math.Tanh(jump*(x-mean*time)/(2*nu)) }
	}
	run := func(n, steps int) float64 {
		h := 24 / float64(n)
		r := applied(t, "viscous_burgers", 4, c.Target{}, Arguments{Shape: []int{n + 1}, Spacing: []float64{h}, Origin: []float64{-12}, Steps: steps + 1, Dt: 1 / float64(steps),
			Constants: map[string]float64{"nu": nu}, Fields: map[string]*field.Array{"u": line(n+1, -12, h, front(0))}})
		return worst(r.Field("u"), -12, h, -4, 4, front(1))
	}
	expectOrder(t, "Burgers", run(48, 40), run(96, 640), 4)
}

// A low hump on still water parts into two, each with the speed sqrt(g h)
// (d'Alembert); its height of 1e-6 keeps nonlinear terms below the errors
// looked at. Velocities are half a step behind, an error of first order in
// time.
func TestShallowWaterConverges(t *testing.T) {
	const depth, g, height = 2.0, 9.81, 1e-6
	hump := func(x float64) float64 { return height * math.Exp(-x*x) }
	speed := math.Sqrt(g * depth)
	run := func(n, steps int) float64 {
		h := 24 / float64(n)
		r := applied(t, "shallow_water", 4, c.Target{}, Arguments{Shape: []int{n + 1}, Spacing: []float64{h}, Origin: []float64{-12}, Steps: steps + 1, Dt: 1 / float64(steps),
			Constants: map[string]float64{"h": depth}, Fields: map[string]*field.Array{"eta": line(n+1, -12, h, hump)}})
		return worst(r.Field("eta"), -12, h, -10, 10, func(x float64) float64 { return (hump(x-speed) + hump(x+speed)) / 2 }) / height
	}
	expectOrder(t, "shallow water", run(96, 250), run(192, 4000), 4)

	// A lake at rest over an uneven bottom stays at rest.
	r := applied(t, "shallow_water", 4, c.Target{}, Arguments{Shape: []int{30, 30}, Spacing: []float64{1, 1}, Steps: 100, Dt: 0.01,
		Constants: map[string]float64{"rough": 0.02}, Fields: map[string]*field.Array{"h": levels2(30, func(x, z float64) float64 { return 2 + math.Sin(x)*math.Cos(z) })}})
	if least, greatest := r.Field("eta").Range(); least != 0 || greatest != 0 {
		t.Errorf("a lake at rest moves by %g to %g", least, greatest)
	}
}

// levels2 is a function on a square of n by n points.
func levels2(n int, f func(x, z float64) float64) *field.Array {
	a := field.New64(n, n)
	for i := range a.F64 {
		a.F64[i] = f(float64(i/n), float64(i%n))
	}
	return a
}

// Sines that vanish one point beyond the grid are eigenfunctions of the second
// differences and of Jacobi's iteration, which damps them by cos(pi/(n+1)) in
// each step: both the solution and the residuals are known.
func TestPoissonIterates(t *testing.T) {
	const n, h, steps = 24, 0.5, 400
	k := math.Pi / (n + 1)
	mode := func(x, z float64) float64 { return math.Sin(k*(x+1)) * math.Sin(k*(z+1)) }
	eigenvalue := -2 * (2 - 2*math.Cos(k)) / (h * h)
	r := applied(t, "poisson", 2, c.Target{}, Arguments{Shape: []int{n, n}, Spacing: []float64{h, h}, Steps: steps, Dt: 1,
		Fields: map[string]*field.Array{"f": levels2(n, func(x, z float64) float64 { return eigenvalue * mode(x, z) })}})
	left := math.Pow(math.Cos(k), steps-1)
	want := levels2(n, func(x, z float64) float64 { return (1 - left) * mode(x, z) })
	expectClose(t, "potential", r.Field("p"), want, 1e-12)
	residual := r.Series("residual")
	norm := math.Abs(eigenvalue) * float64(n+1) / 2 // the root of the sum of squares of the mode
	for i := range steps - 1 {
		if d := math.Abs(residual.At(i)/(norm*math.Pow(math.Cos(k), float64(i))) - 1); d > 1e-9 {
			t.Fatalf("residual of step %d is off by %g", i, d)
		}
	}
}

// On a periodic grid a constant state follows the ordinary differential
// equations of the reaction, and without reaction a wave fades by the factor
// that second differences give it.
func TestGrayScott(t *testing.T) {
	const n, steps, dt = 16, 200, 0.5
	u, v := 0.7, 0.3
	r := applied(t, "gray_scott", 2, c.Target{}, Arguments{Shape: []int{n, n}, Spacing: []float64{0.01, 0.01}, Steps: steps + 1, Dt: dt,
		Constants: map[string]float64{"u": u, "v": v}})
	for range steps {
		reaction := u * v * v
		u, v = u+dt*(-reaction+0.04*(1-u)), v+dt*(reaction-(0.04+0.06)*v)
	}
	expectClose(t, "u", r.Field("u"), uniform([]int{n, n}, u), 1e-12)
	expectClose(t, "v", r.Field("v"), uniform([]int{n, n}, v), 1e-12)
	if total := r.Series("total"); math.Abs(total.At(0)-0.3*n*n) > 1e-10 {
		t.Errorf("total of v at first is %g", total.At(0))
	}

	wave := func(x, z float64) float64 { return math.Cos(2 * math.Pi * (x + 2*z) / n) }
	r = applied(t, "gray_scott", 2, c.Target{}, Arguments{Shape: []int{n, n}, Spacing: []float64{0.01, 0.01}, Steps: steps + 1, Dt: dt,
		Constants: map[string]float64{"F": 0, "k": 0}, Fields: map[string]*field.Array{"u": levels2(n, wave)}})
	symbol := (2*math.Cos(2*math.Pi/n) + 2*math.Cos(4*math.Pi/n) - 4) / 1e-4
	// Each step rounds numbers of size 1, and little is left of them.
	factor := math.Pow(1+dt*2e-5*symbol, steps)
	expectClose(t, "fading wave", r.Field("u"), levels2(n, func(x, z float64) float64 { return factor * wave(x, z) }), 200*1e-16/factor*2)
}

// The modes of a cavity with conducting walls are eigenfunctions of Yee's
// scheme: from rest, the amplitude of level n follows from that of the two
// before by the scheme's own dispersion relation.
func TestCavityModes(t *testing.T) {
	const n, h, dt, steps = 21, 0.5, 0.2, 60
	kx, kz := 2*math.Pi/(n-1), 3*math.Pi/(n-1)
	half := func(k float64) float64 { s := 2 / h * math.Sin(k/2); return s * s }
	amplitude := func(symbol float64) float64 {
		s := dt * dt * symbol
		before, now := 1.0, 1-s
		for range steps - 2 {
			before, now = now, 2*now-before-s*now
		}
		return now
	}
	mode := levels2(n, func(x, z float64) float64 { return math.Sin(kx*x) * math.Sin(kz*z) })
	silent := map[string]Points{"src": {At: at(1, 1), Traces: field.New64(steps, 1)}}
	r := applied(t, "maxwell_te", 2, c.Target{}, Arguments{Shape: []int{n, n}, Spacing: []float64{h, h}, Steps: steps, Dt: dt, Points: silent,
		Constants: map[string]float64{"epsilon": 1, "mu": 1, "sigma": 0}, Fields: map[string]*field.Array{"E": mode}})
	scaled := field.New64(n, n)
	for i, v := range mode.F64 {
		scaled.F64[i] = v * amplitude(half(kx)+half(kz))
	}
	expectClose(t, "E", r.Field("E"), scaled, 1e-11)

	// In three dimensions, the mode whose electric field points along z.
	across := field.New64(n, n, 6)
	for i := range across.F64 {
		p := across.Index(i)
		across.F64[i] = math.Sin(kx*float64(p[0])) * math.Sin(kz*float64(p[1]))
	}
	silent = map[string]Points{"src": {At: at(1, 1, 1), Traces: field.New64(steps, 1)}}
	r = applied(t, "maxwell", 2, c.Target{}, Arguments{Shape: []int{n, n, 6}, Spacing: []float64{h, h, h}, Steps: steps, Dt: dt, Points: silent,
		Constants: map[string]float64{"epsilon": 1, "mu": 1, "sigma": 0}, Fields: map[string]*field.Array{"E_z": across}})
	for i, v := range across.F64 {
		across.F64[i] = v * amplitude(half(kx)+half(kz))
	}
	expectClose(t, "E_z", r.Field("E_z"), across, 1e-11)
}
