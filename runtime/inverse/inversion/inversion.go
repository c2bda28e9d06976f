package inversion

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/engine"
	"github.com/courant-pde/courant/runtime/cluster/store"
	"github.com/courant-pde/courant/runtime/cluster/workflow"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/inverse/imaging"
	"github.com/courant-pde/courant/runtime/seismic/survey"
)

// Inversion is an inversion or a migration that can be driven.
type Inversion struct {
	Options
	Survey   *imaging.Survey
	Run      *workflow.Run
	QueueURL string // address of the embedded queue, while it is driven; otherwise ""

	told int // notes of the survey
}

// OpenSurvey reads a configuration and compiles its operators, as Open does, for
// workers. Errors: BadOptions, and those of imaging.NewSurvey.
func OpenSurvey(ctx context.Context, o Options) (*imaging.Survey, error) {
	config, err := survey.LoadConfig(o.Config)
	if err != nil {
		return nil, BadOptions{err}
	}
	s, err := imaging.NewSurvey(ctx, config, o.Target, o.Threads)
	if err != nil {
		return nil, err
	}
	s.Memory = o.Memory
	s.JudgeBy(o.MisfitName, o.Misfit)
	return s, nil
}

// Open reads the configuration, compiles its operators, opens the store, and notes in
// the folder what is inverted there. Errors: BadOptions, also for a folder that has the
// results of something else, and those of imaging.NewSurvey and of the store.
func Open(ctx context.Context, o Options) (*Inversion, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	s, err := OpenSurvey(ctx, o)
	if err != nil {
		return nil, err
	}
	in := &Inversion{Options: o, Survey: s}
	in.warn()
	if in.Store == "" {
		in.Store = filepath.Join(in.Folder, "store")
	}
	st, err := in.OpenStore(ctx, in.Store)
	if err != nil {
		return nil, err
	}
	if in.Run, err = s.Workflow(st, ""); err != nil {
		return nil, err
	}
	in.Run.Failures = o.Failures
	return in, in.note()
}

// warn passes on the notes of the survey that have come since the last time.
func (in *Inversion) warn() {
	notes := in.Survey.Notes[in.told:]
	in.told += len(notes)
	for _, n := range notes {
		if in.Warn != nil {
			in.Warn(n)
		}
	}
}

// note leaves in the folder what is inverted.
func (in *Inversion) note() error {
	s := in.Survey
	if old, err := readFolder(in.Folder); err == nil && old.RunName != in.Run.Name && (in.found() || driven(in.Folder)) {
		return bad("%s holds the results of another run: the configuration, or what it names, is not as it was; give another folder by --out, or remove this one", in.Folder)
	}
	for _, input := range []string{s.Config.Inversion.Start, s.Config.Inversion.Mask, s.Config.ModelSection.File} {
		if path, err := filepath.Abs(s.Config.Resolve(input)); err == nil && input != "" && imaging.Result(filepath.Base(path)) {
			if out, err := filepath.Abs(in.Folder); err == nil && filepath.Dir(path) == out {
				return bad("%s is read, and lies where the results are written; give another folder by --out", path)
			}
		}
	}
	f := &Folder{RunName: in.Run.Name, Config: in.Config, Store: in.Store, Shots: len(s.Shots), Iterations: s.Iterations(), Bands: len(s.Config.Inversion.Bands), Price: in.Price}
	for _, path := range []*string{&f.Config, &f.Store} {
		if _, url := engine.Scheme(*path); !url {
			var err error
			if *path, err = filepath.Abs(*path); err != nil {
				return err
			}
		}
	}
	in.Store = f.Store
	return f.write(in.Folder)
}

// found reports whether the folder has results: an inversion that failed before the
// first one, as for a wrong time step, may be mended and begun again there.
func (in *Inversion) found() bool {
	entries, err := os.ReadDir(in.Folder)
	return err != nil || slices.ContainsFunc(entries, func(e os.DirEntry) bool { return imaging.Result(e.Name()) })
}

// Resume takes back that the inversion was cancelled.
func (in *Inversion) Resume(ctx context.Context) error { return in.Run.Resume(ctx) }

// Restart forgets all that came after an iteration. Error: BadOptions when the run has
// no such iteration, and those of the store.
func (in *Inversion) Restart(ctx context.Context, iteration int) error {
	version := 0
	err := in.Run.Each(ctx, 1, func(v int, now workflow.State) error {
		if version == 0 && iteration >= 0 && len(now.(*imaging.State).Updates)-1 == iteration {
			version = v
		}
		return nil
	})
	if err != nil {
		return err
	}
	if version == 0 {
		return bad("the run has no iteration %d; courant status %s tells which it has", iteration, in.Folder)
	}
	return in.Run.Restart(ctx, version)
}

