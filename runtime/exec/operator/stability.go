package operator

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/symbolic/stability"
)

// stability refuses a time step beyond the limit of the scheme in the medium of
// any point of the grid. It gives the limits, nil when none is known.
func (b *binder) stability() (*finder, error) {
	if b.a.Unstable {
		return nil, nil
	}
	f, err := b.limits()
	if errors.Is(err, stability.ErrNonlinear) {
		return nil, nil
	}
	if err != nil {
		return nil, BadArguments{fmt.Sprintf("the stability of operator %s cannot be judged: %v; if you know better, run it without this check (--unstable)", b.k.Name, err)}
	}
	// A limit is known to a few parts in 10^7.
	if b.a.Dt <= f.Critical*(1+1e-6) {
		return f, nil
	}
	if f.IllPosed {
		return nil, BadArguments{f.Cause}
	}
	return nil, BadArguments{fmt.Sprintf("the time step %g is above the stability limit %.6g of operator %s, which arises %s; use %g or less, larger spacings, or check the units", b.a.Dt, floor(f.Critical, 6), b.k.Name, f.where(), b.op.safe(context.Background(), b.a, &f.Limits, Margin))}
}

// Margin is what the steps that are proposed stay below the limit by, as a part.
// The limit is that of each medium by itself. Where media meet it may be lower:
// of nine operators in two dimensions at orders 4 and 8, over a sea floor, four
// rocks in blocks and white noise of velocity and density, the limit found by
// running was 0.997 of that of the media or more, but for acoustic_density in
// noise, with 0.955.
const Margin = 0.05

// where is the point that sets the limit, and its medium.
func (f *finder) where() string {
	return fmt.Sprintf("at grid point %s, where %s", field.ShapeString(f.At), list(f.Medium))
}

func list(values []Value) string {
	var out []string
	for _, v := range values {
		if math.IsNaN(v.Value) {
			continue
		}
		out = append(out, fmt.Sprintf("%s = %.6g", v.Name, v.Value))
	}
	if len(out) == 0 {
		return "there are no parameters"
	}
	return strings.Join(out, ", ")
}

// hopeless says why a medium is unstable at every time step.
func (f *finder) hopeless(name string) string {
	text := fmt.Sprintf("operator %s is unstable at every useful time step %s: ", name, f.where())
	if !f.verdict.Finite {
		text += "its coefficients are not finite there; look for zeros in divisors and roots of negative numbers"
	} else {
		text += "its waves grow the faster the shorter they are"
	}
	if cures := f.cures(); len(cures) > 0 {
		text += "; it would be stable with " + strings.Join(cures, ", or with ")
	} else {
		text += "; check signs and units of the parameters, and that no first derivative is one-sided unawares (courant explain shows the stencils)"
	}
	return text + "; if you know better, run it with --unstable"
}

// cures are changes of one parameter that make the worst medium stable. Waves
// along the axes and diagonals tell, if they tell that it is unstable as it is.
func (f *finder) cures() (out []string) {
	f.waves = stability.Corners(len(f.media.shape))
	if v := f.Medium; len(v) == 0 || f.stableWith(0, v[0].Value) {
		return nil
	}
	for place, v := range f.Medium {
		if math.IsNaN(v.Value) {
			continue
		}
		for _, sign := range []float64{1, -1} {
			good, ok := f.cured(place, sign)
			if !ok {
				continue
			}
			bad := v.Value
			for range 24 {
				mid := (good + bad) / 2
				if f.stableWith(place, mid) {
					good = mid
				} else {
					bad = mid
				}
			}
			if math.Abs(good) < 1e-6*math.Abs(v.Value) {
				good = 0
			}
			out = append(out, fmt.Sprintf("%s %s %.4g", v.Name, map[float64]string{1: "above", -1: "below"}[sign], good))
		}
	}
	return out
}

// cured is a value up or down from a parameter's own with which the worst
// medium is stable, the nearest of some.
func (f *finder) cured(place int, sign float64) (float64, bool) {
	v := f.Medium[place].Value
	size := math.Abs(v)
	if size == 0 {
		size = 0.1
	}
	for _, by := range []float64{0.03, 0.1, 0.3, 0.999, 2, 10} {
		if w := v + sign*by*size; f.stableWith(place, w) {
			return w, true
		}
	}
	return 0, false
}

// stableWith reports whether the worst medium with another value of a parameter
// has a stable time step.
func (f *finder) stableWith(place int, v float64) bool {
	j := f.judge()
	fields := f.media.at(f.point)
	if place < len(fields) {
		fields[place] = v
	} else {
		scalars := append([]float64(nil), f.scalars...)
		scalars[len(scalars)-(len(f.Medium)-place)] = v
		j = f.scheme.Judge(scalars)
	}
	j.Set(fields)
	w, err := j.LimitOf(f.hint, f.waves)
	return err == nil && w.Dt > 0 && w.Rate == 0
}
