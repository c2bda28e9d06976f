package operator

import (
	"math"
	"math/cmplx"
	"os"
	"strings"
	"testing"

	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/runtime/exec/field"
)

// written runs an operator that is not in the library, as a user writes it.
func written(t *testing.T, text string, a Arguments) *Run {
	t.Helper()
	file, err := dsl.Parse("new.pde", text)
	if err != nil {
		t.Fatal(err)
	}
	op, err := Compile(t.Context(), file, codegen.Options{Precision: signature.F64, Target: c.Target{}})
	if err != nil {
		t.Fatal(err)
	}
	run, err := op.Apply(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(run.Close)
	return run
}

// The soliton of the nonlinear Schroedinger equation (Zakharov and Shabat
// 1972) keeps its shape and its mass. Leapfrog is of order 2 in time, so the
// time step shrinks with the fourth power of the spacing; where the soliton is
// cut off, at 28 units, it is 1e-12.
func TestSolitonConverges(t *testing.T) {
	const text = `operator nls {
    order space 8, time 2
    axes x
    wavefield a  "real part"
    wavefield b  "imaginary part"
    periodic x

    let density = a^2 + b^2

    solve a.dtc = -laplace(b)/2 - density*b for a.forward
    solve b.dtc = laplace(a)/2 + density*a for b.forward

    reduce mass from sum(density*h_x)
}`
	const length, until = 56.0, 1.0
	soliton := func(time float64, part func(complex128) float64) func(float64) float64 {
		return func(x float64) float64 { return part(cmplx.Exp(complex(0, time/2)) / complex(math.Cosh(x), 0)) }
	}
	re, im := func(z complex128) float64 { return real(z) }, func(z complex128) float64 { return imag(z) }
	run := func(n, steps int) float64 {
		h, dt := length/float64(n), until/float64(steps)
		start := func(part func(complex128) float64) *field.Array {
			return levels(line(n, -length/2, h, soliton(0, part)), line(n, -length/2, h, soliton(dt, part)))
		}
		r := written(t, text, Arguments{Shape: []int{n}, Spacing: []float64{h}, Steps: steps + 1, Dt: dt,
			Fields: map[string]*field.Array{"a": start(re), "b": start(im)}})
		// Leapfrog keeps the mass up to its error of order dt^2.
		if mass := r.Series("mass"); math.Abs(mass.At(steps-1)-2) > dt {
			t.Errorf("mass %g, not 2", mass.At(steps-1))
		}
		return worst(r.Field("a"), -length/2, h, -length/2, length/2, soliton(until, re))
	}
	expectOrder(t, "soliton", run(336, 4000), run(672, 64000), 8)
}

// Steady heat in two layers, by hand: the flux below depth z is q (1-z), so the
// temperature is a parabola in each layer. The interface lies between two
// nodes, where the harmonic mean is exact for a constant flux.
func TestLayeredHeatConverges(t *testing.T) {
	text := example(t, "operator layered_heat")
	const kLow = 5.0
	run := func(n int) float64 {
		h := 1 / float64(n)
		k := field.New64(3, n+1)
		for i := range k.F64 {
			k.F64[i] = 1
			if i%(n+1) > n/2 {
				k.F64[i] = kLow
			}
		}
		dt := 0.2 * h * h / kLow
		r := written(t, text, Arguments{Shape: []int{3, n + 1}, Spacing: []float64{h, h}, Steps: int(8 / dt), Dt: dt, Threads: 1,
			Fields: map[string]*field.Array{"k": k}, Constants: map[string]float64{"c": 1, "q": 1}})
		border := (float64(n/2) + 0.5) * h
		parabola := func(z float64) float64 { return z - z*z/2 }
		exact := func(z float64) float64 {
			if z < border {
				return parabola(z)
			}
			return parabola(border) + (parabola(z)-parabola(border))/kLow
		}
		row := field.New64(n + 1)
		copy(row.F64, r.Field("T").F64[:n+1])
		return worst(row, 0, h, 0, 1, exact)
	}
	expectOrder(t, "layered heat", run(10), run(20), 2)
}

// The travelling front of Fisher's equation with its speed 5/sqrt(6)
// (Ablowitz and Zeppetella 1979). Forward Euler: the time step shrinks with the
// fourth power of the spacing.
func TestFisherFrontConverges(t *testing.T) {
	const text = `operator fisher {
    order space 4, time 1
    axes x
    scalar    D = 1
    scalar    r = 1
    wavefield u

    solve u.dt = D*laplace(u) + r*u*(1 - u) for u.forward
}`
	front := func(time float64) func(float64) float64 {
		return func(x float64) float64 {
			return math.Pow(1+math.Exp((x-5*time/math.Sqrt(6))/math.Sqrt(6)), -2)
		}
	}
	run := func(n, steps int) float64 {
		h := 40 / float64(n)
		r := written(t, text, Arguments{Shape: []int{n + 1}, Spacing: []float64{h}, Steps: steps + 1, Dt: 1 / float64(steps),
			Fields: map[string]*field.Array{"u": line(n+1, -20, h, front(0))}})
		return worst(r.Field("u"), -20, h, -8, 8, front(1))
	}
	expectOrder(t, "Fisher", run(100, 400), run(200, 6400), 4)
}

// example is the example of the language's documentation that has some text.
func example(t *testing.T, with string) string {
	t.Helper()
	for _, block := range strings.Split(readText(t, "../../../docs/language.md"), "```") {
		if text, ok := strings.CutPrefix(block, "pde\n"); ok && strings.Contains(text, with) {
			return text
		}
	}
	t.Fatalf("the documentation has no example with %q", with)
	return ""
}

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
