package survey

import (
	"bytes"
	"image/png"
	"math"
	"path/filepath"
	"testing"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// Pictures are wide enough, and are drawn for any shape that a model may have.
func TestPictures(t *testing.T) {
	line, _ := Line(11, []float64{0, 10}, []float64{100, 10})
	carpet, _ := Carpet(3, 3, []float64{0, 0, 0}, []float64{100, 100, 0})
	source, _ := Points([]float64{50, 10})
	source3, _ := Points([]float64{50, 50, 10})
	flat := &Geometry{Sources: source, Receivers: line}
	model2, model3 := constantModel(t, 2, []int{11, 11}, 10), constantModel(t, 2, []int{11, 11, 6}, 10)
	wave := field.New32(11, 11)
	wave.F32[60] = 1
	w, _ := NewWavelet("ormsby", 0.01)
	for name, draw := range map[string]func() (*Picture, error){
		"model":      func() (*Picture, error) { return ModelPicture(model2, flat, "Model") },
		"bare model": func() (*Picture, error) { return ModelPicture(constantModel(t, 2, []int{2, 90}, 10), nil, "Model") },
		"wide model": func() (*Picture, error) { return ModelPicture(constantModel(t, 2, []int{900, 2}, 10), nil, "Model") },
		"model 3D": func() (*Picture, error) {
			return ModelPicture(model3, &Geometry{Sources: source3, Receivers: carpet}, "Model")
		},
		"geometry":     func() (*Picture, error) { return GeometryPicture(model2, flat, "Geometry") },
		"snapshot":     func() (*Picture, error) { return SnapshotPicture(wave, model2, flat, 99, "Snapshot") },
		"record":       func() (*Picture, error) { return RecordPicture(wave, 1, line, RecordStyle{Gain: 2}, "Record") },
		"empty record": func() (*Picture, error) { return RecordPicture(field.New64(5, 1), 1, nil, RecordStyle{}, "Record") },
		"wavelet":      func() (*Picture, error) { return WaveletPicture(w, 1000, "Wavelet") },
	} {
		p, err := draw()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var b bytes.Buffer
		if _, err := p.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(&b)
		if err != nil || img.Bounds().Dx() < 1600 || img.Bounds().Dy() < 300 {
			t.Errorf("%s: %v, %v", name, img.Bounds(), err)
		}
	}
	p, err := WaveletPicture(w, 1000, "Wavelet")
	if err != nil || p.Save(filepath.Join(t.TempDir(), "w.png")) != nil || p.Save(t.TempDir()) == nil {
		t.Error("saving a picture")
	}
}

func TestPictureErrors(t *testing.T) {
	m := constantModel(t, 2, []int{11, 11}, 10)
	bad := field.New64(11, 11)
	bad.F64[3] = math.NaN()
	for name, draw := range map[string]func() (*Picture, error){
		"no model":          func() (*Picture, error) { return ModelPicture(nil, nil, "") },
		"1D model":          func() (*Picture, error) { return ModelPicture(constantModel(t, 2, []int{9}, 1), nil, "") },
		"empty geometry":    func() (*Picture, error) { return ModelPicture(m, &Geometry{}, "") },
		"no geometry":       func() (*Picture, error) { return GeometryPicture(m, nil, "") },
		"no wave":           func() (*Picture, error) { return SnapshotPicture(nil, m, nil, 99, "") },
		"wave with border":  func() (*Picture, error) { return SnapshotPicture(field.New32(12, 11), m, nil, 99, "") },
		"NaN wave":          func() (*Picture, error) { return SnapshotPicture(bad, m, nil, 99, "") },
		"clip 0":            func() (*Picture, error) { return SnapshotPicture(field.New32(11, 11), m, nil, 0, "") },
		"record of no time": func() (*Picture, error) { return RecordPicture(field.New32(1, 5), 1, nil, RecordStyle{}, "") },
		"record with dt 0":  func() (*Picture, error) { return RecordPicture(field.New32(5, 5), 0, nil, RecordStyle{}, "") },
		"NaN record":        func() (*Picture, error) { return RecordPicture(bad, 1, nil, RecordStyle{}, "") },
		"gain NaN": func() (*Picture, error) {
			return RecordPicture(field.New32(5, 5), 1, nil, RecordStyle{Gain: math.NaN()}, "")
		},
		"no wavelet": func() (*Picture, error) { return WaveletPicture(Wavelet{}, 100, "") },
	} {
		if _, err := draw(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// Up in a map is greater y; down in a section is greater depth. A plane's
// resampling keeps linear values exact up to rounding.
func TestOrientation(t *testing.T) {
	m := constantModel(t, 2, []int{3, 4, 5}, 10)
	a := field.New64(3, 4, 5)
	for i := range a.F64 {
		k := a.Index(i)
		a.F64[i] = float64(100*k[0] + 10*k[1] + k[2])
	}
	place := []int{1, 2, 3}
	if got := (slice{0, 2, m, place}).of(a).at(2, 4); got != 224 {
		t.Errorf("x-z section at (2, 4) is %g, want 224", got)
	}
	chart := slice{0, 1, m, place}.of(a)
	if got := chart.at(2, 0); got != 233 {
		t.Errorf("the top of the map is %g, want 233 (greatest y)", got)
	}
	ramp := plane{nx: 5, ny: 3, at: func(i, j int) float64 { return float64(i + 10*j) }}
	for _, size := range [][2]int{{40, 30}, {2, 2}} {
		v := ramp.resample(size[0], size[1])
		for i := range v {
			x, y := float64(i%size[0])+0.5, float64(i/size[0])+0.5
			if want := x*4/float64(size[0]) + 10*y*2/float64(size[1]); math.Abs(v[i]-want) > 1e-12 {
				t.Fatalf("%v: pixel %d is %g, want %g", size, i, v[i], want)
			}
		}
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		least, greatest float64
		want            []string
	}{{0, 3, []string{"0.0", "0.5", "1.0", "1.5", "2.0", "2.5", "3.0"}}, {-1, 1, []string{"-1.0", "-0.5", "0.0", "0.5", "1.0"}}, {5, 5, nil}, {0, math.Inf(1), nil}, {0, math.NaN(), nil}} {
		var got []string
		for _, tick := range (roundTicks{6}).Ticks(c.least, c.greatest) {
			got = append(got, tick.Label)
		}
		if len(got) != len(c.want) {
			t.Errorf("%g to %g: %v, want %v", c.least, c.greatest, got, c.want)
		}
	}
}
