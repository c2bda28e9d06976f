package survey

import (
	"math"
	"reflect"
	"strings"
	"testing"
)

func TestGeometry(t *testing.T) {
	line, err := Line(3, []float64{0, 20}, []float64{40, 20})
	if err != nil || !reflect.DeepEqual(line.F64, []float64{0, 20, 20, 20, 40, 20}) {
		t.Errorf("%v, %v", line, err)
	}
	carpet, err := Carpet(2, 2, []float64{0, 10, 5}, []float64{40, 30, 5})
	if err != nil || !reflect.DeepEqual(carpet.F64, []float64{0, 10, 5, 0, 30, 5, 40, 10, 5, 40, 30, 5}) {
		t.Errorf("%v, %v", carpet, err)
	}
	source, err := Points([]float64{20, 20})
	if err != nil {
		t.Fatal(err)
	}
	m := constantModel(t, 2, []int{5, 5}, 10)
	if err := (&Geometry{Sources: source, Receivers: line}).Check(m); err != nil {
		t.Error(err)
	}
	line.F64[5] = 40.1
	if err := (&Geometry{Sources: source, Receivers: line}).Check(m); err == nil || !strings.Contains(err.Error(), "receiver 2 lies at z = 40.1 m") {
		t.Error(err)
	}
	source.F64[0] = math.NaN()
	if err := (&Geometry{Sources: source, Receivers: line}).Check(m); err == nil || !strings.Contains(err.Error(), "source 0 lies at x = NaN") {
		t.Error(err)
	}
	for name, f := range map[string]func() error{
		"no points":       func() error { _, err := Points(); return err },
		"ragged points":   func() error { _, err := Points([]float64{1, 2}, []float64{1}); return err },
		"no receivers":    func() error { _, err := Line(0, []float64{1}, []float64{2}); return err },
		"ends differ":     func() error { _, err := Line(2, []float64{1}, []float64{2, 3}); return err },
		"huge carpet":     func() error { _, err := Carpet(1<<20, 1<<20, []float64{1, 2, 3}, []float64{1, 2, 3}); return err },
		"carpet in 2D":    func() error { _, err := Carpet(2, 2, []float64{1, 2}, []float64{1, 2}); return err },
		"carpet on model": func() error { return (&Geometry{Sources: carpet, Receivers: carpet}).Check(m) },
		"empty geometry":  func() error { return (&Geometry{}).Check(m) },
		"no such file":    func() error { _, err := ReadPoints("none.npy"); return err },
	} {
		if f() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
