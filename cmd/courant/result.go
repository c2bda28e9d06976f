package main

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

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
			if r, err = s.Workflow(r.Store, ""); err != nil {
				return err
			}
			if r.Name != of.Run {
				return usage("%s has changed since the run in %s began; courant invert begins another one", of.Config, args[0])
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
