package survey

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/seismic/segy"
)

// Resolve gives a path of the file as seen from the working folder.
func (c *Config) Resolve(path string) string {
	if path == "" {
		return path
	}
	at := path
	if !filepath.IsAbs(path) {
		at = filepath.Join(filepath.Dir(c.path), path)
	}
	if c.inputs == nil { // it was not loaded
		return at
	}
	c.inputs.mu.Lock()
	defer c.inputs.mu.Unlock()
	if moved, ok := c.inputs.moved[path]; ok {
		at = moved
	}
	c.inputs.asked[path] = at
	return at
}

// Path is the file of the configuration.
func (c *Config) Path() string { return c.path }

// OperatorPath is the path of the operator file.
func (c *Config) OperatorPath() string { return c.Resolve(c.Operator) }

// Fault is something that a configuration asks for and cannot have.
type Fault struct {
	Path string
	Line int
	Key  string // dotted, such as source.position
	Err  error
}

// Error gives place, key and cause.
func (f *Fault) Error() string { return fmt.Sprintf("%s:%d: %s: %v", f.Path, f.Line, f.Key, f.Err) }

// Unwrap is the cause.
func (f *Fault) Unwrap() error { return f.Err }

// Fault puts the place of a key in the file before an error.
func (c *Config) Fault(key string, err error) error {
	return &Fault{c.path, c.lines.of(key), key, err}
}

func (c *Config) synthetic() Synthetic {
	m := c.ModelSection
	return Synthetic{
		Kind: m.Synthetic, Shape: m.Shape, Spacing: m.Spacing, Origin: m.Origin, Seed: m.Seed,
		From: m.From, To: m.To, Layers: m.Layers, Water: m.Water, Salt: m.Salt, Double: c.Precision == "f64",
	}
}

// Units that an operator may have, for Config.Model and Config.Wavelet; any other number is one, too.
const (
	KilometresPerSecond = 1000.0 // m/s
	NoVelocity          = 0.0    // values of a model that are something else
	Milliseconds        = 1e-3   // s
	Seconds             = 1.0
)

// Model reads or computes the model, without border. Its values are a velocity, of
// which 1 is speed in m/s, such as KilometresPerSecond, or NoVelocity.
func (c *Config) Model(speed float64) (*Model, error) {
	m := c.ModelSection
	model := &Model{Origin: m.Origin, Spacing: m.Spacing, Speed: speed}
	var err error
	switch path := c.Resolve(m.File); {
	case m.Synthetic != "":
		if model, err = c.synthetic().Model(); err != nil {
			return nil, c.Fault("model.synthetic", err)
		}
		model.Speed = speed
		for i := range model.Values.Len() { // computed ones are in km/s
			if speed != 0 && speed != 1000 {
				model.Values.Set(i, model.Values.At(i)*1000/speed)
			}
		}
		return model, nil
	case segy.Named(path):
		if model, err = readSEGYModel(path, m.Origin); err == nil && speed != 0 && speed != 1000 {
			for i := range model.Values.Len() {
				model.Values.Set(i, model.Values.At(i)*1000/speed)
			}
		}
		if err == nil {
			model.Speed = speed
		}
	case filepath.Ext(path) == ".npy":
		model.Values, err = field.ReadNPY(path)
	case len(m.Shape) == 0:
		err = fmt.Errorf("%s is no .npy file, so it must be raw float32, which needs the shape: shape = [points along x, points along z]", path)
	default:
		model.Values, err = field.ReadRaw(path, m.Shape...)
	}
	if err == nil {
		dim := len(model.Values.Shape)
		if model.Origin == nil {
			model.Origin = make([]float64, dim)
		}
		if len(model.Spacing) == 1 && dim > 1 {
			model.Spacing = slices.Repeat(model.Spacing, dim)
		}
		err = model.Check()
	}
	if err != nil {
		return nil, c.Fault("model.file", err)
	}
	if len(m.Shape) > 0 && !slices.Equal(m.Shape, model.Shape()) {
		return nil, c.Fault("model.shape", fmt.Errorf("%s is given, but the file has %s", field.ShapeString(m.Shape), field.ShapeString(model.Shape())))
	}
	return model, nil
}

// Array reads what [fields] names for a field: a number, or a file.
func (c *Config) Array(name string) (number float64, a *field.Array, err error) {
	switch v := c.FieldSection[name].(type) {
	case string:
		if a, err = field.ReadNPY(c.Resolve(v)); err == nil {
			if i := a.FirstNotFinite(); i != nil {
				err = fmt.Errorf("%s: the value at index %v is not a finite number", v, i)
			}
		}
	case int64:
		number = float64(v)
	case float64:
		number = v
	}
	if err != nil {
		return 0, nil, c.Fault("fields."+name, err)
	}
	return number, a, nil
}

// Wavelet is the source time function in a unit of time, in s, such as Milliseconds.
func (c *Config) Wavelet(second float64) (Wavelet, error) {
	s := c.WaveletSection
	if s.File != "" {
		w, err := readWavelet(c.Resolve(s.File), s.Interval, s.PeakHz*second, second)
		if err == nil && s.Delay != nil {
			w.Delay = *s.Delay
		}
		if err != nil {
			err = c.Fault("wavelet.file", err)
		}
		return w, err
	}
	peak := s.PeakHz
	if peak == 0 {
		peak = 10
	}
	w, err := NewWavelet(s.Name, peak*second)
	if err == nil && s.Delay != nil {
		w.Delay = *s.Delay
		err = w.Check()
	}
	return w, err
}

