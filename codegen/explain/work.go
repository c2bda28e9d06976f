package explain

import (
	"fmt"
	"strings"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/cost"
	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/lower"
	"github.com/courant-pde/courant/codegen/schedule"
	"github.com/courant-pde/courant/codegen/stencil"
	"github.com/courant-pde/courant/symbolic/typeset"
)

// Flops is a number of operations before and after the passes.
type Flops struct {
	Before int `json:"before"`
	After  int `json:"after"`
}

// Nest is the cost of one nest of loops at one grid point.
type Nest struct {
	Note      string   `json:"equation"`
	Targets   []string `json:"targets"` // what it computes
	Adds      int      `json:"adds"`
	Muls      int      `json:"muls"`
	Divs      int      `json:"divs"`
	Calls     int      `json:"calls"`
	Flops     int      `json:"flops"`
	Loads     int      `json:"loads"`
	Stores    int      `json:"stores"`
	Bytes     int      `json:"bytes_per_point"`
	Intensity float64  `json:"flops_per_byte"`
	Layer     bool     `json:"layer,omitempty"` // covers few points of a large grid

	statements []statement
}

// Step is the cost of a whole step at one point of a large grid.
type Step struct {
	Flops     Flops   `json:"flops"`
	Bytes     int     `json:"bytes_per_point"`
	Intensity float64 `json:"flops_per_byte"`
}

// work counts operations and traffic, as the equations stand and after the
// passes.
func (r *Report) work(p *codegen.Program) error {
	plain, err := lower.Program(p.Discretised, p.Signature.Real, nil)
	if err != nil {
		return err
	}
	before, after := flops(plain), flops(p.Stencil)
	for i, e := range r.Equations {
		key := statement{e.note, e.Target}
		if n, ok := before[key]; ok {
			r.Equations[i].Flops = &Flops{n, after[key]}
		}
	}
	for _, n := range cost.Nests(p.Stencil) {
		out := Nest{Note: n.Note, Adds: n.Adds, Muls: n.Muls, Divs: n.Divs, Calls: n.Calls, Flops: n.Flops(), Loads: n.Loads, Stores: n.Stores,
			Bytes: n.Bytes, Intensity: n.Intensity(), Layer: n.Thin}
		for _, s := range n.Statements {
			out.Targets = append(out.Targets, s.Target)
			out.statements = append(out.statements, statement{s.Note, s.Target})
		}
		r.Nests = append(r.Nests, out)
	}
	total := cost.Total(p.Stencil, p.Schedule)
	r.Step = Step{Flops{cost.Total(plain, schedule.Trivial(plain, p.Target)).Flops(), total.Flops()}, total.Bytes, total.Intensity()}
	return nil
}

// equationOf finds the equation that a statement of the kernel carries out.
func (r *Report) equationOf(s statement) Equation {
	for _, e := range r.Equations {
		if e.note == s.note && e.Target == s.target && e.Flops != nil {
			return e
		}
	}
	return Equation{Target: s.target, target: typeset.Name(s.target), Flops: &Flops{}}
}

// statement identifies a statement of a kernel.
type statement struct{ note, target string }

func flops(p *stencil.Program) map[statement]int {
	out := map[statement]int{}
	for _, n := range cost.Nests(p) {
		for _, s := range n.Statements {
			out[statement{s.Note, s.Target}] += s.Flops()
		}
	}
	return out
}

// prepared lists the arrays that are computed before the first step.
func prepared(p *stencil.Program) []string {
	var out []string
	names := map[expr.Local]expr.Expr{}
	// Names are about how it is computed, not about what.
	plain := func(e expr.Expr) expr.Expr {
		return expr.MapLeaves(e, func(e expr.Expr) expr.Expr {
			if l, ok := e.(expr.Local); ok && names[l] != nil {
				return names[l]
			}
			return e
		})
	}
	for _, s := range p.Setup {
		switch x := s.(type) {
		case *stencil.Let:
			names[expr.Local(x.Name)] = plain(x.Value)
		case *stencil.Compute:
			for _, b := range x.Body {
				if a, ok := b.(*stencil.Assign); ok {
					text := fmt.Sprintf("%s = %s", p.Text(a.Target), p.Text(plain(a.Value)))
					out = append(out, strings.ReplaceAll(text, "$", ""))
				}
			}
		}
	}
	return out
}
