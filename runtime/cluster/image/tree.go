package image

import (
	"archive/tar"
	"bytes"
	"io"
	"maps"
	"os"
	"path"
	"slices"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// tree is files by their names in an image. The folders above them are made.
type tree map[string]file

// file is one of these: a copy of another one, a text, a link or a folder.
type file struct {
	path   string
	text   []byte
	link   string
	folder bool
	mode   int64
	owner  int // user and group
}

// write writes a tar with all of them, sorted, of one time.
func (t tree) write(to io.Writer) error {
	all := maps.Clone(t)
	for name, f := range t {
		if f.path == "" && f.text == nil && f.link == "" && !f.folder {
			f.text = []byte{}
			all[name] = f
		}
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			if _, there := all[dir]; !there {
				all[dir] = file{folder: true, mode: 0o755}
			}
		}
	}
	w := tar.NewWriter(to)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if err := all[name].write(w, name); err != nil {
			return err
		}
	}
	return w.Close()
}

func (f file) write(w *tar.Writer, name string) error {
	h := &tar.Header{Name: name, Mode: f.mode, Uid: f.owner, Gid: f.owner, ModTime: time.Unix(0, 0), Typeflag: tar.TypeReg, Format: tar.FormatPAX}
	var content io.Reader = bytes.NewReader(f.text)
	h.Size = int64(len(f.text))
	switch {
	case f.folder:
		h.Typeflag, h.Name = tar.TypeDir, name+"/"
	case f.link != "":
		h.Typeflag, h.Linkname, h.Mode = tar.TypeSymlink, f.link, 0o777
	case f.path != "":
		from, err := os.Open(f.path)
		if err != nil {
			return err
		}
		defer from.Close()
		about, err := from.Stat()
		if err != nil {
			return err
		}
		h.Size, content = about.Size(), from
	}
	if err := w.WriteHeader(h); err != nil {
		return err
	}
	_, err := io.Copy(w, content)
	return err
}

// layer is that of an image with the files.
func (t tree) layer() (v1.Layer, error) {
	return tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		r, w := io.Pipe()
		go func() { w.CloseWithError(t.write(w)) }()
		return r, nil
	}, tarball.WithMediaType(types.OCILayer), tarball.WithCompressedCaching)
}
