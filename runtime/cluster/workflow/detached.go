package workflow

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/batch"
)

// Detached is how a run goes on while no process drives it: a batch system has the
// tasks of a version, and whichever worker finishes the last of them makes the next
// state and submits the tasks that follow. What was submitted stands in the store.
//
//	RUN/launched/GENERATION/v0003-000-00   the array of the first tasks of version 3
//	RUN/launched/GENERATION/v0003-000-01   what that left without a word
//	RUN/launched/GENERATION/v0003-001-00   the next tasks, as an array has only so many
type Detached struct {
	System      batch.System
	Arguments   []string          // of the workers, which call Serve
	Environment map[string]string // of the workers
	// Generation tells apart the times that the run was begun or resumed: tasks that
	// failed for good are begun again in another one. Letters a-z and digits.
	Generation string
	Attempts   int // of the batch system at a task; 0 for 4
	Policy     Policy
	Needs      batch.Resources // of each task
	Budget     time.Duration   // see Options
}

// mostRounds is how many arrays the same tasks come into at most: those that an array
// leaves without a word, as when it was deleted, come into another one.
const mostRounds = 3

// launched is an array that was submitted for some tasks of a version: part 1 has those
// behind the first ones that fit into an array.
type launched struct {
	batch.Array
	Part  int `json:"part"`
	Round int `json:"round"`
}

// ErrStopped says that a run that nobody drives does not go on by itself.
var ErrStopped = errors.New("the run has stopped")

func (d *Detached) prefix(r *Run, version int) string {
	return fmt.Sprintf("%s/launched/%s/v%04d-", r.Name, d.Generation, version)
}

// name is that of an array: the same whoever submits it, and another one for another
// run or another generation.
func (d *Detached) name(r *Run, version, part, round int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %d %d %d", r.Name, d.Generation, version, part, round))
	return "courant-" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:15]))
}

// Step does all that can be done for a run now, and waits for nothing: it makes sums
// and states, and submits tasks at which nobody works. It may be called at any time by
// any process, and by several at once: by the worker that finished the last task of a
// version, by a timer, by hand. Errors: ErrStopped when a task failed for good or the
// budget is spent (ErrBudget), those of the system, and of the store.
func Step(ctx context.Context, r *Run, d Detached) (*Position, error) {
	for {
		p, err := r.Advance(ctx)
		if err != nil {
			return nil, err
		}
		last, err := d.last(ctx, r, p.Version)
		if err != nil {
			return nil, err
		}
		if p.Cancelled {
			var faults []error
			for _, l := range last {
				faults = append(faults, d.System.Cancel(ctx, l.Array, -1))
			}
			return p, errors.Join(faults...)
		}
		if len(last) == 0 || p.Done {
			d.tidy(ctx, r, p.Version-1)
		}
		if p.Done {
			return p, nil
		}
		moved := false
		missing := map[int][]int{} // places by part
		for _, place := range p.Missing {
			part := place / d.System.Most()
			missing[part] = append(missing[part], place)
		}
		for _, part := range slices.Sorted(maps.Keys(missing)) {
			if l := last[part]; l == nil {
				err = d.launch(ctx, r, p, part, 0, missing[part])
			} else {
				var found bool
				found, err = d.look(ctx, r, p, l, missing[part])
				moved = moved || found
			}
			if err != nil {
				return p, err
			}
		}
		if !moved {
			return p, nil
		}
	}
}

// last are the arrays that were submitted last for a version, by part.
func (d *Detached) last(ctx context.Context, r *Run, version int) (map[int]*launched, error) {
	keys, err := r.Store.List(ctx, d.prefix(r, version))
	if err != nil {
		return nil, err
	}
	last := map[int]*launched{}
	for _, k := range keys { // rounds of a part follow each other
		l, err := r.launched(ctx, k)
		if err != nil {
			return nil, err
		}
		last[l.Part] = l
	}
	return last, nil
}

func (r *Run) launched(ctx context.Context, key string) (*launched, error) {
	f, err := r.Store.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	l := &launched{}
	if err := json.NewDecoder(io.LimitReader(f, 1<<20)).Decode(l); err != nil || l.Size < 1 {
		return nil, fmt.Errorf("%s is damaged (%w); delete it, and resume the run", key, err)
	}
	return l, nil
}

// launch submits tasks of a version. Two processes that launch the same round give the
// same name, and so the same array.
func (d *Detached) launch(ctx context.Context, r *Run, p *Position, part, round int, places []int) error {
	spent := 0.0
	if p.State != nil {
		spent = p.State.Seconds()
	}
	if d.Budget > 0 && spent >= d.Budget.Seconds() {
		return fmt.Errorf("run %s: %w: %w", r.Name, ErrStopped, ErrBudget)
	}
	l := &launched{batch.Array{Name: d.name(r, p.Version, part, round), Needs: d.Needs, Attempts: cmp.Or(d.Attempts, 4), Submits: true}, part, round}
	tasks := make([]Task, len(places))
	for i, place := range places {
		tasks[i] = Task{Version: p.Version, Place: place, Needs: d.Needs}
	}
	tasks, err := batch.Post(ctx, r.Store, l.Name, tasks)
	if err != nil {
		return err
	}
	l.Size = len(tasks)
	if l.ID, err = batch.Submit(ctx, d.System, r.Store, l.Array, tasks, d.Arguments, d.Environment); err != nil {
		return fmt.Errorf("%d tasks of version %d cannot be submitted: %w", l.Size, p.Version, err)
	}
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return r.create(ctx, fmt.Sprintf("%s%03d-%02d", d.prefix(r, p.Version), part, round), strings.NewReader(string(text)+"\n"))
}

