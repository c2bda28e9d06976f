package imaging

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/workflow"
	"github.com/courant-pde/courant/runtime/inverse/optimize"
	"github.com/courant-pde/courant/runtime/seismic/survey"
)

// The name of a run depends on what its result depends on: not on comments, the look
// of pictures, the place of the file, what is left to its default, or the number of
// iterations, unless bands follow on one another.
func TestNames(t *testing.T) {
	t.Parallel()
	name := func(change func(text string) string, lines ...string) string {
		t.Helper()
		text := description(t, "acoustic", threeShots, append(lines, `method = "fwi"`)...)
		if change != nil {
			text = change(text)
		}
		s := surveyOf(t, text)
		n, err := s.name()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	swap := func(from, to string) func(string) string {
		return func(text string) string {
			if !strings.Contains(text, from) {
				t.Fatalf("no %q", from)
			}
			return strings.Replace(text, from, to, 1)
		}
	}
	want := name(nil)
	for what, change := range map[string]func(string) string{
		"a comment":        func(text string) string { return "# a comment\n" + text },
		"a picture":        func(text string) string { return text + "[picture]\nclip = 90.0\ncolour = true\n" },
		"iterations":       swap("iterations = 4", "iterations = 9"),
		"a default":        swap("iterations = 4", "iterations = 4\noptimiser = \"lbfgs\""),
		"compression":      swap("iterations = 4", "iterations = 4\ncompress = true"),
		"another spelling": swap("time = 600.0", "time = 6e2"),
	} {
		if got := name(change); got != want {
			t.Errorf("%s makes another run", what)
		}
	}
	for what, change := range map[string]func(string) string{
		"the wavelet":   swap("peak_hz = 8.0", "peak_hz = 9.0"),
		"the start":     swap("smooth = 60.0", "smooth = 61.0"),
		"the misfit":    swap("iterations = 4", "iterations = 4\nmisfit = \"huber\""),
		"the spacing":   swap("spacing = [20.0]", "spacing = [20.0, 21.0]"),
		"a source":      swap("from = [100.0, 20.0]", "from = [101.0, 20.0]"),
		"a receiver":    swap("to = [800.0, 40.0]", "to = [799.0, 40.0]"),
		"the precision": swap("iterations = 4", "iterations = 4\nsingle = true"),
		"the water":     swap("water = 60.0", "water = 80.0"),
		"the border":    swap("border = 15", "border = 16"),
		"the time":      swap("time = 600.0", "time = 640.0"),
	} {
		if name(change) == want {
			t.Errorf("%s makes no other run", what)
		}
	}
	bands := []string{"bands = [3.0, 8.0]"}
	if name(nil, bands...) == name(swap("iterations = 4", "iterations = 5"), bands...) {
		t.Error("bands of more iterations make no other run")
	}
}

// A trial that cannot be modelled with the time step counts as too high a misfit: a
// shorter step is looked for, and the misfit falls.
func TestTrialsBeyondTheTimeStep(t *testing.T) {
	t.Parallel()
	s := small(t, "fwi", "step = 0.9")
	s.unknowns[0].down, s.unknowns[0].up = 0.01, 100 // bounds that allow any velocity
	state, r := inverted(t, s)
	last := state.Updates[len(state.Updates)-1]
	if !(last.Misfit < 0.9) || last.Iteration != 4 {
		t.Errorf("%+v", last)
	}
	// Some evaluation was one of a trial that went too far.
	far := 0
	err := r.Each(t.Context(), 1, func(v int, now workflow.State) error {
		g, err := r.Read(t.Context(), fmt.Sprintf("v%04d/sum", v))
		if err == nil && math.IsInf(g.Value, 1) {
			far++
		}
		return nil
	})
	if err != nil || far == 0 {
		t.Errorf("%d trials went too far, %v", far, err)
	}
}

// Bounds follow from the time step: where it is a fourth of what would be stable,
// velocities may become nearly four times those of the start.
func TestBoundsFollowTheTimeStep(t *testing.T) {
	t.Parallel()
	fastest := func(dt string) float64 {
		s := surveyOf(t, strings.Replace(description(t, "acoustic", threeShots, `method = "fwi"`, "precondition = \"none\""), "border = 15", "border = 15\n"+dt, 1))
		state, err := s.Begin(&workflow.Object{Tasks: 3, Values: nil})
		if err != nil {
			t.Fatal(err)
		}
		o := state.(*State).Method.(*optimize.LBFGS)
		v := s.start()
		i := slices.Index(v, slices.Max(v))
		return (v[i] + state.(*State).Weights[i]*o.Upper[i]) / v[i]
	}
	s := small(t, "fwi")
	limit := s.setup.Dt / margin
	// The room is found to the 128th part of a factor of four: 1.1 %.
	for dt, want := range map[string]float64{"": 1 / margin, "dt = " + text(limit/4): 4} {
		if got := fastest(dt); math.Abs(got/want-1) > 0.012 {
			t.Errorf("%q leaves room for %g times the velocity, not %g", dt, got, want)
		}
	}
}

func text(v float64) string { b, _ := json.Marshal(v); return string(b) }

// Tasks that there are not, and times that cannot be, are faults that no attempt
// mends.
func TestPermanentFaults(t *testing.T) {
	t.Parallel()
	s := small(t, "fwi")
	r := newRun(t, s)
	for _, task := range []workflow.Task{{Place: 3}, {Place: -1}, {Version: -1}} {
		if err := s.Do(t.Context(), r, task); !errors.Is(err, batch.ErrPermanent) {
			t.Errorf("%v: %v", task, err)
		}
	}
	if err := s.Do(t.Context(), r, workflow.Task{Version: 1 << 30}); err == nil || errors.Is(err, batch.ErrPermanent) {
		t.Errorf("a version that is not there yet: %v", err)
	}
	s.setup.Dt *= 4
	if err := s.Do(t.Context(), r, workflow.Task{}); !errors.Is(err, batch.ErrPermanent) || !strings.Contains(err.Error(), "time step") {
		t.Errorf("a time step that is too long: %v", err)
	}
}

// Where nothing counts there is nothing to find, which is said.
func TestNothingCounts(t *testing.T) {
	t.Parallel()
	s := small(t, "fwi")
	state, err := s.Begin(&workflow.Object{Tasks: 3, Values: make([]float64, s.Size())})
	if err == nil {
		_, err = s.Next(state, &workflow.Object{Tasks: 3, Values: make([]float64, s.Size())})
	}
	var fault *survey.Fault
	if !errors.As(err, &fault) || !strings.Contains(err.Error(), "nothing to find") {
		t.Errorf("%v", err)
	}
}

// The folder of results keeps nothing that is not the run's, and nothing of other
// files is touched.
func TestForget(t *testing.T) {
	t.Parallel()
	s, out := small(t, "fwi"), t.TempDir()
	keep := []string{"model.npy", "model_1.npy", "image_009.npy", "model_009.txt", "survey.toml"}
	for _, name := range append(keep, "model_003.npy", "model_1000.png") {
		if err := os.WriteFile(filepath.Join(out, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Results(newRun(t, s), out).forget(3); err != nil {
		t.Fatal(err)
	}
	var left []string
	entries, _ := os.ReadDir(out)
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if slices.Sort(keep); !slices.Equal(left, keep) {
		t.Errorf("%v is left", left)
	}
}

// A state of any text and numbers is refused, or is one that an inversion can go on
// from.
func FuzzState(f *testing.F) {
	const n = 4
	ones := []float64{1, 1, 1, 1}
	for _, m := range []optimize.Method{optimize.NewLBFGS(ones), optimize.NewCG(ones), optimize.NewStochastic(optimize.Adam, ones, 0.1, 0)} {
		s := &State{Start: ones, Weights: ones, Method: m, Fresh: true, Work: 3}
		for range 3 {
			text, err := json.Marshal(s)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text, uint64(0xffff))
			m.Tell(10/float64(1+s.Draws), []float64{1, -2, 3, 4})
			s.X, s.Fresh, s.First, s.Draws = m.Solution(), false, 10, s.Draws+1
			s.Updates = append(s.Updates, Update{Iteration: len(s.Updates), Misfit: 1})
		}
	}
	f.Add([]byte(`null`), uint64(1))
	f.Add([]byte(`{"Kind":"lbfgs","State":null,"Work":1,"Fresh":true}`), uint64(3))
	f.Fuzz(func(t *testing.T, text []byte, there uint64) {
		s := &State{Plan: 3}
		if json.Unmarshal(text, s) != nil {
			return
		}
		for i, a := range s.Arrays() {
			if there>>(i%64)&1 == 1 {
				*a = slices.Clone(ones)
			}
		}
		if s.Check() != nil || s.Over() {
			return
		}
		if x := s.at(s.Method.Ask(), false); len(x) != n {
			t.Errorf("%d numbers", len(x))
		}
		s.Method.Tell(1, []float64{1, 2, 3, 4})
		if _, err := json.Marshal(s); err != nil && s.Check() == nil {
			t.Error(err)
		}
	})
}
