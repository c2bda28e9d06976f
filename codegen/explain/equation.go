package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/typeset"
)

// Equation is one statement that a step carries out, discretised.
type Equation struct {
	Source      string `json:"source"` // place and text of the statement in the file
	Target      string `json:"target"` // what it computes
	Temporary   bool   `json:"temporary,omitempty"`
	Region      string `json:"region,omitempty"`
	Every       string `json:"every,omitempty"`
	Stated      string `json:"stated"` // as LaTeX
	Discretised string `json:"discretised"`
	LaTeX       string `json:"latex"`
	Reads       []Read `json:"reads"`
	// Flops is the number of operations at a grid point as the equation stands
	// and after the passes; what works at single points only has none.
	Flops *Flops `json:"flops,omitempty"`

	note             string // of its statement in the kernel
	stated, discrete *typeset.Formula
	target           *typeset.Formula
}

// equations pairs the statements of a program as they are stated with what
// became of them. Updates keep their equation: several may come of one, and
// temporaries stand before the statement that wants them.
func equations(p *codegen.Program) []Equation {
	var out []Equation
	isUpdate := func(s symbolic.Statement) bool { _, ok := s.(*symbolic.Update); return ok }
	stated := slices.DeleteFunc(slices.Clone(p.Problem.Statements), isUpdate)
	for _, s := range p.Discretised.Statements {
		origin := s
		if !isUpdate(s) {
			origin, stated = stated[0], stated[1:]
		}
		e := equation(p.Problem.Grid, s)
		e.stated = typeset.Stated(origin)
		e.discrete = typeset.Discrete(s)
		e.Stated, e.LaTeX = e.stated.LaTeX(), e.discrete.LaTeX()
		out = append(out, e)
	}
	return out
}

func equation(g *symbolic.Grid, s symbolic.Statement) Equation {
	e := Equation{Source: s.Origin().String(), note: s.Origin().String()}
	switch x := s.(type) {
	case *symbolic.Update:
		e.Target = x.Target.Func.Name
		e.target = typeset.Set(x.Target)
		e.Temporary = x.Target.Func.Role == symbolic.Temporary
		e.Region, e.Every = regionText(g, x.Region), everyText(x.Every)
		e.Discretised = fmt.Sprintf("%s = %s", x.Target, x.Value)
		e.Reads = reads(x.Value, x.Target.Func.Stagger)
	case *symbolic.Inject:
		e.Target = x.Target.Func.Name
		e.target = typeset.Set(x.Target)
		e.Every = everyText(x.Every)
		e.Discretised = fmt.Sprintf("%s += %s at the nodes around %s", x.Target, product(x.Points.Name, x.Value), x.Points.Name)
		e.Reads = reads(x.Value, x.Target.Func.Stagger)
	case *symbolic.Sample:
		e.Target = x.Points.Name
		e.target = typeset.Name(x.Points.Name)
		e.Every = everyText(x.Every)
		e.Discretised = fmt.Sprintf("%s[t] = %s at the points", x.Points.Name, x.Value)
		e.Reads = reads(x.Value, x.Half)
	case *symbolic.Reduce:
		e.Target = x.Series.Name
		e.target = typeset.Name(x.Series.Name)
		e.Region, e.Every = regionText(g, x.Region), everyText(x.Every)
		e.Discretised = fmt.Sprintf("%s[t] = %s of %s over all points", x.Series.Name, x.Op, x.Value)
		if x.Region != nil {
			e.Discretised = fmt.Sprintf("%s[t] = %s of %s over the region", x.Series.Name, x.Op, x.Value)
		}
		e.Reads = reads(x.Value, nil)
	}
	return e
}

// notes explain what the equations' notation does not say by itself.
func (r *Report) notes() []string {
	var out []string
	for _, n := range []struct{ sign, note string }{
		{`\overline{`, "A bar is the mean of the nearest values."},
		{`\widetilde{`, "A tilde is the harmonic mean of the nearest values."},
		{`\delta_{k}`, "δₖ is the weight of a node for the point k of a source or receiver."},
	} {
		if slices.ContainsFunc(r.Equations, func(e Equation) bool { return strings.Contains(e.LaTeX, n.sign) }) {
			out = append(out, n.note)
		}
	}
	return out
}

// product is a trace times a value, in the operator language.
func product(trace string, value symbolic.Expr) string {
	return symbolic.Product(symbolic.NewScalar(trace+"[t]"), value).String()
}

// everyText says in which steps a statement is carried out, nothing for all.
func everyText(every symbolic.Expr) string {
	if every == nil || symbolic.IsOne(every) {
		return ""
	}
	if symbolic.IsZero(every) {
		return "in the last step"
	}
	return fmt.Sprintf("every %s steps", every)
}

// regionText says where a statement is carried out, nothing for everywhere.
func regionText(g *symbolic.Grid, r *symbolic.Region) string {
	if r == nil {
		return ""
	}
	var spans []string
	for axis, s := range r.Span {
		if text := spanText(s); text != "" {
			spans = append(spans, text+" along "+g.Axes[axis])
		}
	}
	text := strings.Join(spans, ", ")
	if text == "" {
		text = "everywhere"
	}
	if r.Name != "" {
		text = r.Name + " (" + text + ")"
	}
	return text
}

func spanText(s symbolic.Span) string {
	lo, hi := s.Lo, s.Hi
	switch {
	case !lo.End && lo.At == 0 && hi.End && hi.At == 0:
		return ""
	case !lo.End && lo.At == 0 && !hi.End:
		return fmt.Sprintf("first %d", hi.At)
	case lo.End && hi.End && hi.At == 0:
		return fmt.Sprintf("last %d", -lo.At)
	case !lo.End && hi.End && hi.At == 0:
		return fmt.Sprintf("all but first %d", lo.At)
	case !lo.End && lo.At == 0 && hi.End:
		return fmt.Sprintf("all but last %d", -hi.At)
	case !lo.End && hi.End && lo.At == -hi.At:
		return fmt.Sprintf("inner %d", lo.At)
	}
	return fmt.Sprintf("%s .. %s", boundText(lo), boundText(hi))
}

func boundText(b symbolic.Bound) string {
	switch {
	case b.End && b.At == 0:
		return "size"
	case b.End:
		return fmt.Sprintf("size%+d", b.At)
	}
	return fmt.Sprint(b.At)
}
