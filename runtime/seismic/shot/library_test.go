package shot

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/runtime/inverse/imaging"
	"github.com/courant-pde/courant/runtime/seismic/survey"
	"github.com/courant-pde/courant/symbolic"
)

// medium is what an operator is run in.
type medium struct {
	main     string             // field that the model gives
	value    float64            // of it, in the middle
	h        float64            // spacing
	time     float64            // of the record
	peak     float64            // of the wavelet, per unit of time
	values   map[string]float64 // of other fields and scalars, where not those of rock
	open     bool               // without layers
	late     []string           // sets of sources that act half a step later
	surface  bool               // nothing absorbs at the top
	injected []string           // sets of sources; nil for src
}

// rock has one wavelength over nine points, in m, ms and km/s.
func rock(m medium) medium {
	m.main, m.value, m.h, m.time, m.peak = "vp", 2, 10, 110, 0.02
	return m
}

var rocks = map[string]float64{"vs": 1.1, "rho": 2, "epsilon": 0.2, "delta": 0.1, "theta": 0.4, "phi": 0.3, "eta": 0.2, "f": 0.6, "qp": 50, "qs": 40}

// media are all operators of the library that inject and sample.
var media = map[string]medium{
	"acoustic":              rock(medium{}),
	"acoustic_density":      rock(medium{}),
	"acoustic_first_order":  rock(medium{late: []string{"src"}}),
	"acoustic_free_surface": rock(medium{surface: true}),
	"acoustic_pml":          rock(medium{late: []string{"src"}}),
	"acoustic_sponge":       rock(medium{}),
	"acoustic_time4":        rock(medium{}),
	"elastic":               rock(medium{late: []string{"src"}, injected: []string{"src", "push"}}),
	"elastic_free_surface":  rock(medium{late: []string{"src"}, injected: []string{"push"}, surface: true}),
	"tti":                   rock(medium{}),
	"tti_self_adjoint":      rock(medium{}),
	"viscoacoustic_kv":      rock(medium{}),
	"viscoacoustic_maxwell": rock(medium{}),
	"viscoacoustic_sls":     rock(medium{}),
	"viscoelastic":          rock(medium{late: []string{"src"}, injected: []string{"src", "push"}}),
	"vti":                   rock(medium{}),
	"coupled_two_modes":     {main: "m1", value: 0.25, h: 10, time: 110, peak: 0.02, values: map[string]float64{"m2": 0.3, "coupling": 1e-4}, open: true},
	"klein_gordon":          {main: "c", value: 2, h: 10, time: 110, peak: 0.02, values: map[string]float64{"mu": 0.02}, open: true},
	"biharmonic_plate":      {main: "", value: 1, h: 0.01, time: 3e-4, peak: 1e4, values: map[string]float64{"stiffness": 1}, open: true},
	"diffusion":             {main: "kappa", value: 1, h: 1, time: 30, peak: 0.1, open: true},
	"advection_diffusion":   {main: "speed", value: 2, h: 10, time: 40, peak: 0.05, values: map[string]float64{"kappa": 0.1}, open: true},
	"maxwell":               {main: "epsilon", value: 8.8e-12, h: 1, time: 4e-8, peak: 5e7, values: map[string]float64{"mu": 1.3e-6, "sigma": 1e-3}, open: true},
	"maxwell_open":          {main: "epsilon", value: 8.8e-12, h: 1, time: 4e-8, peak: 5e7, values: map[string]float64{"mu": 1.3e-6, "sigma": 1e-3}, late: []string{"src"}},
	"maxwell_te_open":       {main: "epsilon", value: 8.8e-12, h: 1, time: 4e-8, peak: 5e7, values: map[string]float64{"mu": 1.3e-6, "sigma": 1e-3}, late: []string{"src"}},
	"maxwell_te":            {main: "epsilon", value: 8.8e-12, h: 1, time: 4e-8, peak: 5e7, values: map[string]float64{"mu": 1.3e-6, "sigma": 1e-3}, open: true},
}

// Every operator that injects and samples runs by a configuration alone, on all
// numbers of axes that it has, and records what a run by hand does: with a border of
// nearest values, sources at the times of their sets and layers by the compiler. The
// wavelet's exponent is rounded in another order, 1e-16 times some tens of its
// argument in every sample of a linear run.
func TestLibraryByHand(t *testing.T) {
	library(t, byHand)
}

// library runs do for all operators that inject and sample, and all their numbers of
// axes.
func library(t *testing.T, do func(t *testing.T, path string, m medium, dim int)) {
	files, err := filepath.Glob("../../../testdata/operators/*.pde")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".pde")
		file, err := dsl.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for dim := 1; dim <= 3; dim++ {
			p, err := check.Problem(file, check.Options{Dim: dim, SpaceOrder: 4})
			if err != nil || !acts(p) {
				continue // there is no such number of axes, or nothing to inject or to record
			}
			m, known := media[name]
			if !known {
				t.Errorf("%s has no medium here to be run in", name)
				break
			}
			t.Run(fmt.Sprintf("%s %dD", name, dim), func(t *testing.T) { do(t, path, m, dim) })
		}
	}
}

