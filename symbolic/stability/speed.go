package stability

import (
	"cmp"
	"fmt"
	"math"
	"math/cmplx"
	"slices"
)

// Speeds are those of the fastest and the slowest wave in a medium, at
// wavelengths of some forty points, in units of spacings over dt; 0 when nothing
// propagates. dt is a stable time step.
//
// A branch of the dispersion relation is a wave when it runs in all directions:
// static modes, and the shear artefact of acoustic anisotropic equations, which
// stands still along the axes of the medium, are none. The speed is the root of
// d(omega^2)/d(k^2), which a cut-off frequency leaves alone.
func (j *Judge) Speeds(dt float64) (fastest, slowest float64, err error) {
	least, most, err := j.branches(dt, directions(j.dim))
	if err != nil {
		return 0, 0, err
	}
	for b := range least {
		fastest = max(fastest, most[b])
	}
	slowest = fastest
	for b := range least {
		// Shear waves of rocks vary by less than half with direction.
		if most[b] > 1e-3*fastest && least[b] >= 0.2*most[b] {
			slowest = min(slowest, least[b])
		}
	}
	return fastest, slowest, nil
}

// Branches are the speeds along the diagonal of all branches, fastest first, for
// a comparison of media.
func (j *Judge) Branches(dt float64) ([]float64, error) {
	diagonal := make([]float64, j.dim)
	for i := range diagonal {
		diagonal[i] = 1 / math.Sqrt(float64(j.dim))
	}
	_, most, err := j.branches(dt, [][]float64{diagonal})
	return most, err
}

// branches are the least and the greatest speed over some directions of every
// branch, by falling frequency.
func (j *Judge) branches(dt float64, directions [][]float64) (least, most []float64, err error) {
	least, most = make([]float64, j.size), make([]float64, j.size)
	for i := range least {
		least[i] = math.Inf(1)
	}
	h := slices.Max(j.values[1 : 1+j.dim])
	for _, d := range directions {
		a, err := j.frequencies(dt, d, 0.1/h)
		if err != nil {
			return nil, nil, err
		}
		b, err := j.frequencies(dt, d, 0.2/h)
		if err != nil {
			return nil, nil, err
		}
		for i := range least {
			c := 0.0
			if i < min(len(a), len(b)) {
				c = math.Sqrt(max(0, (b[i]*b[i]-a[i]*a[i])*h*h/0.03))
			}
			least[i], most[i] = min(least[i], c), max(most[i], c)
		}
	}
	return least, most, nil
}

// frequencies are the angular frequencies of the modes that oscillate faster
// than they decay, in falling order, for the wave number k along a direction.
func (j *Judge) frequencies(dt float64, direction []float64, k float64) ([]float64, error) {
	phase := make([]float64, j.dim)
	for axis := range phase {
		phase[axis] = k * direction[axis] * j.values[1+axis]
	}
	if !j.amplification(dt, phase) {
		return nil, fmt.Errorf("the coefficients are not finite")
	}
	values, ok := j.m.eigenvalues(j.eigen)
	j.eigen = values
	if !ok {
		return nil, fmt.Errorf("the eigenvalues of the amplification matrix were not found")
	}
	var out []float64
	for _, v := range values {
		// A wave of forty points turns by a small angle in a step. What turns
		// more is an artefact of the scheme.
		turn := math.Abs(cmplx.Phase(v))
		if turn < math.Pi/2 && turn > math.Abs(math.Log(cmplx.Abs(v))) {
			out = append(out, turn/dt)
		}
	}
	slices.SortFunc(out, func(a, b float64) int { return cmp.Compare(b, a) })
	return out, nil
}

// directions cover half of all: the opposite ones are alike.
func directions(dim int) (out [][]float64) {
	switch dim {
	case 1:
		return [][]float64{{1}}
	case 2:
		for i := range 32 {
			s, c := math.Sincos(math.Pi * float64(i) / 32)
			out = append(out, []float64{c, s})
		}
		return out
	}
	out = [][]float64{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}
	const n = 128 // Fibonacci's lattice on half a sphere
	for i := range n {
		z := (float64(i) + 0.5) / n
		s, c := math.Sincos(math.Pi * (3 - math.Sqrt(5)) * float64(i))
		r := math.Sqrt(1 - z*z)
		out = append(out, []float64{c * r, s * r, z})
	}
	return out
}
