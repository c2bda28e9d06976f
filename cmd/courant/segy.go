package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/seismic/segy"
	"github.com/courant-pde/courant/runtime/seismic/survey"
)

func newSEGY() *cobra.Command {
	var png, config string
	var asJSON, text bool
	c := &cobra.Command{
		Use:   "segy FILE...",
		Short: "Say what is in SEG-Y files, and what of it is heeded, ignored or refused",
		Long: `Reads the headers of a SEG-Y file, of a folder of them or of those that a pattern
such as 'line/*.sgy' fits, and says what is in them: shots, samples, places, and
of every header word that means something whether it is heeded, ignored or
refused. The exit code is 2 when something is refused. docs/segy.md lists the
words.`,
		Example: "  courant segy line.sgy --png line.png\n  courant segy 'line/*.sgy' --config survey.toml",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if png != "" && len(args) > 1 {
				return usage("--png draws one file, folder or pattern; %d are given", len(args))
			}
			var how segy.Reading
			if config != "" {
				s, err := survey.LoadConfig(config)
				if err == nil {
					how, err = s.SEGY.Reading()
				}
				if err != nil {
					return usageError{err}
				}
			}
			var all []*segy.Summary
			var refused []string
			for _, path := range args {
				f, err := segy.Inspect(path, how)
				if err != nil {
					return usageError{err}
				}
				s := f.Summary()
				all = append(all, s)
				if len(f.Report.Of(segy.Refused)) > 0 {
					refused = append(refused, path)
				}
				if !asJSON {
					fmt.Fprintln(c.OutOrStdout(), s)
				}
				if text && !asJSON {
					for _, h := range f.Headers {
						fmt.Fprintf(c.OutOrStdout(), "\n%s\n", strings.Join(h.Text, "\n"))
					}
				}
				if png == "" {
					continue
				}
				p, err := survey.SEGYPicture(f, filepath.Base(path))
				if err != nil {
					return fmt.Errorf("%s: %w", path, err)
				}
				if err := p.Save(png); err != nil {
					return err
				}
			}
			if asJSON {
				if err := printJSON(c, all); err != nil {
					return err
				}
			}
			if refused != nil {
				return usage("%s: something is refused, so that inversions do not take it", strings.Join(refused, ", "))
			}
			return nil
		},
	}
	flags := c.Flags()
	flags.StringVar(&png, "png", "", "file for a picture of the map and the fold")
	flags.StringVar(&config, "config", "", "read as the section [segy] of this configuration says")
	flags.BoolVar(&asJSON, "json", false, "print a JSON array with an object for each argument")
	flags.BoolVar(&text, "text", false, "print the text headers too")
	completeFiles(c, "sgy", "segy", "SGY", "SEGY")
	return c
}
