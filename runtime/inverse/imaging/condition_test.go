package imaging

import (
	"math"
	"testing"
)

// Inverse scattering leaves out what waves do along their common way, which is of
// long wavelength: of the image of layers with the direct waves in the records, the
// mean of each column over depth is a smaller part than of the gradient's.
func TestImagingConditions(t *testing.T) {
	share := func(lines ...string) float64 {
		s := small(t, "rtm", append(lines, "mute_velocity = 0.0", `precondition = "none"`)...)
		state, _ := inverted(t, s)
		depth := s.Model.Shape()[1]
		slow, all := 0.0, 0.0
		for i := 0; i < len(state.Steepest); i += depth {
			mean := 0.0
			for _, v := range state.Steepest[i : i+depth] {
				mean += v / float64(depth)
				all += v * v
			}
			slow += mean * mean * float64(depth)
		}
		if !(all > 0) || math.IsInf(all, 0) {
			t.Fatalf("%v: an image of the size %g", lines, all)
		}
		return slow / all
	}
	if plain, scattered := share(), share(`condition = "inverse-scattering"`); !(scattered < plain/2) {
		t.Errorf("%.3g of the image varies slowly, and %.3g of that by inverse scattering", plain, scattered)
	}
}

// The Laplacian of an image is exact on a parabola, 2/h^2 with the sign turned, away
// from the ends.
func TestSharpened(t *testing.T) {
	s := small(t, "rtm", "laplacian = true")
	a := s.fields(make([]float64, s.Size()))["vp"]
	for i := range a.F64 {
		z := float64(i%31) * 20
		a.F64[i] = z * z
	}
	got := s.sharpened(a)
	for _, i := range []int{31*5 + 7, 31*20 + 15} {
		if math.Abs(got.F64[i]+2) > 1e-9 {
			t.Errorf("%v: %g, want -2", got.Index(i), got.F64[i])
		}
	}
}
