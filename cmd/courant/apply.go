package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/exec/files"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/runtime/exec/tune"
)

// runFlags are those of a run on files.
type runFlags struct {
	compileFlags
	files.Run
	interpolation, outside string
	quiet                  bool
}

func newApply() *cobra.Command {
	f := &runFlags{}
	c := &cobra.Command{
		Use:   "apply FILE --shape NX,NY --spacing H,H --steps N --dt DT --set m=M.npy ... --points src=XYZ.npy:TRACES.npy --points rec=XYZ.npy --out rec=REC.npy",
		Short: "Run an operator on .npy arrays",
		Long: `Binds arrays to an operator and runs it on the grid of --shape.

Fields have the shape of the grid, without halo; coordinates have shape (points, axes),
traces (steps, points). Wavefields start at zero, or at what --set gives. Components of
vectors and tensors are named v_x, tau_xz. docs/commands.md says more.`,
		Example: `  courant apply acoustic.pde --shape 101,101 --spacing 10,10 --steps 400 --dt 1.5 \
      --set m=m.npy --set damp=0 --points src=xs.npy:wavelet.npy --points rec=xr.npy \
      --out rec=record.npy --out u=u.npy`,
		Args: cobra.ExactArgs(1),
		RunE: isolated(func(c *cobra.Command, args []string) error {
			if err := f.complete(c, args[0]); err != nil {
				return errors.Join(err, f.Check())
			}
			bar := newProgress(c.ErrOrStderr(), f.quiet)
			f.Arguments.Progress = bar.show
			if !f.quiet {
				f.Tried = func(t tune.Trial) { fmt.Fprintln(c.ErrOrStderr(), "tried", t) }
			}
			r, err := f.Apply(c.Context())
			bar.end()
			if err != nil {
				return err
			}
			for _, r := range r.Roundings {
				if r.Error > 0 && !f.quiet {
					fmt.Fprintf(c.ErrOrStderr(), "half precision: %s is rounded by up to %.1e of itself\n", r.Field, r.Error)
				}
			}
			for _, e := range r.Errors {
				fmt.Fprintf(c.OutOrStdout(), "half precision: %s is off by %.1e of its norm\n", e.Result, e.Error)
			}
			return nil
		}),
	}
	f.add(c)
	c.Flags().BoolVar(&f.Compare, "half-error", false, "with --half: also run in single precision, and say how far the results of --out are from that")
	return c
}

// add adds the flags that say what a run is bound to; those in without are left out.
func (f *runFlags) add(c *cobra.Command, without ...string) {
	f.compileFlags.add(c, append(without, "dim")...)
	flags, a := c.Flags(), &f.Arguments
	flags.IntSliceVar(&a.Shape, "shape", nil, "grid points per axis, such as 101,101")
	flags.Float64SliceVar(&a.Spacing, "spacing", nil, "distance of grid points per axis, or one for all")
	flags.Float64SliceVar(&a.Origin, "origin", nil, "coordinates of the first grid point (default zeros)")
	flags.IntVar(&a.Steps, "steps", 0, "number of time levels: rows of the traces")
	flags.Float64Var(&a.Dt, "dt", 0, "time step")
	flags.IntVar(&a.Threads, "threads", 0, "threads (default: one per core)")
	flags.StringArrayVar(&f.Set, "set", nil, "field or scalar: NAME=FILE.npy or NAME=NUMBER; repeatable")
	flags.StringArrayVar(&f.Points, "points", nil, "source NAME=COORDINATES.npy:TRACES.npy or receivers NAME=COORDINATES.npy; NODES.npy+WEIGHTS.npy in place of coordinates ties points to nodes; repeatable")
	flags.StringArrayVar(&f.Out, "out", nil, "result NAME=FILE.npy: traces of receivers, the last level of a wavefield, an image, a history or a series; repeatable")
	flags.StringVar(&f.interpolation, "interpolation", "linear", "how points between nodes are reached: "+strings.Join(operator.Interpolations, ", "))
	flags.StringVar(&f.outside, "outside", "refuse", "what becomes of points outside of the grid: "+strings.Join(operator.Outsides, ", "))
	flags.BoolVar(&a.Unstable, "unstable", false, "run although the time step is above the stability limit, a condition of the operator file does not hold, or wavefields grow without bound")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no progress")
	require(c, "shape", "spacing", "steps", "dt")
}

// complete turns the flags into a run. Errors: all that is wrong with them alone.
func (f *runFlags) complete(c *cobra.Command, path string) error {
	f.Operator = path
	f.Arguments.Warn = warner(c)
	var err [4]error
	f.Compile, err[0] = f.options(len(f.Arguments.Shape))
	f.Tune, err[1] = f.effort()
	f.Arguments.Interpolation, err[2] = operator.ParseInterpolation(f.interpolation)
	f.Arguments.Outside, err[3] = operator.ParseOutside(f.outside)
	return errors.Join(err[:]...)
}

// warner prints warnings.
func warner(c *cobra.Command) func(string) {
	return func(text string) { fmt.Fprintln(c.ErrOrStderr(), "warning:", text) }
}
