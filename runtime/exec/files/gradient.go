package files

import (
	"context"
	"maps"
	"slices"

	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/gradient"
	"github.com/courant-pde/courant/symbolic"
)

// Gradient is a misfit of the records of a run and its derivatives. Results, Run.Out,
// are the derivatives by fields, also by those that others follow from, and by the
// traces of sources, and the records of receivers.
type Gradient struct {
	Run
	Observed  []string // traces: RECEIVERS=FILE.npy, shape (steps, points)
	Weights   []string // of traces: RECEIVERS=FILE.npy, shape (steps, points) or (points)
	Misfit    string   // one of gradient.Misfits
	Threshold float64  // of the Huber misfit
	Storage   gradient.Storage
	Planned   func(gradient.Plan) // is told how wavefields are kept; may be nil
}

// Check finds what is wrong, without running or building anything. Errors: as of
// Run.Check.
func (g Gradient) Check() error {
	j, _ := g.open()
	return j.check()
}

// Evaluate computes value and derivatives and writes the results. Errors: those of Check,
// of gradient.Compile, Plan and Evaluate, and files that cannot be written.
func (g Gradient) Evaluate(ctx context.Context) (*gradient.Result, error) {
	j, misfit := g.open()
	if j.wrong() {
		return nil, j.check()
	}
	var wrt []string
	for _, o := range j.outputs {
		if !slices.ContainsFunc(j.problem.Points, func(q *symbolic.Points) bool { return q.Name == o.name }) {
			wrt = append(wrt, o.name)
		}
	}
	op, err := gradient.Compile(ctx, j.problem, gradient.Options{Compile: j.Compile, Wrt: wrt})
	if err != nil {
		return nil, err
	}
	plan, err := op.Plan(j.Arguments, g.Storage)
	if err != nil {
		return nil, err
	}
	if g.Planned != nil {
		g.Planned(plan)
	}
	r, err := op.Evaluate(ctx, j.Arguments, misfit, plan)
	if err != nil {
		return nil, err
	}
	all := maps.Clone(r.Fields)
	maps.Copy(all, r.Records)
	maps.Copy(all, r.Sources)
	for _, o := range j.outputs {
		if all[o.name] == nil {
			j.add("--out %s: nothing was computed for it; are there points of this name?", o.name)
		} else if err := field.WriteNPY(o.value, all[o.name]); err != nil {
			return nil, err
		}
	}
	return r, j.err()
}

// open reads the files of the run and those of the misfit.
func (g Gradient) open() (*job, gradient.Misfit) {
	j := g.Run.open(derivatives)
	d := gradient.Data{Observed: map[string]*field.Array{}, Weights: map[string]*field.Array{}}
	for _, p := range j.pairs("observed", g.Observed) {
		d.Observed[p.name] = j.array("observed", p.name, p.value)
	}
	for _, p := range j.pairs("weights", g.Weights) {
		d.Weights[p.name] = j.array("weights", p.name, p.value)
	}
	if len(g.Observed) == 0 {
		j.add("there is nothing to compare the records with: give --observed rec=OBSERVED.npy")
	}
	misfit, err := gradient.NewMisfit(g.Misfit, d, g.Threshold)
	j.addAll(err)
	return j, misfit
}

// derivatives are the names that a gradient has results of.
func derivatives(p *symbolic.Problem) (names []string) {
	for _, f := range p.Functions {
		if f.Role == symbolic.Field {
			names = append(names, f.Name)
		}
	}
	for _, q := range p.Points {
		names = append(names, q.Name)
	}
	return names
}
