package verify

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/gradient"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/symbolic"
)

// Remainder is what is left of the change of a misfit J by a step h along a
// direction d when the first terms of its Taylor series are taken away.
type Remainder struct {
	Step   float64 `json:"h"`
	Zeroth float64 `json:"zeroth"` // |J(m+hd) - J(m)|, which falls with h
	First  float64 `json:"first"`  // |J(m+hd) - J(m) - h <g, d>|, which falls with h^2
	// Slope is the logarithm to base 2 of the ratio of First of the step before
	// to this one; 0 for the first step.
	Slope float64 `json:"slope"`
}

// Taylor is a table of remainders over halved steps.
type Taylor struct {
	Of         string      `json:"of"`
	Remainders []Remainder `json:"remainders"`
}

// Slope is the one furthest from 2 of all halvings.
func (t Taylor) Slope() float64 {
	worst := 2.0
	for _, r := range t.Remainders[1:] {
		if math.Abs(r.Slope-2) > math.Abs(worst-2) || math.IsNaN(r.Slope) {
			worst = r.Slope
		}
	}
	return worst
}

const (
	halvings  = 6    // steps of a table
	firstStep = 2e-4 // of these, by the size of the field
)

// Gradient tests the derivatives of half the squares of all records by fields, or
// by the initial states of wavefields, each alone. It is computed in double precision. Errors: those of deriving,
// compiling and running.
func Gradient(ctx context.Context, p *symbolic.Problem, wrt []string, o Options) ([]Taylor, error) {
	o.Compile.Precision = signature.F64
	d, a, err := newData(ctx, p, o)
	if err != nil {
		return nil, err
	}
	var fields, states []string
	for _, name := range wrt {
		if slices.ContainsFunc(p.Functions, func(f *symbolic.Function) bool { return f.Name == name && f.Role == symbolic.Wavefield }) {
			states = append(states, name)
		} else {
			fields = append(fields, name)
		}
	}
	for _, name := range fields {
		for _, f := range p.Functions {
			// A field that no equation reads acts by those that follow from it alone.
			if a.Fields[name] == nil && slices.Contains(fields, f.Name) && f.Follows(name) {
				return nil, operator.BadArguments{fmt.Sprintf("%s follows from %s, so that one changes the other: name one of the two", f.Name, name)}
			}
		}
		d.base(&a, p, name)
	}
	op, err := gradient.Compile(ctx, p, gradient.Options{Compile: o.Compile, Wrt: fields, Initial: states != nil})
	if err != nil {
		return nil, err
	}
	for _, name := range fields {
		if a.Fields[name] == nil {
			return nil, operator.BadArguments{fmt.Sprintf("there is no direction to go in by %s: no record depends on it", name)}
		}
	}
	// Small against the records, so that the misfit is not a plain square.
	observed := map[string]*field.Array{}
	for _, q := range p.Points {
		if !q.Inject {
			observed[q.Name] = d.uniform(-0.1, 0.1, a.Steps, a.Points[q.Name].Count())
		}
	}
	misfit := gradient.L2{Data: gradient.Data{Observed: observed}}
	all := gradient.Plan{Keep: gradient.All, Segments: 1, Levels: a.Steps}
	at, err := op.Evaluate(ctx, a, misfit, all)
	if err != nil {
		return nil, err
	}
	var out []Taylor
	for _, name := range wrt {
		direction := d.uniform(-1, 1, a.Fields[name].Shape...)
		size := 0.0
		by := at.Fields[name]
		if slices.Contains(states, name) {
			by = at.Initial[name]
		}
		if by == nil {
			return nil, fmt.Errorf("no record depends on the initial state of %s", name)
		}
		slope := product(by, direction, &size)
		t := Taylor{Of: name}
		value := func(h float64) (float64, error) {
			b := a
			b.Fields = maps.Clone(a.Fields)
			moved := field.New64(direction.Shape...)
			for i := range moved.F64 {
				moved.F64[i] = a.Fields[name].At(i) + h*direction.F64[i]
			}
			b.Fields[name] = moved
			return forwardMisfit(ctx, op.Forward, b, misfit)
		}
		// Small, so that the third order is far below the second; halved while
		// what remains is far above rounding.
		rounding := 1e-15 * at.Value
		for h := firstStep * o.around(name); len(t.Remainders) < halvings; h /= 2 {
			v, err := value(h)
			if err != nil {
				return nil, err
			}
			r := Remainder{Step: h, Zeroth: math.Abs(v - at.Value), First: math.Abs(v - at.Value - h*slope)}
			if n := len(t.Remainders); n > 0 {
				if r.First < 1000*rounding {
					break
				}
				r.Slope = math.Log2(t.Remainders[n-1].First / r.First)
			}
			t.Remainders = append(t.Remainders, r)
		}
		out = append(out, t)
	}
	return out, nil
}

// forwardMisfit is the value of a misfit alone.
func forwardMisfit(ctx context.Context, op *operator.Operator, a operator.Arguments, m gradient.Misfit) (float64, error) {
	records, err := run(ctx, op, a)
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for _, q := range op.Program.Problem.Points {
		if q.Inject {
			continue
		}
		v, _, err := m.Misfit(q.Name, records[q.Name])
		if err != nil {
			return 0, fmt.Errorf("%s: %w", q.Name, err)
		}
		sum += v
	}
	return sum, nil
}
