package inversion

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/engine"
	"github.com/courant-pde/courant/runtime/cluster/queue"
	"github.com/courant-pde/courant/runtime/cluster/store"
	"github.com/courant-pde/courant/runtime/cluster/workflow"
	"github.com/courant-pde/courant/runtime/inverse/imaging"
)

// launch is how a run is carried out that nobody drives; it stands in the store, for
// workers and for whoever looks after the run.
//
//	RUN/parcel              the survey's files, see imaging.Survey.Pack
//	RUN/launch/GENERATION   this
//	detached/RUN            that the run goes on by itself, until it is done
type launch struct {
	System   string          `json:"system"` // its URL
	Folder   string          `json:"folder"` // that the system may share with its workers
	Attempts int             `json:"attempts"`
	Drop     bool            `json:"drop,omitempty"`
	Budget   time.Duration   `json:"budget_ns,omitempty"`
	Deadline time.Duration   `json:"deadline_ns,omitempty"` // of an attempt
	Needs    batch.Resources `json:"needs"`
	Workers  []string        `json:"arguments"` // of a worker
}

// detachedKeys begins the keys of the runs of a store that go on by themselves.
const detachedKeys = "detached/"

func parcelKey(run string) string             { return run + "/parcel" }
func launchKey(run, generation string) string { return run + "/launch/" + generation }

// ship puts the survey's files into the store, for workers elsewhere.
func (in *Inversion) ship(ctx context.Context) error {
	if in.Misfit != nil {
		return bad("the misfit %s is a function of this program, which workers elsewhere do not have; have tasks carried out by Batch, by workers that call OpenSurvey with the same misfit", in.MisfitName)
	}
	if err := in.Survey.Import(ctx, in.Run); err != nil {
		return err
	}
	data, w := io.Pipe()
	go func() { w.CloseWithError(in.Survey.Pack(w)) }()
	defer data.Close()
	err := in.Run.Store.Create(ctx, parcelKey(in.Run.Name), data)
	if errors.Is(err, store.ErrExists) {
		return nil
	}
	return err
}

// workerArguments are those of a worker of a batch system.
func (in *Inversion) workerArguments() []string {
	args := []string{"worker", "--store", in.Store, "--run", in.Run.Name, "--target", in.Target.Name(), "--threads", fmt.Sprint(in.Threads)}
	if in.Memory > 0 {
		args = append(args, "--memory", fmt.Sprintf("%dB", in.Memory))
	}
	if in.Failures > 0 {
		args = append(args, "--mtbf", in.Failures.String())
	}
	return args
}

// openSystem opens the batch system of the options.
func (o *Options) openSystem(ctx context.Context) (batch.System, error) {
	folder, err := filepath.Abs(o.Folder)
	if err != nil {
		return nil, err
	}
	s, err := o.OpenSystem(ctx, o.System, folder)
	if err != nil {
		return nil, BadOptions{err}
	}
	return s, nil
}

// Detach has the inversion carried out by the batch system of the options, and does not
// wait for it: the worker that finishes the last task of a version makes the next state
// and submits what follows. Status tells how far it is, Nudge mends what got stuck,
// and Drive writes the results. What was cancelled is resumed, and what failed is tried
// again. Errors: BadOptions, and those of the batch system and the store.
func (in *Inversion) Detach(ctx context.Context) (*workflow.Position, error) {
	if in.System == "" {
		return nil, bad("only a batch system goes on without a driver; name one, such as slurm")
	}
	s, err := in.openSystem(ctx)
	if err != nil {
		return nil, err
	}
	if err := in.ship(ctx); err != nil {
		return nil, err
	}
	if err := in.Run.Resume(ctx); err != nil {
		return nil, err
	}
	// Of the time, so that the last one sorts last.
	generation := strconv.FormatInt(time.Now().Unix(), 36) + strings.ToLower(rand.Text()[:4])
	folder, err := filepath.Abs(in.Folder)
	if err != nil {
		return nil, err
	}
	l := &launch{System: in.System, Folder: folder, Attempts: in.Attempts, Drop: in.Drop, Budget: in.Budget, Deadline: in.Deadline, Needs: in.Needs, Workers: append(in.workerArguments(), "--generation", generation)}
	text, err := json.Marshal(l)
	if err != nil {
		return nil, err
	}
	if err := in.Run.Store.Create(ctx, launchKey(in.Run.Name, generation), bytes.NewReader(append(text, '\n'))); err != nil {
		return nil, err
	}
	if err := in.Run.Store.Create(ctx, detachedKeys+in.Run.Name, strings.NewReader("")); err != nil && !errors.Is(err, store.ErrExists) {
		return nil, err
	}
	d := l.detached(s, generation, in.Environment)
	return workflow.Step(ctx, in.Run, d)
}