// Geometry places the source and the receivers, and checks that they lie
// within the model, which has no border.
func (c *Config) Geometry(model *Model) (*Geometry, error) {
	switch at := c.Source; {
	case len(at.Positions) > 0:
		return c.geometry(model, at.Positions, "source.positions")
	case len(at.Position) > 0:
		return c.geometry(model, [][]float64{at.Position}, "source.position")
	}
	return nil, c.Fault("source.position", fmt.Errorf("give the coordinates of the source in m, such as [500.0, 20.0]"))
}

// Shots places the shots of a survey, each with all receivers, and checks that
// they lie within the model, which has no border.
func (c *Config) Shots(model *Model) ([]*Geometry, error) {
	s := c.Sources
	if s.Count == 0 && s.File == "" {
		return nil, c.Fault("sources", fmt.Errorf("a survey needs shots: give [sources] with from, to and count, or with file"))
	}
	line, err := c.sources(model.Dim())
	if err != nil && s.File != "" {
		return nil, c.Fault("sources.file", err)
	} else if err != nil {
		return nil, c.Fault("sources", err)
	}
	var misplaced error
	if err := checkPoints("source", line, model); err != nil {
		misplaced = c.Fault("sources", err)
	}
	var out []*Geometry
	for i := range line.Shape[0] {
		at := make([]float64, model.Dim())
		for a := range at {
			at[a] = line.At(i*model.Dim() + a)
		}
		g, err := c.geometry(model, [][]float64{at}, "sources")
		if fault := new(Fault); misplaced != nil && errors.As(err, &fault) && fault.Key == "sources" {
			continue // which has been said
		}
		if err != nil {
			return nil, errors.Join(misplaced, err)
		}
		out = append(out, g)
	}
	return out, misplaced
}

func (c *Config) geometry(model *Model, sources [][]float64, where string) (*Geometry, error) {
	g := &Geometry{}
	var err error
	if g.Sources, err = Points(sources...); err != nil {
		return nil, c.Fault(where, err)
	}
	if err := checkPoints("source", g.Sources, model); err != nil {
		return nil, c.Fault(where, err)
	}
	if g.Receivers, g.Weights, err = c.receivers(c.Receivers, "receivers", sources[0], model); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(c.ReceiverSets)) {
		at, weights, err := c.receivers(c.ReceiverSets[name], "receiver_sets."+name, sources[0], model)
		if err == nil && weights != nil {
			err = c.Fault("receiver_sets."+name, fmt.Errorf("weights are for [receivers] alone"))
		}
		if err != nil {
			return nil, err
		}
		if g.Sets == nil {
			g.Sets = map[string]*field.Array{}
		}
		g.Sets[name] = at
	}
	return g, nil
}

// receivers places one set of receivers.
func (c *Config) receivers(r ReceiverConfig, key string, source []float64, model *Model) (at, weights *field.Array, err error) {
	switch {
	case r.File != "":
		key += ".file"
		at, weights, err = readPlaces(c.Resolve(r.File), model.Dim())
		if weights != nil && r.Moving {
			err = fmt.Errorf("%s has weights, which receivers that move with the source cannot have", r.File)
		}
	case len(r.Carpet) == 2:
		at, err = Carpet(r.Carpet[0], r.Carpet[1], r.From, r.To)
	default:
		at, err = Line(r.Count, r.From, r.To)
	}
	if err == nil && r.Moving {
		at, err = moved(at, source, model)
	}
	if err == nil {
		err = checkPoints("receiver", at, model)
	}
	if err != nil {
		return nil, nil, c.Fault(key, err)
	}
	return at, weights, nil
}

// moved are receivers that are counted from a source, but for their depth:
// those within the model.
func moved(receivers *field.Array, source []float64, model *Model) (*field.Array, error) {
	var within [][]float64
	dim, end := model.Dim(), model.End()
	if len(receivers.Shape) != 2 || receivers.Shape[1] != dim {
		return receivers, nil // which is refused with the reason
	}
	for i := range receivers.Shape[0] {
		at := make([]float64, dim)
		inside := true
		for a := range at {
			at[a] = receivers.At(i*dim + a)
			if a < dim-1 {
				at[a] += source[a]
				inside = inside && at[a] >= model.Origin[a] && at[a] <= end[a]
			}
		}
		if inside {
			within = append(within, at)
		}
	}
	if len(within) == 0 {
		return nil, fmt.Errorf("none of the receivers that move with the source at %v m is within the model", source)
	}
	return Points(within...)
}

// SnapshotTimes are the times of the snapshots, rising, in the operator's unit of
// time, which is so many ms; nil for none.
func (c *Config) SnapshotTimes(ms float64) []float64 {
	var out []float64
	if s := c.Snapshots; s.EveryMs > 0 {
		for i := 1.0; i*s.EveryMs/ms <= c.Time; i++ {
			out = append(out, i*s.EveryMs/ms)
		}
	} else {
		for i := range s.Count {
			out = append(out, c.Time*float64(i+1)/float64(s.Count))
		}
	}
	return out
}

// Style is how the record is drawn.
func (c *Config) Style() RecordStyle {
	return RecordStyle{Clip: c.Picture.Clip, Gain: c.Picture.Gain, Colour: c.Picture.Colour}
}
