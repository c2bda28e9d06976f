package imaging

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// Every way to the minimum leads down, whatever it evaluates: to less than 0.9 of
// the misfit in four steps, which steps that are rounding or chance do not reach.
func TestOptimisers(t *testing.T) {
	for name, lines := range map[string][]string{
		"lsrtm descent":             {`optimiser = "descent"`},
		"lsrtm cg":                  {`optimiser = "cg"`},
		"lsrtm cg of supershots":    {`optimiser = "cg"`, "supershots = 2"},
		"lsrtm adam of all":         {`optimiser = "adam"`, "step = 0.002"},
		"fwi sgd of all":            {`optimiser = "sgd"`, "step = 0.01"},
		"fwi momentum of all":       {`optimiser = "momentum"`, "step = 0.01"},
		"fwi descent with depth":    {`optimiser = "descent"`, `precondition = "depth"`},
		"fwi of one supershot":      {"supershots = 1"},
		"fwi in single precision":   {"single = true", "compress = true"},
		"fwi without weights":       {`precondition = "none"`},
		"fwi with a small aperture": {"aperture = 100.0"},
		"fwi by huber":              {`misfit = "huber"`},
		"fwi by correlation":        {`misfit = "correlation"`},
		"fwi by envelopes":          {`misfit = "envelope"`},
		"fwi muted":                 {"mute_velocity = 1.5", "mute_delay = 100.0", "mute_taper = 50.0"},
		"lsrtm muted":               {"mute_velocity = 1.5", "mute_delay = 100.0", "mute_taper = 50.0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			method, _, _ := strings.Cut(name, " ")
			state, _ := inverted(t, small(t, method, lines...))
			updates := state.Updates
			if last := updates[len(updates)-1]; len(updates) != 5 || !(last.Misfit < 0.9) {
				t.Errorf("%+v", updates)
			}
		})
	}
}

// For least squares, conjugate gradients get further than L-BFGS in as many steps.
func TestConjugateGradientsAreBest(t *testing.T) {
	best := map[string]float64{}
	for _, name := range []string{"lbfgs", "cg"} {
		state, _ := inverted(t, small(t, "lsrtm", `optimiser = "`+name+`"`))
		best[name] = state.Updates[len(state.Updates)-1].Misfit
	}
	if best["cg"] > best["lbfgs"] {
		t.Errorf("%v", best)
	}
}

// A batch is evaluated at less cost, and drawn the same each time.
func TestBatches(t *testing.T) {
	var first []Update
	for range 2 {
		state, _ := inverted(t, small(t, "lsrtm", `optimiser = "momentum"`, "batch = 1", "seed = 4"))
		updates := state.Updates
		for i := range updates {
			updates[i].Seconds = 0
		}
		// Three shots lit, and one for each of five evaluations.
		if len(updates) != 5 || updates[4].Tasks != 8 {
			t.Errorf("%+v", updates)
		}
		if first != nil && !slices.Equal(first, updates) {
			t.Errorf("%+v, and another time %+v", first, updates)
		}
		first = updates
	}
}

// Bands follow each other, each from the model of the one before.
func TestBands(t *testing.T) {
	state, _ := inverted(t, small(t, "fwi", "bands = [4.0, 8.0]"))
	updates := state.Updates
	if len(updates) != 9 || updates[4].Band != 0 || updates[5].Band != 1 {
		t.Fatalf("%+v", updates)
	}
	if !(updates[4].Misfit < 0.8) || !(updates[8].Misfit < 0.9) {
		t.Errorf("%+v", updates)
	}
}

