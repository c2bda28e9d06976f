package imaging

import (
	"context"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/courant-pde/courant/backends/interp"
	"github.com/courant-pde/courant/backends/target"
	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/store"
	"github.com/courant-pde/courant/runtime/cluster/workflow"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/seismic/survey"
)

// threeShots are recorded by all receivers.
const threeShots = `[sources]
from = [100.0, 20.0]
to = [700.0, 20.0]
count = 3
[receivers]
from = [0.0, 40.0]
to = [800.0, 40.0]
count = 21
`

// small is a survey of three shots over layers, interpreted, with further lines of
// the section of the inversion.
func small(t *testing.T, method string, lines ...string) *Survey {
	t.Helper()
	return surveyOf(t, description(t, "acoustic", threeShots, append(lines, `method = "`+method+`"`)...))
}

func description(t *testing.T, name, geometry string, lines ...string) string {
	t.Helper()
	operator, err := filepath.Abs("../../../testdata/operators/" + name + ".pde")
	if err != nil {
		t.Fatal(err)
	}
	return `operator = "` + operator + `"
space_order = 4
time = 600.0
border = 15
[model]
synthetic = "layers"
shape = [41, 31]
spacing = [20.0]
[wavelet]
name = "ricker"
peak_hz = 8.0
` + geometry + `
[inversion]
iterations = 4
smooth = 60.0
water = 60.0
` + strings.Join(lines, "\n") + "\n"
}

func surveyOf(t *testing.T, text string) *Survey {
	t.Helper()
	s, err := opened(t, text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func opened(t *testing.T, text string) (*Survey, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "survey.toml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := survey.LoadConfig(path)
	if err != nil {
		return nil, err
	}
	// By the C compiler where there is one; interpreted, the same takes minutes.
	name := target.Names()[0]
	if _, err := exec.LookPath("gcc"); err != nil {
		name = interp.Target{}.Name()
	}
	backend, err := target.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return NewSurvey(t.Context(), c, backend, 1)
}

func newRun(t *testing.T, s *Survey) *workflow.Run {
	t.Helper()
	r, err := s.Workflow(store.NewMemory(), "")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// inverted runs a survey in memory.
func inverted(t *testing.T, s *Survey) (*State, *workflow.Run) {
	t.Helper()
	r := newRun(t, s)
	if err := s.Import(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	do := func(ctx context.Context, task workflow.Task) error { return s.Do(ctx, r, task) }
	if err := workflow.Drive(t.Context(), r, batch.NewLocal(1, do), workflow.Options{Attempts: 1}); err != nil {
		t.Fatal(err)
	}
	p, err := r.Position(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p.State.(*State), r
}

// The misfit falls in every iteration, and to less than 0.6 in four.
func TestInversionsReduceTheMisfit(t *testing.T) {
	for _, method := range []string{"fwi", "lsrtm"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			s, out := small(t, method), t.TempDir()
			_, r := inverted(t, s)
			updates, err := s.Results(r, out).Write(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for i, u := range updates[1:] {
				if !(u.Misfit < updates[i].Misfit) {
					t.Errorf("iteration %d: the misfit is %g, after %g", u.Iteration, u.Misfit, updates[i].Misfit)
				}
			}
			last := updates[len(updates)-1]
			if len(updates) != 5 || last.Misfit > 0.6 {
				t.Errorf("%d updates, the last %+v", len(updates), last)
			}
			if pictures, _ := filepath.Glob(out + "/*_*.png"); len(pictures) != 5 {
				t.Errorf("pictures: %v", pictures)
			}
		})
	}
}

// Reverse time migration is what least-squares migration begins with: one
// evaluation of every shot.
func TestMigrationIsOneEvaluation(t *testing.T) {
	var images []*field.Array
	for _, method := range []string{"rtm", "lsrtm"} {
		s, out := small(t, method), t.TempDir()
		_, r := inverted(t, s)
		updates, err := s.Results(r, out).Write(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if method == "rtm" && (len(updates) != 1 || updates[0].Tasks != 6) {
			t.Errorf("rtm: %+v", updates)
		}
		a, err := field.ReadNPY(filepath.Join(out, "image_000.npy"))
		if err != nil {
			t.Fatal(err)
		}
		images = append(images, a)
	}
	for i := range images[0].Len() {
		if images[0].At(i) != images[1].At(i) {
			t.Fatalf("the images differ at %v", images[0].Index(i))
		}
	}
}

// The derivatives by the points of a model are those of differences: the border
// gives its share to the points at the edge, and what is muted counts as such.
func TestDerivativesByTheModel(t *testing.T) {
	for name, lines := range map[string][]string{"all": nil, "muted": {"mute_velocity = 1.5", "mute_delay = 100.0", "mute_taper = 50.0"}} {
		t.Run(name, func(t *testing.T) { derivatives(t, small(t, "fwi", lines...)) })
	}
}

// derivatives compares the greatest derivative of a survey's misfit with central
// differences of a hundredth of its variable: what they leave out is a few
// thousandths, and single precision another few.
func derivatives(t *testing.T, s *Survey) {
	t.Helper()
	m, e := s.start(), s.Shot(1)
	observed, err := s.Observed(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	_, g, err := s.Misfit(t.Context(), e, m, observed)
	if err != nil {
		t.Fatal(err)
	}
	largest := 0
	for i, known := range s.known() {
		if known && g[i] != 0 {
			t.Fatalf("the derivative by point %d, which is known, is %g", i, g[i])
		}
		if math.Abs(g[i]) > math.Abs(g[largest]) {
			largest = i
		}
	}
	value := func(h float64) float64 {
		c := slices.Clone(m)
		c[largest] += h
		v, _, err := s.Misfit(t.Context(), e, c, observed)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	h := m[largest] * 1e-2
	if want := (value(h) - value(-h)) / (2 * h); math.Abs(g[largest]-want) > 0.02*math.Abs(want) {
		t.Errorf("the derivative is %g, by differences %g", g[largest], want)
	}
}
