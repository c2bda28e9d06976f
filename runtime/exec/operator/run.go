package operator

import (
	"context"
	"fmt"
	"time"

	"github.com/courant-pde/courant/backends/abi"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/runtime/exec/field"
)

// Run is an operator with its data between two steps.
type Run struct {
	First, Last int // steps of the run, both included; step t makes level t+1
	Next        int // step to be carried out next; backward operators count up too

	op      *Operator
	args    Arguments
	arrays  []*storage
	points  []*pointData
	series  [][]float64 // in the kernel's order, one number per step
	scalars []float64
	engine  engine
	blocks  *blockSearch
	pace    time.Duration // of a step, as last measured
	checked int           // steps before this one gave finite wavefields
	growth  *growth
	// roundings are those of what is stored in half precision.
	roundings []Rounding
	strongest map[string]float64 // greatest value seen of each wavefield in half precision
	mirror    int                // a backward operator's own step is mirror-t
}

// begin makes the engine and carries out what is done once per run.
func (r *Run) begin() error {
	switch {
	case r.op.Library != nil:
		r.engine = newNative(r)
	case r.op.Program.Signature.Real == signature.F32:
		r.engine = newInterpreted(r, func(a *field.Array) []float32 { return a.F32 })
	default:
		r.engine = newInterpreted(r, func(a *field.Array) []float64 { return a.F64 })
	}
	r.blocks = newBlockSearch(r)
	if err := r.engine.prepare(r.usual); err != nil {
		return err
	}
	if err := r.narrow(); err != nil {
		return err
	}
	r.engine.find(r.arrays)
	return nil
}

// Close gives the memory back. Arrays that Field and Traces returned stay
// valid.
func (r *Run) Close() {
	for _, s := range r.arrays {
		if s.memory != nil && r.reusable(s) {
			r.op.spares.leave(s)
		}
		s.free()
	}
	r.engine = nil
}

const (
	// beat is how long a group of steps may take: a person waits that long
	// for a reaction.
	beat = 100 * time.Millisecond
	// longest is the greatest number of steps in a group, and so how exactly
	// the step is known in which a wavefield became NaN.
	longest = 64
	// checkEvery is the number of steps after which wavefields are searched
	// for NaN and for growth. Each reads one buffer, less than a third of what a
	// step moves, so it costs about two percent.
	checkEvery = 25
)

// Advance carries out the steps up to last, included; steps done before are
// not repeated. It stops with an error when ctx ends, naming the step, and
// when NaN or an infinity appears in a wavefield, naming steps and place, or
// when a wavefield grows as only instability does: Diverged and Grew.
func (r *Run) Advance(ctx context.Context, last int) error {
	if r.engine == nil {
		return fmt.Errorf("the run is closed")
	}
	last = min(last, r.Last)
	for r.Next <= last {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("stopped before step %d of %d: %w", r.Next-r.First+1, r.Last-r.First+1, err)
		}
		block, atMost := r.blocks.propose()
		n := min(r.group(), atMost, last-r.Next+1)
		start := time.Now()
		if err := r.engine.steps(r.Next, r.Next+n-1, block); err != nil {
			return err
		}
		took := time.Since(start)
		r.pace = took / time.Duration(n)
		r.blocks.learn(took)
		r.Next += n
		if r.Next-r.checked >= checkEvery || r.Next > last {
			if err := r.check(); err != nil {
				return err
			}
		}
		if r.args.Progress != nil {
			r.args.Progress(r.Next-r.First, r.Last-r.First+1)
		}
		if r.Next > r.Last {
			r.tell()
		}
	}
	return nil
}

// group is the number of steps to carry out before looking up.
func (r *Run) group() int {
	if r.pace == 0 {
		return 1
	}
	return max(1, int(min(beat/max(r.pace, 1), longest)))
}

