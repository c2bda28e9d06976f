package adjoint

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/courant-pde/courant/symbolic"
)

// Condition is an imaging condition of reverse time migration: what the waves
// from the source and those sent back from the receivers make of each other.
type Condition string

// The conditions.
const (
	// Correlation is the sum over time of u*v (Claerbout 1971), in the image
	// called rtm.
	Correlation Condition = "correlation"
	// Normalised is Correlation beside the image light, the sum of u^2: their
	// quotient, when the run is over, makes up for the spreading of the waves
	// from the source.
	Normalised Condition = "normalised"
	// InverseScattering is the sum of m*u.dt2*v + grad(u).grad(v) (Op 't Root,
	// Stolk and de Hoop 2012; Whitmore and Crawley 2012): the two parts cancel
	// where both waves go the same way, so that what they scatter back leaves
	// no trace of long wavelength. It needs the field of squared slowness.
	InverseScattering Condition = "inverse-scattering"
	// Extended is the correlation of u half an offset one way along an axis
	// with v as far the other way, one image for each number of points: a model
	// is right when all but that without offset vanish (Rickett and Sava 2002).
	Extended Condition = "extended"
)

// Conditions are all of them.
var Conditions = []Condition{Correlation, Normalised, InverseScattering, Extended}

// Migration derives reverse time migration: Adjoint with an imaging condition
// for the wavefields of p and their adjoints, summed over all of these. The
// wavefields of p are saved ones. Slowness names the field of squared slowness;
// axis and lags are of Extended: images of -lags .. lags points, called
// rtm_m2 to rtm_p2. Errors: as of Adjoint, and a field or an axis that p
// does not have.
func Migration(p *symbolic.Problem, c Condition, slowness string, axis, lags int) (_ *symbolic.Problem, err error) {
	defer refuse(&err)
	b := &backward{p: p}
	if err := b.run(); err != nil {
		return nil, err
	}
	var statements []symbolic.Statement
	add := func(name, doc string, half []bool, terms ...symbolic.Expr) {
		g := &symbolic.Function{Name: b.free(name), Doc: doc, Grid: p.Grid, Role: symbolic.Image, Axes: allAxes(p.Grid), Stagger: half}
		b.images = append(b.images, g)
		value := symbolic.Sum(append(terms, g.Here())...)
		statements = append(statements, &symbolic.Update{Target: g.Here(), Left: g.Here(), Right: value, Value: value, Source: symbolic.Source{File: p.Name, Text: "imaging condition"}})
	}
	pairs := func(f func(u, v symbolic.Expr) symbolic.Expr) (terms []symbolic.Expr) {
		for _, d := range b.all {
			if b.active[d.Target.Func] && !d.Target.Func.Local {
				terms = append(terms, f(d.Target.Func.Here(), b.now(d.multiplier)))
			}
		}
		return terms
	}
	product := func(u, v symbolic.Expr) symbolic.Expr { return symbolic.Product(u, v) }
	switch c {
	case Correlation:
		add("rtm", "correlation of the wavefields", nil, pairs(product)...)
	case Normalised:
		add("rtm", "correlation of the wavefields", nil, pairs(product)...)
		add("light", "illumination by the source", nil, pairs(func(u, _ symbolic.Expr) symbolic.Expr { return square(u) })...)
	case InverseScattering:
		i := slices.IndexFunc(p.Functions, func(f *symbolic.Function) bool { return f.Name == slowness && f.Role == symbolic.Field })
		if i < 0 {
			return nil, noField(p, slowness)
		}
		if p.Grid.TimeOrder < 2 {
			return nil, fmt.Errorf("inverse scattering needs second derivatives in time, and operator %s is of first order in time", p.Name)
		}
		m := p.Functions[i].Here()
		add("rtm", "inverse scattering", nil, pairs(func(u, v symbolic.Expr) symbolic.Expr {
			second := symbolic.NewDeriv(u, symbolic.TimeAxis, 2, symbolic.Scheme{Accuracy: timeAccuracy(p.Grid)})
			terms := []symbolic.Expr{symbolic.Product(m, second, v)}
			for a := range p.Grid.Axes {
				centred := symbolic.Scheme{Side: symbolic.Centred}
				terms = append(terms, symbolic.Product(symbolic.NewDeriv(u, a, 1, centred), symbolic.NewDeriv(v, a, 1, centred)))
			}
			return symbolic.Sum(terms...)
		})...)
	case Extended:
		if axis < 0 || axis >= p.Grid.Dim() {
			return nil, fmt.Errorf("operator %s has no such axis", p.Name)
		}
		if lags < 1 || lags > 32 {
			return nil, fmt.Errorf("%d points of offset: there can be 1 to 32 either way", lags)
		}
		for lag := -lags; lag <= lags; lag++ {
			name := fmt.Sprintf("rtm_%s%d", map[bool]string{true: "m", false: "p"}[lag < 0], max(lag, -lag))
			add(name, fmt.Sprintf("correlation at offset %d", lag), nil, pairs(func(u, v symbolic.Expr) symbolic.Expr {
				return symbolic.Product(moved(u, axis, -lag, p.Grid), moved(v, axis, lag, p.Grid))
			})...)
		}
	default:
		return nil, fmt.Errorf("there is no imaging condition %q; there are %v", c, Conditions)
	}
	for _, s := range statements {
		b.out.Statements = append(b.out.Statements, b.withStates(s))
	}
	b.out.Functions = slices.DeleteFunc(b.out.Functions, func(f *symbolic.Function) bool {
		return slices.ContainsFunc(b.all, func(d *definition) bool { return d.multiplier == f }) || f.Saved || f.Role == symbolic.Field
	})
	b.functions()
	b.out.Name = p.Name + "_migration"
	b.out.Doc = fmt.Sprintf("migration by %s of %s", c, orElse(p.Doc, p.Name))
	return &b.out, nil
}

func timeAccuracy(g *symbolic.Grid) int {
	if g.TimeOrder > 2 {
		return 2
	}
	return 0
}

// moved is an expression taken so many points up an axis: a stencil with a
// single weight.
func moved(e symbolic.Expr, axis, points int, g *symbolic.Grid) symbolic.Expr {
	if points == 0 {
		return e
	}
	weights := make([]*big.Rat, 2*max(points, -points)+1)
	for i := range weights {
		weights[i] = new(big.Rat)
	}
	if points > 0 {
		weights[len(weights)-1].SetInt64(1)
	} else {
		weights[0].SetInt64(1)
	}
	return symbolic.Product(g.Spacing(axis), symbolic.NewDeriv(e, axis, 1, symbolic.Scheme{Weights: weights}))
}
