// Package shot models one seismic shot from its description, by any operator, and writes
// record, snapshots and pictures. It is what `courant shot` calls.
//
// In: a survey.Config, which docs/shot.md describes, and how to run it, see Options.
// Out: a folder with record.npy, record.sgy, snapshots and pictures, and a Summary,
// which is also written, to shot.json. Start at Run and its example; package modelling
// is what to call for the arrays alone.
package shot

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"time"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/runtime/seismic/modelling"
	"github.com/courant-pde/courant/runtime/seismic/places"
	"github.com/courant-pde/courant/runtime/seismic/segy"
	"github.com/courant-pde/courant/runtime/seismic/survey"
)

// Options say how to run, as against what.
type Options struct {
	Target   backends.Target // nil interprets
	Threads  int             // 0 for one per core
	Progress func(done, all int)
	Warn     func(text string) // is told of what is allowed but unwise
	// NoPictures leaves record, snapshots and numbers alone.
	NoPictures bool
}

// Summary is what a shot leaves besides its arrays: shot.json in the output.
type Summary struct {
	Operator   string    `json:"operator"`
	Shape      []int     `json:"shape"`   // of the model
	Spacing    []float64 `json:"spacing"` // m
	Border     int       `json:"border"`
	SpaceOrder int       `json:"space_order"`
	Precision  string    `json:"precision"`
	Dt         float64   `json:"dt"`        // in the operator's unit of time
	Second     float64   `json:"time_unit"` // the operator's, in s
	Steps      int       `json:"steps"`
	// Half are the sets of receivers whose rows belong to times half a step off, by
	// so much: those of velocities lie between the levels of stresses.
	Half      map[string]float64 `json:"shifts,omitempty"`
	Receivers int                `json:"receivers"`
	Threads   int                `json:"threads"`
	Seconds   float64            `json:"seconds"`    // of the time loop
	Rate      float64            `json:"gpts_per_s"` // with absorbing layers
	Files     []string           `json:"files"`
}

// String is the run in one line.
func (s *Summary) String() string {
	var sides []string
	for _, n := range s.Shape {
		sides = append(sides, fmt.Sprint(n))
	}
	return fmt.Sprintf("%s: %d steps of %.6g ms on %s points and %d of layer on each side, %.2f s, %.3f billion points/s on %d threads",
		s.Operator, s.Steps, s.Dt*s.Second*1000, strings.Join(sides, " x "), s.Border, s.Seconds, s.Rate, s.Threads)
}

// shot is a shot under way.
type shot struct {
	*modelling.Shot
	options Options
	out     string
	old     []string // files of an earlier shot in the folder
	run     *operator.Run
	summary Summary
}

// Run models the shot of a configuration and writes everything to a folder, which is
// made if it is not there. The files of an earlier shot in it are replaced, and no
// others. Errors: those of modelling.OpenShot and of the run, and a folder with files of
// others under the same names.
func Run(ctx context.Context, config *survey.Config, out string, o Options) (_ *Summary, err error) {
	s := &shot{options: o, out: out}
	if s.Shot, err = modelling.OpenShot(ctx, config, o.Target, o.Threads, o.Warn); err != nil {
		return nil, err
	}
	if s.old, err = earlier(out); err != nil {
		return nil, operator.BadArguments{err.Error()}
	}
	s.Arguments.Progress = o.Progress
	if s.run, err = s.Operator.Bind(s.Arguments); err != nil {
		return nil, s.Blame(err)
	}
	defer s.run.Close()
	if err := s.clear(); err != nil {
		return nil, err
	}
	if err := s.propagate(ctx); err != nil {
		return nil, err
	}
	if err := s.records(); err != nil {
		return nil, err
	}
	s.describe()
	return &s.summary, s.write()
}

// propagate carries out all steps and takes the snapshots on the way.
func (s *shot) propagate(ctx context.Context) error {
	wave := ""
	for _, a := range s.Operator.Program.Signature.Arrays {
		if a.Computed() && wave == "" {
			wave = a.Name
		}
	}
	var busy time.Duration
	advance := func(last int) error {
		start := time.Now()
		err := s.run.Advance(ctx, last)
		busy += time.Since(start)
		return err
	}
	for _, at := range s.Config.SnapshotTimes(s.ms()) {
		level := int(math.Round(at / s.Arguments.Dt))
		if level <= s.run.First || level > s.run.Last+1 {
			continue // before the first step or after the last
		}
		if err := advance(level - 1); err != nil {
			return err
		}
		if err := s.snapshot(s.run.Field(wave), wave, at); err != nil {
			return err
		}
	}
	if err := advance(s.run.Last); err != nil {
		return err
	}
	points := 1.0
	for _, n := range s.Arguments.Shape {
		points *= float64(n)
	}
	s.summary.Seconds = busy.Seconds()
	s.summary.Rate = points * float64(s.run.Last-s.run.First+1) / busy.Seconds() / 1e9
	return nil
}

// ms is the operator's unit of time in ms.
func (s *shot) ms() float64 { return s.Problem.Second * 1000 }

