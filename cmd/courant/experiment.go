package main

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/inverse/experiment"
	"github.com/courant-pde/courant/runtime/inverse/imaging"
)

func newExperiment() *cobra.Command {
	f := &surveyFlags{}
	var out string
	c := &cobra.Command{
		Use:   "experiment NAME CONFIG.toml --out DIR",
		Short: "Measure how the workflow scales, what it costs, and what kills cost it",
		Long: `Carries out one of the experiments weak, strong, cost and resilience, or all, with
the gradients of a survey: real runs on this machine, and a simulator that they
calibrate for sizes that one machine cannot run. The folder gets a table (.csv,
.md) and a plot (.png) of each. docs/experiments.md describes them.`,
		Example: "  courant experiment resilience testdata/shots/small.toml --out experiments",
		Args:    cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			names := []string{args[0]}
			if args[0] == "all" {
				names = experiment.Names
			}
			if !slices.Contains(experiment.Names, names[0]) {
				return usage("there is no experiment %q; %s and all are", args[0], strings.Join(experiment.Names, ", "))
			}
			if f.threads == 0 {
				f.threads = 1
			}
			s, err := f.open(c.Context(), args[1])
			if err != nil {
				return err
			}
			folder, err := os.MkdirTemp("", "experiment")
			if err != nil {
				return err
			}
			defer os.RemoveAll(folder)
			b := &experiment.Bench{
				Survey: s, Folder: folder,
				Say: func(text string) { fmt.Fprintln(c.ErrOrStderr(), text) },
				Threads: func(n int) (*imaging.Survey, error) {
					g := *f
					g.threads = n
					return g.open(c.Context(), args[1])
				},
				Command: func(trial, url string) *exec.Cmd {
					return child(url, "experiment-worker", args[1], "--trial", trial, "--target", f.target, "--threads", fmt.Sprint(f.threads))
				},
			}
			for _, name := range names {
				t, err := b.Run(c.Context(), name)
				if err != nil {
					return err
				}
				t.Print(c.OutOrStdout())
				fmt.Fprintln(c.OutOrStdout())
				if err := t.Write(out); err != nil {
					return err
				}
			}
			return nil
		},
	}
	f.add(c)
	c.Flags().StringVar(&out, "out", "experiments", "folder for the tables and plots")
	return c
}

func newExperimentWorker() *cobra.Command {
	f := &surveyFlags{}
	var trial string
	c := &cobra.Command{
		Use:    "experiment-worker CONFIG.toml --trial DIR",
		Short:  "Carry out the tasks of an experiment",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := f.open(c.Context(), args[0])
			if err != nil {
				return err
			}
			return experiment.Serve(c.Context(), s, trial, os.Getenv(queueVariable))
		},
	}
	f.add(c)
	c.Flags().StringVar(&trial, "trial", "", "folder of the trial")
	return c
}
