package imaging

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/courant-pde/courant/runtime/field"
	"github.com/courant-pde/courant/runtime/optimize"
	"github.com/courant-pde/courant/runtime/survey"
)

// Update is one iteration of an inversion.
type Update struct {
	Iteration int     `json:"iteration"`
	Misfit    float64 `json:"misfit"`    // by that of the start
	Gradients int     `json:"gradients"` // of shots, since the start
	// Error is the distance of the model to the one that made the records, by
	// that of the start; 0 when records were given.
	Error float64 `json:"model_error,omitempty"`
}

// Invert carries out the inversion of a survey and writes models, or images,
// with their pictures to a folder. It tells of every iteration.
func Invert(ctx context.Context, s *Survey, out string, tell func(Update)) ([]Update, error) {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return nil, err
	}
	v := &inversion{Survey: s, out: out, tell: tell}
	for shot := range s.Shots {
		d, err := s.Observed(ctx, shot)
		if err != nil {
			return nil, err
		}
		v.observed = append(v.observed, d)
	}
	run := v.fwi
	if s.Config.Inversion.Method == "lsrtm" {
		run = v.lsrtm
	}
	if err := run(ctx); err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(v.updates, "", "  ")
	if err != nil {
		return nil, err
	}
	return v.updates, os.WriteFile(filepath.Join(out, "misfit.json"), append(text, '\n'), 0o644)
}

type inversion struct {
	*Survey
	out       string
	tell      func(Update)
	observed  []*field.Array
	gradients int
	updates   []Update
	first     float64 // misfit of the start
}

func (v *inversion) update(iteration int, misfit, off float64) {
	if iteration == 0 {
		v.first = misfit
	}
	u := Update{iteration, misfit / v.first, v.gradients, off}
	v.updates = append(v.updates, u)
	if v.tell != nil {
		v.tell(u)
	}
}

// weights make up for the illumination by the sources.
func (v *inversion) weights(ctx context.Context, m []float64) ([]float64, error) {
	total := make([]float64, len(m))
	mean := 0.0
	for shot := range v.Shots {
		light, err := v.Illumination(ctx, shot, m)
		if err != nil {
			return nil, err
		}
		for i, l := range light {
			total[i] += l
			mean += l / float64(len(m))
		}
	}
	for i, l := range total {
		total[i] = mean / (l + 0.01*mean)
	}
	return total, nil
}

// fwi looks for the squared slowness whose records are the observed ones, by
// L-BFGS in the variable x with m = start + sqrt(weight)*x: unknowns of equal
// weight.
func (v *inversion) fwi(ctx context.Context) error {
	start := SquaredSlowness(v.Start)
	weights, err := v.weights(ctx, start)
	if err != nil {
		return err
	}
	for i, w := range weights {
		weights[i] = min(w, 10)
	}
	model := func(x []float64) []float64 {
		m := make([]float64, len(x))
		for i := range x {
			m[i] = start[i] + weights[i]*x[i]
		}
		return m
	}
	f := func(ctx context.Context, x []float64) (float64, []float64, error) {
		m, sum, g := model(x), 0.0, make([]float64, len(x))
		for shot, d := range v.observed {
			value, by, err := v.Misfit(ctx, shot, m, d)
			if err != nil {
				return 0, nil, fmt.Errorf("shot %d: %w", shot, err)
			}
			sum += value
			for i := range g {
				g[i] += by[i] * weights[i]
			}
			v.gradients++
		}
		return sum, g, nil
	}
	// Velocities between half the least of the start and, for a stable time
	// step, the greatest divided by the margin.
	least, greatest := slices.Max(start), slices.Min(start)
	o := &optimize.LBFGS{Lower: make([]float64, len(start)), Upper: make([]float64, len(start)), First: 0.02 * least / 10}
	for i := range start {
		o.Lower[i] = (greatest*margin*margin*1.01 - start[i]) / weights[i]
		o.Upper[i] = (4*least - start[i]) / weights[i]
	}
	if err := o.Start(ctx, f, make([]float64, len(start))); err != nil {
		return err
	}
	v.update(0, o.Value, 1)
	if err := v.picture("start", v.Start); err != nil {
		return err
	}
	for iteration := 1; iteration <= v.Config.Inversion.Iterations; iteration++ {
		down, err := o.Step(ctx, f)
		if err != nil {
			return err
		}
		m, err := v.Velocity(model(o.X))
		if err != nil {
			return err
		}
		if !down {
			break
		}
		v.update(iteration, o.Value, v.distance(m))
		if err := v.picture(fmt.Sprintf("model_%03d", iteration), m); err != nil {
			return err
		}
	}
	return nil
}

