// Package shot models one seismic shot from its description: it brings the
// survey (model, sponge, wavelet, geometry) and a compiled operator together,
// and writes record, snapshots and pictures.
package shot

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/ir"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/runtime/field"
	"github.com/courant-pde/courant/runtime/machine"
	"github.com/courant-pde/courant/runtime/operator"
	"github.com/courant-pde/courant/runtime/survey"
)

// Options say how to run, as against what.
type Options struct {
	Backend  backends.Backend // nil interprets
	Threads  int              // 0 for one per core
	Progress func(done, all int)
	Warn     func(text string) // is told of what is allowed but unwise
}

// Summary is what a shot leaves besides its arrays: shot.json in the output.
type Summary struct {
	Operator   string    `json:"operator"`
	Shape      []int     `json:"shape"`   // of the model
	Spacing    []float64 `json:"spacing"` // m
	Nbl        int       `json:"nbl"`
	SpaceOrder int       `json:"so"`
	DType      string    `json:"dtype"`
	Dt         float64   `json:"dt"` // ms
	Steps      int       `json:"nt"`
	Receivers  int       `json:"receivers"`
	Threads    int       `json:"threads"`
	Seconds    float64   `json:"seconds"`    // of the time loop
	Rate       float64   `json:"gpts_per_s"` // with absorbing layers
	Files      []string  `json:"files"`
}

// shot is a shot under way.
type shot struct {
	config   *survey.Config
	options  Options
	out      string
	model    *survey.Model // without absorbing layers
	geometry *survey.Geometry
	wavelet  survey.Wavelet
	op       *operator.Operator
	args     operator.Arguments
	run      *operator.Run
	summary  Summary
}

