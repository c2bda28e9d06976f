package operator

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/runtime/exec/field"
)

// uniform is a model of one value.
func uniform(shape []int, v float64) *field.Array {
	a := field.New64(shape...)
	for i := range a.F64 {
		a.F64[i] = v
	}
	return a
}

// varied is a random model between two values.
func varied(r *rand.Rand, lo, hi float64, shape ...int) *field.Array {
	a := field.New64(shape...)
	for i := range a.F64 {
		a.F64[i] = lo + (hi-lo)*r.Float64()
	}
	return a
}

// at is one point.
func at(x ...float64) *field.Array {
	a := field.New64(1, len(x))
	copy(a.F64, x)
	return a
}

func spacings(dim int, h float64) []float64 {
	out := make([]float64, dim)
	for a := range out {
		out[a] = h
	}
	return out
}

// expectClose compares two results relative to the norm of want.
func expectClose(t *testing.T, what string, got, want *field.Array, tolerance float64) {
	t.Helper()
	if d := difference(t, got, want); !(d <= tolerance) {
		t.Errorf("%s differs by %.3g, more than %.3g", what, d, tolerance)
	}
}

// Without anisotropy both wavefields are the acoustic one, whatever the tilt:
// what is taken from one is added from the other. 100 steps round by 1e-16 of
// terms that may be ten times the result.
func TestTiltedWithoutAnisotropyIsAcoustic(t *testing.T) {
	for _, shape := range [][]int{{31, 37}, {19, 21, 23}} {
		r := rand.New(rand.NewPCG(3, 1))
		dim := len(shape)
		source := make([]float64, dim)
		for a, n := range shape {
			source[a] = float64(n/2)*10 + 3
		}
		a := Arguments{Shape: shape, Spacing: spacings(dim, 10), Steps: 100, Dt: 1, Constants: map[string]float64{"damp": 0.001},
			Fields: map[string]*field.Array{"m": varied(r, 0.2, 0.4, shape...)},
			Points: map[string]Points{"src": {At: at(source...), Traces: ricker(0.02, 1, 100)}}}
		want := applied(t, "acoustic", 4, c.Target{}, a).Field("u")
		a.Constants["epsilon"], a.Constants["delta"] = 0, 0
		a.Fields["theta"] = varied(r, -1, 1, shape...)
		if dim == 3 {
			a.Fields["phi"] = varied(r, -1, 1, shape...)
		}
		run := applied(t, "tti", 4, c.Target{}, a)
		expectClose(t, "u", run.Field("u"), want, 1e-12)
		expectClose(t, "v", run.Field("v"), want, 1e-12)
		delete(a.Fields, "theta")
		delete(a.Fields, "phi")
		// Without a tilt the second derivative along z is taken twice over.
		a.Constants["epsilon"], a.Constants["delta"] = 0, 0
		expectClose(t, "vti", applied(t, "vti", 4, c.Target{}, a).Field("u"), want, 1e-12)
	}
}

// A medium without rigidity carries pressure alone: the diagonal stresses of a
// source are the pressure of the same source in the acoustic system on the same
// grid, and the velocities are opposite.
func TestElasticFluidIsAcoustic(t *testing.T) {
	for _, shape := range [][]int{{41, 37}, {19, 21, 23}} {
		r := rand.New(rand.NewPCG(5, 1))
		dim := len(shape)
		source := make([]float64, dim)
		for a, n := range shape {
			source[a] = float64(n/2)*10 + 3
		}
		b, lam := varied(r, 0.5, 1, shape...), varied(r, 2, 4, shape...)
		a := Arguments{Shape: shape, Spacing: spacings(dim, 10), Steps: 40, Dt: 0.8, Constants: map[string]float64{"mu": 0, "damp": 1},
			Fields: map[string]*field.Array{"b": b, "lam": lam},
			Points: map[string]Points{"src": {At: at(source...), Traces: ricker(0.04, 0.8, 40)}}}
		solid := applied(t, "elastic", 8, c.Target{}, a)
		a.Fields, a.Constants = map[string]*field.Array{"b": b, "kappa": lam}, nil
		fluid := applied(t, "acoustic_first_order", 8, c.Target{}, a)
		pressure := fluid.Field("p")
		// The mask is zero beyond the grid, so the outermost velocities are halved
		// there: of the wave, only what stencils carry ahead of it has come so far.
		expectClose(t, "tau_xx", solid.Field("tau_xx"), pressure, 1e-6)
		expectClose(t, "tau_zz", solid.Field("tau_zz"), pressure, 1e-6)
		if _, largest := solid.Field("tau_xz").Range(); largest > 1e-12 {
			t.Errorf("a fluid has the shear stress %g", largest)
		}
	}
}

