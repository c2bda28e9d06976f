package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

func newModel() *cobra.Command {
	f := &surveyFlags{}
	var out, format string
	c := &cobra.Command{
		Use:   "model CONFIG.toml --out DIR",
		Short: "Model the records of all shots of a survey, as .npy or SEG-Y",
		Long: `Models the records of all shots of a survey in its model, into files that
[inversion] observed reads. Files that are there already stay, whatever they were
made by, which is said.`,
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
				path, made, err := s.WriteRecords(c.Context(), shot, out, format)
				if err != nil {
					return err
				}
				if !made {
					fmt.Fprintf(c.ErrOrStderr(), "warning: %s was there and stays; for records of a configuration that has changed remove it, or give another folder by --out\n", path)
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
