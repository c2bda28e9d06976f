// Package explain tells a person what the compiler made of an operator: the
// equations and their discretised form, where the functions lie on the grid,
// what each update reads, the work at a grid point and the limit of the time
// step. A report is printed as text, LaTeX, a page for a browser, or JSON.
package explain

import (
	"maps"
	"math"
	"strings"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/stability"
)

// Report is everything that can be said about a program.
type Report struct {
	Operator   string     `json:"operator"`
	Doc        string     `json:"doc,omitempty"`
	Axes       []string   `json:"axes"`
	SpaceOrder int        `json:"space_order"`
	TimeOrder  int        `json:"time_order"`
	Precision  string     `json:"precision"`
	Names      []Name     `json:"names"`
	Places     []Place    `json:"places"`
	Equations  []Equation `json:"equations"`
	Nests      []Nest     `json:"nests"`
	Step       Step       `json:"step"`
	Prepared   []string   `json:"prepared,omitempty"`
	Stability  *Stability `json:"stability,omitempty"`
	Bound      *Bound     `json:"bound,omitempty"`

	grid *symbolic.Grid
}

// Name is a name that the operator declares or the compiler makes.
type Name struct {
	Name string `json:"name"`
	Role string `json:"role"`
	Unit string `json:"unit,omitempty"`
	Doc  string `json:"doc,omitempty"`
}

// Stability is the largest stable time step in one medium.
type Stability struct {
	Limit  float64            `json:"dt_limit,omitempty"`
	Fields map[string]float64 `json:"fields"`
	Scalar map[string]float64 `json:"scalars"`
	Note   string             `json:"note,omitempty"`
}

// Bound is how fast a machine can be at most.
type Bound struct {
	Points    float64 `json:"points_per_second"`
	By        string  `json:"set_by"`      // memory or arithmetic
	Bandwidth float64 `json:"gb_per_s"`    // of the memory
	Peak      float64 `json:"gflop_per_s"` // of the processor
	Threads   int     `json:"threads"`
}

// Program explains a compiled program. The limit of the time step is that in
// the given medium, if it has all values.
func Program(p *codegen.Program, medium stability.Medium) (*Report, error) {
	g := p.Problem.Grid
	r := &Report{Operator: p.Problem.Name, Doc: p.Problem.Doc, Axes: g.Axes, SpaceOrder: g.SpaceOrder, TimeOrder: g.TimeOrder,
		Precision: p.Signature.Real.String(), Names: names(p), Places: places(p.Discretised), Equations: equations(p), Prepared: prepared(p.Stencil), grid: g}
	if err := r.work(p); err != nil {
		return nil, err
	}
	r.Stability = &Stability{Fields: medium.Fields, Scalar: medium.Scalars}
	if missing := missing(p.Discretised, medium); missing != nil {
		r.Stability.Note = "the limit of the time step depends on " + strings.Join(missing, ", ") + ", without a value here (--set gives one)"
		return r, nil
	}
	// What others would follow from, and is not given, does not matter.
	medium.Fields = maps.Clone(medium.Fields)
	for _, f := range p.Discretised.Functions {
		if _, ok := medium.Fields[f.Name]; !ok && f.Role == symbolic.Field {
			medium.Fields[f.Name] = 0
		}
	}
	limit, err := stability.Limit(p.Discretised, []stability.Medium{medium})
	switch {
	case err != nil:
		r.Stability.Note = err.Error()
	case !(limit > 0):
		r.Stability.Note = "unstable for every time step"
	case math.IsInf(limit, 1):
		r.Stability.Note = "stable for every time step"
	default:
		r.Stability.Limit = limit
	}
	return r, nil
}

// missing are the fields and parameters that a medium has no values for: none is
// made up.
func missing(p *symbolic.Problem, medium stability.Medium) (out []string) {
	reads := p.Reads()
	for _, f := range p.Functions {
		if _, ok := medium.Fields[f.Name]; !ok && f.Role == symbolic.Field && reads[f] {
			out = append(out, f.Name)
		}
	}
	for _, q := range p.Parameters {
		if _, ok := medium.Scalars[q.Name]; !ok {
			out = append(out, q.Name)
		}
	}
	return out
}

// roles are the words for the roles of functions, by symbolic.Role.
var roles = []string{"field", "wavefield", "image", "history", "temporary of the compiler"}

// names lists what the operator declares, then what the compiler makes.
func names(p *codegen.Program) []Name {
	var out []Name
	for _, f := range p.Discretised.Functions {
		n := Name{Name: f.Name, Role: roles[f.Role], Unit: f.Unit, Doc: f.Doc}
		if f.Role == symbolic.Field && len(f.Axes) < p.Problem.Grid.Dim() {
			n.Role = "field on"
			for _, a := range f.Axes {
				n.Role += " " + p.Problem.Grid.Axes[a]
			}
		}
		out = append(out, n)
	}
	for _, q := range p.Problem.Parameters {
		out = append(out, Name{Name: q.Name, Role: "scalar", Unit: q.Unit, Doc: q.Doc})
	}
	for _, q := range p.Problem.Points {
		role := "receivers"
		if q.Inject {
			role = "sources"
		}
		out = append(out, Name{Name: q.Name, Role: role, Unit: q.Unit, Doc: q.Doc})
	}
	for _, s := range p.Problem.Series {
		out = append(out, Name{Name: s.Name, Role: "series", Doc: s.Doc})
	}
	return out
}

// Billions is the bound in billions of points a second.
func (b *Bound) Billions() float64 { return b.Points / 1e9 }
