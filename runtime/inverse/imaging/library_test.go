package imaging

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// mediumOf is a survey of two shots over a lens in each of some fields, by an
// operator of the library: what varies, and lines of its sections.
func mediumOf(t *testing.T, operator string, varies map[string]float64, fixed, geometry string, lines ...string) string {
	t.Helper()
	path, err := filepath.Abs("../../../testdata/operators/" + operator + ".pde")
	if err != nil {
		t.Fatal(err)
	}
	dir, shape := t.TempDir(), []int{25, 21}
	fields := ""
	for name, value := range varies {
		a := field.New64(shape...)
		for i := range a.F64 {
			at := a.Index(i)
			x, z := float64(at[0]-12)/5, float64(at[1]-11)/3
			a.F64[i] = value * (1 + 0.08*math.Exp(-x*x-z*z))
		}
		file := filepath.Join(dir, name+".npy")
		if err := field.WriteNPY(file, a); err != nil {
			t.Fatal(err)
		}
		fields += fmt.Sprintf("%s = %q\n", name, file)
	}
	if geometry == "" {
		geometry = "[receivers]\nfrom = [20.0, 40.0]\nto = [460.0, 40.0]\ncount = 12\n"
	}
	return fmt.Sprintf(`operator = %q
space_order = 4
time = 360.0
border = 8
[model]
synthetic = "constant"
from = 2.0
shape = [25, 21]
spacing = [20.0]
[fields]
%s%s[wavelet]
peak_hz = 9.0
[sources]
from = [120.0, 40.0]
to = [360.0, 40.0]
count = 2
%s[inversion]
iterations = 2
smooth = 80.0
water = 70.0
%s
`, path, fields, fixed, geometry, strings.Join(lines, "\n"))
}

// The misfit falls by whatever is looked for, by whatever operator, to less than 0.9
// in two steps, which rounding does not reach; unknowns stay within their bounds.
func TestOperatorsOfTheLibrary(t *testing.T) {
	for name, text := range map[string]string{
		"elastic": mediumOf(t, "elastic", map[string]float64{"vp": 2, "vs": 1.1, "rho": 2}, "", "",
			`unknowns = ["vp", "vs", "rho"]`, `records = ["vz"]`, "[unknowns.rho]", "scale = 0.3"),
		"elastic, several sets with places of their own": mediumOf(t, "elastic", map[string]float64{"vp": 2, "vs": 1.1}, "rho = 2.0\n",
			"[receivers]\nfrom = [20.0, 40.0]\nto = [460.0, 40.0]\ncount = 12\n[receiver_sets.rec1]\nfrom = [100.0, 60.0]\nto = [400.0, 60.0]\ncount = 5\n[source]\ninto = [\"push\"]\n",
			`unknowns = ["vp", "vs"]`, `records = ["vz", "rec1"]`),
		"viscoacoustic": mediumOf(t, "viscoacoustic_sls", map[string]float64{"vp": 2}, "qp = 60.0\n", ""),
		"vti": mediumOf(t, "vti", map[string]float64{"vp": 2, "epsilon": 0.15, "delta": 0.08}, "", "",
			`unknowns = ["vp", "epsilon", "delta"]`, "[unknowns.epsilon]", "least = 0.1", "greatest = 0.155", "[unknowns.delta]", "scale = 0.5", "least = 0.0", "greatest = 0.09"),
		"tilted migration": mediumOf(t, "tti", map[string]float64{"vp": 2}, "epsilon = 0.15\ndelta = 0.08\ntheta = 0.4\n", "", `method = "lsrtm"`, "mute_velocity = 0.0"),
		"supershots of sets": mediumOf(t, "acoustic", map[string]float64{"vp": 2}, "",
			"[receivers]\nfrom = [20.0, 40.0]\nto = [460.0, 40.0]\ncount = 12\n[receiver_sets.rec]\nfrom = [100.0, 60.0]\nto = [400.0, 60.0]\ncount = 5\n", "supershots = 1"),
		"no velocity": strings.Replace(mediumOf(t, "coupled_two_modes", map[string]float64{"m1": 0.25, "m2": 0.3}, "coupling = 1e-5\n", "",
			`unknowns = ["m1", "m2"]`), "border = 8\n", "", 1),
	} {
		t.Run(name, func(t *testing.T) {
			s := surveyOf(t, text)
			state, _ := inverted(t, s)
			updates := state.Updates
			if last := updates[len(updates)-1]; len(updates) != 3 || !(last.Misfit < 0.9) {
				t.Errorf("%+v", updates)
			}
			if s.migration() {
				return
			}
			n := s.points()
			x := state.at(state.X, false)
			for k, u := range s.unknowns {
				for i, v := range x[k*n : (k+1)*n] {
					slack := 1e-6 * u.scale
					// Where the start is beyond the bounds, it stays.
					if v < min(u.least, u.start[i])-slack || v > max(u.most, u.start[i])+slack {
						t.Fatalf("%s is %g at point %d, its bounds are %g and %g", u.name, v, i, u.least, u.most)
					}
				}
			}
		})
	}
}

