package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/imaging"
	"github.com/courant-pde/courant/runtime/workflow"
)

func newCancel() *cobra.Command {
	return &cobra.Command{
		Use:   "cancel DIR",
		Short: "Stop an inversion, wherever it is driven",
		Long: `Stops an inversion, wherever it is driven. What is computed stays, and courant
resume goes on from there.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			f, r, err := openRun(c.Context(), args[0])
			if err != nil {
				return err
			}
			p, err := r.Position(c.Context())
			if err != nil {
				return err
			}
			if p.Done {
				return usage("%s is done; there is nothing to stop", args[0])
			}
			if f.tune(c.Context(), r); r.Queue != nil {
				defer r.Queue.Close()
			}
			return r.Cancel(c.Context())
		},
	}
}

func newResume() *cobra.Command {
	d := &drive{}
	from := -1
	c := &cobra.Command{
		Use:   "resume DIR",
		Short: "Go on with an inversion that was stopped, or from one of its iterations",
		Long: `Goes on with an inversion where its store stands, after courant cancel or whatever
stopped it. With --from it forgets all that came after an iteration. The same
configuration is used; to go on from a model with another one, give its .npy file
as start there.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			f, _, err := openRun(c.Context(), args[0])
			if err != nil {
				return err
			}
			d.out, d.store = args[0], f.Store
			if d.price == 0 {
				d.price = f.Price
			}
			return d.run(c, f.Config, func(ctx context.Context, _ *imaging.Survey, r *workflow.Run) error {
				if r.Name != f.Run {
					return usage("%s has changed since the run in %s began; courant invert begins another one", f.Config, args[0])
				}
				if c.Flags().Changed("from") {
					if err := restart(ctx, r, from, args[0]); err != nil {
						return err
					}
				}
				return r.Resume(ctx)
			})
		},
	}
	d.add(c)
	c.Flags().IntVar(&from, "from", -1, "iteration to go on from (default: the last one)")
	return c
}

// restart takes a run back to an iteration, and removes later results.
func restart(ctx context.Context, r *workflow.Run, iteration int, folder string) error {
	versions, err := r.Versions(ctx)
	if err != nil {
		return err
	}
	for v := 1; v <= versions; v++ {
		now, err := r.State(ctx, v)
		if err != nil {
			return err
		}
		if last := len(now.(*imaging.State).Updates) - 1; last != iteration || iteration < 0 {
			continue
		}
		results, err := filepath.Glob(filepath.Join(folder, "*_[0-9][0-9][0-9].*"))
		if err != nil {
			return err
		}
		for _, path := range results {
			var n int
			if _, err := fmt.Sscanf(filepath.Base(path)[6:], "%d", &n); err == nil && n > iteration {
				if err := os.Remove(path); err != nil {
					return err
				}
			}
		}
		return r.Restart(ctx, v)
	}
	return usage("the run has no iteration %d; courant status %s tells which it has", iteration, folder)
}

func newResult() *cobra.Command {
	f := &surveyFlags{}
	var png, npy string
	iteration := -1
	c := &cobra.Command{
		Use:   "result DIR --png FILE",
		Short: "The model or the image that an inversion has found so far",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			of, r, err := openRun(c.Context(), args[0])
			if err != nil {
				return err
			}
			if png == "" && npy == "" {
				return usage("give the file to write by --png or --npy")
			}
			s, err := f.open(c.Context(), of.Config)
			if err != nil {
				return err
			}
			updates, err := s.Results(r, args[0]).Write(c.Context())
			if err != nil {
				return err
			}
			if !c.Flags().Changed("iteration") {
				iteration = len(updates) - 1
			}
			if iteration < 0 || iteration >= len(updates) {
				return usage("the run has the iterations 0 to %d so far", len(updates)-1)
			}
			for ext, to := range map[string]string{".png": png, ".npy": npy} {
				if to == "" {
					continue
				}
				data, err := os.ReadFile(filepath.Join(args[0], s.ResultName(iteration)) + ext)
				if err == nil {
					err = os.WriteFile(to, data, 0o644)
				}
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
	f.add(c)
	flags := c.Flags()
	flags.StringVar(&png, "png", "", "file for the picture")
	flags.StringVar(&npy, "npy", "", "file for the array")
	flags.IntVar(&iteration, "iteration", -1, "of that iteration (default: of the last one)")
	return c
}

func newWorkflow() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "workflow",
		Short: "The state machine of an inversion, as a diagram or as JSON",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if asJSON {
				e := json.NewEncoder(c.OutOrStdout())
				e.SetIndent("", "  ")
				return e.Encode(workflow.Transitions())
			}
			_, err := fmt.Fprint(c.OutOrStdout(), workflow.Diagram())
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func newModel() *cobra.Command {
	f := &surveyFlags{}
	var out, format string
	c := &cobra.Command{
		Use:   "model CONFIG.toml --out DIR",
		Short: "Model the records of all shots of a survey, as .npy or SEG-Y",
		Long: `Models the records of all shots of a survey in its model, into files that
[inversion] observed reads. What is there is not made again.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if format != "npy" && format != "sgy" {
				return usage("there is no format %q; npy and sgy are possible", format)
			}
			s, err := f.open(c.Context(), args[0])
			if err != nil {
				return err
			}
			if err := os.MkdirAll(out, 0o755); err != nil {
				return err
			}
			for shot := range s.Shots {
				path, err := s.WriteRecords(c.Context(), shot, out, format)
				if err != nil {
					return err
				}
				fmt.Fprintln(c.OutOrStdout(), path)
			}
			return nil
		},
	}
	f.add(c)
	c.Flags().StringVar(&out, "out", "records", "folder for the records")
	c.Flags().StringVar(&format, "format", "npy", "npy or sgy")
	return c
}
