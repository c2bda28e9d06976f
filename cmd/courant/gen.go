package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/backends/gobind"
	"github.com/courant-pde/courant/backends/target"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
)

func newGen() *cobra.Command {
	f := &compileFlags{}
	var language, out string
	cmd := &cobra.Command{
		Use:   "gen FILE --target c|cuda|interp|go",
		Short: "Write an operator as C or CUDA source, or as a Go package that runs it",
		Long: `Writes generated code to a folder. It fits all machines; with --schedule it is made
for one, as ` + "`courant explain --schedule`" + ` prints it there. --target go writes a package
with a type for the arguments, which compiles, loads and runs the operator file in it.`,
		Example: "  courant gen acoustic.pde --dim 2 --target c --out gen",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := f.options(f.compile.Dim)
			if err != nil {
				return err
			}
			if !slices.Contains(append(target.Sources(), "go"), language) {
				return usage("there is no target %q to generate; there are %s and go", language, strings.Join(target.Sources(), ", "))
			}
			if o.Target, err = target.Find(language); err != nil {
				o.Target = c.Target{} // the Go package has the compiler make it
			}
			file, err := dsl.ParseFile(args[0])
			if err != nil {
				return err
			}
			p, err := codegen.Compile(file, o)
			if err != nil {
				return err
			}
			files := map[string]string{p.Source.File: p.Source.Text}
			for name, text := range p.Source.Headers {
				files[name] = text
			}
			if language == "go" {
				if f.schedule != "" {
					return usage("--schedule goes with --target c or cuda; a Go package has the default schedule")
				}
				text, err := check.Standalone(file)
				if err != nil {
					return err
				}
				pkg, source, err := gobind.Emit(p.Problem, text, o.Precision, o.Half)
				if err != nil {
					return err
				}
				files = map[string]string{pkg + ".go": source}
			}
			if err := os.MkdirAll(out, 0o755); err != nil {
				return err
			}
			for name, text := range files {
				path := filepath.Join(out, name)
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					return err
				}
				fmt.Fprintln(cmd.OutOrStdout(), path)
			}
			return nil
		},
	}
	f.add(cmd, "target", "tune")
	cmd.Flags().StringVar(&language, "target", "c", "what to write: c, cuda, interp or go")
	cmd.Flags().StringVar(&out, "out", ".", "folder to write to")
	return cmd
}
