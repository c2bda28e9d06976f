package survey

import (
	"fmt"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// Geometry is where a shot's sources and receivers are.
type Geometry struct {
	Sources   *field.Array // (number, dim) coordinates in m
	Receivers *field.Array // (number, dim) coordinates in m
	Weights   *field.Array // (number) of the receivers' records in misfits; nil for 1
	// Sets are the receivers of sets that have places of their own.
	Sets map[string]*field.Array
}

// Of are the receivers of a set.
func (g *Geometry) Of(set string) *field.Array {
	if at := g.Sets[set]; at != nil {
		return at
	}
	return g.Receivers
}

// Line places n points evenly from a to b (m), both included; a single one
// stands at a. The result has the shape (n, dim).
func Line(n int, a, b []float64) (*field.Array, error) {
	if n < 1 || n > 1<<26 {
		return nil, fmt.Errorf("a line of %d points is not possible; at least 1 is needed", n)
	}
	if len(a) < 1 || len(a) > 3 || len(a) != len(b) {
		return nil, fmt.Errorf("a line from %v to %v is not possible: both ends need one coordinate per axis", a, b)
	}
	out := field.New64(n, len(a))
	for i := range n {
		share := float64(i) / float64(max(n-1, 1))
		for k := range a {
			out.F64[i*len(a)+k] = (1-share)*a[k] + share*b[k]
		}
	}
	return out, nil
}

// Carpet places nx by ny points evenly over the rectangle with opposite
// corners a and b (x, y, z in m); depth varies linearly with x. y is fastest.
// The result has the shape (nx*ny, 3).
func Carpet(nx, ny int, a, b []float64) (*field.Array, error) {
	if len(a) != 3 || len(b) != 3 {
		return nil, fmt.Errorf("a carpet from %v to %v is not possible: both corners need x, y and z", a, b)
	}
	if nx < 1 || ny < 1 || nx > 1<<26/ny {
		return nil, fmt.Errorf("a carpet of %d by %d points is not possible; at least 1 by 1 is needed", nx, ny)
	}
	rows, err := Line(nx, a, b)
	if err != nil {
		return nil, err
	}
	out := field.New64(nx*ny, 3)
	for i := range nx * ny {
		row, share := rows.F64[i/ny*3:], float64(i%ny)/float64(max(ny-1, 1))
		copy(out.F64[3*i:3*i+3], []float64{row[0], (1-share)*a[1] + share*b[1], row[2]})
	}
	return out, nil
}

// Points makes coordinates (number, dim) of explicit points, m.
func Points(points ...[]float64) (*field.Array, error) {
	if len(points) == 0 {
		return nil, fmt.Errorf("no points are given; at least one is needed")
	}
	dim := len(points[0])
	out := field.New64(len(points), dim)
	for i, p := range points {
		if len(p) != dim || dim < 1 || dim > 3 {
			return nil, fmt.Errorf("point %d has the coordinates %v; all points need the same number, 1 to 3", i, p)
		}
		copy(out.F64[i*dim:], p)
	}
	return out, nil
}

// ReadPoints reads coordinates in m of shape (number, dim) from a .npy file.
func ReadPoints(path string) (*field.Array, error) {
	a, err := field.ReadNPY(path)
	if err != nil {
		return nil, err
	}
	if len(a.Shape) != 2 || a.Shape[0] < 1 || a.Shape[1] < 1 || a.Shape[1] > 3 {
		return nil, fmt.Errorf("%s: coordinates need the shape (number, dimensions), this array has %s", path, field.ShapeString(a.Shape))
	}
	if n := a.Shape[0]; n > mostReceivers {
		return nil, fmt.Errorf("%s: %d points are more than the %d that are possible", path, n, mostReceivers)
	}
	return a, nil
}

// Check finds the first point that does not lie within the model, whose
// border, if any, must not be part of m.
func (g *Geometry) Check(m *Model) error {
	if err := checkPoints("source", g.Sources, m); err != nil {
		return err
	}
	return checkPoints("receiver", g.Receivers, m)
}

func checkPoints(what string, a *field.Array, m *Model) error {
	if a == nil || a.Len() == 0 {
		return fmt.Errorf("there is no %s; give at least one", what)
	}
	dim := m.Dim()
	if len(a.Shape) != 2 || a.Shape[1] != dim {
		return fmt.Errorf("the %s coordinates have the shape %s; a model with %d axes needs (number, %d)", what, field.ShapeString(a.Shape), dim, dim)
	}
	end := m.End()
	for i := range a.Len() {
		axis := i % dim
		// One part in 10^9 of a cell covers rounding in the end points.
		slack := 1e-9 * (m.Spacing[axis] + end[axis] - m.Origin[axis])
		if v := a.At(i); !(v >= m.Origin[axis]-slack && v <= end[axis]+slack) {
			return fmt.Errorf("%s %d lies at %s = %.9g m, outside the model, which extends from %g to %g m there, with the shape %s, depth last (coordinates are in m)",
				what, i/dim, axisName(axis, dim), v, m.Origin[axis], end[axis], field.ShapeString(m.Shape()))
		}
	}
	return nil
}
