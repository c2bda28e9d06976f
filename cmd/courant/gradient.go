package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/exec/files"
	"github.com/courant-pde/courant/runtime/exec/gradient"
	"github.com/courant-pde/courant/runtime/exec/machine"
)

func newGradient() *cobra.Command {
	f := &runFlags{}
	var g files.Gradient
	var keep, memory string
	var asJSON bool
	c := &cobra.Command{
		Use:   "gradient FILE --shape NX,NY --spacing H,H --steps N --dt DT --set m=M.npy ... --points ... --observed rec=OBS.npy --out m=G.npy",
		Short: "The value of a misfit and its exact derivatives, for one shot",
		Long: `Runs an operator, compares its records with observed traces, and runs the
derived adjoint. --shape counts the points of absorbing layers (--border), and fields
have that shape. docs/gradient.md says how wavefields are kept within --memory.`,
		Example: `  courant gradient acoustic.pde --shape 101,101 --spacing 10 --steps 400 --dt 1.5 \
      --set m=m.npy --set damp=0 --points src=xs.npy:wavelet.npy --points rec=xr.npy \
      --observed rec=observed.npy --memory 2GiB --out m=gradient.npy`,
		Args: cobra.ExactArgs(1),
		RunE: isolated(func(c *cobra.Command, args []string) error {
			var wrong [3]error
			wrong[0] = f.complete(c, args[0])
			g.Storage.Keep, wrong[1] = gradient.ParseKeep(keep)
			g.Storage.Memory, wrong[2] = bytesOf(memory)
			g.Run = f.Run
			if err := errors.Join(wrong[:]...); err != nil {
				return errors.Join(err, g.Check())
			}
			if !asJSON && !f.quiet {
				g.Planned = func(p gradient.Plan) { fmt.Fprintln(c.ErrOrStderr(), p) }
			}
			r, err := g.Evaluate(c.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c, r.Summary())
			}
			fmt.Fprintf(c.OutOrStdout(), "misfit %.8g\n%s\n", r.Value, r.Report)
			if peak := machine.PeakMemory(); peak > 0 {
				fmt.Fprintf(c.OutOrStdout(), "the process took %.0f MiB at most\n", float64(peak)/(1<<20))
			}
			return nil
		}),
	}
	f.add(c, "tune", "half")
	flags := c.Flags()
	flags.StringArrayVar(&g.Observed, "observed", nil, "observed traces RECEIVERS=FILE.npy, shape (steps, points); repeatable")
	flags.StringArrayVar(&g.Weights, "weights", nil, "weights of traces RECEIVERS=FILE.npy, shape (steps, points) or (points); repeatable")
	flags.StringVar(&g.Misfit, "misfit", "l2", "what compares records: "+strings.Join(gradient.Misfits, ", "))
	flags.Float64Var(&g.Threshold, "threshold", 0, "residual from which the Huber misfit grows linearly")
	flags.Lookup("out").Usage = "result NAME=FILE.npy: the derivative by a field, also one that others follow from, or by the traces of a source; the traces of receivers; repeatable"
	flags.StringVar(&keep, "keep", "automatic", "how wavefields are kept: automatic, all, checkpoints, boundary, sampled or rounded")
	flags.StringVar(&memory, "memory", "", "memory that may be taken, such as 2GiB (default: three quarters of what is free)")
	flags.StringVar(&g.Storage.Disk, "disk", "", "folder for checkpoints that the memory has no room for")
	flags.IntVar(&g.Storage.Every, "every", 4, "steps from one kept level to the next, for --keep sampled")
	flags.BoolVar(&asJSON, "json", false, "print the report as one JSON object")
	return c
}

// bytesOf reads an amount of memory; nothing is 0.
func bytesOf(text string) (int64, error) {
	n, err := machine.ParseBytes(text)
	if err != nil {
		return 0, usage("--memory %w", err)
	}
	return n, nil
}
