package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/exec/field"
)

func newWavelet() *cobra.Command {
	f := &surveyFlags{}
	var out string
	var each bool
	c := &cobra.Command{
		Use:   "wavelet CONFIG.toml --out FILE.npy",
		Short: "Estimate the wavelet of the sources from observed records",
		Long: `Finds the wavelet with which records modelled in the start of a survey come
closest to the observed ones, by least squares in the frequency domain. The
configured wavelet must have energy wherever the sources have. What [inversion]
mutes does not count, nor what is not known.

The file is what [wavelet] reads: file = "FILE.npy", with the interval that is
printed.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := f.open(c.Context(), args[0])
			if err != nil {
				return err
			}
			w, err := s.EstimateWavelet(c.Context(), each)
			if err != nil {
				return err
			}
			if err := field.WriteNPY(out, w.Samples); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "%s\nexplains %.1f %% of the energy of the records; in the configuration:\n[wavelet]\nfile     = %q\ninterval = %.10g\n", out, 100*w.Explained, out, w.Step)
			return nil
		},
	}
	f.add(c)
	c.Flags().StringVar(&out, "out", "wavelet.npy", "file for the samples, shape (samples), or (samples, shots)")
	c.Flags().BoolVar(&each, "each", false, "a wavelet for each shot")
	return c
}
