package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/backends/target"
	"github.com/courant-pde/courant/runtime/seismic/shot"
	"github.com/courant-pde/courant/runtime/seismic/survey"
)

func newShot() *cobra.Command {
	var out, name string
	var threads int
	var asJSON, quiet bool
	c := &cobra.Command{
		Use:   "shot CONFIG.toml --out DIR",
		Short: "Model one seismic shot and draw model, geometry, record and snapshots",
		Long: `Models the shot that a TOML file describes and writes to a folder: record.npy
of shape (steps, receivers), snapshots, pictures (PNG) of model, geometry, wavelet,
record and snapshots, and shot.json with the numbers of the run. docs/shot.md
describes the file.`,
		Example: "  courant shot testdata/shots/marmousi.toml --out shot",
		Args:    cobra.ExactArgs(1),
		RunE: isolated(func(c *cobra.Command, args []string) error {
			backend, err := target.Find(name)
			if err != nil {
				return usageError{err}
			}
			config, err := survey.LoadConfig(args[0])
			if err != nil {
				return usageError{err}
			}
			bar := newProgress(c.ErrOrStderr(), quiet)
			s, err := shot.Run(c.Context(), config, out, shot.Options{Target: backend, Threads: threads, Progress: bar.show, Warn: warner(c)})
			bar.end()
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c, s)
			}
			fmt.Fprintf(c.OutOrStdout(), "%s: %d steps of %.6g ms on %s points and %d of layer on each side, %.2f s, %.3f billion points/s on %d threads\n%s\n",
				s.Operator, s.Steps, s.Dt*s.Second*1000, times(s.Shape), s.Border, s.Seconds, s.Rate, s.Threads, strings.Join(prefixed(out, s.Files), "\n"))
			return nil
		}),
	}
	flags := c.Flags()
	flags.StringVar(&out, "out", "shot", "folder for the results")
	flags.StringVar(&name, "target", target.Names()[0], "what runs the operator: "+strings.Join(target.Names(), " or "))
	flags.IntVar(&threads, "threads", 0, "threads (default: one per core)")
	flags.BoolVar(&asJSON, "json", false, "print the numbers of the run as one JSON object")
	flags.BoolVarP(&quiet, "quiet", "q", false, "no progress")
	completeFiles(c, "toml")
	return c
}

// times prints a shape as 401 x 301.
func times(shape []int) string {
	words := make([]string, len(shape))
	for i, n := range shape {
		words[i] = fmt.Sprint(n)
	}
	return strings.Join(words, " x ")
}

func prefixed(dir string, names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = "  " + filepath.Join(dir, n)
	}
	return out
}
