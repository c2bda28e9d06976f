// Package image makes container images of Courant, without a daemon and without root.
//
// In: Parts, which say for each processor architecture which program and which compiled
// kernels go in, and on what. Out: an archive in OCI layout, which `docker load`, `podman
// load` and `skopeo copy oci-archive:` read. The same parts give the same bytes: files are
// sorted, and have one time and one owner. Start at Write; List says what an archive
// holds, package by package.
package image

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Part is what goes into the image of one architecture.
type Part struct {
	Architecture string // as Go names it
	Program      string // path of courant for it
	Kernels      string // folder of kernels that were compiled for it; "" for none
	// Library finds a shared library for it on this machine by its name. The C library and
	// the loader are looked for where the image has no base.
	Library func(name string) (string, error)
}

// Where things are in an image.
const (
	Program = "usr/bin/courant"
	Kernels = "usr/share/courant/kernels"
	home    = "home/courant"
	user    = 65532 // has no rights, and no name elsewhere
)

// Write makes the image of some architectures and writes its archive to a file, under a
// name such as courant:1. base is an OCI layout, in a folder or a tar, or an archive of
// `docker save`; "" for nothing but the libraries that programs and kernels need. It gives the
// digest of the image. Errors: a program or a base for another architecture, libraries that
// are missing, and those of files.
func Write(out, name, base string, parts []Part) (digest string, err error) {
	scratch, err := os.MkdirTemp("", "courant-image-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(scratch)
	from, err := openBase(base, scratch)
	if err != nil {
		return "", err
	}
	var images []v1.Image
	for _, p := range parts {
		i, err := p.image(from)
		if err != nil {
			return "", fmt.Errorf("the image for %s: %w", p.Architecture, err)
		}
		images = append(images, i)
	}
	return archive(out, name, filepath.Join(scratch, "layout"), images)
}

// image is that of one architecture.
func (p Part) image(from bases) (v1.Image, error) {
	base, given, err := from.of(p.Architecture)
	if err != nil {
		return nil, err
	}
	needs, err := p.needs()
	if err != nil {
		return nil, err
	}
	var layers []tree
	if given {
		if err := needs.within(base); err != nil {
			return nil, err
		}
	} else {
		system, err := p.system(needs)
		if err != nil {
			return nil, err
		}
		layers = append(layers, system)
	}
	config, err := base.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = "linux", p.Architecture
	c := &config.Config
	c.Entrypoint, c.Cmd = nil, []string{"courant"} // batch systems put commands behind an entry point
	c.User, c.WorkingDir = fmt.Sprintf("%d:%d", user, user), "/"+home
	setEnvironment(c, "HOME", "/"+home)
	if !slices.ContainsFunc(c.Env, func(v string) bool { return strings.HasPrefix(v, "PATH=") }) {
		setEnvironment(c, "PATH", "/usr/local/bin:/usr/bin:/bin")
	}
	layers = append(layers, tree{Program: {path: p.Program, mode: 0o755}, home: {folder: true, mode: 0o700, owner: user}})
	if p.Kernels != "" {
		kernels, err := folder(p.Kernels, Kernels)
		if err != nil {
			return nil, err
		}
		layers = append(layers, kernels)
		setEnvironment(c, "COURANT_KERNELS", "/"+Kernels)
	}
	if base, err = mutate.ConfigFile(base, config); err != nil {
		return nil, err
	}
	for _, t := range layers {
		l, err := t.layer()
		if err != nil {
			return nil, err
		}
		if base, err = mutate.Append(base, mutate.Addendum{Layer: l, History: v1.History{CreatedBy: "courant image"}}); err != nil {
			return nil, err
		}
	}
	return base, nil
}

func setEnvironment(c *v1.Config, name, value string) {
	c.Env = append(slices.DeleteFunc(slices.Clone(c.Env), func(v string) bool { return strings.HasPrefix(v, name+"=") }), name+"="+value)
}

// archive writes images as one: beside the layout of OCI, the list of layers by which older
// versions of Docker find the first one.
func archive(out, name, dir string, images []v1.Image) (string, error) {
	var all mutate.Appendable = images[0]
	if len(images) > 1 {
		var several []mutate.IndexAddendum
		for _, i := range images {
			config, err := i.ConfigFile()
			if err != nil {
				return "", err
			}
			several = append(several, mutate.IndexAddendum{Add: i, Descriptor: v1.Descriptor{Platform: config.Platform()}})
		}
		all = mutate.AppendManifests(mutate.IndexMediaType(empty.Index, types.OCIImageIndex), several...)
	}
	about, err := partial.Descriptor(all)
	if err != nil {
		return "", err
	}
	about.Annotations = map[string]string{"org.opencontainers.image.ref.name": tag(name), "io.containerd.image.name": name}
	if _, err := layout.Write(dir, mutate.AppendManifests(mutate.IndexMediaType(empty.Index, types.OCIImageIndex), mutate.IndexAddendum{Add: all, Descriptor: *about})); err != nil {
		return "", err
	}
	if err := forDocker(filepath.Join(dir, "manifest.json"), name, images[0]); err != nil {
		return "", err
	}
	t, err := folder(dir, "")
	if err != nil {
		return "", err
	}
	// What stands under its name is whole.
	f, err := os.CreateTemp(filepath.Dir(out), ".courant-image-")
	if err != nil {
		return "", err
	}
	defer os.Remove(f.Name())
	err = errors.Join(t.write(f), f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), out)
	}
	return about.Digest.String(), err
}