// check looks at the newest level of all wavefields.
func (r *Run) check() error {
	from, to := r.checked, r.Next-1
	r.checked = r.Next
	for _, s := range r.arrays {
		if !s.array.Computed() && s.array.Role != signature.Image {
			continue
		}
		if at := s.notFinite(s.bufferOf(r.Next)); at != nil {
			if r.op.Program.Signature.Backward {
				from, to = r.mirror-to, r.mirror-from
			}
			return &Diverged{Field: s.array.Name, From: from, To: to, At: at, Half: s.array.Narrow}
		}
	}
	r.faint()
	if name, factor := r.growth.look(r); factor > most {
		return &Grew{Field: name, Step: to, Factor: factor}
	}
	return nil
}

// Diverged says that a wavefield is no longer finite.
type Diverged struct {
	Field    string
	From, To int   // the steps, both included, in one of which it happened
	At       []int // a grid point where it is seen
	Half     bool  // it is stored in half precision
}

func (e *Diverged) Error() string {
	when := fmt.Sprintf("in step %d", e.To)
	if e.From < e.To {
		when = fmt.Sprintf("between steps %d and %d", e.From, e.To)
	}
	check := "Check the time step, the units of the parameters, and zeros in divisors"
	if e.Half {
		check = fmt.Sprintf("It is stored in half precision, which ends at %d: if its values may be greater, make the sources weaker by a factor, which for a linear operator only scales the results. Otherwise check the time step, the units of the parameters, and zeros in divisors", abi.GreatestHalf)
	}
	return fmt.Sprintf("%s became NaN or infinite %s, seen at grid point %s; the run was stopped. %s", e.Field, when, field.ShapeString(e.At), check)
}

// Field copies the newest time level of a wavefield, a field, an image, or all
// frames of a history or levels of a saved wavefield, whose axis comes first;
// without halo. It is nil when
// the operator has none of that name.
func (r *Run) Field(name string) *field.Array {
	for _, s := range r.arrays {
		if s.array.Name != name || s.memory == nil {
			continue
		}
		if s.every > 0 || s.array.Keeps() {
			return s.frames()
		}
		return s.read(s.bufferOf(r.Next))
	}
	return nil
}

// traces are those of points in the kernel's type, nil when there are none.
func (r *Run) traces(name string) *field.Array {
	for i, p := range r.op.Program.Signature.Points {
		if p.Traces == name {
			return r.points[i].traces
		}
	}
	return nil
}

// Traces are the traces of points, shape (Steps, points), as far as they are
// recorded; nil when the operator has no such points.
func (r *Run) Traces(name string) *field.Array {
	for i, p := range r.op.Program.Signature.Points {
		if p.Traces == name {
			// Behind the rows of the run there may be some of zeros, for steps that
			// read those of later ones.
			all := r.points[i].traces
			view := &field.Array{Shape: []int{r.args.Steps, all.Shape[1]}}
			if n := r.args.Steps * all.Shape[1]; all.F32 != nil {
				view.F32 = all.F32[:n]
			} else {
				view.F64 = all.F64[:n]
			}
			return view
		}
	}
	return nil
}

// Result is what the run has of a name: Traces, Series or Field; nil for none.
func (r *Run) Result(name string) *field.Array {
	if a := r.Traces(name); a != nil {
		return a
	}
	if a := r.Series(name); a != nil {
		return a
	}
	return r.Field(name)
}

// Series are the numbers of a reduction, shape (Steps); nil when the operator
// has no such series.
func (r *Run) Series(name string) *field.Array {
	for i, s := range r.op.Program.Signature.Series {
		if s.Name == name {
			a := field.New64(len(r.series[i]))
			copy(a.F64, r.series[i])
			return a
		}
	}
	return nil
}

// Block is the extent of tiles in use, per axis.
func (r *Run) Block() []int64 { return r.blocks.best }

// Threads is the number of threads in use.
func (r *Run) Threads() int { return r.args.Threads }

// Pace is the time of a step, as last measured; 0 before the first.
func (r *Run) Pace() time.Duration { return r.pace }
