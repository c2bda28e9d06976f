package operator

import (
	"math"
	"testing"

	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/runtime/exec/field"
)

// layered is a model of 50 points to a side, 20 m apart, in absorbing layers of
// 40 points, whose parameters depend on the depth alone.
type layered struct {
	dim   int
	layer int
	above int // points of layer in front of the first depth
	depth int
	h     float64
}

// field is a parameter by depth index within the model, continued into the
// layers.
func (l layered) field(f func(z int) float64) *field.Array {
	a := field.New64(l.shape()...)
	for i := range a.F64 {
		index := a.Index(i)
		a.F64[i] = f(min(max(index[l.dim-1]-l.above, 0), l.depth-1))
	}
	return a
}

func (l layered) shape() []int {
	shape := make([]int, l.dim)
	for a := range shape {
		shape[a] = l.depth + 2*l.layer
	}
	shape[l.dim-1] = l.depth + l.layer + l.above
	return shape
}

func (l layered) origin() []float64 {
	o := make([]float64, l.dim)
	for a := range o {
		o[a] = -float64(l.layer) * l.h
	}
	o[l.dim-1] = -float64(l.above) * l.h
	return o
}

// sponge is the profile that Devito's models use, summed over axes and sides:
// added to 0, or taken from 1 as a mask.
func (l layered) sponge(mask bool) *field.Array {
	damp := field.New64(l.shape()...)
	for i := range damp.F64 {
		sum := 0.0
		for a, p := range damp.Index(i) {
			for side, edge := range []int{p, damp.Shape[a] - 1 - p} {
				if edge >= l.layer || side == 0 && a == l.dim-1 && l.above == 0 {
					continue
				}
				pos := math.Abs(float64(l.layer-edge+1) / float64(l.layer))
				sum += 1.5 * math.Log(1000) / float64(l.layer) * (pos - math.Sin(2*math.Pi*pos)/(2*math.Pi)) / l.h
			}
		}
		damp.F64[i] = sum
		if mask {
			damp.F64[i] = 1 - sum
		}
	}
	return damp
}

// points puts a source into the middle, 20 m deep, and receivers above all
// nodes of the surface at 40 m, as Devito's examples do.
func (l layered) points(wavelet *field.Array, records ...string) map[string]Points {
	width := float64(l.depth-1) * l.h
	count := l.depth
	if l.dim == 3 {
		count *= l.depth
	}
	src, rec := field.New64(1, l.dim), field.New64(count, l.dim)
	for a := range l.dim - 1 {
		src.F64[a] = width / 2
	}
	src.F64[l.dim-1] = l.h
	for i := range count {
		rec.F64[i*l.dim] = float64(i%l.depth) * l.h
		if l.dim == 3 {
			rec.F64[i*l.dim+1] = float64(i/l.depth) * l.h
		}
		rec.F64[i*l.dim+l.dim-1] = 2 * l.h
	}
	out := map[string]Points{"src": {At: src, Traces: wavelet}}
	for _, r := range records {
		out[r] = Points{At: rec}
	}
	return out
}

// thirds is a value by depth in three layers.
func thirds(values [3]float64) func(int) float64 {
	return func(z int) float64 { return values[min(z/16, 2)] }
}