func acts(p *symbolic.Problem) bool {
	inject, sample := false, false
	for _, q := range p.Points {
		inject, sample = inject || q.Inject, sample || !q.Inject
	}
	return inject && sample
}

// described is a medium as a configuration without sources and receivers, and as
// arguments put together by hand.
type described struct {
	config  string
	p       *symbolic.Problem
	options codegen.Options
	a       operator.Arguments
	hertz   float64
	into    []string
	// Places of the source and of two receivers.
	source, near, far []float64
}

// list writes numbers as TOML does.
func list(x []float64) string { return strings.ReplaceAll(fmt.Sprint(x), " ", ", ") }

func describe(t *testing.T, dir, path string, m medium, dim int) described {
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := dsl.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	border, shape := 3, [][]int{nil, {40}, {17, 15}, {8, 7, 9}}[dim]
	if dim == 3 { // smaller, and as long as the wave takes to the receivers
		border = 2
		m.time *= 0.6
	}
	options := codegen.Options{Dim: dim, SpaceOrder: 4, Precision: signature.F64}
	low, high, padded := make([]int, dim), make([]int, dim), slices.Clone(shape)
	if !m.open {
		options.Border = border
		for axis := range padded {
			low[axis], high[axis] = border, border
			if m.surface && axis == dim-1 {
				low[axis] = 0
			}
			padded[axis] += low[axis] + high[axis]
		}
	}
	p, err := check.Problem(file, options.Check())
	if err != nil {
		t.Fatal(err)
	}
	spacing, origin, source := make([]float64, dim), make([]float64, dim), make([]float64, dim)
	for axis := range dim {
		spacing[axis], origin[axis] = m.h, -m.h*float64(low[axis])
		source[axis] = m.h * (float64(shape[axis]/2) + 0.3)
	}
	a := operator.Arguments{Shape: padded, Spacing: spacing, Origin: origin, Fields: map[string]*field.Array{},
		Constants: map[string]float64{"peak_frequency": m.peak}, Points: map[string]operator.Points{}}

	// What is given: the model and other fields as files, scalars as numbers.
	var fields strings.Builder
	give := func(name string, value float64, varies bool) string {
		if !varies {
			a.Constants[name] = value
			return fmt.Sprintf("%s = %g\n", name, value)
		}
		small, big := field.New64(shape...), field.New64(padded...)
		for i := range small.F64 {
			small.F64[i] = value * (1 + 0.04*math.Sin(float64(i)*0.7))
		}
		for i := range big.F64 {
			from := 0
			for axis, at := range big.Index(i) {
				from = from*shape[axis] + min(max(at-low[axis], 0), shape[axis]-1)
			}
			big.F64[i] = small.F64[from]
		}
		a.Fields[name] = big
		if err := field.WriteNPY(filepath.Join(dir, name+".npy"), small); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%s = \"%s.npy\"\n", name, name)
	}
	value := func(name string) float64 {
		for _, from := range []map[string]float64{m.values, rocks} {
			if v, ok := from[name]; ok {
				return v
			}
		}
		t.Fatalf("%s has no value here", name)
		return 0
	}
	model := "synthetic = \"constant\"\nfrom = 2.0\nshape = " + strings.ReplaceAll(fmt.Sprint(shape), " ", ", ") + "\n"
	for _, f := range p.Functions {
		switch {
		case f.Role != symbolic.Field || f.Default != nil:
		case f.Name == m.main:
			give(f.Name, m.value, true)
			model = fmt.Sprintf("field = %q\nfile = \"%s.npy\"\n", f.Name, f.Name)
		default:
			fields.WriteString(give(f.Name, value(f.Name), len(f.Axes) == dim))
		}
	}
	for _, q := range p.Parameters {
		if q.Default == nil {
			fields.WriteString(give(q.Name, value(q.Name), false))
		}
	}
	into := m.injected
	if into == nil {
		into = []string{"src"}
	}
	near := slices.Clone(source)
	near[0] -= 3 * m.h
	far := slices.Clone(source)
	far[0] += 2.5 * m.h
	far[dim-1] += m.h
	hertz := m.peak / p.Second
	text := fmt.Sprintf(`operator = %q
space_order = 4
precision = "f64"
time = %g
border = %d
[model]
spacing = [%g]
%s[fields]
%s[wavelet]
peak_hz = %.17g
[source]
into = ["%s"]
`, path, m.time, border, m.h, model, fields.String(), hertz, strings.Join(into, `", "`))
	return described{text, p, options, a, hertz, into, source, near, far}
}