// detached is how the run goes on.
func (l *launch) detached(s batch.System, generation string, environment map[string]string) workflow.Detached {
	d := workflow.Detached{System: s, Arguments: l.Workers, Environment: environment, Generation: generation, Attempts: l.Attempts, Needs: l.Needs, Budget: l.Budget}
	if l.Drop {
		d.Policy = workflow.Drop
	}
	return d
}

// withdraw cancels what a batch system has of a run that nobody drives, once the run is
// cancelled.
func (f *Folder) withdraw(ctx context.Context) error {
	o := Remote{Store: f.Store, Run: f.RunName, OpenStore: f.open}
	st, err := o.store(ctx)
	if err != nil {
		return err
	}
	if keys, err := st.List(ctx, launchKey(f.RunName, "")); err != nil || len(keys) == 0 {
		return err
	}
	d, _, err := o.launched(ctx, st)
	if err == nil {
		_, err = workflow.Step(ctx, f.Run, d)
	}
	return err
}

// Remote is the run of a store, as workers and functions elsewhere find it: they have
// neither the configuration nor the files that it names.
type Remote struct {
	Store string // name of the store
	Run   string // name of the run
	// Generation is that of a run that nobody drives; "" for one that has a driver, or, for
	// Nudge, for the last one.
	Generation string

	Target  backends.Target
	Threads int
	Memory  int64 // bytes; 0 for three quarters of what is free
	// Failures is that of Options.
	Failures time.Duration
	// Leaving is closed when this process has to end soon; nil for never.
	Leaving <-chan struct{}
	// Queue is told of gradients; nil tells nobody.
	Queue queue.Queue
	// Environment is that of the workers of a run that nobody drives: what this process
	// has of it.
	Environment map[string]string
	// OpenStore and OpenSystem are those of Options.
	OpenStore  func(ctx context.Context, name string) (store.Store, error)
	OpenSystem func(ctx context.Context, name, folder string) (batch.System, error)
	// Away is told that the store is waited for, and with nil that it is back; it may be
	// nil.
	Away func(error)
}

// store opens the store.
func (o *Remote) store(ctx context.Context) (store.Store, error) {
	if o.OpenStore == nil {
		o.OpenStore = engine.Store
	}
	if o.OpenSystem == nil {
		o.OpenSystem = engine.System
	}
	return o.OpenStore(ctx, o.Store)
}

// open opens the survey of the run. The folder of its files is removed by closed.
func (o *Remote) open(ctx context.Context, st store.Store) (s *imaging.Survey, r *workflow.Run, closed func(), err error) {
	folder, err := os.MkdirTemp("", "courant-run-")
	if err != nil {
		return nil, nil, nil, err
	}
	remove := func() { _ = os.RemoveAll(folder) }
	defer func() {
		if err != nil {
			remove()
		}
	}()
	parcel, err := st.Open(ctx, parcelKey(o.Run))
	if err != nil {
		return nil, nil, nil, err
	}
	defer parcel.Close()
	if s, err = imaging.Unpack(ctx, parcel, folder, o.Target, o.Threads); err != nil {
		return nil, nil, nil, err
	}
	s.Memory = o.Memory
	if r, err = s.Workflow(st, o.Run); err != nil {
		return nil, nil, nil, err
	}
	r.Queue, r.Away, r.Leaving, r.Failures = o.Queue, o.Away, o.Leaving, o.Failures
	return s, r, remove, nil
}

