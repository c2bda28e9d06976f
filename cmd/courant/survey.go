package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/backends/target"
	"github.com/courant-pde/courant/runtime/inverse/imaging"
	"github.com/courant-pde/courant/runtime/inverse/inversion"
)

// surveyFlags say how a survey is computed.
type surveyFlags struct {
	target, memory string
	threads        int
	mtbf           time.Duration
}

func (f *surveyFlags) add(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.target, "target", target.Names()[0], "what runs the operator")
	flags.StringVar(&f.memory, "memory", "", "memory of a worker, such as 2GiB (default: three quarters of what is free, divided among the workers)")
	flags.IntVar(&f.threads, "threads", 0, "threads of a worker (default: the cores divided among the workers)")
	flags.DurationVar(&f.mtbf, "mtbf", 0, "mean time between failures of a worker, such as 2h of spot machines, until it is measured: gradients keep their progress by it (default: 6h)")
	completeFiles(c, "toml")
}

// options are those of an inversion of a configuration.
func (f *surveyFlags) options(path string) (inversion.Options, error) {
	o := inversion.Options{Config: path, Threads: f.threads, Failures: f.mtbf}
	var err error
	if o.Target, err = target.Find(f.target); err != nil {
		return o, usageError{err}
	}
	o.Memory, err = bytesOf(f.memory)
	return o, err
}

// open reads a configuration and compiles its operators.
func (f *surveyFlags) open(ctx context.Context, path string) (*imaging.Survey, error) {
	o, err := f.options(path)
	if err != nil {
		return nil, err
	}
	return inversion.OpenSurvey(ctx, o)
}
