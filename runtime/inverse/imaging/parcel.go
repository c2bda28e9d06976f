package imaging

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/runtime/seismic/survey"
)

// The entries of a parcel, beside files/NUMBER/NAME for each file that the
// configuration names.
const (
	configEntry   = "survey.toml"
	operatorEntry = "operator.pde" // with what it imports
	filesEntry    = "files.json"   // where each file is in the parcel, by its path in the configuration
	shotsEntry    = "shots.gob"    // only where the headers of the records tell the geometry
)

// Pack writes a parcel with the configuration and all files that it names, so that
// workers elsewhere can open the survey: a tar compressed by Zstandard. Records are left
// out, as Import puts them into the store; where their headers tell the geometry, that
// is packed in their place.
func (s *Survey) Pack(w io.Writer) error {
	small, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	out := tar.NewWriter(small)
	add := func(name string, size int64, data io.Reader) error {
		err := out.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: size, Format: tar.FormatPAX})
		if err == nil {
			_, err = io.Copy(out, data)
		}
		return err
	}
	file, err := dsl.ParseFile(s.Config.OperatorPath())
	if err != nil {
		return err
	}
	operator, err := check.Standalone(file) // what it imports lies elsewhere
	if err != nil {
		return err
	}
	places := map[string]string{s.Config.Operator: operatorEntry}
	inputs := s.Config.Inputs()
	delete(inputs, s.Config.Operator)
	delete(inputs, s.Config.Inversion.Observed)
	for i, path := range slices.Sorted(maps.Keys(inputs)) {
		f, err := os.Open(inputs[path])
		if err != nil {
			return err
		}
		about, err := f.Stat()
		if err == nil {
			places[path] = fmt.Sprintf("files/%03d/%s", i, filepath.Base(path))
			err = add(places[path], about.Size(), f)
		}
		_ = f.Close()
		if err != nil {
			return fmt.Errorf("%s cannot be packed for workers: %w", inputs[path], err)
		}
	}
	entries := map[string][]byte{configEntry: s.Config.Text(), operatorEntry: []byte(operator)}
	if entries[filesEntry], err = json.Marshal(places); err != nil {
		return err
	}
	if s.line != nil {
		var shots bytes.Buffer
		if err := gob.NewEncoder(&shots).Encode(s.Shots); err != nil {
			return err
		}
		entries[shotsEntry] = shots.Bytes()
	}
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		if err := add(name, int64(len(entries[name])), bytes.NewReader(entries[name])); err != nil {
			return err
		}
	}
	return errors.Join(out.Close(), small.Close())
}

// Unpack opens the survey of a parcel, whose files it writes into a folder. Errors: those
// of NewSurvey, and a parcel that is damaged.
func Unpack(ctx context.Context, r io.Reader, folder string, target backends.Target, threads int) (*Survey, error) {
	if err := unpack(r, folder); err != nil {
		return nil, fmt.Errorf("the survey's files cannot be unpacked: %w", err)
	}
	c, err := survey.LoadConfig(filepath.Join(folder, configEntry))
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(folder, filesEntry))
	if err != nil {
		return nil, err
	}
	places := map[string]string{}
	if err := json.Unmarshal(text, &places); err != nil {
		return nil, err
	}
	for path, place := range places {
		places[path] = filepath.Join(folder, filepath.FromSlash(place))
	}
	c.Move(places)
	var shots []*survey.Geometry
	if text, err := os.ReadFile(filepath.Join(folder, shotsEntry)); err == nil {
		if err := gob.NewDecoder(bytes.NewReader(text)).Decode(&shots); err != nil {
			return nil, err
		}
	}
	return newSurvey(ctx, c, shots, target, threads)
}

// unpack writes the entries of a parcel into a folder.
func unpack(r io.Reader, folder string) error {
	small, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return err
	}
	defer small.Close()
	in := tar.NewReader(small)
	for {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if !filepath.IsLocal(h.Name) || strings.Contains(h.Name, "\\") {
			return fmt.Errorf("an entry %q leads out of the folder", h.Name)
		}
		path := filepath.Join(folder, filepath.FromSlash(h.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		f, err := os.Create(path)
		if err != nil {
			return err
		}
		_, err = io.Copy(f, in)
		if e := f.Close(); err == nil {
			err = e
		}
		if err != nil {
			return err
		}
	}
}
