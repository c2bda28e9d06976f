package shot

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/courant-pde/courant/runtime/seismic/survey"
)

// loaded reads a configuration of an operator, given as text.
func loaded(t *testing.T, operator, text string) *survey.Config {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"waves.pde": operator, "shot.toml": "operator = \"waves.pde\"\n" + text} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := survey.LoadConfig(filepath.Join(dir, "shot.toml"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const inSeconds = `operator waves {
	order space 4, time 2
	units m, s
	field c [m/s]
	wavefield u
	solve u.dt2 = c^2*laplace(u) for u.forward
	inject src*dt^2*c^2 into u.forward
	sample rec from u
}
`

const inMilliseconds = `operator waves {
	order space 4, time 2
	field c [km/s]
	wavefield u
	solve u.dt2 = c^2*laplace(u) for u.forward
	inject src*dt^2*c^2 into u.forward
	sample rec from u
}
`

const pond = `
[model]
synthetic = "constant"
shape = [31, 31]
[source]
position = [150.0, 150.0]
[receivers]
from = [100.0, 150.0]
to = [200.0, 150.0]
count = 3
[snapshots]
every_ms = 40.0
`

// Whatever the operator's unit of time, snapshots are taken every so many ms, files
// are named by ms, and steps are as long.
func TestUnitOfTime(t *testing.T) {
	a, err := Run(t.Context(), loaded(t, inMilliseconds, "time = 100.0"+pond), t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Run(t.Context(), loaded(t, inSeconds, "time = 0.1"+pond), t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(a.Files, b.Files) || !slices.Contains(b.Files, "snapshot_00080ms.npy") {
		t.Errorf("files are %v in ms and %v in s", a.Files, b.Files)
	}
	// Both steps follow from one limit, rounded to three digits.
	if x, y := a.Dt*a.Second, b.Dt*b.Second; !(x > 0.99*y && x < 1.01*y) {
		t.Errorf("steps of %g s and of %g s", x, y)
	}
}

// A record that ends before the first step says so by its key, whatever else the
// operator would need.
func TestRecordTooShort(t *testing.T) {
	_, err := Run(t.Context(), loaded(t, inMilliseconds, "time = 0.1"+pond), t.TempDir(), Options{})
	if err == nil || !strings.Contains(err.Error(), "shot.toml:2: time: a record of 0.1 has") {
		t.Errorf("0.1 ms: %v", err)
	}
}

// A model that no wave fits in is run with a warning, and one of usual size without.
func TestTinyModel(t *testing.T) {
	for spacing, want := range map[string]bool{"[0.05]": true, "[10.0]": false} {
		var told []string
		text := "time = 20.0\n[model]\nsynthetic = \"constant\"\nshape = [11, 11]\nspacing = " + spacing + "\n[source]\nposition = [0.2, 0.2]\n[receivers]\nfrom = [0.1, 0.2]\nto = [0.4, 0.2]\ncount = 2\n"
		_, err := Run(t.Context(), loaded(t, inMilliseconds, text), t.TempDir(), Options{Warn: func(text string) { told = append(told, text) }})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(strings.Join(told, "\n"), "check spacing"); got != want {
			t.Errorf("spacing %s: %q", spacing, told)
		}
	}
}

// An operator that is not there is missed with its key.
func TestNoOperator(t *testing.T) {
	c := loaded(t, inMilliseconds, "time = 20.0"+pond)
	c.Operator = "wawes.pde"
	if _, err := Run(t.Context(), c, t.TempDir(), Options{}); err == nil || !strings.Contains(err.Error(), "shot.toml:1: operator: there is no file") {
		t.Error(err)
	}
}