// look finds tasks of an array that nobody works at any more and whose gradients are
// not there: those that failed for good, and those that were lost. Missing are the
// places whose gradients were not there before. It reports whether the run may have
// moved.
func (d *Detached) look(ctx context.Context, r *Run, p *Position, l *launched, missing []int) (moved bool, err error) {
	tasks, err := batch.Tasks(ctx, r.Store, l.Name)
	if err != nil {
		return false, err
	}
	failed, err := batch.Failures(ctx, r.Store, l.Name)
	if err != nil {
		return false, err
	}
	ended, err := d.System.Ended(ctx, l.Array)
	if err != nil {
		return false, err
	}
	index := map[int]int{} // of a place
	for i, t := range tasks {
		index[t.Place] = i
	}
	dead := map[int]error{} // by place
	var lost []int
	running := false
	for _, place := range missing {
		i, ok := index[place]
		how, over := ended[i]
		if !ok { // its gradient was there, and was lost
			lost = append(lost, place)
			continue
		}
		if failed[i] == nil && !over {
			running = true
			continue
		}
		// It may have brought its gradient since the run was looked at.
		there, err := r.Submitted(ctx, Task{Version: p.Version, Place: place}, p.Tasks)
		switch {
		case err != nil:
			return false, err
		case there:
			moved = true
		case failed[i] != nil:
			dead[place] = failed[i]
		case l.Round+1 < mostRounds:
			lost = append(lost, place)
		default:
			dead[place] = fmt.Errorf("its worker ended without an answer (%s), in each of %d arrays: %s", how, mostRounds, d.System.LastWords(ctx, l.Array, i))
		}
	}
	if len(dead) > 0 && d.Policy == Fail {
		return false, d.bury(ctx, r, p, l, dead)
	}
	for place, why := range dead {
		t := Task{Version: p.Version, Place: place}
		r.Letter(ctx, t, why)
		if err := r.Submit(ctx, t, p.Tasks, &Object{}); err != nil {
			return false, err
		}
		moved = true
	}
	if running || moved || len(lost) == 0 {
		return moved, nil
	}
	return false, d.launch(ctx, r, p, l.Part, l.Round+1, lost)
}

// tidy removes what is kept of the arrays of all versions before one. Those of the
// version before the present one may still have workers, such as the one that calls
// this. What stays does no harm.
func (d *Detached) tidy(ctx context.Context, r *Run, before int) {
	keys, err := r.Store.List(ctx, r.Name+"/launched/")
	if err != nil {
		return
	}
	for _, k := range keys {
		var version int
		if _, err := fmt.Sscanf(path.Base(k), "v%d-", &version); err != nil || version >= before {
			continue
		}
		l, err := r.launched(ctx, k)
		if err == nil {
			_ = d.System.Forget(ctx, l.Array)
			err = batch.Clear(ctx, r.Store, l.Name)
		}
		if err == nil {
			_ = r.Store.Delete(ctx, k)
		}
	}
}

// bury stops a run whose tasks failed for good: the others are cancelled.
func (d *Detached) bury(ctx context.Context, r *Run, p *Position, l *launched, dead map[int]error) error {
	places := slices.Sorted(maps.Keys(dead))
	for _, place := range places {
		r.Letter(ctx, Task{Version: p.Version, Place: place}, dead[place])
	}
	_ = d.System.Cancel(ctx, l.Array, -1) // what goes on does so for nothing
	return fmt.Errorf("run %s: %w: version %d, task %d failed for good (%d tasks have): %w", r.Name, ErrStopped, p.Version, places[0], len(places), dead[places[0]])
}

// Serve is what a worker does for a run that nobody drives: it carries out the task of
// an element of an array, see batch.ServeElement, and whatever its end makes possible.
// Errors: those of ServeElement; and of Step, but for ErrStopped, which is told to
// stopped.
func (d Detached) Serve(ctx context.Context, r *Run, array string, index int, do func(ctx context.Context, t Task) error, stopped func(error)) error {
	served, err := batch.ServeElement(ctx, r.Store, array, index, func(ctx context.Context, t Task) error {
		if gone, err := r.exists(ctx, r.cancelledKey()); err != nil || gone {
			return err
		}
		err := do(ctx, t)
		if err != nil && !errors.Is(err, batch.ErrPermanent) {
			err = batch.Unanswered(err)
		}
		return err
	})
	if err != nil {
		return err
	}
	err = WaitOut(ctx, r.Away, func() error {
		if !served.Failed {
			top, err := r.climb(ctx, arrival{r.Name, served.Task.Version, served.Task.Place})
			if err != nil || !top {
				return err
			}
		}
		_, err := Step(ctx, r, d)
		return err
	})
	if errors.Is(err, ErrStopped) {
		stopped(err)
		return nil
	}
	return err
}

// Letter keeps the reason why a task failed for good, for Why.
func (r *Run) Letter(ctx context.Context, t Task, err error) {
	// The failure itself is reported anyway.
	_ = r.create(context.WithoutCancel(ctx), r.deadKey(t), strings.NewReader(err.Error()+"\n"))
}
