package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/backends/target"
	"github.com/courant-pde/courant/runtime/cluster/image"
	"github.com/courant-pde/courant/runtime/exec/jit"
	"github.com/courant-pde/courant/runtime/exec/machine"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/runtime/inverse/imaging"
	"github.com/courant-pde/courant/runtime/seismic/survey"
)

func newImage() *cobra.Command {
	var out, name, base, list string
	var architectures, levels, programs []string
	var asJSON bool
	c := &cobra.Command{
		Use:   "image [CONFIG.toml ...]",
		Short: "Make a container image, with the operators of inversions compiled beforehand",
		Long: `Writes an image for workers and functions in clouds, an OCI archive, without a
daemon and without root. It holds this program, the C library and OpenMP, or a base
of yours, and the operators of the configurations, with their derivatives, compiled
for levels of processors: nodes need no compiler then. docs/deploy.md has the whole.

  docker load --input image.tar
  podman load --input image.tar
  skopeo copy oci-archive:image.tar docker://registry.example/courant:1

The same program, configurations and compiler give the same digest.`,
		Example: "  courant image fwi.toml --out image.tar\n  courant image --list image.tar",
		RunE: func(c *cobra.Command, args []string) error {
			if list != "" {
				return listImage(c, list, asJSON)
			}
			if out == "" {
				return usage("give --out: the archive to write, such as image.tar")
			}
			return makeImage(c, args, out, name, base, architectures, levels, programs)
		},
	}
	flags := c.Flags()
	flags.StringVar(&out, "out", "", "archive to write")
	flags.StringVar(&name, "name", "courant:latest", "name of the image")
	flags.StringVar(&base, "base", "", "image to build on, an OCI layout or a tar of one (default: nothing but libraries of this machine)")
	flags.StringSliceVar(&architectures, "arch", []string{runtime.GOARCH}, "architectures: amd64, arm64; another one than this machine's needs a cross compiler and --program")
	flags.StringSliceVar(&levels, "level", nil, "levels of processors to compile for (default: all of the architectures: "+strings.Join(levelNames(), ", ")+")")
	flags.StringSliceVar(&programs, "program", nil, "ARCH=FILE, a build of courant for an architecture (default: this program)")
	flags.StringVar(&list, "list", "", "say what an archive holds: files, packages, modules of Go")
	flags.BoolVar(&asJSON, "json", false, "with --list, print JSON")
	completeFiles(c, "toml")
	return c
}

func levelNames() []string {
	var out []string
	for _, l := range jit.Levels() {
		out = append(out, l.Name)
	}
	return out
}

func makeImage(c *cobra.Command, configs []string, out, name, base string, architectures, levels, programs []string) error {
	scratch, err := os.MkdirTemp("", "courant-image-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	for _, l := range levels {
		if !slices.Contains(levelNames(), l) {
			return usage("there is no level %q; there are %s", l, strings.Join(levelNames(), ", "))
		}
	}
	slices.Sort(architectures)
	var parts []image.Part
	for _, a := range slices.Compact(architectures) {
		p := image.Part{Architecture: a}
		if p.Program, err = programFor(a, programs); err != nil {
			return err
		}
		compiler, err := jit.FindFor(a)
		if err != nil {
			return err
		}
		p.Library = compiler.Library
		if len(configs) > 0 { // without any, the image has a base with a compiler, or is for functions
			p.Kernels = filepath.Join(scratch, a)
			if err := compileFor(c.Context(), a, levels, configs, p.Kernels, c.ErrOrStderr()); err != nil {
				return err
			}
		}
		parts = append(parts, p)
	}
	digest, err := image.Write(out, name, base, parts)
	if err == nil {
		fmt.Fprintf(c.OutOrStdout(), "%s@%s\n", name, digest)
	}
	return err
}

// programFor is the build of courant for an architecture.
func programFor(architecture string, given []string) (string, error) {
	for _, p := range given {
		a, file, ok := strings.Cut(p, "=")
		if !ok {
			return "", usage("--program %s: it is ARCH=FILE, such as arm64=courant-arm64", p)
		}
		if a == architecture {
			return file, nil
		}
	}
	if architecture != runtime.GOARCH {
		return "", usage("give --program %s=FILE: this program is for %s; `CGO_ENABLED=0 GOARCH=%[1]s go build -trimpath -o FILE ./cmd/courant` makes one", architecture, runtime.GOARCH)
	}
	return os.Executable()
}

// compileFor compiles the operators of configurations for all levels of an architecture.
func compileFor(ctx context.Context, architecture string, levels, configs []string, folder string, tell io.Writer) error {
	compiled := false
	for _, l := range jit.Levels() {
		if l.Architecture != architecture || len(levels) > 0 && !slices.Contains(levels, l.Name) {
			continue
		}
		compiled = true
		there := &target.Collector{Machine: machine.FactsOf(l)}
		for _, path := range configs {
			config, err := survey.LoadConfig(path)
			if err != nil {
				return err
			}
			if _, err := imaging.NewSurvey(ctx, config, there, 1); err != nil {
				return err
			}
		}
		fmt.Fprintf(tell, "%s: %d kernels\n", l.Name, len(there.Sources))
		if err := machine.CompileProbe(ctx, l, folder); err != nil { // for courant doctor
			return err
		}
		if err := operator.CompileFor(ctx, l, folder, there.Sources); err != nil {
			return err
		}
	}
	if !compiled {
		return usage("none of the levels %s is of the architecture %s", strings.Join(levels, ", "), architecture)
	}
	return nil
}

func listImage(c *cobra.Command, name string, asJSON bool) error {
	all, err := image.List(name)
	if err != nil {
		return usageError{err}
	}
	if asJSON {
		return printJSON(c, all)
	}
	out := c.OutOrStdout()
	for _, i := range all {
		fmt.Fprintf(out, "linux/%s %s, %.1f MB to transfer\nruns %s as user %s with %s\n", i.Architecture, i.Digest, float64(i.Packed)/1e6, strings.Join(i.Command, " "), i.User, strings.Join(i.Environment, " "))
		fmt.Fprintf(out, "\nfiles\n")
		for _, f := range i.Files {
			fmt.Fprintf(out, "  %11d  /%s\n", f.Bytes, f.Name)
		}
		fmt.Fprintf(out, "\npackages\n")
		for _, p := range i.Packages {
			fmt.Fprintf(out, "  %s %s\n", p.Name, p.Version)
		}
		fmt.Fprintf(out, "\nmodules, compiled by %s\n", i.Go)
		for _, m := range i.Modules {
			fmt.Fprintf(out, "  %s %s\n", m.Name, m.Version)
		}
		fmt.Fprintln(out)
	}
	if len(all) == 0 {
		return usageError{errors.New(name + " holds no image")}
	}
	return nil
}