// Drive carries the inversion out to its end and writes what it finds to the folder as
// it goes on. It may be stopped by ctx, or die, at any moment, and be called again;
// several may drive one run. Errors: those of workflow.Drive, and of the batch and the
// queue.
func (in *Inversion) Drive(ctx context.Context) ([]imaging.Update, error) {
	closed, err := in.openQueue(ctx)
	if err != nil {
		return nil, err
	}
	defer closed()
	err = workflow.WaitOut(ctx, in.away, func() error { return in.Survey.Import(ctx, in.Run) })
	if in.warn(); err != nil {
		return nil, err
	}
	b, err := in.batch(ctx)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	reduced := make(chan struct{})
	defer func() { stop(); <-reduced }()
	go func() { defer close(reduced); in.reduce(ctx) }()

	log, err := os.OpenFile(filepath.Join(in.Folder, journal), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	results := in.Survey.Results(in.Run, in.Folder)
	news, written := in.write(ctx, results)
	write := workflow.Journal(log)
	o := workflow.Options{
		Attempts: in.Attempts, Deadline: in.Deadline, Budget: in.Budget, Needs: in.Needs, Sweep: patience(in.Survey),
		Event: func(e workflow.Event) {
			write(e)
			if e.Kind == "version" && e.Position.State != nil || e.Kind == "done" {
				select {
				case news <- struct{}{}:
				default: // there are some already
				}
			}
			if in.Event != nil {
				in.Event(e)
			}
		},
	}
	if in.Drop {
		o.Policy = workflow.Drop
	}
	var updates []imaging.Update
	for {
		if err = workflow.Drive(ctx, in.Run, b, o); err != nil {
			break
		}
		// An early sum that is found lost while results are written is made again.
		err = workflow.WaitOut(ctx, in.away, func() (err error) { updates, err = results.Write(ctx); return err })
		if !errors.Is(err, store.ErrNotExist) {
			break
		}
	}
	close(news)
	<-written
	return updates, err
}

// away tells that the store is waited for, and with nil that it is back.
func (in *Inversion) away(err error) {
	if in.Warn == nil {
		return
	}
	if err != nil {
		in.Warn("the store is waited for: " + err.Error())
	} else {
		in.Warn("the store is back")
	}
}

// write writes results whenever there are news, while the next evaluation goes on.
func (in *Inversion) write(ctx context.Context, results *imaging.Results) (news chan struct{}, written chan struct{}) {
	news, written = make(chan struct{}, 1), make(chan struct{})
	go func() {
		defer close(written)
		for range news {
			// What was found lost is evaluated again, and written then.
			if _, err := results.Write(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, store.ErrNotExist) && in.Warn != nil {
				in.Warn(err.Error())
			}
		}
	}()
	return news, written
}

// openQueue gives the run a queue.
func (in *Inversion) openQueue(ctx context.Context) (closed func(), err error) {
	if in.Queue != nil {
		in.Run.Queue = in.Queue
		return func() { _ = in.Queue.Close() }, nil
	}
	in.Run.Queue, in.QueueURL, closed, err = embedded(ctx, filepath.Join(in.Folder, queueFolder))
	return closed, err
}

// batch is what carries out the tasks.
func (in *Inversion) batch(ctx context.Context) (batch.Batch, error) {
	switch {
	case in.Batch != nil:
		return in.Batch(in)
	case in.System != "":
		s, err := in.openSystem(ctx)
		if err != nil {
			return nil, err
		}
		if err := in.ship(ctx); err != nil {
			return nil, err
		}
		environment := maps.Clone(in.Environment)
		if in.QueueURL != "" { // which a worker on another machine does without
			if environment == nil {
				environment = map[string]string{}
			}
			environment[QueueVariable] = in.QueueURL
		}
		return &batch.Arrays{System: s, Store: in.Run.Store, Arguments: in.workerArguments(), Environment: environment, Attempts: in.Attempts, Warn: in.Warn}, nil
	}
	return batch.NewLocal(min(in.Workers, len(in.Survey.Shots)), func(ctx context.Context, t workflow.Task) error {
		return in.Survey.Do(ctx, in.Run, t)
	}), nil
}

// reduce sums gradients as they arrive, until ctx ends.
func (in *Inversion) reduce(ctx context.Context) {
	if in.Reduce != nil {
		in.Reduce(ctx, in)
		return
	}
	_ = workflow.Reduce(ctx, in.Run.Store, in.Run.Queue, nil) // what it leaves is swept up
}

// patience is for how long reducers are waited for: two seconds, and what they need
// for the last gradient's way to the root, at 50 MB/s.
func patience(s *imaging.Survey) time.Duration {
	bytes, levels := 8*float64(s.Size()), math.Ceil(math.Log2(float64(len(s.Shots))+1))
	return 2*time.Second + time.Duration(bytes*levels/50e6*float64(time.Second))
}

// ResultPath is the path of the files of an iteration, without extension: .npy, and
// .png for grids of two axes and more.
func (in *Inversion) ResultPath(iteration int) string {
	return filepath.Join(in.Folder, in.Survey.ResultName(iteration))
}

// Result is the model or the image behind an iteration, on the model's grid, as Drive
// left it in the folder; 0 is where it began.
func (in *Inversion) Result(iteration int) (*field.Array, error) {
	a, err := field.ReadNPY(in.ResultPath(iteration) + ".npy")
	if err != nil {
		return nil, fmt.Errorf("iteration %d: %w", iteration, err)
	}
	return a, nil
}
