package inversion

import (
	"context"
	"fmt"
	"time"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/engine"
	"github.com/courant-pde/courant/runtime/cluster/queue"
	"github.com/courant-pde/courant/runtime/cluster/store"
	"github.com/courant-pde/courant/runtime/cluster/workflow"
	"github.com/courant-pde/courant/runtime/exec/gradient"
	"github.com/courant-pde/courant/runtime/exec/machine"
)

// Options say what is inverted and how. Config and Folder are enough.
type Options struct {
	Config string // TOML file of the survey: see docs/invert.md
	Folder string // for the results
	Store  string // of the run, as engine.Store knows it; "" for the folder store in Folder

	Target  backends.Target // what runs the operator; nil for C
	Workers int             // tasks at once, 0 for one per core
	Threads int             // of a task, 0 for the cores divided among the workers
	Memory  int64           // of a task in bytes, 0 for three quarters of what is free, divided among the workers

	// OpenStore opens a store by its name; nil for engine.Store, which knows folders and
	// clouds' buckets.
	OpenStore func(ctx context.Context, name string) (store.Store, error)
	// Queue tells processes of each other; nil starts one in the folder, or connects to
	// the one that another driver has there. Drive closes it.
	Queue queue.Queue
	// Batch carries out the tasks; nil has goroutines of this process do so. It is called
	// when the queue is there.
	Batch func(*Inversion) (batch.Batch, error)
	// System is the URL of a batch system whose workers carry out the tasks, such as slurm,
	// see engine.System; "" for none. They are this program, started as courant worker, and
	// find all that they need in the store.
	System string
	// Environment is added to that of the batch system's workers.
	Environment map[string]string
	// OpenSystem opens it; nil for engine.System.
	OpenSystem func(ctx context.Context, name, folder string) (batch.System, error)
	// Reduce sums gradients as they arrive, until ctx ends; nil has a goroutine of this
	// process do so. What it leaves the driver sums itself.
	Reduce func(ctx context.Context, in *Inversion)
	// Misfit compares records with observed ones; nil for what the file says. A batch that
	// evaluates shots in other processes has to open the survey there with the same one,
	// see OpenSurvey.
	Misfit func(gradient.Data) gradient.Misfit
	// MisfitName tells runs with other misfits apart; it must be given with Misfit.
	MisfitName string

	// Failures is the mean time between failures of a worker until it is measured, by
	// which tasks keep their progress; 0 for six hours. See workflow.Progress.
	Failures time.Duration
	Attempts int           // at a task, 0 for 4
	Deadline time.Duration // of an attempt, 0 for none
	Drop     bool          // leave out a task that fails for good, in place of failing
	Budget   time.Duration // what all tasks may take together, 0 for any time
	Price    float64       // of an hour of a task, for Status

	// Needs of a task, for batches that place tasks by them.
	Needs batch.Resources
	// Event is told of what happens, one event after the other; nil tells nobody.
	Event func(workflow.Event)
	// Warn is told what is doubtful; nil tells nobody.
	Warn func(text string)
}

// BadOptions says what is wrong with options, the configuration or a folder, and what
// to do.
type BadOptions struct{ error }

// Unwrap gives what it was made of.
func (e BadOptions) Unwrap() error { return e.error }

func bad(format string, args ...any) error { return BadOptions{fmt.Errorf(format, args...)} }

// complete checks the options and fills in what they leave open.
func (o *Options) complete() error {
	switch {
	case o.Config == "":
		return bad("no configuration is given: Config is the TOML file of the survey")
	case o.Folder == "":
		return bad("no folder is given for the results: Folder is where they are written")
	case o.Workers < 0 || o.Workers > 1024:
		return bad("%d workers; 0 to 1024 are possible", o.Workers)
	case o.Threads < 0 || o.Threads > 4096:
		return bad("%d threads; 0 to 4096 are possible", o.Threads)
	case o.Attempts < 0 || o.Failures < 0 || o.Deadline < 0 || o.Budget < 0 || !(o.Price >= 0) || o.Memory < 0:
		return bad("attempts, the time between failures, deadline, budget, price and memory are not negative")
	case o.System != "" && o.Batch != nil:
		return bad("both Batch and System are given; one of them carries out the tasks")
	case (o.Misfit == nil) != (o.MisfitName == ""):
		return bad("a misfit of one's own has a name, which tells its runs apart")
	}
	if o.Target == nil {
		o.Target = c.Target{}
	}
	if o.OpenStore == nil {
		o.OpenStore = engine.Store
	}
	if o.OpenSystem == nil {
		o.OpenSystem = engine.System
	}
	m := machine.Describe()
	if o.Workers == 0 {
		o.Workers = max(1, m.Cores)
	}
	if o.Threads == 0 {
		o.Threads = max(1, m.Cores/o.Workers)
	}
	if o.Memory == 0 && m.Available > 0 && o.Batch == nil && o.System == "" {
		o.Memory = m.Available / 4 * 3 / int64(o.Workers)
	}
	return nil
}
