package survey

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"

	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/machine"
)

// Synthetic describes a model that is computed: the same description always
// gives the same model, and the same geology at any grid size.
type Synthetic struct {
	Kind    string    // one of SyntheticNames
	Shape   []int     // grid points per axis, depth last
	Spacing []float64 // m, one per axis or one for all
	Origin  []float64 // m; nil is the coordinate origin
	Seed    uint64    // chooses among the models of a kind
	From    float64   // velocity at the top, km/s; 0: the kind's own
	To      float64   // velocity at the bottom, km/s; 0: the kind's own
	Layers  int       // number of layers of "layers"; 0: 3
	Water   float64   // depth of the sea of "marmousi-like", m; 0: none
	Salt    bool      // whether "marmousi-like" has a salt body
	Double  bool      // float64 rather than float32
}

// geology gives the velocity at a place: each coordinate runs from 0 to 1
// over the model. build may draw from the seed; the result must not.
type geology struct {
	dims     [2]int // least and greatest number of axes
	from, to float64
	build    func(s Synthetic) func(x, y, z float64) float64
}

var geologies = map[string]geology{
	"constant":        {[2]int{1, 3}, 1.5, 1.5, constant},
	"layers":          {[2]int{1, 3}, 1.5, 3.5, layers},
	"marmousi-like":   {[2]int{2, 2}, 1.6, 4.4, marmousiLike},
	"overthrust-like": {[2]int{2, 3}, 2.2, 6.0, overthrustLike},
}

// SyntheticNames lists the kinds of synthetic models:
//
//   - constant: one velocity, From
//   - layers: flat layers of equal thickness, velocities From .. To in equal steps
//   - marmousi-like: 2D, folded layers cut by listric growth faults under an
//     unconformity, after the setting of Versteeg, The Leading Edge 13 (1994)
//   - overthrust-like: 2D or 3D, thrust sheets over a flat basement under
//     younger sediments with river channels, after the setting of Aminzadeh
//     et al., SEG/EAGE 3-D Modeling Series 1 (1997)
func SyntheticNames() []string { return slices.Sorted(maps.Keys(geologies)) }

// Model computes the model.
func (s Synthetic) Model() (*Model, error) {
	s, err := s.complete()
	if err != nil {
		return nil, err
	}
	points := 1.0
	for _, n := range s.Shape {
		points *= float64(n)
	}
	// Of whatever is modelled there are at least the velocities, the border, a
	// parameter and two levels.
	if err := machine.Room(5 * 4 * points); err != nil {
		return nil, fmt.Errorf("a model of shape %s: %w; choose a smaller or a coarser one", field.ShapeString(s.Shape), err)
	}
	vp := field.New32(s.Shape...)
	if s.Double {
		vp = field.New64(s.Shape...)
	}
	velocity := geologies[s.Kind].build(s)
	shape := slices.Concat(slices.Repeat([]int{1}, 3-len(s.Shape)), s.Shape)
	if len(s.Shape) == 2 {
		shape = []int{s.Shape[0], 1, s.Shape[1]}
	}
	place := func(i, n int) float64 {
		if n == 1 {
			return 0.5 // a section runs through the middle
		}
		return float64(i) / float64(n-1)
	}
	var wait sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wait.Go(func() {
			for row := w; row < shape[0]*shape[1]; row += workers {
				x, y := place(row/shape[1], shape[0]), place(row%shape[1], shape[1])
				for k := range shape[2] {
					vp.Set(row*shape[2]+k, velocity(x, y, place(k, shape[2])))
				}
			}
		})
	}
	wait.Wait()
	return NewModel(vp, s.Origin, s.Spacing)
}

// complete fills what may be left out, and checks the rest.
func (s Synthetic) complete() (Synthetic, error) {
	g, ok := geologies[s.Kind]
	if !ok {
		return s, fmt.Errorf("there is no synthetic model %q; %s", s.Kind, didYouMean(s.Kind, SyntheticNames()))
	}
	dim := len(s.Shape)
	if dim < g.dims[0] || dim > g.dims[1] {
		return s, fmt.Errorf("a %s model has %d to %d axes, the shape %s has %d", s.Kind, g.dims[0], g.dims[1], field.ShapeString(s.Shape), dim)
	}
	if s.Origin == nil {
		s.Origin = make([]float64, dim)
	}
	if len(s.Spacing) == 1 {
		s.Spacing = slices.Repeat(s.Spacing, dim)
	}
	if err := checkGrid(s.Shape, s.Origin, s.Spacing); err != nil {
		return s, err
	}
	if s.From == 0 {
		s.From = g.from
	}
	if s.To == 0 {
		s.To = max(g.to, s.From)
	}
	for _, v := range []float64{s.From, s.To} {
		if v > 100 {
			return s, fmt.Errorf("a velocity of %g km/s: probably it is in m/s; from and to are in km/s whatever the field's unit, so divide it by 1000", v)
		}
		if !(v >= 0.1) {
			return s, fmt.Errorf("a velocity of %g km/s is not possible; rocks have 1 to 7", v)
		}
	}
	if s.Layers == 0 {
		s.Layers = 3
	}
	if s.Layers < 1 || s.Layers > 1<<20 {
		return s, fmt.Errorf("%d layers are not possible; at least 1 is needed", s.Layers)
	}
	if depth := float64(s.Shape[dim-1]-1) * s.Spacing[dim-1]; !(s.Water >= 0 && s.Water < depth) {
		return s, fmt.Errorf("a sea of %g m is not possible in a model of %g m depth", s.Water, depth)
	}
	return s, nil
}

func constant(s Synthetic) func(x, y, z float64) float64 {
	return func(_, _, _ float64) float64 { return s.From }
}

// layers divides the grid points, not the depth, so that all layers have the
// same number of them as nearly as possible.
func layers(s Synthetic) func(x, y, z float64) float64 {
	n := s.Shape[len(s.Shape)-1]
	return func(_, _, z float64) float64 {
		point := int(z*float64(n-1) + 0.5)
		layer := point * s.Layers / n
		if s.Layers == 1 {
			return s.From
		}
		return s.From + (s.To-s.From)*float64(layer)/float64(s.Layers-1)
	}
}
