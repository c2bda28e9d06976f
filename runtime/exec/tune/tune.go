// Package tune finds the fastest schedule of an operator on a grid by measuring:
//
//	op, err := tune.Case{Compile: compile, Options: options, Arguments: arguments}.Best(ctx, tune.Quick)
//
// In: how the operator is compiled, and the arguments of the run that is to be fast.
// Out: the operator with the fastest of the schedules that were tried. What was found
// is kept with the compiled code, by operator, machine, threads and class of shape, and
// serves the next run. Start at Case.Best.
//
// Results may differ in their last bits from one schedule to another, as compilers
// join products and sums in each in their own way. So nothing is tuned, or taken from
// what is kept, unless somebody asks: a workflow has to get the same bits from every
// machine.
package tune

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"time"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/schedule"
	"github.com/courant-pde/courant/runtime/exec/jit"
	"github.com/courant-pde/courant/runtime/exec/machine"
	"github.com/courant-pde/courant/runtime/exec/operator"
)

// Effort says how long to search.
type Effort int

// The efforts: none, some two seconds, and as long as it takes to try all.
const (
	Off Effort = iota
	Quick
	Thorough
)

// Efforts are their names.
var Efforts = []string{"off", "quick", "thorough"}

// ParseEffort reads a name. Error: there is none such.
func ParseEffort(name string) (Effort, error) {
	if i := slices.Index(Efforts, name); i >= 0 {
		return Effort(i), nil
	}
	return Off, fmt.Errorf("there is no search %q: say quick, for some two seconds, thorough or off", name)
}

// budget is how long a search may take.
var budget = map[Effort]time.Duration{Quick: 2 * time.Second, Thorough: 5 * time.Minute}

// Case is an operator that is to be fast for some arguments.
type Case struct {
	Compile   func(context.Context, codegen.Options) (*operator.Operator, error)
	Options   codegen.Options
	Arguments operator.Arguments // points and the number of steps do not matter
	// Report is told what was tried; nil tells nobody.
	Report func(Trial)
}

// Trial is a schedule that was measured.
type Trial struct {
	Name   string  `json:"name"`             // of the variation
	Ratio  float64 `json:"ratio"`            // of its speed to that of the best one before it, in turns
	Better bool    `json:"better"`           // it is the best one now
	Failed string  `json:"failed,omitempty"` // why it could not be measured
}

func (t Trial) String() string {
	if t.Failed != "" {
		return fmt.Sprintf("%s: not tried: %s", t.Name, t.Failed)
	}
	text := fmt.Sprintf("%s: %.2f times as fast", t.Name, t.Ratio)
	if t.Better {
		text += ", taken"
	}
	return text
}

// kept is what a search leaves behind.
type kept struct {
	Schedule string // text
	Effort   Effort
}

// Best compiles the operator with the schedule that the effort finds. It keeps to the
// schedule of the options where there is one, and to the compiler's choice for what
// is not compiled to machine code. Errors: those of Compile, and a context that ends.
func (c Case) Best(ctx context.Context, effort Effort) (*operator.Operator, error) {
	op, err := c.Compile(ctx, c.Options)
	if err != nil || effort == Off || c.Options.Schedule != nil || op.Library == nil {
		return op, err
	}
	name := c.record(op)
	cache, err := jit.OpenCache()
	if err != nil {
		return nil, err
	}
	var k kept
	if _, ok := cache.ReadRecord(name, &k); ok && k.Effort >= effort {
		if known, err := c.given(ctx, k.Schedule); err == nil {
			return known, nil
		}
	}
	best, whole, err := c.search(ctx, op, time.Now().Add(budget[effort]))
	if err == nil && whole {
		_ = cache.WriteRecord(name, kept{best.Program.Schedule.String(), effort}) // it can be found again
	}
	return best, err
}

