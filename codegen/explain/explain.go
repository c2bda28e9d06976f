// Package explain tells a person what the compiler made of an operator: the
// discretised equations, the shape of the stencils, the work at a grid point
// and the limit of the time step.
package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/cost"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/stability"
)

// Report is everything that can be said about a program, ready to be printed
// or encoded.
type Report struct {
	Operator   string     `json:"operator"`
	Doc        string     `json:"doc,omitempty"`
	Axes       []string   `json:"axes"`
	SpaceOrder int        `json:"so"`
	TimeOrder  int        `json:"time_order"`
	Equations  []Equation `json:"equations"`
	Nests      []Nest     `json:"nests"`
	Stability  *Stability `json:"stability,omitempty"`
}

// Equation is one statement of the file, discretised.
type Equation struct {
	Source      string `json:"source"`
	Discretised string `json:"discretised"`
	LaTeX       string `json:"latex"`
	Stencil     string `json:"stencil,omitempty"` // a picture of the points that it reads
}

// Nest is the cost of one nest of loops at one grid point.
type Nest struct {
	Note      string  `json:"equation"`
	Adds      int     `json:"adds"`
	Muls      int     `json:"muls"`
	Divs      int     `json:"divs"`
	Calls     int     `json:"calls"`
	Flops     int     `json:"flops"`
	Loads     int     `json:"loads"`
	Stores    int     `json:"stores"`
	Bytes     int     `json:"bytes_per_point"`
	Intensity float64 `json:"flops_per_byte"`
}

// Stability is the largest stable time step in one medium.
type Stability struct {
	Limit  float64            `json:"dt_limit,omitempty"`
	Fields map[string]float64 `json:"fields"`
	Scalar map[string]float64 `json:"scalars"`
	Note   string             `json:"note,omitempty"`
}

// Program explains a compiled program. The limit of the time step is that in
// the given medium.
func Program(p *codegen.Program, medium stability.Medium) *Report {
	g := p.Problem.Grid
	r := &Report{Operator: p.Problem.Name, Doc: p.Problem.Doc, Axes: g.Axes, SpaceOrder: g.SpaceOrder, TimeOrder: g.TimeOrder}
	for _, s := range p.Discretised.Statements {
		e := Equation{Source: s.Origin().String()}
		switch x := s.(type) {
		case *symbolic.Update:
			e.Discretised = fmt.Sprintf("%s = %s", x.Target, x.Value)
			e.LaTeX = symbolic.LaTeX(x.Target) + " = " + symbolic.LaTeX(x.Value)
			e.Stencil = picture(g, x.Value)
		case *symbolic.Inject:
			e.Discretised = fmt.Sprintf("%s += %s at the nodes around %s", x.Target, x.Value, x.Points.Name)
			e.LaTeX = symbolic.LaTeX(x.Target) + ` \mathrel{+}= ` + symbolic.LaTeX(x.Value)
		case *symbolic.Sample:
			e.Discretised = fmt.Sprintf("%s[t] = %s at the points", x.Points.Name, x.Value)
			e.LaTeX = symbolic.LaTeX(x.Value)
		}
		r.Equations = append(r.Equations, e)
	}
	for _, n := range cost.Nests(p.Kernel) {
		r.Nests = append(r.Nests, Nest{n.Note, n.Adds, n.Muls, n.Divs, n.Calls, n.Flops(), n.Loads, n.Stores, n.Bytes, n.Intensity()})
	}
	r.Stability = &Stability{Fields: medium.Fields, Scalar: medium.Scalars}
	limit, err := stability.Limit(p.Discretised, []stability.Medium{medium})
	switch {
	case err != nil:
		r.Stability.Note = err.Error()
	case !(limit > 0):
		r.Stability.Note = "unstable for every time step"
	default:
		r.Stability.Limit = limit
	}
	return r
}

// picture draws the points around the current one that an update reads of
// each level of each wavefield, in the plane of the last two axes; the points
// along other axes are mentioned.
func picture(g *symbolic.Grid, e symbolic.Expr) string {
	type level struct {
		name string
		time int
	}
	points := map[level][][]int{}
	var order []level
	symbolic.Visit(e, func(x symbolic.Expr) {
		a, ok := x.(*symbolic.Access)
		if !ok || !a.Func.Varies() {
			return
		}
		l := level{a.Func.Name, a.Time}
		if points[l] == nil {
			order = append(order, l)
		}
		if !slices.ContainsFunc(points[l], func(o []int) bool { return slices.Equal(o, a.Offset) }) {
			points[l] = append(points[l], a.Offset)
		}
	})
	var out strings.Builder
	for _, l := range order {
		fmt.Fprintf(&out, "%s at level %s: %d points\n", l.name, plus("t", l.time), len(points[l]))
		if len(points[l]) > 1 {
			out.WriteString(draw(g, points[l]))
		}
	}
	return out.String()
}