// launched is how the run goes on.
func (o *Remote) launched(ctx context.Context, st store.Store) (workflow.Detached, *launch, error) {
	if o.Generation == "" {
		keys, err := st.List(ctx, o.Run+"/launch/")
		if err != nil {
			return workflow.Detached{}, nil, err
		}
		if len(keys) == 0 {
			return workflow.Detached{}, nil, bad("run %s was never detached", o.Run)
		}
		o.Generation = strings.TrimPrefix(keys[len(keys)-1], o.Run+"/launch/")
	}
	f, err := st.Open(ctx, launchKey(o.Run, o.Generation))
	if err != nil {
		return workflow.Detached{}, nil, err
	}
	defer f.Close()
	l := &launch{}
	if err := json.NewDecoder(io.LimitReader(f, 1<<20)).Decode(l); err != nil {
		return workflow.Detached{}, nil, fmt.Errorf("%s is damaged: %w", launchKey(o.Run, o.Generation), err)
	}
	s, err := o.OpenSystem(ctx, l.System, l.Folder)
	if err != nil {
		return workflow.Detached{}, nil, err
	}
	return l.detached(s, o.Generation, o.Environment), l, nil
}

// Nudge does for a run that nobody drives what can be done now, and waits for nothing:
// what a timer or a function calls, in case that no worker is left to. Errors:
// workflow.ErrStopped when the run does not go on by itself, and those of the store and
// the batch system.
func (o Remote) Nudge(ctx context.Context) (*workflow.Position, error) {
	st, err := o.store(ctx)
	if err != nil {
		return nil, err
	}
	d, _, err := o.launched(ctx, st)
	if err != nil {
		return nil, err
	}
	_, r, closed, err := o.open(ctx, st)
	if err != nil {
		return nil, err
	}
	defer closed()
	p, err := workflow.Step(ctx, r, d)
	if err == nil && (p.Done || p.Cancelled) {
		err = st.Delete(ctx, detachedKeys+o.Run)
	}
	return p, err
}

// ServeElement carries out the task of an element of a batch system's array, by a worker
// that tells of it. Errors: those of batch.ServeElement.
func (o Remote) ServeElement(ctx context.Context, array string, index int, w *Worker) error {
	st, err := o.store(ctx)
	if err != nil {
		return err
	}
	s, r, closed, err := o.open(ctx, st)
	if err != nil {
		return o.refuse(ctx, st, array, index, err)
	}
	defer closed()
	w.Do = func(ctx context.Context, t workflow.Task) error { return s.Do(ctx, r, t) }
	if o.Generation == "" {
		_, err := batch.ServeElement(ctx, st, array, index, w.Task)
		return err
	}
	d, l, err := o.launched(ctx, st)
	if err != nil {
		return err
	}
	return d.Serve(ctx, r, array, index, func(ctx context.Context, t workflow.Task) error {
		if l.Deadline > 0 {
			attempt, cancel := context.WithTimeout(ctx, l.Deadline)
			defer cancel()
			err := w.Task(attempt, t)
			if attempt.Err() != nil && ctx.Err() == nil {
				err = fmt.Errorf("it took longer than %s", l.Deadline)
			}
			return err
		}
		return w.Task(ctx, t)
	}, func(err error) { fmt.Fprintln(w.Out, "worker:", err) })
}

// refuse answers for a worker that cannot open the survey.
func (o *Remote) refuse(ctx context.Context, st store.Store, array string, index int, why error) error {
	var options BadOptions
	if imaging.Permanent(why) || errors.As(why, &options) {
		why = batch.Permanent(why)
	} else if o.Generation != "" {
		return why // the batch system begins it again
	}
	served, err := batch.ServeElement(ctx, st, array, index, func(context.Context, batch.Task) error { return why })
	if err == nil && o.Generation != "" {
		r := &workflow.Run{Store: st, Name: o.Run}
		r.Letter(ctx, served.Task, why)
	}
	return err
}
