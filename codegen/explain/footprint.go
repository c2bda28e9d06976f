package explain

import (
	"fmt"
	"slices"

	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/typeset"
)

// Read is what a statement reads of one function at one time level: the
// stencil's footprint.
type Read struct {
	Function string `json:"function"`
	Varies   bool   `json:"varies"` // has time levels
	Level    int    `json:"level"`  // from t
	// Points are the places of the values, in spacings from the place of the
	// result; between the nodes they are halves.
	Points []Point `json:"points"`

	dim     int
	formula *typeset.Formula // of the function and its level
}

// Point is a place relative to that of the result, in half spacings per axis.
type Point []int

// MarshalJSON writes spacings.
func (p Point) MarshalJSON() ([]byte, error) {
	out := []byte{'['}
	for i, h := range p {
		if i > 0 {
			out = append(out, ',')
		}
		out = fmt.Appendf(out, "%g", float64(h)/2)
	}
	return append(out, ']'), nil
}

func (p Point) isHere() bool { return !slices.ContainsFunc(p, func(h int) bool { return h != 0 }) }

// reads lists what e reads, evaluated at a place, in the order in which it
// occurs: wavefields first, then by the number of points.
func reads(e symbolic.Expr, at []bool) []Read {
	var out []Read
	symbolic.Visit(e, func(e symbolic.Expr) {
		a, ok := e.(*symbolic.Access)
		if !ok {
			return
		}
		i := slices.IndexFunc(out, func(r Read) bool { return r.Function == a.Func.Name && r.Level == a.Time })
		if i < 0 {
			i = len(out)
			out = append(out, Read{Function: a.Func.Name, Varies: a.Func.Varies(), Level: a.Time, dim: len(a.Offset), formula: typeset.SetLevel(a)})
		}
		p := make(Point, len(a.Offset))
		for _, axis := range a.Func.Axes {
			p[axis] = 2 * a.Offset[axis]
			if a.Func.IsStaggered(axis) {
				p[axis]++
			}
			if at != nil && at[axis] {
				p[axis]--
			}
		}
		if !slices.ContainsFunc(out[i].Points, func(q Point) bool { return slices.Equal(p, q) }) {
			out[i].Points = append(out[i].Points, p)
		}
	})
	for _, r := range out {
		slices.SortFunc(r.Points, slices.Compare[Point])
	}
	rank := func(r Read) int {
		if r.Varies {
			return -1
		}
		return 0
	}
	slices.SortStableFunc(out, func(a, b Read) int {
		if c := rank(a) - rank(b); c != 0 {
			return c
		}
		return len(b.Points) - len(a.Points)
	})
	return out
}

// isHere reports whether only the place of the result is read.
func (r Read) isHere() bool { return len(r.Points) == 1 && r.Points[0].isHere() }

// alike groups what is read at the same points.
func alike(reads []Read) [][]Read {
	var out [][]Read
	for _, r := range reads {
		i := slices.IndexFunc(out, func(group []Read) bool { return slices.EqualFunc(group[0].Points, r.Points, slices.Equal[Point]) })
		if i < 0 {
			out = append(out, []Read{r})
		} else {
			out[i] = append(out[i], r)
		}
	}
	return out
}

// name is the function with its time level, such as u[t-1].
func (r Read) name() string {
	if !r.Varies {
		return r.Function
	}
	return r.Function + "[" + plus("t", r.Level) + "]"
}

func (r Read) count() string {
	if len(r.Points) == 1 {
		return "1 point"
	}
	return fmt.Sprintf("%d points", len(r.Points))
}

func plus(name string, n int) string {
	if n == 0 {
		return name
	}
	return fmt.Sprintf("%s%+d", name, n)
}

// Extent is the lowest and the highest place along an axis, in half spacings;
// the place of the result counts too.
func (r Read) extent(axis int) (lo, hi int) {
	for _, p := range r.Points {
		lo, hi = min(lo, p[axis]), max(hi, p[axis])
	}
	return lo, hi
}