// draw prints one plane: o for the current point, * for others.
func draw(g *symbolic.Grid, offsets [][]int) string {
	dim := g.Dim()
	down, across := dim-2, dim-1
	lo, hi := make([]int, dim), make([]int, dim)
	for _, o := range offsets {
		for a := range dim {
			lo[a], hi[a] = min(lo[a], o[a]), max(hi[a], o[a])
		}
	}
	if dim == 1 {
		down = -1
	}
	has := func(i, j int) bool {
		return slices.ContainsFunc(offsets, func(o []int) bool {
			for a := range dim {
				if want := map[int]int{down: i, across: j}[a]; o[a] != want {
					return false
				}
			}
			return true
		})
	}
	var out strings.Builder
	first, last := 0, 0
	if down >= 0 {
		first, last = lo[down], hi[down]
	}
	for i := first; i <= last; i++ {
		var row strings.Builder
		row.WriteString("    ")
		for j := lo[across]; j <= hi[across]; j++ {
			switch {
			case i == 0 && j == 0 && has(i, j):
				row.WriteString("o ")
			case i == 0 && j == 0:
				row.WriteString("+ ")
			case has(i, j):
				row.WriteString("* ")
			default:
				row.WriteString("  ")
			}
		}
		out.WriteString(strings.TrimRight(row.String(), " ") + "\n")
	}
	caption := g.Axes[across] + " to the right"
	if down >= 0 {
		caption = g.Axes[down] + " downwards, " + caption
	}
	for a := range max(down, 0) {
		caption += fmt.Sprintf("; along %s from %d to %+d", g.Axes[a], lo[a], hi[a])
	}
	return out.String() + "    (" + caption + ")\n"
}

func plus(name string, n int) string {
	if n == 0 {
		return name
	}
	return fmt.Sprintf("%s%+d", name, n)
}

// String is the report for people.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "operator %s", r.Operator)
	if r.Doc != "" {
		fmt.Fprintf(&b, ": %s", r.Doc)
	}
	fmt.Fprintf(&b, "\naxes %s; order %d in space, %d in time\n", strings.Join(r.Axes, ", "), r.SpaceOrder, r.TimeOrder)
	for _, e := range r.Equations {
		fmt.Fprintf(&b, "\n%s\n%s\n", e.Source, wrap(e.Discretised, 96))
		b.WriteString(e.Stencil)
	}
	for _, n := range r.Nests {
		fmt.Fprintf(&b, "\nat a grid point: %d flops (%d additions, %d multiplications, %d divisions, %d functions)\n", n.Flops, n.Adds, n.Muls, n.Divs, n.Calls)
		fmt.Fprintf(&b, "                 %d loads, %d stores; at least %d bytes of memory traffic; %.2f flops per byte\n", n.Loads, n.Stores, n.Bytes, n.Intensity)
	}
	if s := r.Stability; s != nil {
		var with []string
		for _, m := range []map[string]float64{s.Fields, s.Scalar} {
			for _, name := range sortedKeys(m) {
				with = append(with, fmt.Sprintf("%s = %g", name, m[name]))
			}
		}
		limit := fmt.Sprintf("stable up to dt = %.6g", s.Limit)
		if s.Note != "" {
			limit = "stability: " + s.Note
		}
		fmt.Fprintf(&b, "\n%s, for %s\n", limit, strings.Join(with, ", "))
	}
	return b.String()
}

func sortedKeys(m map[string]float64) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// wrap breaks a long line at blanks.
func wrap(text string, width int) string {
	var out strings.Builder
	column := 0
	for i, word := range strings.Split(text, " ") {
		switch {
		case i == 0:
			out.WriteString("  ")
			column = 2
		case column+1+len(word) > width:
			out.WriteString("\n      ")
			column = 6
		default:
			out.WriteString(" ")
			column++
		}
		out.WriteString(word)
		column += len(word)
	}
	return out.String()
}
