package image

import (
	"archive/tar"
	"bytes"
	"debug/buildinfo"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
)

// Contents are what an image of one architecture holds.
type Contents struct {
	Digest       string      `json:"digest"`
	Architecture string      `json:"architecture"`
	User         string      `json:"user"`
	Command      []string    `json:"command"`
	Environment  []string    `json:"environment"`
	Packed       int64       `json:"packed_bytes"` // of all layers, as they travel
	Go           string      `json:"go"`           // version that made the program
	Modules      []Component `json:"modules"`      // of the program
	Packages     []Component `json:"packages"`     // of Debian, with their libraries
	Files        []File      `json:"files"`
}

// Component is a module of Go or a package of Debian.
type Component struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// File is a regular file of an image.
type File struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
	User  int    `json:"user"`
}

// List reads what the images of an archive or a layout hold: files, packages, and the
// modules that the program is made of. Errors: what is no such archive.
func List(name string) ([]Contents, error) {
	scratch, err := os.MkdirTemp("", "courant-image-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(scratch)
	images, err := open(name, filepath.Join(scratch, "layout"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var out []Contents
	for _, i := range images {
		c, err := contents(i)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out = append(out, c)
	}
	return out, nil
}

func contents(i v1.Image) (Contents, error) {
	c := Contents{}
	digest, err := i.Digest()
	if err != nil {
		return c, err
	}
	config, err := i.ConfigFile()
	if err != nil {
		return c, err
	}
	layers, err := i.Layers()
	if err != nil {
		return c, err
	}
	for _, l := range layers {
		n, err := l.Size()
		if err != nil {
			return c, err
		}
		c.Packed += n
	}
	c.Digest, c.Architecture, c.User, c.Command, c.Environment = digest.String(), config.Architecture, config.Config.User, append(config.Config.Entrypoint, config.Config.Cmd...), config.Config.Env
	files := mutate.Extract(i)
	defer files.Close()
	r := tar.NewReader(files)
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return c, err
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		at := path.Clean(h.Name)
		c.Files = append(c.Files, File{at, h.Size, h.Uid})
		switch {
		case at == Program:
			text, err := io.ReadAll(r)
			if err != nil {
				return c, err
			}
			if err := c.program(text); err != nil {
				return c, err
			}
		case at == "var/lib/dpkg/status", path.Dir(at) == "var/lib/dpkg/status.d":
			text, err := io.ReadAll(r)
			if err != nil {
				return c, err
			}
			c.Packages = append(c.Packages, packages(string(text))...)
		}
	}
	slices.SortFunc(c.Files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(c.Packages, func(a, b Component) int { return strings.Compare(a.Name, b.Name) })
	return c, nil
}

// program tells the modules that a program is made of.
func (c *Contents) program(text []byte) error {
	about, err := buildinfo.Read(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("%s: %w", Program, err)
	}
	c.Go = about.GoVersion
	c.Modules = append(c.Modules, Component{about.Main.Path, about.Main.Version})
	for _, d := range about.Deps {
		if d.Replace != nil {
			d = d.Replace
		}
		c.Modules = append(c.Modules, Component{d.Path, d.Version})
	}
	return nil
}

// packages reads the records of packages.
func packages(text string) []Component {
	var out []Component
	for record := range strings.SplitSeq(text, "\n\n") {
		field := map[string]string{}
		for line := range strings.Lines(record) {
			if name, value, ok := strings.Cut(line, ": "); ok {
				field[name] = strings.TrimSpace(value)
			}
		}
		if field["Package"] != "" && (field["Status"] == "" || strings.HasSuffix(field["Status"], " installed")) {
			out = append(out, Component{field["Package"], field["Version"]})
		}
	}
	return out
}
