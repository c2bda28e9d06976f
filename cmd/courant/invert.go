package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/backends/target"
	"github.com/courant-pde/courant/runtime/imaging"
	"github.com/courant-pde/courant/runtime/survey"
)

func newInvert() *cobra.Command {
	var out, name string
	var threads int
	var asJSON bool
	c := &cobra.Command{
		Use:   "invert CONFIG.toml --out DIR",
		Short: "Make a model or an image of the records of a survey",
		Long: `Inverts the survey that a TOML file describes, on this machine, one shot after
the other: full-waveform inversion (method = "fwi") for the velocities, or
least-squares migration (method = "lsrtm") for the rough part of the squared
slowness. The folder gets a model or an image with its picture for every
iteration, and misfit.json. docs/invert.md describes the file.`,
		Example: "  courant invert testdata/shots/fwi.toml --out fwi",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return isolated(c.Context(), func() error {
				backend, err := target.Find(name)
				if err != nil {
					return usageError{err}
				}
				config, err := survey.LoadConfig(args[0])
				if err != nil {
					return usageError{err}
				}
				s, err := imaging.NewSurvey(c.Context(), config, backend, threads)
				if err != nil {
					return err
				}
				tell := func(u imaging.Update) {
					line := fmt.Sprintf("iteration %3d: misfit %.4f, %d gradients", u.Iteration, u.Misfit, u.Gradients)
					if u.Error > 0 {
						line += fmt.Sprintf(", model error %.4f", u.Error)
					}
					fmt.Fprintln(c.ErrOrStderr(), line)
				}
				updates, err := imaging.Invert(c.Context(), s, out, tell)
				if err != nil {
					return err
				}
				if asJSON {
					e := json.NewEncoder(c.OutOrStdout())
					e.SetIndent("", "  ")
					return e.Encode(updates)
				}
				last := updates[len(updates)-1]
				fmt.Fprintf(c.OutOrStdout(), "%d iterations, %d gradients of %d shots: the misfit fell to %.4f of that of the start\nresults in %s\n", last.Iteration, last.Gradients, len(s.Shots), last.Misfit, out)
				return nil
			})
		},
	}
	flags := c.Flags()
	flags.StringVar(&out, "out", "inversion", "folder for the results")
	flags.StringVar(&name, "target", target.Names()[0], "what runs the operator")
	flags.IntVar(&threads, "threads", 0, "threads (default: one per core)")
	flags.BoolVar(&asJSON, "json", false, "print the iterations as one JSON array")
	return c
}
