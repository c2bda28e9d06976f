package operator

import (
	"fmt"
	"math"
	"slices"

	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/symbolic"
)

// growth notices waves that grow without bound before they are infinite, or
// when a run ends.
//
// What sources put into a stable linear scheme comes back bounded by the sum of
// all that they put in. So the greatest value of a field that sources act on is
// remembered when they have put in a hundredth of their sum. What is still to
// come can raise it to a hundred times as much; waves that meet in a focus, and
// means that grow with time under a constant force, take it to some thousand
// times that at the very most. A field that is 10^8 times as large as then
// grows by itself. The amplitude of the sources does not enter.
//
// Only fields that sources act on, or that are not zero at first, are looked at,
// and all of them must have grown: others, and those that sources act on where a
// factor is zero, may come up from rounding errors by any factor when a wave is
// converted or scattered. What is unstable takes along all that is coupled.
type growth struct {
	from   int       // steps before this one put in less than a hundredth
	fields []bool    // arrays that are looked at
	first  []float64 // their greatest values then; 0 while not known
}

// most is the factor that nothing but instability reaches.
const most = 1e8

// watch makes a watch over a run; nil when growth is allowed.
func (b *binder) watch(r *Run) *growth {
	if b.a.Unstable {
		return nil
	}
	g := &growth{fields: make([]bool, len(r.arrays)), first: make([]float64, len(r.arrays))}
	var driven []string
	for _, s := range b.op.Program.Problem.Statements {
		if i, ok := s.(*symbolic.Inject); ok {
			driven = append(driven, i.Target.Func.Name)
		}
	}
	for i, s := range r.arrays {
		name := s.array.Name
		given := b.a.Fields[name] != nil || b.a.Constants[name] != 0
		g.fields[i] = s.array.Computed() && (given || driven == nil || slices.Contains(driven, name))
	}
	g.from = r.settled()
	return g
}

// settled is the first step before which sources have put in a hundredth of all
// that they put in.
func (r *Run) settled() int {
	input := make([]float64, r.args.Steps)
	seen := map[*field.Array]bool{}
	for i, p := range r.op.Program.Signature.Points {
		d := r.points[i]
		if !p.Inject || seen[d.traces] || d.count == 0 {
			continue
		}
		seen[d.traces] = true
		for t := range input {
			for k := t * d.count; k < (t+1)*d.count; k++ {
				input[t] += math.Abs(d.traces.At(k))
			}
		}
	}
	if r.op.Program.Signature.Backward {
		slices.Reverse(input)
	}
	all := 0.0
	for _, v := range input {
		all += v
	}
	sum := 0.0
	for t, v := range input {
		if sum += v; sum >= all/100 {
			return t + 1
		}
	}
	return 0
}

// look compares the greatest values with those of the beginning. It gives the
// field that grew least.
func (g *growth) look(r *Run) (field string, factor float64) {
	if g == nil || r.Next < g.from {
		return "", 0
	}
	for i, s := range r.arrays {
		if !g.fields[i] {
			continue
		}
		switch now := s.greatest(s.bufferOf(r.Next)); {
		case g.first[i] == 0:
			g.first[i] = now
		case field == "" || now/g.first[i] < factor:
			field, factor = s.array.Name, now/g.first[i]
		}
	}
	return field, factor
}

// Grew says that a wavefield grew by more than waves do.
type Grew struct {
	Field  string
	Step   int     // by which it was seen
	Factor float64 // since the sources began to act
}

func (e *Grew) Error() string {
	return fmt.Sprintf("%s has grown to %.0e times what it was when the sources began to act, by step %d: the run is unstable and was stopped. Check the time step, boundaries and absorbing layers; if it is meant to grow, run it with --unstable", e.Field, e.Factor, e.Step)
}
