package survey

import (
	"math"
	"testing"
)

func TestSpongeProfile(t *testing.T) {
	got := spongeProfile(20, 10)
	for i, want := range map[int]float64{0: 0.05185057, 1: 0.05180816, 19: 0.00033422} {
		if math.Abs(got[i]-want) > 5e-9 { // printed to 8 places
			t.Errorf("point %d: %.8f, want %.8f", i, got[i], want)
		}
	}
}

// The array is the sum over axes of the distance to the nearest side.
func TestSponge(t *testing.T) {
	shape, nbl, h := []int{9, 8, 12}, 3, []float64{10, 5, 20}
	damp, err := Sponge(shape, nbl, h)
	if err != nil {
		t.Fatal(err)
	}
	mask, err := SpongeMask(shape, nbl, h)
	if err != nil {
		t.Fatal(err)
	}
	for i, got := range damp.F64 {
		want := 0.0
		for a, k := range damp.Index(i) {
			if side := min(k, shape[a]-1-k); side < nbl {
				want += spongeProfile(nbl, h[a])[side]
			}
		}
		// Sums of three terms below 1: a few roundings of 1e-16.
		if math.Abs(got-want) > 1e-15 || math.Abs(mask.F64[i]-(1-want)) > 1e-15 {
			t.Fatalf("%v: damp %g, mask %g, want %g", damp.Index(i), got, mask.F64[i], want)
		}
	}
	none, err := Sponge(shape, 0, h)
	if least, greatest := none.Range(); err != nil || least != 0 || greatest != 0 {
		t.Errorf("border = 0: %g to %g, %v", least, greatest, err)
	}
	for _, nbl := range []int{-1, 5} {
		if _, err := Sponge(shape, nbl, h); err == nil {
			t.Errorf("border = %d was accepted", nbl)
		}
	}
	if _, err := Sponge(shape, 2, []float64{1}); err == nil {
		t.Error("too few spacings were accepted")
	}
}