// Weights of receivers are those of their own set alone.
func TestWeightsOfSeveralSets(t *testing.T) {
	dir := t.TempDir()
	table := filepath.Join(dir, "receivers.csv")
	if err := os.WriteFile(table, []byte("x,z,weight\n100,40,1\n200,40,0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	geometry := fmt.Sprintf("[receivers]\nfile = %q\n[receiver_sets.rec1]\nfrom = [100.0, 60.0]\nto = [400.0, 60.0]\ncount = 5\n", table)
	s := surveyOf(t, mediumOf(t, "elastic", map[string]float64{"vp": 2}, "vs = 1.1\nrho = 2.0\n", geometry, `records = ["vz", "rec1"]`))
	observed, err := s.Observed(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	_, weights := s.weighed(s.Shot(0), observed)
	if got := fmt.Sprint(weights.F64[:7]); got != "[1 0 1 1 1 1 1]" {
		t.Errorf("weights of two sets: %s", got)
	}
}

// Each shot may have a wavelet of its own, and a wavelet of a text, of .npy and of a
// name are one where their samples are: the interpolation between samples fifteen
// times the peak frequency leaves a few parts in a thousand.
func TestWaveletsOfFiles(t *testing.T) {
	dir := t.TempDir()
	const every, n = 1.0, 360
	text, pair := "", field.New64(n, 2)
	for i := range n {
		x := math.Pi * 0.009 * (float64(i)*every - 1/0.009)
		v := (1 - 2*x*x) * math.Exp(-x*x)
		text += fmt.Sprintf("%.17g\n", v)
		pair.F64[2*i], pair.F64[2*i+1] = v, -2*v
	}
	if err := os.WriteFile(filepath.Join(dir, "wavelet.txt"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := field.WriteNPY(filepath.Join(dir, "wavelets.npy"), pair); err != nil {
		t.Fatal(err)
	}
	config := mediumOf(t, "acoustic", map[string]float64{"vp": 2}, "", "")
	record := func(wavelet string, shot int) *field.Array {
		s := surveyOf(t, strings.Replace(config, "peak_hz = 9.0", wavelet, 1))
		a, err := s.Observed(t.Context(), shot)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	for shot, sign := range []float64{1, -2} {
		want := record("peak_hz = 9.0", shot)
		for name, factor := range map[string]float64{"wavelet.txt": 1, "wavelets.npy": sign} {
			got := record(fmt.Sprintf("file = %q\ninterval = 1.0\npeak_hz = 9.0", filepath.Join(dir, name)), shot)
			most, off := 0.0, 0.0
			for i := range got.Len() {
				most, off = max(most, math.Abs(want.At(i))), max(off, math.Abs(got.At(i)-factor*want.At(i)))
			}
			if !(most > 0) || !(off <= 5e-3*most) {
				t.Errorf("shot %d of %s: records of up to %g differ by %g", shot, name, most, off)
			}
		}
	}
}
