package imaging

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/seismic/segy"
)

// devitoLine is what testdata/scripts/devito_line.py models: records of an earth
// that is a function of place, on a grid, with a time step and with absorbing layers
// of Devito's own.
type devitoLine struct {
	Folder                string
	Spacing               float64      // of vp.npy, m
	Origin                []float64    // of vp.npy; its top is the surface
	Interval, Time        float64      // of records, ms
	Peak                  float64      `json:"peak_hz"`
	Centre                float64      // of the wavelet, ms
	sources, receivers, p *field.Array // p: records of shape (shots, samples, receivers)
}

// modelledByDevito runs the script, or skips the test where no Python has Devito.
func modelledByDevito(t *testing.T) *devitoLine {
	t.Helper()
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("Devito needs gcc")
	}
	python := cmp.Or(os.Getenv("COURANT_DEVITO_PYTHON"), "python3")
	if out, err := exec.Command(python, "-c", "import devito").CombinedOutput(); err != nil {
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		t.Skipf("no Devito: pip install devito, and name that Python in COURANT_DEVITO_PYTHON (%s: %v %s)", python, err, lines[len(lines)-1])
	}
	l := &devitoLine{Folder: t.TempDir()}
	c := exec.Command(python, "../../../testdata/scripts/devito_line.py", l.Folder)
	// Devito keeps what it compiled in the folder for temporary files.
	c.Env = append(os.Environ(), "TMPDIR="+t.TempDir(), "DEVITO_LANGUAGE=C")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(l.Folder, "line.json"))
	if err == nil {
		err = json.Unmarshal(text, l)
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, a := range map[string]**field.Array{"sources": &l.sources, "receivers": &l.receivers, "records": &l.p} {
		if *a, err = field.ReadNPY(filepath.Join(l.Folder, name+".npy")); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// write makes one file of all shots as a crew in the field may hand it over: traces
// in any order, one of each shot dead, records that begin some time behind the
// shot, places in decimetres, elevations in centimetres above the datum, sources at
// a depth below a surface.
func (l *devitoLine) write(t *testing.T, path string) {
	t.Helper()
	const late = 10 // samples that are not recorded
	random := rand.New(rand.NewPCG(1, 2))
	samples, n := l.p.Shape[1], l.p.Shape[2]
	var all []segy.Gather
	for shot := range l.p.Shape[0] {
		g := segy.Gather{Interval: l.Interval, Delay: late * l.Interval, Number: shot + 1, Records: field.New64(samples-late, n)}
		g.Source = segy.Place{X: l.sources.At(2 * shot), Depth: l.sources.At(2*shot + 1)}
		for k, from := range random.Perm(n) {
			g.Receivers = append(g.Receivers, segy.Place{X: l.receivers.At(2 * from), Depth: l.receivers.At(2*from + 1)})
			for i := range samples - late {
				g.Records.F64[i*n+k] = l.p.At((shot*samples+late+i)*n + from)
			}
		}
		all = append(all, g)
	}
	surface := -l.Origin[1]
	written(t, path, func(k int, b []byte) {
		g := all[k/n]
		r := g.Receivers[k%n]
		put := func(at int, metres, scale float64) { long(b, at, int(math.Round(metres*scale))) }
		short(b, 69, -100)
		put(41, -r.Depth, 100)
		put(45, surface, 100)
		put(49, surface+g.Source.Depth, 100)
		short(b, 71, -10)
		put(73, g.Source.X, 10)
		put(81, r.X, 10)
		if k%n == 7 {
			short(b, 29, 2)
			for i := 240; i < len(b); i++ {
				b[i] = 0xff
			}
		}
	}, all...)
}

// survey is the inversion of the line: of the file of records, or, without, of
// records that are modelled in the same earth for the same sources and receivers.
func (l *devitoLine) survey(t *testing.T, records string) *Survey {
	t.Helper()
	geometry := fmt.Sprintf("[sources]\nfile = %q\n[receivers]\nfile = %q\n", filepath.Join(l.Folder, "sources.npy"), filepath.Join(l.Folder, "receivers.npy"))
	observed := ""
	if records != "" {
		geometry, observed = "", fmt.Sprintf("observed = %q\n", records)
	}
	operator, err := filepath.Abs("../../../testdata/operators/acoustic.pde")
	if err != nil {
		t.Fatal(err)
	}
	return surveyOf(t, fmt.Sprintf(`operator = %q
time = %g
dt = 1.0
[model]
file = %q
spacing = [%g]
origin = [%g, %g]
[wavelet]
name = "ricker"
peak_hz = %g
delay = %g
%s[inversion]
iterations = 5
smooth = 60.0
water = 40.0
%s`, operator, l.Time, filepath.Join(l.Folder, "vp.npy"), l.Spacing, l.Origin[0], l.Origin[1], l.Peak, l.Centre, geometry, observed))
}

// Records of another program, from a file with all that field records have, are
// those of ours, and say as much of the earth.
func TestRecordsOfDevito(t *testing.T) {
	line := modelledByDevito(t)
	path := filepath.Join(t.TempDir(), "line.sgy")
	line.write(t, path)
	theirs, ours := line.survey(t, path), line.survey(t, "")
	if len(theirs.Shots) != len(ours.Shots) {
		t.Fatalf("%d shots, not %d", len(theirs.Shots), len(ours.Shots))
	}
	size, off, start := 0.0, 0.0, 0.0 // squares of the records, and of their distances to those of the earth and of the start
	for shot := range theirs.Shots {
		observed, err := theirs.Observed(t.Context(), shot)
		if err != nil {
			t.Fatal(err)
		}
		distance := func(x []float64) (sum float64) {
			r, err := theirs.Record(t.Context(), theirs.Shot(shot), x)
			if err != nil {
				t.Fatal(err)
			}
			for i := range observed.Len() {
				if d := r.At(i) - observed.At(i); !math.IsNaN(d) {
					sum += d * d
				}
			}
			return sum
		}
		for i := range observed.Len() {
			if v := observed.At(i); !math.IsNaN(v) {
				size += v * v
			}
		}
		off, start = off+distance(theirs.truth()), start+distance(theirs.start())
	}
	// The error of a time step d of second order is a phase of w^3 d^2 t/24 after the
	// time t. The mean square of w^3 in a Ricker wavelet of peak w0 is 4.9 w0^6 (by
	// its spectrum, w^2 exp(-w^2/w0^2)): with 8 Hz, 1 ms, and 400 ms to the farthest
	// receiver, 0.47 %. Errors of order 8 in space, Devito's shorter step and what
	// layers reflect are less. A source of the wrong strength, or a sample too early,
	// is off by more than 10 %.
	if !(math.Sqrt(off/size) < 0.005) {
		t.Errorf("records in the same earth differ by %g", math.Sqrt(off/size))
	}
	near := math.Sqrt(off / start) // what of the residuals is not of the earth
	a, errorA := line.inverted(t, ours)
	b, errorB := line.inverted(t, theirs)
	t.Logf("records differ by %.4f, %.4f of the residuals of the start; squared model errors %.4f and %.4f", math.Sqrt(off/size), near, errorA, errorB)
	if len(a) != len(b) {
		t.Fatalf("%d updates, and %d with records of Devito", len(a), len(b))
	}
	for i := range a {
		// Residuals in one model differ by that norm. One of 21 traces of each shot is dead,
		// so that squares may differ by 1/21 more, and norms by half of it.
		x, y := math.Sqrt(a[i].Misfit), math.Sqrt(b[i].Misfit)
		if !(math.Abs(x-y) <= near+x/42) {
			t.Errorf("iteration %d: residuals of %g, and of %g with records of Devito", i, x, y)
		}
	}
	// For the same reason the model errors, which are squares, may differ by a tenth at
	// most: 1/21 in what changes the model, twice.
	if !(errorA < 0.5) || !(math.Abs(errorB-errorA) < 0.1*errorA) {
		t.Errorf("squared model errors of %g, and of %g with records of Devito", errorA, errorB)
	}
}

// inverted are the updates of an inversion, and the squared distance of its last model
// to the earth by that of the start.
func (l *devitoLine) inverted(t *testing.T, s *Survey) ([]Update, float64) {
	t.Helper()
	state, _ := inverted(t, s)
	x, start, last, first := state.at(state.X, false), s.start(), 0.0, 0.0
	for i, want := range s.truth() {
		last += (x[i] - want) * (x[i] - want)
		first += (start[i] - want) * (start[i] - want)
	}
	return state.Updates, last / first
}
