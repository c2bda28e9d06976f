package check

import (
	"math"
	"slices"
	"strings"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

func (c *checker) declaration(s *dsl.Statement) {
	d := s.Declare
	e := &entity{unit: unknownUnit(d.Name.Name), rank: map[string]rank{"vector": vector, "tensor": matrix}[d.Rank]}
	text := ""
	if d.Unit != nil {
		text = d.Unit.Text
		u, err := parseUnit(text)
		if err != nil {
			c.failAt(d.Unit.Pos, len(text)+2, "units are joined by * and /, with integer powers: [s^2/km^2]", "%v", err)
		} else {
			e.unit = u
		}
	}
	c.misplaced(d)
	switch d.Kind {
	case "field", "wavefield", "image", "history":
		c.declareFunction(s, e, text)
	case "scalar":
		c.declareScalar(d, e, text)
	case "points":
		e.kind, e.points = points, &symbolic.Points{Name: d.Name.Name, Doc: d.Doc, Unit: text, Shift: c.timeShift(d)}
		c.declare(d.Name, e)
	}
}

// misplaced reports the parts of a declaration that its kind does not take.
func (c *report) misplaced(d *dsl.Declare) {
	a := "a " + d.Kind
	switch d.Kind {
	case "image":
		a = "an image"
	case "points":
		a = "a set of points"
	}
	grid := d.Kind != "scalar" && d.Kind != "points"
	if d.Rank != "" && (d.Kind == "points" || d.Kind == "history") {
		c.failIdent(d.Name, "declare one for each component", "%s has no components", a)
	}
	if d.On != nil && d.Kind != "field" {
		c.failAt(d.On.Pos, len("on"), "remove this part", "%s does not take a list of axes", a)
	}
	if d.Staggered != nil && !grid {
		c.failAt(d.Staggered.Pos, len("staggered"), "remove it", "%s has no place on the grid", a)
	}
	if d.Harmonic != nil && d.Kind != "field" {
		c.failAt(d.Harmonic.Pos, len("harmonic"), "remove it", "%s is never brought to other places by its harmonic mean: only a field is", a)
	}
	if d.Saved != nil && d.Kind != "wavefield" {
		c.failAt(d.Saved.Pos, len("saved"), "remove it", "%s has no time levels to keep: only a wavefield has", a)
	}
	if d.Folded != nil && d.Kind != "wavefield" && d.Kind != "image" {
		c.failAt(d.Folded.Pos, len("folded"), "remove it", "%s is not computed, so nothing can be folded into it: only into a wavefield or an image", a)
	}
	if d.Default != nil && d.Kind != "scalar" && d.Kind != "field" {
		c.fail(d.Default.Expr, "set it when the operator is run", "%s has no default value", a)
	}
	if d.Local != nil && d.Kind != "wavefield" {
		c.failAt(d.Local.Pos, len("local"), "remove it", "%s is not computed step by step: only a wavefield is", a)
	}
	if d.At != nil && d.Kind != "points" {
		c.failAt(d.At.Pos, len("at"), "remove it: see staggered for places in space", "%s has no traces whose times could be moved", a)
	}
}

// components lists the components of a rank by their indices: for a symmetric
// matrix those of the upper triangle.
func (c *grid) components(r rank) [][]int {
	switch r {
	case number:
		return [][]int{nil}
	case vector:
		out := make([][]int, c.dim)
		for i := range out {
			out[i] = []int{i}
		}
		return out
	}
	var out [][]int
	for i := range c.dim {
		for j := i; j < c.dim; j++ {
			out = append(out, []int{i, j})
		}
	}
	return out
}

// called is the name of a component: its axes joined.
func (c *grid) called(index []int) string {
	var b strings.Builder
	for _, i := range index {
		b.WriteString(c.axes()[i])
	}
	return b.String()
}

// whole is the value of all components of e.
func (c *grid) whole(e *entity, of func(k int) symbolic.Expr) *value {
	all := c.components(e.rank)
	return c.made(e.rank, e.unit, 1, func(i, j int) symbolic.Expr {
		index := []int{i, j}[:e.rank]
		slices.Sort(index)
		return of(slices.IndexFunc(all, func(x []int) bool { return slices.Equal(x, index) }))
	})
}

// declareParts enters the name of something with components, and the names
// that these have outside of the file. It returns those names, nil when one
// of them is taken.
func (c *scope) declareParts(id *dsl.Ident, e *entity) []string {
	if !c.declare(id, e) {
		return nil
	}
	if e.rank == number {
		return []string{id.Name}
	}
	var names []string
	for _, index := range c.components(e.rank) {
		part := c.called(index)
		name := id.Name + "_" + part
		why := c.reserved(name)
		if old := c.names[name]; old != nil {
			why = "already declared at line " + lineOf(old.pos)
		}
		if why != "" {
			c.failIdent(id, "choose another name", "%s.%s is called %s in the data, which is %s", id.Name, part, name, why)
			return nil
		}
		c.names[name] = &entity{kind: component, pos: id.Pos, of: id.Name + "." + part}
		names = append(names, name)
	}
	return names
}

func (c *scope) declareFunction(s *dsl.Statement, e *entity, unit string) {
	d := s.Declare
	role := map[string]symbolic.Role{"field": symbolic.Field, "wavefield": symbolic.Wavefield, "image": symbolic.Image, "history": symbolic.History}[d.Kind]
	if role == symbolic.History {
		e.rank = number
	}
	e.kind = function
	names := c.declareParts(d.Name, e)
	every := symbolic.Expr(nil)
	if role == symbolic.History {
		every = c.frames(s)
	}
	for k, index := range c.components(e.rank) {
		f := &symbolic.Function{Name: d.Name.Name, Doc: d.Doc, Unit: unit, Grid: c.problem.Grid, Role: role, Every: every, Saved: d.Saved != nil, Folded: d.Folded != nil, Local: d.Local != nil}
		f.Axes = c.spanned(d, e.rank, index, k == 0)
		f.Stagger = c.place(d, f, e.rank, index, k == 0)
		if d.Harmonic != nil {
			f.Mean = symbolic.Harmonic
		}
		c.spelling[f] = d.Name.Name
		if e.rank > number {
			c.spelling[f] += "." + c.called(index)
		}
		e.functions = append(e.functions, f)
		if names != nil {
			f.Name = names[k]
			c.problem.Functions = append(c.problem.Functions, f)
		}
	}
}

func (c *scope) declareScalar(d *dsl.Declare, e *entity, unit string) {
	e.kind = scalar
	names := c.declareParts(d.Name, e)
	for k := range c.components(e.rank) {
		p := &symbolic.Parameter{Name: d.Name.Name, Doc: d.Doc, Unit: unit}
		if names != nil {
			p.Name = names[k]
			c.problem.Parameters = append(c.problem.Parameters, p)
		}
		e.scalars = append(e.scalars, symbolic.NewScalar(p.Name))
	}
}

// isReal reports whether an expression of numbers alone is a real number.
func isReal(e symbolic.Expr) bool {
	x, err := symbolic.Eval(e, symbolic.Values{})
	f := real(x)
	return err == nil && imag(x) == 0 && !math.IsNaN(f) && !math.IsInf(f, 0)
}

// timeShift is by how many steps the times of traces are moved.
func (c *checker) timeShift(d *dsl.Declare) float64 {
	if d.At == nil {
		return 0
	}
	v := c.eval(d.At.Steps.Expr)
	if v == nil {
		return 0
	}
	if v.rank == number {
		if n, ok := v.scalar().(*symbolic.Num); ok && math.Abs(n.Float()) == 0.5 {
			return n.Float()
		}
	}
	c.fail(d.At.Steps.Expr, "write at 1/2 for traces that act or are recorded between this level and the next, at -1/2 for between the last one and this", "traces lie half a step off their levels or not at all")
	return 0
}
