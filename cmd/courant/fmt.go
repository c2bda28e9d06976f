package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/dsl"
)

func newFmt() *cobra.Command {
	var write, list bool
	c := &cobra.Command{
		Use:   "fmt [FILE...]",
		Short: "Format operator files",
		Long:  "Prints operator files in the standard form; without files, formats standard\ninput. Formatting twice changes nothing.",
		RunE: func(c *cobra.Command, paths []string) error {
			if len(paths) == 0 {
				source, err := io.ReadAll(c.InOrStdin())
				if err != nil {
					return err
				}
				text, err := format("standard input", string(source))
				if err != nil {
					return err
				}
				fmt.Fprint(c.OutOrStdout(), text)
				return nil
			}
			for _, path := range paths {
				source, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				text, err := format(path, string(source))
				if err != nil {
					return err
				}
				switch changed := text != string(source); {
				case list && changed:
					fmt.Fprintln(c.OutOrStdout(), path)
				case !list && !write:
					fmt.Fprint(c.OutOrStdout(), text)
				}
				if write && text != string(source) {
					if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
						return err
					}
				}
			}
			return nil
		},
	}
	c.Flags().BoolVarP(&write, "write", "w", false, "write the result back to the file")
	c.Flags().BoolVarP(&list, "list", "l", false, "list files whose form differs, print nothing else")
	return c
}

func format(name, source string) (string, error) {
	file, err := dsl.Parse(name, source)
	if err != nil {
		return "", err
	}
	return dsl.Format(file)
}