// record names what is kept: the program is the operator behind the passes, and a class
// of shape has as many bits along each axis.
func (c Case) record(op *operator.Operator) string {
	var class []int
	for _, n := range c.Arguments.Shape {
		class = append(class, bits.Len(uint(n)))
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%+v %s %v %d", op.Program.Stencil, machine.Facts(), machine.Describe().CPU, class, cmp.Or(c.Arguments.Threads, machine.Describe().Cores)))
	return "schedule-" + hex.EncodeToString(sum[:8])
}

// given compiles with a schedule that is a text.
func (c Case) given(ctx context.Context, text string) (*operator.Operator, error) {
	s, err := schedule.Parse(text)
	if err != nil {
		return nil, err
	}
	o := c.Options
	o.Schedule = schedule.Given(s)
	return c.Compile(ctx, o)
}

// search tries one variation after the other, each on top of those that were better
// than what there was before. It reports whether none failed, for want of memory.
func (c Case) search(ctx context.Context, best *operator.Operator, until time.Time) (_ *operator.Operator, whole bool, err error) {
	run, err := c.bind(best)
	if err != nil {
		return best, false, nil // the run itself says why
	}
	whole = true
	defer func() { run.Close() }()
	var chosen []schedule.Variation
	seen := map[string]bool{best.Program.Schedule.String(): true}
	longest := time.Duration(0)
	for _, v := range schedule.Variations {
		if err := ctx.Err(); err != nil {
			return nil, false, err
		}
		if slices.Contains(c.Options.Disable, v.Choice) {
			continue
		}
		if time.Now().Add(longest).After(until) {
			break
		}
		with := append(slices.Clone(chosen), v)
		o := c.Options
		o.Schedule = schedule.Varied(with...)
		if text, err := c.text(best, o.Schedule); err != nil || seen[text] {
			continue
		} else {
			seen[text] = true
		}
		start := time.Now()
		op, err := c.Compile(ctx, o)
		if illegal := (*schedule.Illegal)(nil); errors.As(err, &illegal) {
			continue
		}
		if err != nil {
			return nil, false, err
		}
		other, err := c.bind(op)
		if err != nil {
			whole = false
			c.report(Trial{Name: v.Name, Failed: err.Error()})
			continue
		}
		ratio, err := race(ctx, run, other, until)
		if err != nil {
			other.Close()
			return nil, false, err
		}
		better := ratio > 1.03 // less is noise
		c.report(Trial{Name: v.Name, Ratio: ratio, Better: better})
		if better {
			run, other, best, chosen = other, run, op, with
		}
		other.Close()
		longest = max(longest, time.Since(start))
	}
	return best, whole, nil
}

func (c Case) report(t Trial) {
	if c.Report != nil {
		c.Report(t)
	}
}

// text is the schedule that a maker makes for an operator's program.
func (c Case) text(op *operator.Operator, make schedule.Maker) (string, error) {
	s := make(op.Program.Stencil, op.Program.Target)
	_, applied, err := schedule.Apply(op.Program.Stencil, s)
	if err != nil {
		return "", err
	}
	return applied.String(), nil
}

// bind makes a run without points, whose wavefields stay zero.
func (c Case) bind(op *operator.Operator) (*operator.Run, error) {
	a := c.Arguments
	a.Steps, a.Kept, a.Unstable = 1<<20, 8, true
	a.Progress, a.Warn, a.Levels = nil, nil, nil
	a.Points = op.NoPoints(a.Steps)
	return op.Bind(a)
}

const (
	// A turn takes so many steps, which is a multiple of those that one pass takes...
	turnSteps = 8
	// ... and each run has so many turns, of which the first brings it to the caches.
	turns = 5
)

// race is how many times as fast the second run is, by the middle of the turns.
func race(ctx context.Context, a, b *operator.Run, until time.Time) (float64, error) {
	var ratios []float64
	for turn := range turns {
		one, err := a.Time(ctx, turnSteps)
		if err != nil {
			return 0, err
		}
		other, err := b.Time(ctx, turnSteps)
		if err != nil {
			return 0, err
		}
		if turn > 0 {
			ratios = append(ratios, one/other)
		}
		if turn > 1 && time.Now().After(until) {
			break
		}
	}
	slices.Sort(ratios)
	return ratios[(len(ratios)-1)/2], nil
}