// The norms of the records that Devito's own tests assert, of its demonstration
// models in double precision. Where its 9-digit weights leave less, the
// tolerance is 1e-7 of the norm.
func TestNormsOfDevito(t *testing.T) {
	model := layered{dim: 2, layer: 40, above: 40, depth: 50, h: 20}
	vp := [3]float64{1.5, 2.5, 3.5}
	buoyancy := func(normalised bool) *field.Array {
		return model.field(func(z int) float64 {
			v := thirds(vp)(z)
			if normalised && v < 1.51 {
				return 1
			}
			return 1 / (0.31 * math.Pow(1000*v, 0.25))
		})
	}
	velocity := model.field(thirds(vp))
	b := buoyancy(true)
	lame := func(vp, vs, b *field.Array) (lam, mu *field.Array) {
		lam, mu = field.New64(vp.Shape...), field.New64(vp.Shape...)
		for i := range lam.F64 {
			mu.F64[i] = vs.F64[i] * vs.F64[i] / b.F64[i]
			lam.F64[i] = vp.F64[i]*vp.F64[i]/b.F64[i] - 2*mu.F64[i]
		}
		return lam, mu
	}
	shear := model.field(thirds([3]float64{0, 1.25, 1.75}))
	elasticLam, elasticMu := lame(velocity, shear, b)
	two := func(top, bottom float64) *field.Array {
		return model.field(func(z int) float64 {
			if z < 16 {
				return top
			}
			return bottom
		})
	}
	viscoB := two(1/1.3, 1/2.)
	viscoLam, viscoMu := lame(two(1.6, 2.2), two(0.4, 1.2), viscoB)
	acoustic := map[string]*field.Array{"m": squaredSlowness(velocity), "b": buoyancy(false), "damp": model.sponge(true),
		"qp": model.field(func(z int) float64 { return 3.516e-6 * math.Pow(1000*thirds(vp)(z), 2.2) })}
	free := layered{dim: 3, layer: 40, above: 0, depth: 50, h: 20}
	full := layered{dim: 3, layer: 40, above: 40, depth: 50, h: 20}
	threeD := func(l layered) map[string]*field.Array {
		return map[string]*field.Array{"m": squaredSlowness(l.field(thirds(vp))), "damp": l.sponge(false)}
	}
	// Devito's standard linear solids take a frequency for an angular one.
	const angular = 0.010 / (2 * math.Pi)
	for _, v := range []struct {
		operator  string
		model     layered
		fields    map[string]*field.Array
		dt, wave  float64 // time step, and that at which the wavelet was sampled
		steps     int
		norms     map[string]float64
		reference float64 // the scalar f0, 0 for none
	}{
		{"elastic", model, map[string]*field.Array{"b": b, "lam": elasticLam, "mu": elasticMu, "damp": model.sponge(true)}, 3.29, 3.29, 305,
			map[string]float64{"rec1": 19.936811, "rec2": 0.668916327}, 0},
		{"viscoelastic", model, map[string]*field.Array{"b": viscoB, "lam": viscoLam, "mu": viscoMu, "qp": two(40, 100), "qs": two(30, 70), "damp": model.sponge(true)}, 4.711, 5.234, 193,
			map[string]float64{"rec1": 12.6234651, "rec2": 0.330103387}, angular},
		{"viscoacoustic_sls", model, acoustic, 3.169, 3.169, 317, map[string]float64{"rec": 685.71661}, angular},
		{"viscoacoustic_kv", model, acoustic, 3.169, 3.169, 317, map[string]float64{"rec": 678.032124}, 0.010},
		{"viscoacoustic_maxwell", model, acoustic, 3.169, 3.169, 317, map[string]float64{"rec": 673.311933}, 0.010},
		{"acoustic", full, threeD(full), 2.588, 2.588, 388, map[string]float64{"rec": 459.339123}, 0},
		{"acoustic_free_surface", free, threeD(free), 2.588, 2.588, 388, map[string]float64{"rec": 370.2174}, 0},
	} {
		t.Run(v.operator, func(t *testing.T) {
			if testing.Short() && v.model.dim == 3 {
				t.Skip("388 steps in 3D; they run without -short")
			}
			var records []string
			for r := range v.norms {
				records = append(records, r)
			}
			h := make([]float64, v.model.dim)
			for a := range h {
				h[a] = v.model.h
			}
			a := Arguments{Shape: v.model.shape(), Spacing: h, Origin: v.model.origin(), Steps: v.steps, Dt: v.dt, Fields: v.fields,
				Constants: map[string]float64{}, Points: v.model.points(ricker(0.010, v.wave, v.steps), records...)}
			if v.reference > 0 {
				a.Constants["f0"] = v.reference
			}
			run := applied(t, v.operator, 4, c.Target{}, a)
			for r, want := range v.norms {
				sum := 0.0
				traces := run.Traces(r)
				for i := range traces.Len() {
					sum += traces.At(i) * traces.At(i)
				}
				if got := math.Sqrt(sum); math.Abs(got-want) > 1e-7*want {
					t.Errorf("norm of %s is %.9g, want %.9g", r, got, want)
				}
			}
		})
	}
}
