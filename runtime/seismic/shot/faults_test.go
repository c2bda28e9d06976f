package shot

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/runtime/seismic/modelling"
	"github.com/courant-pde/courant/runtime/seismic/survey"
)

const plain = `operator = "OPERATOR"
space_order = 4
time = 100.0
[model]
synthetic = "constant"
from = 2.0
shape = [21, 17]
[wavelet]
peak_hz = 20.0
[source]
position = [100.0, 80.0]
[receivers]
from = [50.0, 50.0]
to = [150.0, 50.0]
count = 3
`

// Whatever a configuration asks for in vain is said with its place, the key, the
// cause and the next step, and no more than that.
func TestFaults(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, a *field.Array) {
		if err := field.WriteNPY(filepath.Join(dir, name), a); err != nil {
			t.Fatal(err)
		}
	}
	write("small.npy", field.New64(20, 17))
	holed := field.New64(21, 17)
	holed.F64[3] = math.NaN()
	write("holed.npy", holed)
	write("row.npy", field.New64(21))
	two, three := field.New64(50, 2), field.New64(50, 3)
	for i := range two.F64 {
		two.F64[i] = float64(1 + i%3)
	}
	three.F64[0], three.F64[100] = 1, math.NaN()
	write("two.npy", two)
	write("three.npy", three)
	for name, v := range map[string]struct{ operator, from, to, more, want string }{
		"wrong field":         {more: "[fields]\ndamq = 1", want: ":17: fields.damq: operator acoustic has no field or scalar damq; did you mean damp?"},
		"missing":             {operator: "acoustic_density", want: ":1: operator: operator acoustic_density needs the field rho (density) [g/cm^3], from which b follows: give it in [fields]"},
		"no velocity":         {operator: "diffusion", want: `; or let [model] give it, field = "kappa`},
		"wrong model field":   {from: "[model]", to: "[model]\nfield = \"vq\"", want: ":5: model.field: operator acoustic has no field vq; did you mean vp?"},
		"given twice":         {from: "[model]", to: "[model]\nfield = \"vp\"", more: "[fields]\nvp = 2.0", want: ":18: fields.vp: [model] gives vp already"},
		"no velocity model":   {from: "synthetic = \"constant\"\nfrom = 2.0", to: "field = \"m\"\nsynthetic = \"layers\"", want: ":6: model.synthetic: computed models are velocities, which m is not: give file"},
		"hole":                {more: "[fields]\nm = \"holed.npy\"", want: ":17: fields.m: holed.npy: the value at index [0 3] is not a finite number"},
		"shape":               {more: "[fields]\nm = \"small.npy\"", want: "fields.m: the file has shape (20, 17); on the model's points it is (21, 17), with the border (61, 57)"},
		"no file":             {more: "[fields]\nm = \"none.npy\"", want: ":17: fields.m: open "},
		"vector":              {operator: "acoustic_sponge", more: "[fields]\ndamp = \"row.npy\"", want: "did you mean damp_x?"},
		"negative":            {more: "[fields]\nm = -1.0", want: ":17: fields.m: max(1/sqrt(m[x, z])) is "},
		"requirement":         {operator: "vti", more: "[fields]\nepsilon = 0.1\ndelta = 0.2", want: "fields.delta: operator vti requires epsilon >= delta"},
		"impossible moduli":   {operator: "elastic", more: "[fields]\nvs = 1.9\nrho = 2.0", want: ":4: model: operator elastic requires lam + 2/3*mu >= 0"},
		"time step":           {from: "time", to: "dt = 20.0\ntime", want: ":3: dt: the time step 20 is above the stability limit"},
		"sources":             {from: "[receivers]", to: "into = [\"scr\"]\n[receivers]", want: ":12: source.into: operator acoustic has no sources scr; did you mean src?"},
		"sources twice":       {from: "[receivers]", to: "into = [\"src\", \"src\"]\n[receivers]", want: ":12: source.into: src is named twice"},
		"no sources":          {from: "[receivers]", to: "into = []\n[receivers]", want: ":12: source.into: name a set of sources"},
		"injects nothing":     {operator: "sine_gordon", want: ":1: operator: operator sine_gordon injects nothing"},
		"receivers":           {more: "[receiver_sets.rex]\nfrom = [0, 0]\nto = [1, 1]\ncount = 2", want: ":16: receiver_sets.rex: operator acoustic has no receivers rex; did you mean rec?"},
		"no receivers":        {more: "[receiver_sets.rec]\nfrom = [0, 0]\nto = [1, 1]", want: "receiver_sets.rec.count: 0 receivers are not possible"},
		"many receivers":      {more: "[receiver_sets.rec]\nfrom = [0, 0]\nto = [1, 1]\ncount = 2000000000", want: ":19: receiver_sets.rec.count: 2000000000 receivers are not possible"},
		"receivers' axes":     {more: "[receiver_sets.rec]\nfrom = [0]\nto = [1, 1]\ncount = 2", want: ":17: receiver_sets.rec.from: 1 coordinates are given, the model has 2 axes"},
		"receivers outside":   {more: "[receiver_sets.rec]\nfrom = [0, 0]\nto = [1000, 1]\ncount = 2", want: "receiver_sets.rec: receiver 1 lies at x = 1000 m"},
		"wavelets":            {from: "peak_hz = 20.0", to: "file = \"two.npy\"\ninterval = 1.0", want: ":9: wavelet.file: it has 2 wavelets, and the shot 1 sources"},
		"hole in a wavelet":   {from: "peak_hz = 20.0", to: "file = \"three.npy\"\ninterval = 1.0", want: "sample 33 of wavelet 1 is not a finite number"},
		"no interval":         {from: "peak_hz = 20.0", to: "file = \"two.npy\"", want: ":9: wavelet.file: "},
		"scalar of a field":   {operator: "viscoacoustic_kv", more: "[fields]\nqp = 20.0\nf0 = \"row.npy\"", want: ":18: fields.f0: f0 is a scalar, and the file has shape (21,)"},
		"operator's file":     {operator: "none", want: ":1: operator: "},
		"no unknowns":         {more: "[inversion]\nunknowns = []", want: ":17: inversion.unknowns: name a field of the operator"},
		"no records":          {more: "[inversion]\nrecords = []", want: ":17: inversion.records: name a set of receivers"},
		"infinite unknown":    {more: "[unknowns.vp]\nleast = inf", want: ":17: unknowns.vp.least: +Inf is no bound"},
		"border beyond limit": {from: "time", to: "border = 100000\ntime", want: ":3: border: a border of 100000 points is not possible"},
	} {
		t.Run(name, func(t *testing.T) {
			if v.operator == "" {
				v.operator = "acoustic"
			}
			path, err := filepath.Abs("../../../testdata/operators/" + v.operator + ".pde")
			if err != nil {
				t.Fatal(err)
			}
			text := plain
			if v.from != "" {
				text = strings.Replace(text, v.from, v.to, 1)
			}
			err = refused(t, dir, strings.Replace(text+v.more+"\n", "OPERATOR", path, 1))
			if err == nil || !strings.Contains(err.Error(), v.want) || strings.Count(err.Error(), "\n") > 0 {
				t.Errorf("want %q, got %v", v.want, err)
			}
		})
	}
}

