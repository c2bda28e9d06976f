package imaging

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/courant-pde/courant/runtime/field"
	"github.com/courant-pde/courant/runtime/survey"
	"github.com/courant-pde/courant/runtime/workflow"
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

// Write writes what has come since: a model or an image with its picture for every
// iteration that is not there yet, and misfit.json. It returns all iterations.
func (w *Results) Write(ctx context.Context) ([]Update, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := os.MkdirAll(w.folder, 0o755); err != nil {
		return nil, err
	}
	versions, err := w.run.Versions(ctx)
	if err != nil {
		return nil, err
	}
	for ; w.read < versions; w.read++ {
		now, err := w.run.State(ctx, w.read+1)
		if err != nil {
			return nil, err
		}
		state := now.(*State)
		if len(state.Updates) == len(w.updates) {
			continue // a trial that did not lead down
		}
		if err := w.survey.write(w.folder, len(state.Updates)-1, state); err != nil {
			return nil, err
		}
		w.updates = state.Updates
	}
	text, err := json.MarshalIndent(w.updates, "", "  ")
	if err != nil {
		return nil, err
	}
	return w.updates, os.WriteFile(filepath.Join(w.folder, "misfit.json"), append(text, '\n'), 0o644)
}

// ResultName is the name of the files of an iteration, without extension.
func (s *Survey) ResultName(iteration int) string {
	if s.migration() {
		return fmt.Sprintf("image_%03d", iteration)
	}
	return fmt.Sprintf("model_%03d", iteration)
}

// write writes and draws one iteration, unless that is done.
func (s *Survey) write(out string, iteration int, state *State) error {
	name := filepath.Join(out, s.ResultName(iteration))
	// The array is written last.
	if _, err := os.Stat(name + ".npy"); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	x := state.at(state.X, s.migration())
	var a *field.Array
	var p *survey.Picture
	var err error
	if s.migration() {
		a = field.New64(s.Model.Shape()...)
		copy(a.F64, x)
		if state.Steepest != nil { // migration without least squares
			copy(a.F64, state.Steepest)
		}
		if s.Model.Dim() > 1 {
			p, err = survey.SnapshotPicture(a, s.Start, nil, s.Config.Picture.Clip, fmt.Sprintf("Reflectivity, iteration %d", iteration))
		}
	} else {
		var m *survey.Model
		if m, err = s.Velocity(x); err != nil {
			return err
		}
		a = m.Vp
		if m.Dim() > 1 {
			p, err = survey.ModelPicture(m, nil, fmt.Sprintf("Velocity, iteration %d", iteration))
		}
	}
	if err != nil {
		return err
	}
	if p != nil {
		if err := p.Save(name + ".png"); err != nil {
			return err
		}
	}
	return field.WriteNPY(name+".npy", a)
}

// ModelError is the squared distance of the model of an iteration to the one
// that made the records, by that of the start; 0 when records were given, and
// for migration.
func (s *Survey) ModelError(state *State) (float64, error) {
	if s.Config.Inversion.Observed != "" || s.migration() {
		return 0, nil
	}
	m, err := s.Velocity(state.at(state.X, false))
	if err != nil {
		return 0, err
	}
	now, first := 0.0, 0.0
	for i := range m.Vp.Len() {
		want := s.Model.Vp.At(i)
		now += (m.Vp.At(i) - want) * (m.Vp.At(i) - want)
		first += (s.Start.Vp.At(i) - want) * (s.Start.Vp.At(i) - want)
	}
	if first == 0 {
		return 0, nil
	}
	return now / first, nil
}