// snapshot writes and draws a wavefield without its absorbing layers.
func (s *shot) snapshot(wave *field.Array, name string, at float64) error {
	inside := s.Border.Crop(wave)
	at *= s.ms()
	file := fmt.Sprintf("snapshot_%05.0fms", at)
	if err := s.save(file+".npy", inside); err != nil {
		return err
	}
	if s.Model.Dim() == 1 {
		return nil // there is no section to draw
	}
	return s.draw(file+".png", func() (*survey.Picture, error) {
		return survey.SnapshotPicture(inside, s.Model, s.Geometry, s.Config.Picture.Clip, fmt.Sprintf("%s at %.0f ms", title(s.Operator, name), at))
	})
}

// title is the description of a wavefield, or its name.
func title(op *operator.Operator, name string) string {
	for _, f := range op.Program.Problem.Functions {
		if f.Name == name && f.Doc != "" {
			return f.Doc
		}
	}
	return name
}

// records writes and draws what the receivers recorded, and the survey.
func (s *shot) records() error {
	for _, name := range s.Records {
		file := "record"
		if len(s.Records) > 1 {
			file += "_" + name
		}
		record := s.run.Traces(name)
		if err := s.save(file+".npy", record); err != nil {
			return err
		}
		if err := s.segy(file+".sgy", name, record); err != nil {
			return err
		}
		err := s.draw(file+".png", func() (*survey.Picture, error) {
			return survey.RecordPicture(record, s.Dt*s.ms(), s.Geometry.Of(name), s.Config.Style(), "Shot record")
		})
		if err != nil {
			return err
		}
	}
	if s.Model.Dim() > 1 {
		err := errors.Join(s.draw("model.png", func() (*survey.Picture, error) {
			return survey.ModelPicture(s.Model, s.Geometry, title(s.Operator, s.Main))
		}), s.draw("geometry.png", func() (*survey.Picture, error) {
			return survey.GeometryPicture(s.Model, s.Geometry, "Source and receivers")
		}))
		if err != nil {
			return err
		}
	}
	return s.draw("wavelet.png", func() (*survey.Picture, error) {
		w := s.Wavelet.In(s.ms())
		return survey.WaveletPicture(w, min(s.Config.Time*s.ms(), 4/w.Peak), "Source wavelet")
	})
}

// segy writes a record as SEG-Y, when the format can say its times.
func (s *shot) segy(file, set string, record *field.Array) error {
	u := s.Setup
	ms := s.ms()
	if u.Problem.Metre != 1 {
		return nil // places in SEG-Y are lengths in m
	}
	g := segy.Gather{
		About: segy.About{
			Title:    "synthetic record " + set,
			Operator: fmt.Sprintf("%s of %s, space order %d", u.Problem.Name, filepath.Base(s.Config.OperatorPath()), u.Problem.Grid.SpaceOrder),
			Wavelet:  fmt.Sprintf("%s, peak %.6g Hz, centre at %.6g ms", u.Wavelet.Name, u.Wavelet.Peak/u.Problem.Second, u.Wavelet.Delay*ms),
			Geometry: fmt.Sprintf("model of %s points, %v m apart, the first at %v m", field.ShapeString(u.Model.Shape()), u.Model.Spacing, u.Model.Origin),
			Step:     fmt.Sprintf("%.10g ms, %d steps", u.Dt*ms, u.Steps),
		},
		Interval: u.Dt * ms, Number: 1, Source: places.Of(s.Geometry.Sources)[0], Receivers: places.Of(s.Geometry.Of(set)), Records: record,
	}
	path, err := s.announce(file)
	if err != nil {
		return err
	}
	if err := segy.Write(path, g); err != nil {
		s.summary.Files = s.summary.Files[:len(s.summary.Files)-1]
		if s.options.Warn != nil {
			s.options.Warn(fmt.Sprintf("%s is not written: %v", file, err))
		}
	}
	return nil
}

func (s *shot) save(name string, a *field.Array) error {
	path, err := s.announce(name)
	if err != nil {
		return err
	}
	return field.WriteNPY(path, a)
}

// draw draws a picture, unless none are wanted.
func (s *shot) draw(name string, picture func() (*survey.Picture, error)) error {
	if s.options.NoPictures {
		return nil
	}
	p, err := picture()
	if err != nil {
		return fmt.Errorf("drawing %s: %w", name, err)
	}
	path, err := s.announce(name)
	if err != nil {
		return err
	}
	return p.Save(path)
}

// describe completes the summary.
func (s *shot) describe() {
	u, p := &s.summary, s.Operator.Program.Problem
	u.Operator, u.SpaceOrder = p.Name, p.Grid.SpaceOrder
	u.Shape, u.Spacing, u.Border = s.Model.Shape(), s.Model.Spacing, s.Setup.Options.Border
	u.Precision, u.Dt, u.Second, u.Steps = s.Operator.Program.Signature.Real.String(), s.Dt, p.Second, s.Steps
	for _, q := range p.Points {
		if !q.Inject && q.Shift != 0 {
			if u.Half == nil {
				u.Half = map[string]float64{}
			}
			u.Half[q.Name] = q.Shift * s.Dt
		}
	}
	u.Receivers, u.Threads = s.Geometry.Receivers.Shape[0], s.run.Threads()
	u.Files = append(u.Files, summaryFile)
}
