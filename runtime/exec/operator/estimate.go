package operator

import (
	"fmt"

	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/runtime/exec/field"
)

// fits compares what a run needs with what the machine has, before anything
// is taken.
func (b *binder) fits(r *Run) error {
	// In floating point, since what does not fit may be any number.
	need := 8 * float64(len(b.k.Series)) * float64(b.a.Steps)
	for _, s := range r.arrays {
		if !s.shared {
			need += float64(s.real.Size()) * (float64(s.lead) + float64(s.buffer)*float64(s.count))
		}
	}
	for _, p := range b.a.Points {
		if p.At != nil || p.Weights != nil {
			need += float64(p.Count()) * float64(b.a.Steps) * float64(b.k.Real.Size())
		}
	}
	have := float64(b.machine.Available)
	if have == 0 {
		have = 1 << 46 // the system does not tell; no machine has more
	}
	if need <= have {
		return nil
	}
	hint := "choose a smaller grid"
	if b.k.Real == signature.F64 {
		hint += " or single precision"
	}
	return BadArguments{fmt.Sprintf("this run needs %s of memory and %s is available; %s", gibibytes(need), gibibytes(have), hint)}
}

func gibibytes(n float64) string { return fmt.Sprintf("%.1f GiB", n/(1<<30)) }

// Needs is the memory of a run, in bytes.
type Needs struct {
	Fixed int64 // arrays, without what saved wavefields keep
	Own   int64 // of that, what is not shared with a run beside: see Arguments.Beside
	Level int64 // one level of the saved wavefields that the operator computes
	State int64 // what the next step reads
	Real  int   // a number
}

// Needs checks arguments as Bind does, and says what memory a run takes; none
// is taken. Levels that are to be shared need not be given.
func (op *Operator) Needs(a Arguments) (Needs, error) {
	b, err := op.checked(a, true)
	if err != nil {
		return Needs{}, err
	}
	r, err := b.layout()
	if err != nil {
		return Needs{}, err
	}
	n := Needs{Real: b.k.Real.Size()}
	for _, s := range r.arrays {
		switch {
		case s.array.Given():
		case s.array.Keeps():
			n.Level += s.buffer * int64(s.real.Size())
			n.Fixed += s.lead * int64(s.real.Size())
		default:
			n.Fixed += s.bytes()
			if s.array.Role != signature.Param && s.array.Role != signature.Precomputed {
				n.Own += s.bytes()
			}
		}
		if s.array.Computed() {
			n.State += int64(b.k.FirstStep+1) * s.layout.Len * int64(s.real.Size())
		}
	}
	for _, q := range b.op.Program.Problem.Points {
		traces := int64(b.a.Points[q.Name].Count()) * int64(b.a.Steps+b.k.Ahead) * int64(b.k.Real.Size())
		if n.Fixed += traces; q.Inject {
			n.Own += traces
		}
	}
	return n, nil
}

// Bytes is the memory that the run holds of its own.
func (r *Run) Bytes() (n int64) {
	for _, s := range r.arrays {
		if !s.shared {
			n += s.bytes()
		}
	}
	counted := map[*field.Array]bool{} // sets of points may share traces
	for i, p := range r.points {
		if counted[p.traces] || r.args.Beside != nil && !r.op.Program.Signature.Points[i].Inject {
			continue // records in common with the run beside
		}
		counted[p.traces] = true
		n += int64(p.traces.Len()) * int64(r.op.Program.Signature.Real.Size())
	}
	return n
}
