package survey

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/courant-pde/courant/runtime/exec/field"
)

func TestModelErrors(t *testing.T) {
	good := func() *field.Array { return &field.Array{Shape: []int{2, 3}, F32: []float32{1, 2, 3, 4, 5, 6}} }
	change := func(v float32) *field.Array { a := good(); a.F32[4] = v; return a }
	for want, c := range map[string]struct {
		vp              *field.Array
		origin, spacing []float64
	}{
		"no velocities":               {nil, nil, []float64{10}},
		"index [1 1] is not a finite": {change(float32(math.NaN())), nil, []float64{10}},
		"index [1 1] is -2":           {change(-2), nil, []float64{10}},
		"divide the model by 1000":    {change(1500), nil, []float64{10}},
		"needs 2 spacings":            {good(), nil, []float64{1, 2, 3}},
		"grid spacing 0 m of axis z":  {good(), nil, []float64{1, 0}},
		"origin NaN m of axis x":      {good(), []float64{math.NaN(), 0}, []float64{1}},
		"has 4 axes":                  {field.New32(2, 2, 2, 2), nil, []float64{1}},
		"at least 2 points":           {field.New32(1, 2), nil, []float64{1}},
	} {
		if _, err := NewModel(c.vp, c.origin, c.spacing); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// A model comes from .npy files, and from raw ones with a shape.
func TestModelFiles(t *testing.T) {
	dir := t.TempDir()
	npy, raw := filepath.Join(dir, "vp.npy"), filepath.Join(dir, "vp.f32")
	if err := field.WriteNPY(npy, &field.Array{Shape: []int{2, 2}, F64: []float64{1, 2, 3, 4}}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(raw, []byte{0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40, 0, 0, 0x80, 0x40}, 0o600); err != nil {
		t.Fatal(err)
	}
	c := &Config{ModelSection: ModelConfig{File: npy, Origin: []float64{5, 6}, Spacing: []float64{10, 20}}}
	m, err := c.Model(KilometresPerSecond)
	if err != nil || !reflect.DeepEqual(m.End(), []float64{15, 26}) || m.Values.F64 == nil {
		t.Fatalf("%+v, %v", m, err)
	}
	c = &Config{ModelSection: ModelConfig{File: raw, Shape: []int{2, 2}, Spacing: []float64{10}}}
	m, err = c.Model(KilometresPerSecond)
	if err != nil || !reflect.DeepEqual(m.Values.F32, []float32{1, 2, 3, 4}) {
		t.Errorf("%+v, %v", m, err)
	}
	c.ModelSection.Shape = []int{2, 3}
	if _, err := c.Model(KilometresPerSecond); err == nil {
		t.Error("a wrong shape was accepted")
	}
	c.ModelSection.Shape = nil
	if _, err := c.Model(KilometresPerSecond); err == nil || !strings.Contains(err.Error(), "needs the shape") {
		t.Errorf("a raw file without a shape: %v", err)
	}
}

// Every point of a padded array has the value of the nearest inner point.
func TestPad(t *testing.T) {
	for _, shape := range [][]int{{3}, {2, 3}, {3, 2, 4}} {
		a := field.New64(shape...)
		for i := range a.F64 {
			a.F64[i] = float64(i + 1)
		}
		// Two points at each first end, one at each last.
		dim := len(shape)
		b := Border{slices.Repeat([]int{2}, dim), slices.Repeat([]int{1}, dim)}
		p, err := b.Pad(a)
		if err != nil {
			t.Fatal(err)
		}
		if got := b.Crop(p); !slices.Equal(got.F64, a.F64) {
			t.Fatalf("%v: cropped %v", shape, got)
		}
		for i, got := range p.F64 {
			place := 0
			for axis, k := range p.Index(i) {
				place = place*shape[axis] + min(max(k-2, 0), shape[axis]-1)
			}
			if want := a.F64[place]; got != want {
				t.Fatalf("%v: %v is %g, want %g", shape, p.Index(i), got, want)
			}
		}
	}
	for _, nbl := range []int{-1, math.MaxInt} {
		if _, err := Around(nbl, [][2]bool{{true, true}, {true, true}}).Pad(field.New32(2, 2)); err == nil {
			t.Errorf("border = %d was accepted", nbl)
		}
	}
	m := constantModel(t, 2, []int{5, 5}, 10)
	if p, err := m.Around(Around(3, [][2]bool{{true, true}, {true, true}})); err != nil || p.Origin[0] != -30 || p.Check() != nil {
		t.Errorf("%+v, %v", p, err)
	}
}

func constantModel(t *testing.T, v float64, shape []int, h float64) *Model {
	t.Helper()
	m, err := Synthetic{Kind: "constant", From: v, Shape: shape, Spacing: []float64{h}}.Model()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestSynthetic(t *testing.T) {
	for _, name := range SyntheticNames() {
		for _, shape := range [][]int{{61, 47}, {2, 2}, {20, 30, 25}} {
			s := Synthetic{Kind: name, Shape: shape, Spacing: []float64{10}, Seed: 3, From: 1.5, To: 4}
			m, err := s.Model()
			if name == "marmousi-like" && len(shape) == 3 {
				if err == nil {
					t.Error("marmousi-like in 3D was accepted")
				}
				continue
			}
			if err != nil {
				t.Fatalf("%s %v: %v", name, shape, err)
			}
			again, err := s.Model()
			if err != nil || !reflect.DeepEqual(m, again) {
				t.Errorf("%s %v differs from run to run: %v", name, shape, err)
			}
			// Contrasts of single beds may exceed the ends a little.
			if least, greatest := m.Values.Range(); least < 0.8*1.5 || greatest > 1.2*4 {
				t.Errorf("%s %v: velocities from %g to %g", name, shape, least, greatest)
			}
		}
	}
	m, err := Synthetic{Kind: "layers", Layers: 3, From: 1, To: 2, Shape: []int{2, 9}, Spacing: []float64{10}}.Model()
	if err != nil || !reflect.DeepEqual(m.Values.F32[:9], []float32{1, 1, 1, 1.5, 1.5, 1.5, 2, 2, 2}) {
		t.Errorf("%v, %v", m.Values.F32, err)
	}
	for want, s := range map[string]Synthetic{
		`did you mean "layers"`: {Kind: "layer", Shape: []int{9, 9}, Spacing: []float64{1}},
		"it is in m/s":          {Kind: "constant", Shape: []int{9, 9}, Spacing: []float64{1}, From: 1500},
		"not possible; rocks":   {Kind: "constant", Shape: []int{9, 9}, Spacing: []float64{1}, From: math.NaN()},
		"axes":                  {Kind: "constant", Spacing: []float64{1}},
		"needs 2 spacings":      {Kind: "constant", Shape: []int{9, 9}},
		"layers are not":        {Kind: "layers", Layers: -1, Shape: []int{9, 9}, Spacing: []float64{1}},
		"a sea of":              {Kind: "marmousi-like", Water: 99, Shape: []int{9, 9}, Spacing: []float64{1}},
		"points, more than":     {Kind: "constant", Shape: []int{1 << 30, 1 << 30, 1 << 30}, Spacing: []float64{1}},
	} {
		if _, err := s.Model(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// A model that no memory holds is refused before it is computed.
func TestSyntheticTooLargeForMemory(t *testing.T) {
	_, err := Synthetic{Kind: "constant", Shape: []int{1 << 18, 1 << 18}, Spacing: []float64{10}, From: 2}.Model()
	if err == nil || !strings.Contains(err.Error(), "GiB") {
		t.Errorf("2^36 points: %v", err)
	}
}
