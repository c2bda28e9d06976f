package survey

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// reference locates arrays computed by an independent program, which lie
// beside the checkout.
func reference(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "..", "shared", "ref", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no reference arrays: %v", err)
	}
	return path
}

func TestReference(t *testing.T) {
	text, err := os.ReadFile(reference(t, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var index map[string]struct {
		SO      int
		Spacing []float64
		Nbl, NT int
		Dt, TN  float64
		F0      float64
	}
	if err := json.Unmarshal(text, &index); err != nil {
		t.Fatal(err)
	}
	read := func(name string) *field.Array {
		a, err := field.ReadNPY(reference(t, name))
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	same := func(what string, got []float64, want *field.Array, tolerance float64) {
		t.Helper()
		for i, g := range got {
			if w := want.At(i); !(math.Abs(g-w) <= tolerance) {
				t.Fatalf("%s: value %v is %.12g, want %.12g", what, want.Index(i), g, w)
			}
		}
	}
	for name, files := range map[string]struct{ vp, damp, src string }{
		"acoustic2d_layers_so4_f64": {"acoustic2d_layers_f64_vp_pml.npy", "acoustic2d_layers_f64_damp.npy", "acoustic2d_layers_f64_src.npy"},
		"acoustic2d_layers_so8_f64": {"acoustic2d_layers_f64_vp_pml.npy", "", ""},
		"tti2d_so4_f64":             {"tti2d_f64_vp_pml_so8.npy", "", ""},
	} {
		c := index[name]
		vp, err := field.ReadNPY(reference(t, files.vp))
		if err != nil {
			t.Fatal(err)
		}
		m, err := NewModel(vp, nil, c.Spacing)
		if err != nil {
			t.Fatal(err)
		}
		// The reference takes ceil((tn-t0+dt)/dt) levels.
		if Steps(0, c.TN, c.Dt) != c.NT {
			t.Errorf("%s: %d steps, want %d", name, Steps(0, c.TN, c.Dt), c.NT)
		}
		if files.damp != "" {
			damp, err := Sponge(m.Shape(), c.Nbl, c.Spacing)
			if err != nil {
				t.Fatal(err)
			}
			same(name+" damp", damp.F64, read(files.damp), 1e-9) // the reference rounds constants to 9 digits
		}
		if files.src != "" {
			w, err := NewWavelet("ricker", c.F0)
			if err != nil {
				t.Fatal(err)
			}
			same(name+" wavelet", w.Sample(c.NT, c.Dt), read(files.src), 1e-12) // rounding of exponents up to 100
		}
	}
	c := index["elastic2d_so4_f64"]
	lam, mu, b := read("elastic2d_f64_lam_pml.npy"), read("elastic2d_f64_mu_pml.npy"), read("elastic2d_f64_b_pml.npy")
	vp := field.New64(lam.Shape...)
	for i := range vp.F64 {
		vp.F64[i] = math.Sqrt((lam.At(i) + 2*mu.At(i)) * b.At(i))
	}
	m, err := NewModel(vp, nil, c.Spacing)
	if err != nil {
		t.Fatal(err)
	}
	mask, err := SpongeMask(m.Shape(), c.Nbl, c.Spacing)
	if err != nil {
		t.Fatal(err)
	}
	same("elastic mask", mask.F64, read("elastic2d_f64_damp_pml.npy"), 1e-9)
}