// Run models the shot of a configuration and writes everything to a folder,
// which is made if it is not there.
func Run(ctx context.Context, config *survey.Config, out string, o Options) (*Summary, error) {
	s := &shot{config: config, options: o, out: out}
	for _, stage := range []func(context.Context) error{s.survey, s.compile, s.bind, s.propagate, s.records, s.describe} {
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

// survey makes model, wavelet and geometry, and draws them.
func (s *shot) survey(context.Context) (err error) {
	if s.model, err = s.config.Model(); err != nil {
		return err
	}
	if s.wavelet, err = s.config.Wavelet(); err != nil {
		return err
	}
	if s.geometry, err = s.config.Geometry(s.model); err != nil {
		return err
	}
	if s.options.Warn != nil {
		for _, w := range s.config.Warnings(s.model, s.geometry) {
			s.options.Warn(w)
		}
	}
	return os.MkdirAll(s.out, 0o755)
}

// compile builds the operator for the model's number of axes.
func (s *shot) compile(ctx context.Context) (err error) {
	o := codegen.Options{Options: check.Options{Operator: s.config.OperatorName, Dim: s.model.Dim(), SpaceOrder: s.config.SpaceOrder, Uniform: slices.Max(s.model.Spacing) == slices.Min(s.model.Spacing)}, Backend: s.options.Backend}
	if s.config.Dtype == "f64" {
		o.Real = ir.F64
	}
	s.op, err = operator.Load(ctx, s.config.OperatorPath(), o)
	return err
}

// bind surrounds the model with absorbing layers and hands everything to the
// operator: m is squared slowness, vp velocity, damp the sponge, and what else
// the operator has comes from the configuration. Every source emits the
// wavelet, and all receivers record.
func (s *shot) bind(ctx context.Context) error {
	padded, err := s.model.Padded(s.config.Nbl)
	if err != nil {
		return err
	}
	given, err := s.config.Fields(s.model)
	if err != nil {
		return err
	}
	s.args = operator.Arguments{
		Shape: padded.Shape(), Spacing: padded.Spacing, Origin: padded.Origin, Dt: s.config.Dt,
		Fields: map[string]*field.Array{}, Points: map[string]operator.Points{}, Threads: s.options.Threads, Progress: s.options.Progress, Warn: s.options.Warn,
	}
	for i, name := range operator.Interpolations {
		if name == s.config.Interpolation {
			s.args.Interpolation = operator.Interpolation(i)
		}
	}
	for name, a := range given {
		if s.args.Fields[name], err = survey.Pad(a, s.config.Nbl); err != nil {
			return err
		}
	}
	for _, a := range s.op.Program.Kernel.Arrays {
		if a.Role != ir.Param || given[a.Name] != nil {
			continue
		}
		switch a.Name {
		case "m":
			s.args.Fields["m"] = padded.SquaredSlowness()
		case "vp":
			s.args.Fields["vp"] = padded.Vp
		case "damp":
			if s.args.Fields["damp"], err = survey.Sponge(padded.Shape(), s.config.Nbl, padded.Spacing); err != nil {
				return err
			}
		}
	}
	if s.args.Dt == 0 {
		if s.args.Dt, err = s.op.StepFor(ctx, s.args, operator.Margin); err != nil {
			return err
		}
	}
	dt := s.args.Dt
	steps := survey.Steps(0, s.config.Time, dt)
	s.args.Steps = steps
	// The wavelet and the traces of sources and receivers, before they are made.
	if err := machine.Room(float64(steps) * (16 + 4*float64(s.geometry.Receivers.Shape[0]))); err != nil {
		return s.config.Fault("time", fmt.Errorf("%d steps of %g ms with %d receivers: %w", steps, dt, s.geometry.Receivers.Shape[0], err))
	}
	for _, p := range s.op.Program.Kernel.Points {
		if p.Inject {
			traces := field.New64(steps, s.geometry.Sources.Shape[0])
			for t, v := range s.wavelet.Sample(steps, dt) {
				for i := range traces.Shape[1] {
					traces.F64[t*traces.Shape[1]+i] = v
				}
			}
			s.args.Points[p.Name] = operator.Points{At: s.geometry.Sources, Traces: traces}
		} else {
			s.args.Points[p.Name] = operator.Points{At: s.geometry.Receivers}
		}
	}
	s.run, err = s.op.Bind(s.args)
	return err
}

// propagate carries out all steps and takes the snapshots on the way.
func (s *shot) propagate(ctx context.Context) error {
	wave := ""
	for _, a := range s.op.Program.Kernel.Arrays {
		if a.Role == ir.State && wave == "" {
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
	for _, at := range s.config.SnapshotTimes() {
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

// snapshot writes and draws a wavefield without its absorbing layers.
func (s *shot) snapshot(wave *field.Array, name string, at float64) error {
	inside := crop(wave, s.config.Nbl)
	file := fmt.Sprintf("snapshot_%05.0fms", at)
	if err := s.save(file+".npy", inside); err != nil {
		return err
	}
	if s.model.Dim() == 1 {
		return nil // there is no section to draw
	}
	p, err := survey.SnapshotPicture(inside, s.model, s.geometry, s.config.Picture.Clip, fmt.Sprintf("%s at %.0f ms", title(s.op, name), at))
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
	var sets []string
	for _, p := range s.op.Program.Kernel.Points {
		if !p.Inject {
			sets = append(sets, p.Name)
		}
	}
	for _, name := range sets {
		file := "record"
		if len(sets) > 1 {
			file += "_" + name
		}
		if err := s.save(file+".npy", s.run.Traces(name)); err != nil {
			return err
		}
		p, err := survey.RecordPicture(s.run.Traces(name), s.args.Dt, s.geometry.Receivers, s.config.Style(), "Shot record")
		if err := s.draw(file+".png", p, err); err != nil {
			return err
		}
	}
	if s.model.Dim() > 1 {
		p, err := survey.ModelPicture(s.model, s.geometry, "Velocity model")
		if err := s.draw("model.png", p, err); err != nil {
			return err
		}
		p, err = survey.GeometryPicture(s.model, s.geometry, "Source and receivers")
		if err := s.draw("geometry.png", p, err); err != nil {
			return err
		}
	}
	p, err := survey.WaveletPicture(s.wavelet, min(s.config.Time, 4/s.wavelet.Peak), "Source wavelet")
	return s.draw("wavelet.png", p, err)
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
	u.Shape, u.Spacing, u.Nbl = s.model.Shape(), s.model.Spacing, s.config.Nbl
	u.DType, u.Dt, u.Steps = s.op.Program.Kernel.Real.String(), s.args.Dt, s.args.Steps
	u.Receivers, u.Threads = s.geometry.Receivers.Shape[0], s.run.Threads()
	u.Files = append(u.Files, "shot.json")
	text, err := json.MarshalIndent(u, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.out, "shot.json"), append(text, '\n'), 0o644)
}

// crop removes n points from every side of an array.
func crop(a *field.Array, n int) *field.Array {
	shape := make([]int, len(a.Shape))
	for i := range shape {
		shape[i] = a.Shape[i] - 2*n
	}
	out := field.New32(shape...)
	if a.F64 != nil {
		out = field.New64(shape...)
	}
	for i := range out.Len() {
		from := 0
		for k, j := range out.Index(i) {
			from = from*a.Shape[k] + j + n
		}
		out.Set(i, a.At(from))
	}
	return out
}
