package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/inverse/inversion"
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
			if png == "" && npy == "" {
				return usage("give the file to write by --png or --npy")
			}
			of, err := inversion.OpenFolder(c.Context(), args[0], nil)
			if err != nil {
				return err
			}
			o, err := f.options(of.Config)
			if err != nil {
				return err
			}
			o.Folder, o.Store, o.Price = args[0], of.Store, of.Price
			in, err := inversion.Open(c.Context(), o)
			if err != nil {
				return err
			}
			updates, err := in.Survey.Results(in.Run, args[0]).Write(c.Context())
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
				data, err := os.ReadFile(in.ResultPath(iteration) + ext)
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