// distance is that of a model to the one that made the records, by that of the
// start; 0 when records were given.
func (v *inversion) distance(m *survey.Model) float64 {
	if v.Config.Inversion.Observed != "" {
		return 0
	}
	now, first := 0.0, 0.0
	for i := range m.Vp.Len() {
		want := v.Model.Vp.At(i)
		now += (m.Vp.At(i) - want) * (m.Vp.At(i) - want)
		first += (v.Start.Vp.At(i) - want) * (v.Start.Vp.At(i) - want)
	}
	if first == 0 {
		return 0
	}
	return now / first
}

func (v *inversion) picture(name string, m *survey.Model) error {
	if err := field.WriteNPY(filepath.Join(v.out, name+".npy"), m.Vp); err != nil {
		return err
	}
	if m.Dim() == 1 {
		return nil
	}
	p, err := survey.ModelPicture(m, nil, "Velocity, "+name)
	if err != nil {
		return err
	}
	return p.Save(filepath.Join(v.out, name+".png"))
}

// lsrtm looks for the change of the squared slowness of the start whose
// linearised records are what the observed ones have beside those of the start,
// by conjugate gradients.
func (v *inversion) lsrtm(ctx context.Context) error {
	m := SquaredSlowness(v.Start)
	weights, err := v.weights(ctx, m)
	if err != nil {
		return err
	}
	var residuals []*field.Array
	for shot, d := range v.observed {
		r, err := v.Record(ctx, shot, m)
		if err != nil {
			return fmt.Errorf("shot %d: %w", shot, err)
		}
		out := field.New64(d.Shape...)
		for i := range out.F64 {
			out.F64[i] = d.At(i) - r.At(i)
		}
		residuals = append(residuals, out)
	}
	migrate := func() ([]float64, error) {
		sum := make([]float64, len(m))
		for shot, r := range residuals {
			g, err := v.Migrate(ctx, shot, m, r)
			if err != nil {
				return nil, fmt.Errorf("shot %d: %w", shot, err)
			}
			for i := range g {
				sum[i] += g[i]
			}
			v.gradients++
		}
		return sum, nil
	}
	misfit := func() (sum float64) {
		for _, r := range residuals {
			for _, x := range r.F64 {
				sum += x * x / 2
			}
		}
		return sum
	}
	g, err := migrate()
	if err != nil {
		return err
	}
	v.update(0, misfit(), 0)
	if err := v.image("rtm", g); err != nil {
		return err
	}
	c := optimize.NewCGLS(g, weights)
	for iteration := 1; iteration <= v.Config.Inversion.Iterations; iteration++ {
		var records []*field.Array
		square := 0.0
		for shot := range v.Shots {
			jp, err := v.Born(ctx, shot, m, c.Direction())
			if err != nil {
				return fmt.Errorf("shot %d: %w", shot, err)
			}
			for i := range jp.Len() {
				square += jp.At(i) * jp.At(i)
			}
			records = append(records, jp)
		}
		length := c.Length(square)
		if length == 0 {
			break
		}
		for shot, jp := range records {
			for i := range residuals[shot].F64 {
				residuals[shot].F64[i] -= length * jp.At(i)
			}
		}
		if iteration < v.Config.Inversion.Iterations {
			if g, err = migrate(); err != nil {
				return err
			}
			c.Next(g)
		}
		v.update(iteration, misfit(), 0)
		if err := v.image(fmt.Sprintf("image_%03d", iteration), c.X); err != nil {
			return err
		}
	}
	return nil
}

// image writes and draws a change of the squared slowness.
func (v *inversion) image(name string, x []float64) error {
	a := field.New64(v.Model.Shape()...)
	copy(a.F64, x)
	if err := field.WriteNPY(filepath.Join(v.out, name+".npy"), a); err != nil {
		return err
	}
	if v.Model.Dim() == 1 {
		return nil
	}
	p, err := survey.SnapshotPicture(a, v.Start, nil, v.Config.Picture.Clip, "Reflectivity, "+name)
	if err != nil {
		return err
	}
	return p.Save(filepath.Join(v.out, name+".png"))
}
