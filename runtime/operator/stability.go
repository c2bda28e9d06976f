package operator

import (
	"errors"
	"fmt"

	"github.com/courant-pde/courant/codegen/ir"
	"github.com/courant-pde/courant/runtime/field"
	"github.com/courant-pde/courant/symbolic/stability"
)

// stability refuses a time step beyond the limit of the scheme in any of the
// media of the grid.
func (b *binder) stability() error {
	if b.a.Unstable {
		return nil
	}
	p := b.op.Program.Discretised
	media := b.media()
	for _, m := range media {
		stable, err := stability.Stable(p, m)
		if errors.Is(err, stability.ErrNonlinear) {
			return nil // no limit is known for it
		}
		if err != nil {
			return BadArguments{fmt.Sprintf("the stability of operator %s cannot be judged: %v; if you know better, run it without this check", b.k.Name, err)}
		}
		if stable {
			continue
		}
		limit, err := stability.Limit(p, media)
		// Growth that is slow enough for the tolerance at tiny steps is growth.
		if err != nil || !(limit > 1e-3*b.a.Dt) {
			return BadArguments{fmt.Sprintf("operator %s is unstable with these parameters for every useful time step; check their signs and units, and that no first derivative of order 2 is one-sided unawares (courant explain shows the stencils)", b.k.Name)}
		}
		return BadArguments{fmt.Sprintf("the time step %g is above the stability limit %.4g of operator %s with these parameters and spacings; use a smaller one, larger spacings, or check the units", b.a.Dt, limit, b.k.Name)}
	}
	return nil
}

// media are the combinations of parameters to judge stability by: the values
// of all fields at the places where one of them is extreme, and at some
// places between.
func (b *binder) media() []stability.Medium {
	scalars := map[string]float64{}
	for _, s := range b.k.Scalars {
		scalars[s] = b.scalar(s)
	}
	var params []*ir.Array
	places := [][]int{make([]int, len(b.a.Shape))}
	middle := make([]int, len(b.a.Shape))
	for i, n := range b.a.Shape {
		middle[i] = n / 2
	}
	places = append(places, middle)
	for _, x := range b.k.Arrays {
		if x.Role != ir.Param {
			continue
		}
		params = append(params, x)
		if a := b.a.Fields[x.Name]; a != nil {
			least, greatest := a.Extremes()
			for _, i := range []int{least, greatest} {
				place := make([]int, len(b.a.Shape))
				for j, v := range a.Index(i) {
					place[x.Axes[j]] = v
				}
				places = append(places, place)
			}
		}
	}
	var media []stability.Medium
	seen := map[string]bool{}
	for _, place := range places {
		m := stability.Medium{Fields: map[string]float64{}, Scalars: scalars}
		key := ""
		for _, x := range params {
			v, ok := b.a.Constants[x.Name]
			if a := b.a.Fields[x.Name]; !ok && a != nil {
				v = a.At(placeIn(a, x, place))
			}
			m.Fields[x.Name] = v
			key += fmt.Sprintf("%g ", v)
		}
		if !seen[key] {
			seen[key] = true
			media = append(media, m)
		}
	}
	return media
}

// placeIn is the place in memory order of an array's value at a grid point.
func placeIn(a *field.Array, x *ir.Array, at []int) int {
	i := 0
	for j, axis := range x.Axes {
		i = i*a.Shape[j] + at[axis]
	}
	return i
}
