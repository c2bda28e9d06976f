package operator

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Interpolation says how values at points between grid nodes are made.
type Interpolation int

// The interpolations. Sinc is band-limited: a sinc windowed by Kaiser's
// function over 4 nodes to either side (Hicks, Geophysics 67, 2002, with
// b = 4.14); Linear uses the nodes of the cell around the point; Nearest the
// nearest node alone.
const (
	Linear Interpolation = iota
	Sinc
	Nearest
)

// Interpolations are the names of the interpolations, in their order.
var Interpolations = []string{"linear", "sinc", "nearest"}

func (i Interpolation) String() string { return Interpolations[i] }

// ParseInterpolation reads a name. Error: BadArguments, there is none such.
func ParseInterpolation(name string) (Interpolation, error) {
	if i := slices.Index(Interpolations, name); i >= 0 {
		return Interpolation(i), nil
	}
	return Linear, BadArguments{fmt.Sprintf("there is no interpolation %q; there are %s", name, strings.Join(Interpolations, ", "))}
}

const (
	sincRadius = 4
	sincBeta   = 4.14
)

// kaiserSinc is sin(pi x)/(pi x) times Kaiser's window of radius sincRadius.
func kaiserSinc(x float64) float64 {
	q := x / sincRadius
	switch {
	case x == 0:
		return 1
	case x == math.Trunc(x) || math.Abs(q) >= 1:
		return 0
	}
	return math.Sin(math.Pi*x) / (math.Pi * x) * besselI0(sincBeta*math.Sqrt(1-q*q)) / besselI0(sincBeta)
}

// besselI0 is the modified Bessel function of order 0 by its power series,
// which for arguments below 5 ends within 25 terms.
func besselI0(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > 1e-17*sum; k++ {
		term *= x / (2 * k) * x / (2 * k)
		sum += term
	}
	return sum
}
