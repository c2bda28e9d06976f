package imaging

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/workflow"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/seismic/survey"
)

// Results writes what a run has found to a folder, as it goes on.
type Results struct {
	survey *Survey
	run    *workflow.Run
	folder string

	mu      sync.Mutex
	read    int // versions
	updates []Update
}

// Results are those of a run, in a folder.
func (s *Survey) Results(r *workflow.Run, folder string) *Results {
	return &Results{survey: s, run: r, folder: folder}
}

// Write writes what has come since it was last called, and the first time
// everything: whatever lies in the folder may be another run's, or cut short. A
// model or an image with its picture for every iteration that is planned, and
// misfit.json; results of later iterations are removed. It returns all iterations.
// Errors: store.ErrNotExist while a version has to be evaluated again.
func (w *Results) Write(ctx context.Context) ([]Update, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := os.MkdirAll(w.folder, 0o755); err != nil {
		return nil, err
	}
	err := w.run.Each(ctx, w.read+1, func(version int, now workflow.State) error {
		state := now.(*State)
		n := len(state.Updates)
		if err := w.survey.fits(state); err != nil {
			return err
		}
		if n > len(w.updates) && n <= w.survey.Iterations()+1 {
			if err := w.survey.write(w.folder, n-1, state); err != nil {
				return err
			}
			w.updates = slices.Clone(state.Updates)
		} // otherwise it is a trial that did not lead down, or goes beyond what is asked for
		w.read = version
		return nil
	})
	if err != nil {
		return w.updates, err
	}
	if err := w.forget(len(w.updates)); err != nil {
		return w.updates, err
	}
	text, err := json.MarshalIndent(w.updates, "", "  ")
	if err != nil {
		return nil, err
	}
	return w.updates, Whole(filepath.Join(w.folder, "misfit.json"), func(path string) error {
		return os.WriteFile(path, append(text, '\n'), 0o644)
	})
}

// resultFile is the name of a file of an iteration.
var resultFile = regexp.MustCompile(`^(model|image)_([0-9]{3,})(?:_[A-Za-z0-9_]+)?\.(?:npy|png)$`)

// Result reports whether a file's name is that of a result.
func Result(name string) bool { return resultFile.MatchString(name) }

// forget removes the results of an iteration and those behind it, and what a writer
// that was killed has left.
func (w *Results) forget(from int) error {
	entries, err := os.ReadDir(w.folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		left := false
		if m := resultFile.FindStringSubmatch(e.Name()); m != nil {
			n, err := strconv.Atoi(m[2])
			left = (m[1] == "image") == w.survey.migration() && (err != nil || n >= from)
		} else if strings.Contains(e.Name(), partMark) {
			about, err := e.Info()
			left = err == nil && time.Since(about.ModTime()) > stalePart
		}
		if left && e.Type().IsRegular() {
			if err := os.Remove(filepath.Join(w.folder, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

// partMark is in the name of a file that is being written; none takes as long as
// stalePart.
const (
	partMark  = ".part-"
	stalePart = 10 * time.Minute
)

// Whole has a file written in a place of its own, and puts it in place of what is
// there: whoever looks sees the one or the other, however many write at once.
func Whole(path string, write func(path string) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+partMark)
	if err != nil {
		return err
	}
	part := f.Name()
	defer os.Remove(part)
	err = f.Chmod(0o644)
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = write(part)
	}
	if err != nil {
		return err
	}
	return os.Rename(part, path)
}

// ResultName is the name of the files of an iteration, without extension.
func (s *Survey) ResultName(iteration int) string {
	if s.migration() {
		return fmt.Sprintf("image_%03d", iteration)
	}
	return fmt.Sprintf("model_%03d", iteration)
}

// write writes and draws one iteration.
func (s *Survey) write(out string, iteration int, state *State) error {
	x := state.at(state.X, s.migration())
	if s.migration() && state.Steepest != nil { // migration without least squares
		x = state.Steepest
	}
	fields := s.fields(x)
	for k, u := range s.unknowns {
		name := filepath.Join(out, s.ResultName(iteration))
		if k > 0 {
			name += "_" + u.name
		}
		a := fields[u.name]
		if s.Config.Inversion.Laplacian {
			a = s.sharpened(a)
		}
		if s.Model.Dim() > 1 {
			var p *survey.Picture
			var err error
			if s.migration() {
				p, err = s.drawn(a, fmt.Sprintf("Image, iteration %d", iteration))
				if err == nil && iteration == 0 && s.Config.Inversion.Observed == "" {
					err = s.writeTruth(out, k)
				}
			} else {
				p, err = survey.ModelPicture(&survey.Model{Values: a, Origin: s.Model.Origin, Spacing: s.Model.Spacing, Label: u.label}, nil, fmt.Sprintf("Iteration %d", iteration))
			}
			if err == nil {
				err = Whole(name+".png", p.Save)
			}
			if err != nil {
				return err
			}
		}
		if err := Whole(name+".npy", func(path string) error { return field.WriteNPY(path, a) }); err != nil {
			return err
		}
	}
	return nil
}

// sharpened is the negative Laplacian of an image; beyond its ends it is continued.
func (s *Survey) sharpened(a *field.Array) *field.Array {
	out := field.New64(a.Shape...)
	stride := 1
	for axis := len(a.Shape) - 1; axis >= 0; axis-- {
		n, h := a.Shape[axis], s.Model.Spacing[axis]
		for i := range out.F64 {
			at := i / stride % n
			below, above := i, i
			if at > 0 {
				below = i - stride
			}
			if at < n-1 {
				above = i + stride
			}
			out.F64[i] -= (a.At(below) - 2*a.At(i) + a.At(above)) / (h * h)
		}
		stride *= n
	}
	return out
}

// drawn is the picture of an image.
func (s *Survey) drawn(a *field.Array, title string) (*survey.Picture, error) {
	return survey.ImagePicture(a, s.Model, s.Config.Picture.Clip, s.Config.Picture.Colour, title)
}

// writeTruth draws what an image should show: where the records were modelled, what
// the model has of an unknown beside the start.
func (s *Survey) writeTruth(out string, k int) error {
	u := s.unknowns[k]
	a := field.New64(s.Model.Shape()...)
	for i := range a.F64 {
		a.F64[i] = u.truth[i] - u.start[i]
	}
	p, err := s.drawn(a, "True change of "+u.label)
	if err != nil {
		return err
	}
	name := "truth"
	if k > 0 {
		name += "_" + u.name
	}
	return Whole(filepath.Join(out, name+".png"), p.Save)
}

// ModelError is the squared distance of the unknowns of an iteration to those that
// made the records, by that of the start, each in its unit; 0 when records were
// given, and for migration.
func (s *Survey) ModelError(state *State) (float64, error) {
	if s.Config.Inversion.Observed != "" || s.migration() {
		return 0, nil
	}
	x := state.at(state.X, false)
	now, first := 0.0, 0.0
	n := s.points()
	for k, u := range s.unknowns {
		for i, want := range u.truth {
			d, e := (x[k*n+i]-want)/u.scale, (u.start[i]-want)/u.scale
			now, first = now+d*d, first+e*e
		}
	}
	if first == 0 {
		return 0, nil
	}
	return now / first, nil
}