// Records of a filtered wavelet are filtered records, as both are causal and
// linear: to rounding in single precision, a thousand steps of 6e-8.
func TestFilterCommutesWithModelling(t *testing.T) {
	s := small(t, "fwi", "bands = [5.0]")
	m := s.truth()
	e := s.Shot(1)
	plain, err := s.Record(t.Context(), e, m)
	if err != nil {
		t.Fatal(err)
	}
	e.Band = 0
	filtered, err := s.Record(t.Context(), e, m)
	if err != nil {
		t.Fatal(err)
	}
	want := make([]float64, plain.Len())
	most, difference := 0.0, 0.0
	for i := range want {
		want[i] = plain.At(i)
	}
	s.filter(0, want, plain.Shape[1])
	for i := range want {
		most, difference = max(most, math.Abs(want[i])), max(difference, math.Abs(want[i]-filtered.At(i)))
	}
	if difference > 1e-4*most || most == 0 {
		t.Errorf("differs by %g of %g", difference, most)
	}
}

// The filter lets half of the power of its corner pass, all far below, and the
// 2^-8th part of the power an octave above, to what the bilinear transform bends.
func TestFilter(t *testing.T) {
	for _, c := range []struct{ hz, gain float64 }{{1, 1}, {10, math.Sqrt(0.5)}, {20, 1.0 / 16}} {
		const n, dt = 8000, 1.0
		x := make([]float64, n)
		for i := range x {
			x[i] = math.Sin(2 * math.Pi * c.hz * float64(i) * dt / 1000)
		}
		lowPass(10.0/1000, dt, x, 1)
		most := 0.0
		for _, v := range x[n/2:] {
			most = max(most, math.Abs(v))
		}
		if math.Abs(most-c.gain) > 0.01 {
			t.Errorf("%g Hz: %g passes, not %g", c.hz, most, c.gain)
		}
	}
}

// What is below both Nyquist frequencies is resampled to a thousandth, away from
// the ends.
func TestResample(t *testing.T) {
	for _, c := range []struct{ start, every, dt float64 }{{0, 4, 1.7}, {0, 1, 2.3}, {0, 2, 2}, {100, 4, 1.7}, {100, 2, 2}, {51, 2, 2}, {-30, 1, 2.3}} {
		f := func(at float64) float64 { return math.Sin(2 * math.Pi * 20 * at / 1000) }
		from := make([]float64, int(1200/c.every))
		for i := range from {
			from[i] = f(c.start + float64(i)*c.every)
		}
		to := make([]float64, int(1000/c.dt))
		resample(from, c.start, c.every, to, c.dt)
		for i := int((100 + c.start) / c.dt); i < len(to); i++ {
			if at := float64(i) * c.dt; math.Abs(to[i]-f(at)) > 3e-3 {
				t.Fatalf("from %g to %g ms: %g at %g ms, not %g", c.every, c.dt, to[i], at, f(at))
			}
		}
	}
}

// With signs that multiply to nothing in the mean, sums of shots have the misfit
// and the gradient of the shots: over all four pairs of signs of two shots exactly,
// as the crossed products cancel. In double precision to rounding.
func TestSupershotsStandForShots(t *testing.T) {
	text := "precision = \"f64\"\n" + strings.Replace(description(t, "acoustic", `[sources]
from = [200.0, 20.0]
to = [600.0, 20.0]
count = 2
[receivers]
from = [0.0, 40.0]
to = [800.0, 40.0]
count = 21
`), "time = 600.0", "time = 500.0", 1)
	s := surveyOf(t, text)
	m := s.start()
	sum := func(signs [][]float64) (value float64, by []float64) {
		by = make([]float64, s.Size())
		r := newRun(t, s)
		for i := range max(len(signs), 2) {
			e, shot := s.Shot(i%2), i%2
			if signs != nil {
				e, shot = s.encoded(signs[i]), -1
			}
			d, err := s.recorded(t.Context(), r, e, shot)
			if err != nil {
				t.Fatal(err)
			}
			v, g, err := s.Misfit(t.Context(), e, m, d)
			if err != nil {
				t.Fatal(err)
			}
			value += v
			for k := range g {
				by[k] += g[k]
			}
		}
		return value, by
	}
	value, by := sum(nil)
	four, byFour := sum([][]float64{{1, 1}, {1, -1}, {-1, 1}, {-1, -1}})
	if math.Abs(four/4-value) > 1e-10*value {
		t.Errorf("the misfit is %g, of the sums %g", value, four/4)
	}
	most := slices.Max(by)
	for i := range by {
		if math.Abs(byFour[i]/4-by[i]) > 1e-10*most {
			t.Fatalf("the derivative %d is %g, of the sums %g", i, by[i], byFour[i]/4)
		}
	}
}

