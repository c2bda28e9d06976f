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
	var o shot.Options
	var asJSON, quiet bool
	c := &cobra.Command{
		Use:   "shot CONFIG.toml --out DIR",
		Short: "Model one seismic shot and draw model, geometry, record and snapshots",
		Long: `Models the shot that a TOML file describes and writes to a folder: record.npy
of shape (steps, receivers), snapshots, pictures (PNG), and shot.json with the numbers
of the run. It replaces what an earlier shot wrote there, and no other files.
docs/shot.md describes the file.`,
		Example: "  courant shot testdata/shots/marmousi.toml --out shot",
		Args:    cobra.ExactArgs(1),
		RunE: isolated(func(c *cobra.Command, args []string) error {
			config, err := survey.LoadConfig(args[0])
			if err != nil {
				return usageError{err}
			}
			if o.Target, err = target.Find(name); err != nil {
				return usageError{err}
			}
			bar := newProgress(c.ErrOrStderr(), quiet)
			o.Progress, o.Warn = bar.show, warner(c)
			s, err := shot.Run(c.Context(), config, out, o)
			bar.end()
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c, s)
			}
			fmt.Fprintln(c.OutOrStdout(), s)
			for _, name := range s.Files {
				fmt.Fprintln(c.OutOrStdout(), " ", filepath.Join(out, name))
			}
			return nil
		}),
	}
	flags := c.Flags()
	flags.StringVar(&out, "out", "shot", "folder for the results")
	flags.StringVar(&name, "target", target.Names()[0], "what runs the operator: "+strings.Join(target.Names(), " or "))
	flags.IntVar(&o.Threads, "threads", 0, "threads (default: one per core)")
	flags.BoolVar(&o.NoPictures, "no-pictures", false, "write record, snapshots and numbers alone")
	flags.BoolVar(&asJSON, "json", false, "print the numbers of the run as one JSON object")
	flags.BoolVarP(&quiet, "quiet", "q", false, "no progress")
	completeFiles(c, "toml")
	return c
}