// Source and receiver may change places: the operators of the acoustic
// equations are symmetric, absorbing layers included, when the source counts
// as a right-hand side. Rounding of 300 steps stays below 1e-11.
func TestReciprocity(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 1))
	shape := []int{60, 50}
	fields := map[string]*field.Array{"m": varied(r, 0.2, 0.5, shape...), "damp": field.New64(shape...)}
	for i := range fields["damp"].F64 {
		if p := fields["damp"].Index(i); min(p[0], p[1], shape[0]-1-p[0], shape[1]-1-p[1]) < 8 {
			fields["damp"].F64[i] = 0.02 * r.Float64()
		}
	}
	here, there := []float64{123.4, 88.8}, []float64{401.7, 310.1}
	for _, operator := range []string{"acoustic", "acoustic_time4"} {
		record := func(from, to []float64) *field.Array {
			return applied(t, operator, 8, c.Target{}, Arguments{Shape: shape, Spacing: spacings(2, 10), Steps: 300, Dt: 1.2, Fields: fields,
				Points: map[string]Points{"src": {At: at(from...), Traces: ricker(0.015, 1.2, 300)}, "rec": {At: at(to...)}}}).Traces("rec")
		}
		expectClose(t, operator, record(here, there), record(there, here), 1e-11)
	}
}

// Exchanging the axes of model, source and tilt exchanges those of the result.
func TestSymmetricInAxes(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 1))
	shape, turned := []int{40, 34}, []int{34, 40}
	turn := func(a *field.Array) *field.Array {
		out := field.New64(a.Shape[1], a.Shape[0])
		for i := range out.F64 {
			index := out.Index(i)
			out.F64[i] = a.At(index[1]*a.Shape[1] + index[0])
		}
		return out
	}
	arguments := func(shape []int, x, z float64, fields map[string]*field.Array) Arguments {
		return Arguments{Shape: shape, Spacing: spacings(2, 10), Steps: 80, Dt: 0.9, Fields: fields, Constants: map[string]float64{"damp": 1, "epsilon": 0.2, "delta": 0.1},
			Points: map[string]Points{"src": {At: at(x, z), Traces: ricker(0.02, 0.9, 80)}}}
	}
	elastic := map[string]*field.Array{"b": varied(r, 0.5, 1, shape...), "lam": varied(r, 2, 6, shape...), "mu": varied(r, 1, 3, shape...)}
	tilted := map[string]*field.Array{"m": varied(r, 0.2, 0.4, shape...), "theta": varied(r, -1, 1, shape...)}
	turnedElastic, turnedTilted := map[string]*field.Array{}, map[string]*field.Array{}
	for name, a := range elastic {
		turnedElastic[name] = turn(a)
	}
	for name, a := range tilted {
		turnedTilted[name] = turn(a)
	}
	for i, v := range turnedTilted["theta"].F64 {
		turnedTilted["theta"].F64[i] = math.Pi/2 - v
	}
	only := func(a Arguments, names ...string) Arguments {
		keep := map[string]float64{}
		for _, n := range names {
			keep[n] = a.Constants[n]
		}
		a.Constants = keep
		return a
	}
	one := applied(t, "elastic", 4, c.Target{}, only(arguments(shape, 203, 158, elastic), "damp"))
	other := applied(t, "elastic", 4, c.Target{}, only(arguments(turned, 158, 203, turnedElastic), "damp"))
	for name, partner := range map[string]string{"tau_xx": "tau_zz", "tau_xz": "tau_xz", "v_x": "v_z"} {
		expectClose(t, name, other.Field(partner), turn(one.Field(name)), 1e-12)
	}
	a, b := arguments(shape, 203, 158, tilted), arguments(turned, 158, 203, turnedTilted)
	a.Constants["damp"], b.Constants["damp"] = 0.001, 0.001
	expectClose(t, "u", applied(t, "tti", 8, c.Target{}, b).Field("u"), turn(applied(t, "tti", 8, c.Target{}, a).Field("u")), 1e-11)
}

