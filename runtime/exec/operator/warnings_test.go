package operator

import (
	"math"
	"strings"
	"testing"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// warned is what a run warns of. The source is at depth z, the receivers at two
// others, the wavelet is a Ricker's of a peak frequency.
func warned(t *testing.T, name string, set map[string]float64, z, amplitude, peak float64, steps int, depths ...float64) string {
	t.Helper()
	op := library(t, name, 2, 4)
	at, rec, traces := field.New64(1, 2), field.New64(len(depths), 2), field.New64(steps, 1)
	at.F64[0], at.F64[1] = 200, z
	for i, d := range depths {
		rec.F64[2*i], rec.F64[2*i+1] = 250, d
	}
	for i := range traces.F64 {
		a := math.Pi * peak * (float64(i) - 1/peak)
		traces.F64[i] = amplitude * (1 - 2*a*a) * math.Exp(-a*a)
	}
	var all []string
	a := Arguments{Shape: []int{41, 41}, Spacing: []float64{10, 10}, Dt: 1, Steps: steps, Threads: 1, Constants: set,
		Points: map[string]Points{"src": {At: at, Traces: traces}}, Warn: func(text string) { all = append(all, text) }}
	for _, q := range op.Program.Problem.Points {
		if !q.Inject {
			a.Points[q.Name] = Points{At: rec}
		}
	}
	run, err := op.Apply(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	run.Close()
	return strings.Join(all, "\n")
}

func TestWarnings(t *testing.T) {
	acoustic := map[string]float64{"m": 0.25, "damp": 0}
	rocks := map[string]float64{"damp": 1, "b": 0.4, "lam": 22.5 - 2*2.5*0.25, "mu": 2.5 * 0.25} // 3 and 0.5 km/s
	for _, c := range []struct {
		what, operator string
		set            map[string]float64
		z, amplitude   float64
		peak           float64 // kHz
		steps          int
		depths         []float64
		want           []string
	}{
		{"a good survey", "acoustic_free_surface", acoustic, 200, 1, 0.012, 200, []float64{100, 300}, nil},
		{"source on the surface", "acoustic_free_surface", acoustic, 0, 1, 0.012, 200, []float64{100},
			[]string{"1 of 1 points of src lie on a surface where the wavefield vanishes", "1 of 1 records of rec are zero throughout: all wavefields are zero"}},
		{"a receiver on the surface", "acoustic_free_surface", acoustic, 200, 1, 0.012, 200, []float64{0, 100},
			[]string{"1 of 2 points of rec lie on a surface", "1 of 2 records of rec are zero"}},
		{"no wavelet", "acoustic", acoustic, 200, 0, 0.012, 20, []float64{100}, []string{"traces of src are all zero", "are zero throughout: all wavefields are zero"}},
		{"too short", "acoustic", acoustic, 20, 1, 0.3, 20, []float64{390}, []string{"grid dispersion", "1 of 1 records of rec are zero throughout: no wave reached them"}},
		{"dispersion of P waves", "acoustic", acoustic, 200, 1, 0.04, 200, []float64{100}, []string{"grid dispersion"}},
		{"dispersion of S waves", "elastic", rocks, 200, 1, 0.012, 200, []float64{100}, []string{"speed 0.5, has"}},
		{"beyond Nyquist", "acoustic", acoustic, 200, 1, 0.3, 200, []float64{100}, []string{"grid dispersion", "the time step 1 ends at 0.5"}},
	} {
		got := warned(t, c.operator, c.set, c.z, c.amplitude, c.peak, c.steps, c.depths...)
		if n := strings.Count(got, "\n") + 1; c.want == nil && got != "" || c.want != nil && c.what != "too short" && n != len(c.want) {
			t.Errorf("%s: %q", c.what, got)
		}
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q lacks %q", c.what, got, want)
			}
		}
	}
}

// The spectrum of Ricker's wavelet is f^2 exp(-f^2/p^2), below 5 % of its
// greatest value from 2.40 p on.
func TestHighest(t *testing.T) {
	const peak, dt = 0.02, 1.0
	traces := field.New64(300, 1)
	for i := range traces.F64 {
		a := math.Pi * peak * (float64(i)*dt - 75)
		traces.F64[i] = (1 - 2*a*a) * math.Exp(-a*a)
	}
	// Two bins of the spectrum, 1/600 each.
	if got := Highest(traces, dt); math.Abs(got-2.40*peak) > 2./600 {
		t.Errorf("%g, want %g", got, 2.40*peak)
	}
}
