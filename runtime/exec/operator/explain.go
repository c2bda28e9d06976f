package operator

import (
	"maps"
	"slices"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/cost"
	"github.com/courant-pde/courant/codegen/explain"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/runtime/exec/machine"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/stability"
)

// Explain compiles the operator of a file and reports on it: with the limit of the time
// step in a uniform medium of some values and spacings (one stands for all axes), and
// this machine's bound when it was measured. Values that are missing follow from others
// where the file says how. The limit is that of the medium within absorbing layers. Errors:
// those of codegen.Compile, and BadArguments for the values.
func Explain(file *dsl.File, o codegen.Options, values map[string]float64, spacing []float64) (*codegen.Program, *explain.Report, error) {
	o.Uniform = len(spacing) > 0 && slices.Max(spacing) == slices.Min(spacing)
	p, r, err := explained(file, o, values, spacing)
	if err != nil {
		return nil, nil, err
	}
	if o.Border > 0 {
		o.Border = 0
		_, inner, err := explained(file, o, values, spacing)
		if err != nil {
			return nil, nil, err
		}
		r.Stability = inner.Stability
	}
	r.Bound = bound(p)
	return p, r, nil
}

func explained(file *dsl.File, o codegen.Options, values map[string]float64, spacing []float64) (*codegen.Program, *explain.Report, error) {
	p, err := codegen.Compile(file, o)
	if err != nil {
		return nil, nil, err
	}
	m, err := mediumOf(p, values, spacing)
	if err != nil {
		return nil, nil, err
	}
	r, err := explain.Program(p, m)
	return p, r, err
}

// bound is how fast this machine can run a program at most, nil while it has not been
// measured.
func bound(p *codegen.Program) *explain.Bound {
	figures, ok := machine.Remembered(machine.Describe().Cores)
	if !ok {
		return nil
	}
	b := &explain.Bound{Bandwidth: figures.InPlace, Peak: figures.FMA32, Threads: figures.Threads}
	if p.Signature.Real == signature.F64 {
		b.Peak = figures.FMA64
	}
	b.Points, b.By = cost.Total(p.Stencil, p.Schedule).Bound(b.Bandwidth*1e9, b.Peak*1e9)
	return b
}

// mediumOf is a uniform medium with the given values, the defaults of scalars, and what follows
// from these. What has no value is left out.
func mediumOf(p *codegen.Program, values map[string]float64, spacing []float64) (stability.Medium, error) {
	m := stability.Medium{Fields: map[string]float64{}, Scalars: map[string]float64{}}
	var wrong faults
	var known []string
	for _, f := range p.Problem.Functions {
		if f.Role == symbolic.Field {
			known = append(known, f.Name)
			if v, ok := values[f.Name]; ok {
				m.Fields[f.Name] = v
			}
		}
	}
	for _, q := range p.Problem.Parameters {
		known = append(known, q.Name)
		v, ok := values[q.Name]
		if !ok {
			v, ok = q.Number()
		}
		if ok {
			m.Scalars[q.Name] = v
		}
	}
	axes := p.Problem.Grid.Axes
	for _, name := range sorted(values) {
		switch {
		case slices.ContainsFunc(axes, func(x string) bool { return name == "h_"+x }):
			wrong.add("--set %s: the distance of grid points is given by --spacing, one number or one per axis (%d)", name, len(axes))
		case !slices.Contains(known, name):
			wrong.add("--set %s: operator %s has no such field or scalar; %s", name, p.Problem.Name, alternatives(name, known))
		}
	}
	if len(spacing) != 1 && len(spacing) != len(axes) {
		wrong.add("--spacing has %d numbers; the operator has %d axes", len(spacing), len(axes))
	} else if h := slices.Min(spacing); !(h > 0) {
		wrong.add("--spacing %g: it must be positive", h)
	}
	if err := wrong.err(); err != nil {
		return m, err
	}
	a := Arguments{Constants: maps.Clone(m.Fields)}
	maps.Copy(a.Constants, m.Scalars)
	for i, x := range axes {
		h := spacing[min(i, len(spacing)-1)]
		m.Scalars["h_"+x] = h
		a.Shape, a.Spacing = append(a.Shape, 2*p.Problem.Border+1), append(a.Spacing, h)
	}
	all, _ := (&Operator{Program: p}).Complete(a) // what does not follow is left out
	for _, x := range p.Signature.Arrays {
		if v, ok := all.Constants[x.Name]; ok && x.Role == signature.Param {
			m.Fields[x.Name] = v
		}
	}
	return m, nil
}
