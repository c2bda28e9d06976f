// Package unparse writes a problem back as an operator file: what the compiler derives
// is read, formatted and compiled like what a person wrote.
//
// In: a symbolic.Problem, as dsl/check or symbolic/adjoint makes it, with derivatives
// and not yet with stencils. Out: the text of a file, which dsl.Parse reads. Start at
// Operator, whose example writes Born modelling.
package unparse

import (
	"fmt"
	"slices"
	"strings"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/symbolic"
)

// Operator is the text of an operator file for p, in canonical form, with
// comment, which may have several lines, above it. What occurs more than once gets
// a name. Components of vectors and
// tensors are written as functions of their own, v_x for v.x. Units are written where the
// text passes the check of units with them: the guard against zero that the derivative of a harmonic
// mean has is a number, and has none.
func Operator(p *symbolic.Problem, comment string) (string, error) {
	file, err := written(p, comment, true)
	if err != nil {
		return "", err
	}
	if _, wrong := check.Problem(file, check.Options{Dim: p.Grid.Dim()}); wrong != nil {
		if file, err = written(p, comment, false); err != nil {
			return "", err
		}
	}
	return dsl.Format(file)
}

// written is the file of a problem, with units or without.
func written(p *symbolic.Problem, comment string, units bool) (*dsl.File, error) {
	w := &writer{problem: p, units: units, statements: copies(p)}
	w.named()
	if comment != "" {
		w.line("# %s", strings.ReplaceAll(comment, "\n", "\n# "))
	}
	w.line("operator %s%s {", p.Name, quoted(p.Doc))
	w.line("order space %d, time %d", p.Grid.SpaceOrder, p.Grid.TimeOrder)
	w.line("axes %s", strings.Join(p.Grid.Axes, ", "))
	if units && p.Units[0] != "" {
		w.line("units %s, %s", p.Units[0], p.Units[1])
	}
	w.declarations()
	w.boundaries()
	w.requirements()
	w.regions()
	w.layers()
	w.line("")
	for _, l := range slices.Backward(w.lets) {
		w.line("let %s = %s", l.name, expr(l.value))
	}
	w.line("")
	for _, s := range w.statements {
		w.statement(s)
	}
	w.line("}")
	return dsl.Parse(p.Name+".pde", w.text.String())
}

type writer struct {
	problem    *symbolic.Problem
	units      bool                 // write them
	statements []symbolic.Statement // with names in place of long expressions
	lets       []let
	text       strings.Builder
}

func (w *writer) line(format string, args ...any) { fmt.Fprintf(&w.text, format+"\n", args...) }

// unit is a unit as it is declared.
func (w *writer) unit(text string) string {
	if text == "" || !w.units {
		return ""
	}
	return " [" + text + "]"
}

func quoted(doc string) string {
	if doc == "" {
		return ""
	}
	return ` "` + doc + `"`
}

func (w *writer) declarations() {
	g := w.problem.Grid
	for _, f := range w.problem.Functions {
		kind := map[symbolic.Role]string{symbolic.Field: "field", symbolic.Wavefield: "wavefield", symbolic.Image: "image", symbolic.History: "history"}[f.Role]
		parts := kind + " " + f.Name + quoted(f.Doc) + w.unit(f.Unit)
		if len(f.Axes) < g.Dim() {
			parts += " on " + strings.Join(names(g, f.Spans), ", ")
		}
		if half := names(g, f.IsStaggered); half != nil {
			parts += " staggered " + strings.Join(half, ", ")
		}
		if f.Mean == symbolic.Harmonic {
			parts += " harmonic"
		}
		if f.Saved {
			parts += " saved"
		}
		if f.Folded {
			parts += " folded"
		}
		if f.Local {
			parts += " local"
		}
		if f.Default != nil {
			parts += " = " + expr(f.Default)
		}
		if f.Every != nil {
			parts += " every " + f.Every.String()
		}
		w.line("%s", parts)
	}
	for _, q := range w.problem.Parameters {
		value := ""
		if q.Default != nil {
			value = " = " + expr(q.Default)
		}
		w.line("scalar %s%s%s%s", q.Name, quoted(q.Doc), w.unit(q.Unit), value)
	}
	for _, q := range w.problem.Points {
		shift := ""
		if q.Shift != 0 {
			shift = fmt.Sprintf(" at %g", q.Shift)
		}
		w.line("points %s%s%s%s", q.Name, quoted(q.Doc), w.unit(q.Unit), shift)
	}
}

func (w *writer) requirements() {
	for _, r := range w.problem.Requirements {
		w.line("require %s %s %s%s", expr(r.Left), r.Op, expr(r.Right), quoted(r.Doc))
	}
}

// names are the axes that something holds for.
func names(g *symbolic.Grid, holds func(axis int) bool) (out []string) {
	for a, name := range g.Axes {
		if holds(a) {
			out = append(out, name)
		}
	}
	return out
}

// layers writes what absorbs, unless the layers are attached already. It was
// evaluated for each axis, and is written for the first: layer has no axis there.
func (w *writer) layers() {
	l := w.problem.Layers
	if l == nil || w.problem.Border > 0 {
		return
	}
	axis := w.problem.Grid.Axes[0]
	plain := strings.NewReplacer("layer."+axis, "layer", "layer_width."+axis, "layer_width")
	leak := ""
	if l.Leak != nil {
		leak = ", " + expr(l.Leak)
	}
	w.line("absorb %s, %s%s", plain.Replace(expr(l.Damping[0])), plain.Replace(expr(l.Shift[0])), leak)
}

func (w *writer) boundaries() {
	g := w.problem.Grid
	if p := g.Periodic; p != nil {
		if axes := names(g, func(a int) bool { return p[a] }); axes != nil {
			w.line("periodic %s", strings.Join(axes, ", "))
		}
	}
	kinds := map[symbolic.Edge]string{symbolic.Even: "even", symbolic.Odd: "odd", symbolic.Zero: "zero"}
	for _, f := range w.problem.Functions {
		for a, ends := range f.Edges {
			for i, end := range []string{"first", "last"} {
				if kind := kinds[ends[i]]; kind != "" {
					w.line("boundary %s %s at %s %s", f.Name, kind, end, g.Axes[a])
				}
			}
		}
	}
}