// In sponges and layers the waves fade: after many passes through the model,
// what is left is a small part of what there was.
func TestLayersAbsorb(t *testing.T) {
	const n, h, dt = 81, 10.0, 1.5
	shape := []int{n, n}
	profile := field.New64(n)
	for i := range n {
		if edge := min(i, n-1-i); edge < 20 {
			pos := float64(20-edge+1) / 20
			profile.F64[i] = 1.5 * math.Log(1000) / 20 * (pos - math.Sin(2*math.Pi*pos)/(2*math.Pi)) / h
		}
	}
	a := Arguments{Shape: shape, Spacing: spacings(2, h), Steps: 1200, Dt: dt, Constants: map[string]float64{"m": 1 / 2.25},
		Fields: map[string]*field.Array{"damp_x": profile, "damp_z": profile},
		Points: map[string]Points{"src": {At: at(400, 400), Traces: ricker(0.02, dt, 1200)}, "rec": {At: at(420, 450)}}}
	rec := applied(t, "acoustic_sponge", 8, c.Target{}, a).Traces("rec")
	expectFaded(t, "acoustic_sponge", rec, 0.03)

	a.Fields = map[string]*field.Array{}
	for name, v := range memoryProfiles(n, 20, h, dt, 1.5) {
		a.Fields[name+"_x"], a.Fields[name+"_z"] = v, v
	}
	a.Constants = map[string]float64{"kappa": 2.25, "rho": 1}
	expectFaded(t, "acoustic_pml", applied(t, "acoustic_pml", 8, c.Target{}, a).Traces("rec"), 1e-4)
}

// memoryProfiles are the coefficients of a layer of n points: d grows with the
// square of the depth in the layer (Komatitsch and Martin 2007, without their
// frequency shift).
func memoryProfiles(n, layer int, h, dt, c float64) map[string]*field.Array {
	out := map[string]*field.Array{}
	for suffix, half := range map[string]float64{"": 0, "m": 0.5} {
		gain, decay := field.New64(n), field.New64(n)
		for i := range n {
			x := float64(i) + half
			depth := max(float64(layer)-x, x-float64(n-1-layer), 0) / float64(layer)
			d := -3 * c * math.Log(1e-6) / (2 * float64(layer) * h) * depth * depth
			decay.F64[i] = math.Exp(-d * dt)
			gain.F64[i] = decay.F64[i] - 1
		}
		out["a"+suffix], out["b"+suffix] = gain, decay
	}
	return out
}

// expectFaded compares the last quarter of a trace with its largest value.
func expectFaded(t *testing.T, what string, rec *field.Array, part float64) {
	t.Helper()
	largest, late := 0.0, 0.0
	for i := range rec.Len() {
		v := math.Abs(rec.At(i))
		largest = max(largest, v)
		if i > rec.Len()*3/4 {
			late = max(late, v)
		}
	}
	t.Logf("%s: %.2g of the largest value is left", what, late/largest)
	if late > part*largest {
		t.Errorf("%s: %.2g of the largest value is left, more than %.2g", what, late/largest, part)
	}
}
