package survey

import (
	"fmt"
	"math"
	"slices"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// Model is a parameter, such as the velocity of P waves, on a regular grid.
type Model struct {
	Values  *field.Array // shape (z), (x, z) or (x, y, z), in the precision it was given
	Origin  []float64    // coordinates of the first grid point, m, one per axis
	Spacing []float64    // m, one per axis
	// Speed is what a value of 1 is in m/s, 1000 for km/s; 0 for a parameter that is
	// no velocity.
	Speed float64
	// Label is what pictures call the values; "" for P velocity [km/s].
	Label string
}

// maxPoints bounds grids to what could be meant: 2^36 points are 256 GiB in
// float32.
const maxPoints = 1 << 36

// NewModel makes a model of an array of velocities in km/s. A nil origin is
// the coordinate origin; one spacing (m) stands for all axes.
func NewModel(vp *field.Array, origin, spacing []float64) (*Model, error) {
	if vp == nil {
		return nil, fmt.Errorf("the model has no velocities")
	}
	dim := len(vp.Shape)
	if origin == nil {
		origin = make([]float64, dim)
	}
	if len(spacing) == 1 && dim > 1 {
		spacing = slices.Repeat(spacing, dim)
	}
	m := &Model{Values: vp, Origin: slices.Clone(origin), Spacing: slices.Clone(spacing), Speed: 1000}
	return m, m.Check()
}

// Check finds shapes that do not fit together and velocities that cannot be.
func (m *Model) Check() error {
	if err := checkGrid(m.Values.Shape, m.Origin, m.Spacing); err != nil {
		return err
	}
	if bad := m.Values.FirstNotFinite(); bad != nil {
		return fmt.Errorf("the value at index %v is not a finite number; mend the model file", bad)
	}
	if m.Speed == 0 {
		return nil
	}
	for i := range m.Values.Len() {
		if v := m.Values.At(i); v <= 0 {
			return fmt.Errorf("the velocity at index %v is %g km/s; all must be positive", m.Values.Index(i), v*m.Speed/1000)
		}
	}
	least, greatest := m.Values.Range()
	if least, greatest = least*m.Speed/1000, greatest*m.Speed/1000; greatest > 100 {
		return fmt.Errorf("velocities run from %g to %g km/s: probably they are in m/s; divide the model by 1000", least, greatest)
	} else if least < 1e-3 {
		return fmt.Errorf("the least velocity is %g km/s, slower than any rock; check the model file and its byte order", least)
	}
	return nil
}

func checkGrid(shape []int, origin, spacing []float64) error {
	dim := len(shape)
	if dim < 1 || dim > 3 {
		return fmt.Errorf("a model of shape %s has %d axes; 1 (z), 2 (x, z) or 3 (x, y, z) are possible", field.ShapeString(shape), dim)
	}
	points := 1.0
	for _, n := range shape {
		if n < 2 {
			return fmt.Errorf("a model of shape %s is not possible: every axis needs at least 2 points", field.ShapeString(shape))
		}
		points *= float64(n)
	}
	if points > maxPoints {
		return fmt.Errorf("a model of shape %s has %.3g points, more than the %d that are supported; cut it or make it coarser", field.ShapeString(shape), points, maxPoints)
	}
	if len(spacing) != dim || len(origin) != dim {
		return fmt.Errorf("a model of shape %s needs %d spacings and %d origin coordinates; %d and %d are given", field.ShapeString(shape), dim, dim, len(spacing), len(origin))
	}
	for a := range dim {
		if !(spacing[a] >= 1e-6 && spacing[a] <= 1e6) {
			return fmt.Errorf("the grid spacing %g m of axis %s is not possible; give metres, such as 10", spacing[a], axisName(a, dim))
		}
		if !(math.Abs(origin[a]) <= 1e9) {
			return fmt.Errorf("the origin %g m of axis %s is not possible", origin[a], axisName(a, dim))
		}
	}
	return nil
}

// axisName is x, y or z; the last axis is depth.
func axisName(axis, dim int) string {
	if axis == dim-1 {
		return "z"
	}
	return "xy"[axis : axis+1]
}

// Shape is the number of grid points per axis.
func (m *Model) Shape() []int { return m.Values.Shape }

// Dim is the number of axes.
func (m *Model) Dim() int { return len(m.Values.Shape) }

// End is the coordinates of the last grid point, m.
func (m *Model) End() []float64 {
	end := slices.Clone(m.Origin)
	for a, n := range m.Values.Shape {
		end[a] += float64(n-1) * m.Spacing[a]
	}
	return end
}

// Around is the grid of the model with a border, and of its values those that are
// nearest.
func (m *Model) Around(b Border) (*Model, error) {
	values, err := b.Pad(m.Values)
	if err != nil {
		return nil, err
	}
	out := *m
	out.Values, out.Origin = values, slices.Clone(m.Origin)
	for a := range out.Origin {
		out.Origin[a] -= float64(b.Low[a]) * m.Spacing[a]
	}
	return &out, nil
}
