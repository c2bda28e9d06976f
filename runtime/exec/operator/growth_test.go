package operator

import (
	"errors"
	"math"
	"testing"

	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/runtime/exec/field"
)

// growing grows like exp(r t) by itself: the equation does, at any time step.
const growing = `operator growing { order space 4  axes x, z  field c  scalar r = 0  scalar loss = 0  wavefield u
	solve u.dt2 + loss*u.dt = c^2*laplace(u) + r^2*u for u.forward
	inject src*dt^2 into u.forward
	sample rec from u }`

func growingRun(amplitude float64, pulse func(t int) float64, r float64) Arguments {
	const steps = 1500
	at := field.New64(1, 2)
	at.F64[0], at.F64[1] = 95, 101
	traces := field.New64(steps, 1)
	for t := range traces.F64 {
		traces.F64[t] = amplitude * pulse(t)
	}
	return Arguments{Shape: []int{20, 22}, Spacing: []float64{10, 10}, Dt: 1, Steps: steps, Threads: 1,
		Constants: map[string]float64{"c": 2, "r": r, "loss": 0}, Points: map[string]Points{"src": {At: at, Traces: traces}}}
}

func spike(t int) float64 { return math.Exp(-float64(t-60) * float64(t-60) / 200) }

// Exponential growth is noticed long before it is infinite, and not where it is
// meant.
func TestGrowthIsNoticed(t *testing.T) {
	op := compile(t, growing, 2, signature.F32, true)
	a := growingRun(1, spike, 0.08)
	_, err := op.Apply(t.Context(), a)
	var grew *Grew
	// The longest wave between the walls grows like exp(a t) with a^2 = r^2 -
	// c^2 (pi/200)^2 (1 + 1/1.2), a = 0.068: by 10^8 in 270 ms. The source acts at
	// 60 ms.
	if !errors.As(err, &grew) || grew.Field != "u" || grew.Step < 270 || grew.Step > 600 {
		t.Fatalf("got %v", err)
	}
	a.Unstable = true
	a.Steps = 1200 // later it is infinite
	a.Points["src"] = Points{At: a.Points["src"].At, Traces: field.Vector(a.Points["src"].Traces.F64[:1200])}
	a.Points["src"].Traces.Shape = []int{1200, 1}
	run, err := op.Apply(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	run.Close()
}

// Sources of any size and duration, and waves that resonate without loss, are no
// instability.
func TestGrowthOfSourcesIsNone(t *testing.T) {
	op := compile(t, growing, 2, signature.F64, true)
	for name, pulse := range map[string]func(int) float64{
		"spike":    spike,
		"constant": func(int) float64 { return 1 },
		"resonant": func(t int) float64 { return math.Sin(0.02 * float64(t)) },
		"rising":   func(t int) float64 { return math.Pow(float64(t)/1500, 6) },
		"twice":    func(t int) float64 { return 1e-6*spike(t) + spike(t-1000) },
	} {
		for _, amplitude := range []float64{1e-200, 1, 1e200} {
			run, err := op.Apply(t.Context(), growingRun(amplitude, pulse, 0))
			if err != nil {
				t.Errorf("%s, amplitude %g: %v", name, amplitude, err)
				continue
			}
			run.Close()
		}
	}
}