// An aperture that holds everything changes nothing; within a smaller one the
// gradient is exact for what is modelled, and nothing is said of the rest.
func TestAperture(t *testing.T) {
	geometry := `[sources]
from = [200.0, 20.0]
to = [600.0, 20.0]
count = 2
[receivers]
from = [-100.0, 40.0]
to = [100.0, 40.0]
count = 5
moving = true
`
	var gradients [][]float64
	for _, aperture := range []string{"0.0", "5000.0", "200.0"} {
		s := surveyOf(t, description(t, "acoustic", geometry, "aperture = "+aperture))
		m := s.start()
		observed, err := s.Observed(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		_, g, err := s.Misfit(t.Context(), s.Shot(0), m, observed)
		if err != nil {
			t.Fatal(err)
		}
		gradients = append(gradients, g)
		if aperture != "200.0" {
			continue
		}
		// From 200-100-200 m, beyond the edge, to 200+100+200 m: 26 of 41 points.
		if part := s.region(s.Shot(0)); !slices.Equal(part.Low, []int{0, 0}) || !slices.Equal(part.Shape, []int{26, 31}) {
			t.Errorf("%+v", part)
		}
		if part := s.region(s.Shot(1)); !slices.Equal(part.Low, []int{15, 0}) || !slices.Equal(part.Shape, []int{26, 31}) {
			t.Errorf("%+v", part)
		}
	}
	if !slices.Equal(gradients[0], gradients[1]) {
		t.Error("an aperture beyond the model changes the gradient")
	}
	inside, most := 0.0, 0.0
	for i := range gradients[0] {
		x := i / 31
		if x >= 26 && gradients[2][i] != 0 {
			t.Fatalf("the derivative by the point %d beyond the aperture is %g", i, gradients[2][i])
		}
		if most = max(most, math.Abs(gradients[0][i])); x < 20 {
			inside = max(inside, math.Abs(gradients[0][i]-gradients[2][i]))
		}
	}
	// What is cut off scatters little back.
	if inside > 0.1*most {
		t.Errorf("within the aperture the gradient differs by %g of %g", inside, most)
	}
}

// A mute leaves less to be judged, and not nothing.
func TestMute(t *testing.T) {
	s := small(t, "fwi", "mute_velocity = 1.5", "mute_delay = 100.0", "mute_taper = 50.0")
	m := s.start()
	observed, err := s.Observed(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	muted, _, err := s.Misfit(t.Context(), s.Shot(1), m, observed)
	if err != nil {
		t.Fatal(err)
	}
	s.Config.Inversion.MuteVelocity = new(float64)
	if all, _, err := s.Misfit(t.Context(), s.Shot(1), m, observed); err != nil || !(muted < all) || muted == 0 {
		t.Errorf("the misfit is %g, and without the mute %g, %v", muted, all, err)
	}
}

// Weights of zero hold the unknowns where they are.
func TestMask(t *testing.T) {
	mask := field.New64(41, 31)
	for i := range mask.F64 {
		if i/31 < 20 {
			mask.F64[i] = 1
		}
	}
	path := filepath.Join(t.TempDir(), "mask.npy")
	if err := field.WriteNPY(path, mask); err != nil {
		t.Fatal(err)
	}
	s := small(t, "fwi", `mask = "`+path+`"`)
	state, _ := inverted(t, s)
	a := &field.Array{Shape: s.Model.Shape(), F64: state.at(state.X, false)}
	changed := 0
	for i := range a.Len() {
		differs := math.Abs(a.At(i)-s.Start.Values.At(i)) > 1e-12
		if differs && i/31 >= 20 {
			t.Fatalf("the velocity at %v is %g, and was %g", a.Index(i), a.At(i), s.Start.Values.At(i))
		}
		if differs {
			changed++
		}
	}
	if changed == 0 {
		t.Error("nothing changed")
	}
}

// Further parameters of an operator come from the configuration.
func TestFurtherFields(t *testing.T) {
	fields := "[fields]\nepsilon = 0.1\ndelta = 0.05\ntheta = 0.3\n"
	text := strings.Replace(description(t, "tti", threeShots), "iterations = 4", "iterations = 2", 1)
	if _, err := opened(t, text); err == nil || !strings.Contains(err.Error(), "[fields]") || !strings.Contains(err.Error(), "epsilon") {
		t.Errorf("without its fields: %v", err)
	}
	if _, err := opened(t, text+fields+"sigma = 1.0\n"); err == nil || !strings.Contains(err.Error(), "no field or scalar sigma") {
		t.Errorf("with one too many: %v", err)
	}
	state, _ := inverted(t, surveyOf(t, text+fields))
	updates := state.Updates
	if len(updates) != 3 || !(updates[2].Misfit < updates[0].Misfit) {
		t.Errorf("%+v", updates)
	}
}

// What is wrong with an inversion is said in one go, with its line.
func TestInversionFaults(t *testing.T) {
	_, err := opened(t, description(t, "acoustic", "[receivers]\nfrom = [0.0, 40.0]\nto = [800.0, 40.0]\ncount = 3\n",
		`method = "fwy"`, `optimiser = "adm"`, "batch = 2", "bands = [8.0, 4.0]", "seed = -1", "aperture = nan", "supershots = 2"))
	if err == nil {
		t.Fatal("taken")
	}
	for _, want := range []string{`"fwy"; did you mean "fwi"`, `"adm"; did you mean "adam"`, "-1 cannot be stored", "aperture", "source.position"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %s in\n%v", want, err)
		}
	}
	// So is what files hold.
	_, err = opened(t, description(t, "acoustic", "[receivers]\nfile = \"none.npy\"\n[sources]\nfrom = [100.0, 20.0]\nto = [9000.0, 20.0]\ncount = 3\n",
		`mask = "no-mask.npy"`, `start = "no-start.npy"`)+"[fields]\ndamp = \"no-damp.npy\"\n")
	for _, want := range []string{"inversion.mask", "inversion.start", "fields.damp", "sources"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %s in\n%v", want, err)
		}
	}
	for line, want := range map[string]string{
		`optimiser = "cg"`: "quadratic", `misfit = "l3"`: "did you mean", "mute_delay = 5.0": "mute_velocity", "threshold = 0.0": "no threshold", "batch = 2": "take batches", "decay = 0.5": "given length", `bands = [4.0, 4.0]`: "rising",
		"least = 3.0\ngreatest = 2.0": "not above", `unknowns = ["vp", "m"]`: "inversion.unknowns: vp has no effect beside m", `mask = "none.npy"`: "inversion.mask", "step = 2.0": "usual", `start = "none.npy"`: "inversion.start",
		"optimiser = \"sgd\"\nbatch = 9": "cannot be drawn", `observed = "none.sgy"`: "the headers of none.sgy tell",
	} {
		_, err := opened(t, description(t, "acoustic", "[sources]\nfrom = [100.0, 20.0]\nto = [700.0, 20.0]\ncount = 3\n[receivers]\nfrom = [0.0, 40.0]\nto = [800.0, 40.0]\ncount = 3\n", line))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "survey.toml:") {
			t.Errorf("%s: %v", line, err)
		}
	}
}