// tag is that of a name such as registry:5000/courant:1.
func tag(name string) string {
	last := path.Base(name)
	if _, t, ok := strings.Cut(last, ":"); ok {
		return t
	}
	return "latest"
}

func forDocker(file, name string, i v1.Image) error {
	config, err := i.ConfigName()
	if err != nil {
		return err
	}
	blob := func(h v1.Hash) string { return "blobs/" + h.Algorithm + "/" + h.Hex }
	m := struct {
		Config   string
		RepoTags []string
		Layers   []string
	}{Config: blob(config), RepoTags: []string{strings.TrimSuffix(name, ":"+tag(name)) + ":" + tag(name)}}
	layers, err := i.Layers()
	if err != nil {
		return err
	}
	for _, l := range layers {
		h, err := l.Digest()
		if err != nil {
			return err
		}
		m.Layers = append(m.Layers, blob(h))
	}
	text, err := json.Marshal([]any{m})
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o644)
}

// folder is a tree of all files in a folder, under another name.
func folder(dir, as string) (tree, error) {
	t := tree{}
	return t, filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		within, err := filepath.Rel(dir, name)
		t[path.Join(as, filepath.ToSlash(within))] = file{path: name, mode: 0o644}
		return err
	})
}

// bases are images by architecture to build on.
type bases map[string]v1.Image

// of is that of an architecture; given is false for one that is empty.
func (b bases) of(architecture string) (base v1.Image, given bool, err error) {
	if b == nil {
		return mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON), false, nil
	}
	if base = b[architecture]; base == nil {
		return nil, false, fmt.Errorf("the base has no image for %s", architecture)
	}
	return base, true, nil
}

// openBase opens an OCI layout or an archive; scratch is a folder to unpack one to.
func openBase(name, scratch string) (bases, error) {
	if name == "" {
		return nil, nil
	}
	all, err := open(name, filepath.Join(scratch, "base"))
	if err != nil {
		return nil, fmt.Errorf("the base %s: %w", name, err)
	}
	out := bases{}
	for _, i := range all {
		config, err := i.ConfigFile()
		if err != nil {
			return nil, fmt.Errorf("the base %s: %w", name, err)
		}
		out[config.Architecture] = i
	}
	return out, nil
}

// open gives the images of an OCI layout, which is a folder or an archive that is unpacked
// to a folder.
func open(name, to string) ([]v1.Image, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		if err := unpack(name, to); err != nil {
			return nil, err
		}
		name = to
	}
	l, err := layout.FromPath(name)
	if err != nil {
		return nil, fmt.Errorf("it is no OCI layout (index.json, blobs), nor a tar of one; skopeo copy makes one, as in `skopeo copy docker://debian:stable-slim oci-archive:base.tar`: %w", err)
	}
	index, err := l.ImageIndex()
	if err != nil {
		return nil, err
	}
	return imagesOf(index)
}

func imagesOf(index v1.ImageIndex) ([]v1.Image, error) {
	m, err := index.IndexManifest()
	if err != nil {
		return nil, err
	}
	var out []v1.Image
	for _, d := range m.Manifests {
		switch {
		case d.MediaType.IsIndex():
			inner, err := index.ImageIndex(d.Digest)
			if err != nil {
				return nil, err
			}
			images, err := imagesOf(inner)
			if err != nil {
				return nil, err
			}
			out = append(out, images...)
		case d.MediaType.IsImage():
			i, err := index.Image(d.Digest)
			if err != nil {
				return nil, err
			}
			out = append(out, i)
		}
	}
	return out, nil
}

// unpack unpacks the plain files of an archive; none leaves the folder.
func unpack(name, to string) error {
	root, err := newRoot(to)
	if err != nil {
		return err
	}
	defer root.Close()
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	r := tar.NewReader(f)
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("it is no tar archive: %w", err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		at := path.Clean(h.Name)
		if err := root.MkdirAll(path.Dir(at), 0o755); err != nil {
			return err
		}
		w, err := root.Create(at)
		if err != nil {
			return err
		}
		_, err = io.Copy(w, r)
		if err = errors.Join(err, w.Close()); err != nil {
			return err
		}
	}
}

func newRoot(dir string) (*os.Root, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	return os.OpenRoot(dir)
}
