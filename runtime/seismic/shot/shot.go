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
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
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

// shot is a shot under way.
type shot struct {
	setup    *modelling.Setup
	config   *survey.Config
	options  Options
	out      string
	geometry *survey.Geometry
	op       *operator.Operator
	args     operator.Arguments
	run      *operator.Run
	summary  Summary
}

// Run models the shot of a configuration and writes everything to a folder,
// which is made if it is not there.
func Run(ctx context.Context, config *survey.Config, out string, o Options) (*Summary, error) {
	s := &shot{config: config, options: o, out: out}
	for _, stage := range []func(context.Context) error{s.open, s.bind, s.propagate, s.records, s.describe} {
		if err := stage(ctx); err != nil {
			if s.run != nil {
				s.run.Close()
			}
			return nil, err
		}
	}
	s.run.Close()
	return &s.summary, nil
}

// open brings operator and model together, and places source and receivers.
func (s *shot) open(ctx context.Context) (err error) {
	s.setup, err = modelling.Open(s.config, s.options.Target)
	if s.setup.Model == nil {
		return err
	}
	s.setup.Threads = s.options.Threads
	var misplaced error
	if s.geometry, misplaced = s.config.Geometry(s.setup.Model); err != nil || misplaced != nil {
		return errors.Join(err, misplaced)
	}
	if n, sources := s.setup.Wavelet.Shots(), s.geometry.Sources.Shape[0]; n > 0 && n != sources {
		return s.config.Fault("wavelet.file", fmt.Errorf("it has %d wavelets, and the shot %d sources: give one wavelet, or one for each", n, sources))
	}
	if s.options.Warn != nil {
		for _, w := range s.setup.Warnings(s.geometry) {
			s.options.Warn(w)
		}
	}
	if s.op, err = operator.CompileProblem(ctx, s.setup.Problem, s.setup.Options); err != nil {
		return err
	}
	if err := s.setup.Discretise(ctx, s.op, operator.Margin, s.geometry.Receivers.Shape[0]); err != nil {
		return err
	}
	return os.MkdirAll(s.out, 0o755)
}

// bind hands everything to the operator. Every source emits the wavelet, or its own, and all
// receivers record.
func (s *shot) bind(context.Context) (err error) {
	if s.args, err = s.setup.Arguments(s.setup.Whole()); err != nil {
		return err
	}
	s.args.Progress, s.args.Warn = s.options.Progress, s.options.Warn
	s.setup.Place(&s.args, s.geometry, func(source int, times []float64) []float64 {
		w, out := s.setup.Wavelet.For(source), make([]float64, len(times))
		for i, t := range times {
			out[i] = w.At(t)
		}
		return out
	})
	s.run, err = s.op.Bind(s.args)
	return s.setup.Blame(err)
}

