package imaging

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/seismic/survey"
)

// From records of a wavelet of 7 Hz that is twice as strong and later, and a
// configuration with one of 8 Hz, the wavelet comes back: to a few parts in a hundred,
// what the water level takes where the second emits a hundredth of its greatest
// amplitude.
func TestWaveletIsFound(t *testing.T) {
	about := func(lines ...string) *Survey {
		text := description(t, "acoustic", threeShots, append(lines, `method = "fwi"`)...)
		return surveyOf(t, strings.Replace(text, "smooth = 60.0", "smooth = 0.0", 1))
	}
	s := about()
	truth, err := survey.NewWavelet("ricker", 0.007)
	if err != nil {
		t.Fatal(err)
	}
	truth.Delay += 30
	folder := t.TempDir()
	for shot := range s.Shots {
		a, err := s.arguments(s.Shot(shot), s.region(s.Shot(shot)), s.start())
		if err != nil {
			t.Fatal(err)
		}
		p := a.Points["src"]
		for i := range p.Traces.Len() {
			p.Traces.Set(i, 2*truth.At(float64(i)*s.setup.Dt))
		}
		run, err := s.op.Forward.Apply(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		if err := field.WriteNPY(filepath.Join(folder, "shot_000"+string(rune('0'+shot))+".npy"), run.Traces("rec")); err != nil {
			t.Fatal(err)
		}
		run.Close()
	}
	for _, each := range []bool{false, true} {
		w, err := about(`observed = "`+folder+`"`).EstimateWavelet(t.Context(), each)
		if err != nil {
			t.Fatal(err)
		}
		n := w.Samples.Len() / w.Samples.Shape[0]
		if want := map[bool]int{false: 1, true: len(s.Shots)}[each]; n != want {
			t.Fatalf("shape %v", w.Samples.Shape)
		}
		off, size := 0.0, 0.0
		for i := range w.Samples.Shape[0] {
			want := 2 * truth.At(float64(i)*w.Step)
			d := w.Samples.At(i*n) - want
			off, size = off+d*d, size+want*want
		}
		if e := math.Sqrt(off / size); !(e < 0.05) || !(w.Explained > 0.98) {
			t.Errorf("one for each shot %v: the wavelet differs by %.3g, and %.4f is explained", each, e, w.Explained)
		}
	}
}