// configured reads a description.
func configured(t *testing.T, dir, text string) *survey.Config {
	t.Helper()
	path := filepath.Join(dir, "shot.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := survey.LoadConfig(path)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return c
}

func byHand(t *testing.T, path string, m medium, dim int) {
	dir := t.TempDir()
	d := describe(t, dir, path, m, dim)
	p, a := d.p, d.a
	text := d.config + fmt.Sprintf("position = %s\n[receivers]\nfrom = %s\nto = %s\ncount = 2\n", list(d.source), list(d.near), list(d.far))
	// All of Run but for files and pictures.
	s, own := modelled(t, dir, text)

	a.Dt, a.Steps, a.Threads = s.Dt, s.Steps, 1
	peak := d.hertz * p.Second
	var sets []string
	for _, q := range p.Points {
		if !q.Inject {
			sets = append(sets, q.Name)
			a.Points[q.Name] = operator.Points{At: &field.Array{Shape: []int{2, dim}, F64: append(slices.Clone(d.near), d.far...)}}
		} else if slices.Contains(d.into, q.Name) {
			traces, shift := field.New64(a.Steps, 1), 0.0
			if slices.Contains(m.late, q.Name) {
				shift = 0.5
			}
			for i := range traces.F64 {
				x := math.Pi * peak * ((float64(i)+shift)*a.Dt - 1/peak)
				traces.F64[i] = (1 - 2*x*x) * math.Exp(-x*x)
			}
			a.Points[q.Name] = operator.Points{At: &field.Array{Shape: []int{1, dim}, F64: d.source}, Traces: traces}
		}
	}
	op, err := operator.CompileProblem(t.Context(), p, d.options)
	if err != nil {
		t.Fatal(err)
	}
	run, err := op.Apply(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	for _, set := range sets {
		got, want := own.Traces(set), run.Traces(set)
		if !slices.Equal(got.Shape, want.Shape) {
			t.Fatalf("%s has shape %v, by hand %v", set, got.Shape, want.Shape)
		}
		most, off := 0.0, 0.0
		for i := range got.Len() {
			most, off = max(most, math.Abs(want.At(i))), max(off, math.Abs(got.At(i)-want.At(i)))
		}
		if !(most > 0) || math.IsInf(most, 0) || !(off <= 1e-12*most) {
			t.Errorf("%s: records of up to %g differ by up to %g from those by hand", set, most, off)
		}
	}
}

// Every operator has exact derivatives through a survey, by all fields that it must
// be given, at once: the remainder of a Taylor series of first order falls by four
// when the step is halved. What the third order adds at a step of 1e-3 is below
// 1e-3 times the ratio of successive terms, some tens; 0.2 is allowed.
func TestLibraryDerivatives(t *testing.T) {
	library(t, func(t *testing.T, path string, m medium, dim int) {
		if dim == 2 || dim == 3 && strings.HasSuffix(path, "/acoustic_first_order.pde") {
			derivatives(t, path, m, dim)
		}
	})
}

func derivatives(t *testing.T, path string, m medium, dim int) {
	dir := t.TempDir()
	d := describe(t, dir, path, m, dim)
	var unknowns, records []string
	for _, f := range d.p.Functions {
		if f.Role == symbolic.Field && f.Default == nil && len(f.Axes) == dim {
			unknowns = append(unknowns, f.Name)
		}
	}
	for _, q := range d.p.Points {
		if !q.Inject {
			records = append(records, q.Name)
		}
	}
	if len(unknowns) == 0 {
		t.Skip("it has no fields")
	}
	text := d.config + fmt.Sprintf(`[sources]
from = %s
to = %[1]s
count = 1
[receivers]
from = %s
to = %s
count = 2
[inversion]
unknowns = ["%s"]
records = ["%s"]
smooth = 0
precondition = "none"
`, list(d.source), list(d.near), list(d.far), strings.Join(unknowns, `", "`), strings.Join(records, `", "`))
	s, err := imaging.NewSurvey(t.Context(), configured(t, dir, text), nil, 1)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	observed, err := s.Observed(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	start := s.Beginning()
	at := func(h float64) []float64 {
		x := slices.Clone(start)
		for i := range x {
			x[i] *= 1 + 0.01*math.Sin(float64(i)*0.31) + h*math.Cos(float64(i)*0.23)
		}
		return x
	}
	misfit := func(h float64) (float64, []float64) {
		v, g, err := s.Misfit(t.Context(), s.Shot(0), at(h), observed)
		if err != nil {
			t.Fatal(err)
		}
		return v, g
	}
	v, g := misfit(0)
	slope := 0.0
	for i := range g {
		slope += g[i] * start[i] * math.Cos(float64(i)*0.23)
	}
	remainder := func(h float64) float64 { w, _ := misfit(h); return w - v - h*slope }
	coarse, fine := remainder(1e-3), remainder(5e-4)
	if ratio := coarse / fine; !(math.Abs(ratio-4) < 0.2) || slope == 0 {
		t.Errorf("by %v: remainders %g and %g, their ratio is %g, want 4; the misfit is %g, the slope %g", unknowns, coarse, fine, ratio, v, slope)
	}
}

func writeText(path, text string) error { return os.WriteFile(path, []byte(text), 0o600) }
