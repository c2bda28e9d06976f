package imaging

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/courant-pde/courant/runtime/seismic/segy"
	"github.com/courant-pde/courant/runtime/seismic/survey"
)

// Times in SEG-Y are in ms whatever the operator's unit of time: what an operator in
// seconds writes is read as it was.
func TestSEGYInSeconds(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("waves.pde", `operator waves { order space 4, time 2  units m, s  field c [m/s]  wavefield u
		solve u.dt2 = c^2*laplace(u) for u.forward
		inject src*dt^2*c^2 into u.forward
		sample rec from u }`)
	const text = `operator = "waves.pde"
time = 0.2
[model]
synthetic = "constant"
shape = [21, 21]
[sources]
from = [100.0, 50.0]
to = [100.0, 50.0]
count = 1
[receivers]
from = [50.0, 100.0]
to = [150.0, 100.0]
count = 3
[inversion]
smooth = 20.0
observed = "OBSERVED"
`
	open := func(observed string) *Survey {
		c, err := survey.LoadConfig(write("survey.toml", observed))
		if err != nil {
			t.Fatal(err)
		}
		s, err := NewSurvey(t.Context(), c, nil, 1)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open(text[:len(text)-len("observed = \"OBSERVED\"\n")])
	path, made, err := s.WriteRecords(t.Context(), 0, dir, "sgy")
	if err != nil || !made {
		t.Fatal(path, made, err)
	}
	if _, again, err := s.WriteRecords(t.Context(), 0, dir, "sgy"); again || err != nil {
		t.Errorf("what is there was made again: %v, %v", again, err)
	}
	f, err := segy.Open(path, segy.Reading{})
	if err != nil {
		t.Fatal(err)
	}
	if want := s.setup.Dt * 1000; math.Abs(f.Interval-want) > 1e-9*want {
		t.Errorf("samples every %g ms, not %g", f.Interval, want)
	}
	want, err := s.Record(t.Context(), s.Shot(0), s.truth())
	if err != nil {
		t.Fatal(err)
	}
	got, err := open(text[:len(text)-len("OBSERVED\"\n")]+filepath.ToSlash(dir)+"\"\n").Observed(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	least, greatest := want.Range()
	known := 0
	for i := range got.Len() {
		v := got.At(i)
		if math.IsNaN(v) {
			continue // near the end, what a change of sampling would need is not there
		}
		known++
		// Samples are float32, half a unit in the last place off: 6e-8 of their size.
		if d := math.Abs(v - want.At(i)); d > 1e-6*max(greatest, -least) {
			t.Fatalf("sample %d is %g, and was written as %g", i, v, want.At(i))
		}
	}
	if known < got.Len()/2 {
		t.Errorf("%d of %d samples are known", known, got.Len())
	}
}
