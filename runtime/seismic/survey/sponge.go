package survey

import (
	"fmt"
	"math"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// Sponge is the damping of an absorbing border, in ms/m^2 for the term
// damp*u.dt beside m*u.dt2. Every side contributes, at its i-th point counted
// from outside, i = 0 .. nbl-1,
//
//	c/h (p - sin(2 pi p)/(2 pi)),  c = 1.5 ln(1000)/nbl,  p = (nbl-i+1)/nbl
//
// and contributions of all axes add up in the corners. The shape includes the
// border; one spacing per axis, in m. This is the profile of Devito's examples
// (Louboutin et al., Geosci. Model Dev. 12, 2019).
func Sponge(paddedShape []int, nbl int, spacing []float64) (*field.Array, error) {
	return sponge(paddedShape, nbl, spacing, 0, 1)
}

// SpongeMask is 1 inside and falls by the profile of Sponge in the border: a
// factor for the wavefield of first-order schemes such as velocity-stress.
func SpongeMask(paddedShape []int, nbl int, spacing []float64) (*field.Array, error) {
	return sponge(paddedShape, nbl, spacing, 1, -1)
}

func sponge(shape []int, nbl int, spacing []float64, inside, sign float64) (*field.Array, error) {
	if err := checkGrid(shape, make([]float64, len(shape)), spacing); err != nil {
		return nil, err
	}
	axes := make([][]float64, len(shape))
	for a, n := range shape {
		if nbl < 0 || n < 2*nbl {
			return nil, fmt.Errorf("an absorbing border of %d points on both sides does not fit %d points of axis %s; the shape must include the border", nbl, n, axisName(a, len(shape)))
		}
		axes[a] = make([]float64, n)
		for i, v := range spongeProfile(nbl, spacing[a]) {
			axes[a][i] += v
			axes[a][n-1-i] += v
		}
	}
	out := field.New64(shape...)
	n := shape[len(shape)-1]
	for row := range len(out.F64) / n {
		outer, rest := 0.0, row
		for a := len(shape) - 2; a >= 0; a-- {
			outer += axes[a][rest%shape[a]]
			rest /= shape[a]
		}
		for i, v := range axes[len(shape)-1] {
			out.F64[row*n+i] = inside + sign*(outer+v)
		}
	}
	return out, nil
}

// spongeProfile is one side's damping, from outside inwards.
func spongeProfile(nbl int, h float64) []float64 {
	out := make([]float64, nbl)
	c := 1.5 * math.Log(1000) / float64(nbl)
	for i := range out {
		p := float64(nbl-i+1) / float64(nbl)
		out[i] = c * (p - math.Sin(2*math.Pi*p)/(2*math.Pi)) / h
	}
	return out
}