// refused is what is wrong with a configuration.
func refused(t *testing.T, dir, text string) error {
	t.Helper()
	path := filepath.Join(dir, "faulty.toml")
	if err := writeText(path, text); err != nil {
		t.Fatal(err)
	}
	c, err := survey.LoadConfig(path)
	if err != nil {
		return err
	}
	s, err := modelling.OpenShot(t.Context(), c, nil, 1, nil)
	if err != nil {
		return err
	}
	run, err := s.Operator.Bind(s.Arguments)
	if err != nil {
		return s.Blame(err)
	}
	run.Close()
	return nil
}

// modelled is a shot that has run, for a configuration that is right; the run is closed
// at the end of the test.
func modelled(t *testing.T, dir, text string) (*modelling.Shot, *operator.Run) {
	t.Helper()
	s, err := modelling.OpenShot(t.Context(), configured(t, dir, text), nil, 1, nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	run, err := s.Operator.Apply(t.Context(), s.Arguments)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	t.Cleanup(run.Close)
	return s, run
}

// What runs but is probably not meant is said.
func TestWarnings(t *testing.T) {
	dir := t.TempDir()
	rising := field.New64(5)
	for i := range rising.F64 {
		rising.F64[i] = 100 * float64(i)
	}
	if err := field.WriteNPY(filepath.Join(dir, "rising.npy"), rising); err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct{ operator, from, to, more, want string }{
		{"klein_gordon", "time", "border = 10\ntime", "[fields]\nmu = 0\nc = 2", "border has no effect"},
		{"acoustic", "time", "border = 0\ntime", "", "the ends of the model reflect"},
		{"acoustic", "time", "border = 4\ntime", "", "4 points absorbs little"},
		{"acoustic", "peak_hz = 20.0", "file = \"rising.npy\"\ninterval = 1.0", "", "its last sample is 1 of its peak"},
	} {
		path, err := filepath.Abs("../../../testdata/operators/" + v.operator + ".pde")
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(strings.Replace(plain, v.from, v.to, 1)+v.more, "OPERATOR", path, 1)
		var said []string
		if _, err := modelling.OpenShot(t.Context(), configured(t, dir, text), nil, 0, func(text string) { said = append(said, text) }); err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(said, func(text string) bool { return strings.Contains(text, v.want) }) {
			t.Errorf("want %q, got %v", v.want, said)
		}
	}
}

// An operator in m, s records what the same in m, ms does: velocities are read in
// the units of their field, times in those of the operator, frequencies in Hz. A
// thousand is no power of two, so that samples agree to rounding alone, 1e-16 in each
// of some dozens of steps.
func TestUnits(t *testing.T) {
	const file = `import "layers.pde"
operator waves {
    order space 4, time 2
    UNITS
    field     vp  "velocity"  [SPEED]
    wavefield u   "pressure"

    absorb damping(max(vp)), shift

    solve u.dt2/vp^2 - laplace(u) = 0 for u.forward

    inject src*dt^2*vp^2 into u.forward
    sample rec from u
}
`
	layers, err := os.ReadFile("../../../testdata/operators/definitions/layers.pde")
	if err != nil {
		t.Fatal(err)
	}
	var records []*field.Array
	for _, v := range []struct{ units, speed, time string }{{"", "km/s", "100.0\ndt = 2.5"}, {"units m, s", "m/s", "0.1\ndt = 0.0025"}} {
		dir := t.TempDir()
		if err := writeText(filepath.Join(dir, "layers.pde"), string(layers)); err != nil {
			t.Fatal(err)
		}
		text := strings.NewReplacer("UNITS", v.units, "SPEED", v.speed).Replace(file)
		if err := writeText(filepath.Join(dir, "waves.pde"), text); err != nil {
			t.Fatal(err)
		}
		text = strings.NewReplacer("OPERATOR", "waves.pde", "time = 100.0", "precision = \"f64\"\ntime = "+v.time).Replace(plain)
		_, run := modelled(t, dir, text)
		records = append(records, run.Traces("rec"))
	}
	if fmt.Sprint(records[0].Shape) != fmt.Sprint(records[1].Shape) {
		t.Fatalf("shapes %v and %v", records[0].Shape, records[1].Shape)
	}
	most, off := 0.0, 0.0
	for i := range records[0].Len() {
		most, off = max(most, math.Abs(records[0].At(i))), max(off, math.Abs(records[0].At(i)-records[1].At(i)))
	}
	if !(most > 0) || !(off <= 1e-12*most) {
		t.Errorf("records of up to %g differ by %g", most, off)
	}
}

// A field that is given with the border of nearest values is the one that is given on
// the model's points, and the same holds of profiles along one axis.
func TestFieldsWithTheirBorder(t *testing.T) {
	dir := t.TempDir()
	const n = 4
	inner, outer := field.New64(21), field.New64(21+2*n)
	for i := range outer.F64 {
		at := min(max(i-n, 0), 20)
		outer.F64[i] = 0.001 * float64(1+at)
		inner.F64[at] = outer.F64[i]
	}
	path, err := filepath.Abs("../../../testdata/operators/acoustic_sponge.pde")
	if err != nil {
		t.Fatal(err)
	}
	var records []*field.Array
	for name, a := range map[string]*field.Array{"inner.npy": inner, "outer.npy": outer} {
		if err := field.WriteNPY(filepath.Join(dir, name), a); err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(strings.Replace(plain, "time", fmt.Sprintf("border = %d\ntime", n), 1), "OPERATOR", path, 1) + "[fields]\ndamp_x = \"" + name + "\"\n"
		_, run := modelled(t, dir, text)
		records = append(records, run.Traces("rec"))
	}
	least, greatest := records[0].Range()
	if !slices.Equal(records[0].Float64(), records[1].Float64()) || !(greatest > least) {
		t.Errorf("records of %g to %g differ", least, greatest)
	}
}
