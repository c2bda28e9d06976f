package main

import (
	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/cluster/engine"
)

func newInvert() *cobra.Command {
	d := &drive{}
	c := &cobra.Command{
		Use:   "invert CONFIG.toml --out DIR",
		Short: "Make a model or an image of the records of a survey",
		Long: `Inverts the survey that a TOML file describes: full-waveform inversion (method =
"fwi") for the velocities, or least-squares migration (method = "lsrtm") for the
rough part of the squared slowness. The folder gets a model or an image with its
picture for every iteration, misfit.json, and log.jsonl, a line for everything
that happens. docs/invert.md describes the file.

Shots are evaluated by worker processes, on this machine, by Slurm, or on any
machine. All that is computed is kept in a store: the command may be stopped or
killed at any moment, and given again goes on where it was, with the same result
bit by bit. Several may drive one run.`,
		Example: "  courant invert testdata/shots/lsrtm.toml --out lsrtm",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return d.run(c, args[0], nil)
		},
	}
	d.add(c)
	c.Flags().StringVar(&d.out, "out", "inversion", "folder for the results")
	c.Flags().StringVar(&d.store, "store", "", "store of the run: "+engine.Stores+"; several runs may share it (default: store in the folder for the results)")
	return c
}