// propagate carries out all steps and takes the snapshots on the way.
func (s *shot) propagate(ctx context.Context) error {
	wave := ""
	for _, a := range s.op.Program.Signature.Arrays {
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
	for _, at := range s.config.SnapshotTimes(s.ms()) {
		level := int(math.Round(at / s.args.Dt))
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
	for _, n := range s.args.Shape {
		points *= float64(n)
	}
	s.summary.Seconds = busy.Seconds()
	s.summary.Rate = points * float64(s.run.Last-s.run.First+1) / busy.Seconds() / 1e9
	return nil
}

// ms is the operator's unit of time in ms.
func (s *shot) ms() float64 { return s.setup.Problem.Second * 1000 }

// snapshot writes and draws a wavefield without its absorbing layers.
func (s *shot) snapshot(wave *field.Array, name string, at float64) error {
	inside := s.setup.Border.Crop(wave)
	at *= s.ms()
	file := fmt.Sprintf("snapshot_%05.0fms", at)
	if err := s.save(file+".npy", inside); err != nil {
		return err
	}
	if s.setup.Model.Dim() == 1 {
		return nil // there is no section to draw
	}
	p, err := survey.SnapshotPicture(inside, s.setup.Model, s.geometry, s.config.Picture.Clip, fmt.Sprintf("%s at %.0f ms", title(s.op, name), at))
	return s.draw(file+".png", p, err)
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
func (s *shot) records(context.Context) error {
	for _, name := range s.setup.Records {
		file := "record"
		if len(s.setup.Records) > 1 {
			file += "_" + name
		}
		record := s.run.Traces(name)
		if err := s.save(file+".npy", record); err != nil {
			return err
		}
		if err := s.segy(file+".sgy", name, record); err != nil {
			return err
		}
		p, err := survey.RecordPicture(record, s.args.Dt*s.ms(), s.geometry.Of(name), s.config.Style(), "Shot record")
		if err := s.draw(file+".png", p, err); err != nil {
			return err
		}
	}
	if s.setup.Model.Dim() > 1 {
		p, err := survey.ModelPicture(s.setup.Model, s.geometry, title(s.op, s.setup.Main))
		if err := s.draw("model.png", p, err); err != nil {
			return err
		}
		p, err = survey.GeometryPicture(s.setup.Model, s.geometry, "Source and receivers")
		if err := s.draw("geometry.png", p, err); err != nil {
			return err
		}
	}
	w := s.setup.Wavelet.In(s.ms())
	p, err := survey.WaveletPicture(w, min(s.config.Time*s.ms(), 4/w.Peak), "Source wavelet")
	return s.draw("wavelet.png", p, err)
}

// segy writes a record as SEG-Y, when the format can say its times.
func (s *shot) segy(file, set string, record *field.Array) error {
	u := s.setup
	ms := s.ms()
	if u.Problem.Metre != 1 {
		return nil // places in SEG-Y are lengths in m
	}
	g := segy.Gather{
		About: segy.About{
			Title:    "synthetic record " + set,
			Operator: fmt.Sprintf("%s of %s, space order %d", u.Problem.Name, filepath.Base(s.config.OperatorPath()), u.Problem.Grid.SpaceOrder),
			Wavelet:  fmt.Sprintf("%s, peak %.6g Hz, centre at %.6g ms", u.Wavelet.Name, u.Wavelet.Peak/u.Problem.Second, u.Wavelet.Delay*ms),
			Geometry: fmt.Sprintf("model of %s points, %v m apart, the first at %v m", field.ShapeString(u.Model.Shape()), u.Model.Spacing, u.Model.Origin),
			Step:     fmt.Sprintf("%.10g ms, %d steps", u.Dt*ms, u.Steps),
		},
		Interval: u.Dt * ms, Number: 1, Source: places.Of(s.geometry.Sources)[0], Receivers: places.Of(s.geometry.Of(set)), Records: record,
	}
	if err := segy.Write(filepath.Join(s.out, file), g); err != nil {
		if s.options.Warn != nil {
			s.options.Warn(fmt.Sprintf("%s is not written: %v", file, err))
		}
		return nil
	}
	s.summary.Files = append(s.summary.Files, file)
	return nil
}

func (s *shot) save(name string, a *field.Array) error {
	s.summary.Files = append(s.summary.Files, name)
	return field.WriteNPY(filepath.Join(s.out, name), a)
}

func (s *shot) draw(name string, p *survey.Picture, err error) error {
	if err != nil {
		return fmt.Errorf("drawing %s: %w", name, err)
	}
	s.summary.Files = append(s.summary.Files, name)
	return p.Save(filepath.Join(s.out, name))
}

// describe writes the summary.
func (s *shot) describe(context.Context) error {
	u := &s.summary
	u.Operator, u.SpaceOrder = s.op.Program.Problem.Name, s.op.Program.Problem.Grid.SpaceOrder
	u.Shape, u.Spacing, u.Border = s.setup.Model.Shape(), s.setup.Model.Spacing, s.setup.Options.Border
	u.Precision, u.Dt, u.Second, u.Steps = s.op.Program.Signature.Real.String(), s.args.Dt, s.setup.Problem.Second, s.args.Steps
	for _, q := range s.op.Program.Problem.Points {
		if !q.Inject && q.Shift != 0 {
			if u.Half == nil {
				u.Half = map[string]float64{}
			}
			u.Half[q.Name] = q.Shift * s.args.Dt
		}
	}
	u.Receivers, u.Threads = s.geometry.Receivers.Shape[0], s.run.Threads()
	u.Files = append(u.Files, "shot.json")
	text, err := json.MarshalIndent(u, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.out, "shot.json"), append(text, '\n'), 0o644)
}
