package check

import (
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

func (c *checker) declaration(d *dsl.Declare) {
	u := unknownUnit(d.Name.Name)
	text := ""
	if d.Unit != nil {
		text = d.Unit.Text
		parsed, err := parseUnit(text)
		if err != nil {
			c.failAt(d.Unit.Pos, len(text)+2, "units are joined by * and /, with integer powers: [s^2/km^2]", "%v", err)
		} else {
			u = parsed
		}
	}
	c.misplaced(d)
	e := &entity{unit: u, rank: map[string]int{"": 0, "vector": 1, "tensor": 2}[d.Rank]}
	switch d.Kind {
	case "field", "wavefield", "image", "history":
		e.kind = function
		e.parts = c.functions(d, e.rank, text)
		if c.declare(d.Name, e) {
			c.problem.Functions = append(c.problem.Functions, distinct(e.parts)...)
		}
	case "scalar":
		var defaults *float64
		if d.Default != nil {
			defaults = c.defaultValue(d.Default.Expr)
		}
		e.kind = scalar
		var parameters []*symbolic.Parameter
		for _, name := range c.componentNames(d.Name.Name, e.rank) {
			e.scalars = append(e.scalars, symbolic.NewScalar(name))
			if !slices.ContainsFunc(parameters, func(p *symbolic.Parameter) bool { return p.Name == name }) {
				parameters = append(parameters, &symbolic.Parameter{Name: name, Doc: d.Doc, Unit: text, Default: defaults})
			}
		}
		if c.declare(d.Name, e) {
			c.problem.Parameters = append(c.problem.Parameters, parameters...)
		}
	case "points":
		e.kind, e.points = points, &symbolic.Points{Name: d.Name.Name, Doc: d.Doc, Unit: text}
		c.declare(d.Name, e)
	}
}

// misplaced reports parts of a declaration that its kind does not have.
func (c *checker) misplaced(d *dsl.Declare) {
	function := d.Kind == "field" || d.Kind == "wavefield" || d.Kind == "image"
	if d.Default != nil && d.Kind != "scalar" {
		c.fail(d.Default.Expr, "set it when the operator is run", "a %s has no default value", d.Kind)
	}
	if len(d.On) > 0 && d.Kind != "field" {
		c.failIdent(d.On[0], "remove this part", "a %s does not take a list of axes", d.Kind)
	}
	switch {
	case d.Rank != "" && (d.Kind == "points" || d.Kind == "history"):
		c.failIdent(d.Name, "declare one for each component", "there is no %s of %s", d.Rank, d.Kind)
	case d.OnOwn && (d.Kind != "field" || d.Rank != "vector"):
		c.failIdent(d.Name, "write for example: vector field d on its axis", "only a vector field has components along their own axes")
	case d.Staggered && !function:
		c.failIdent(d.Name, "remove staggered", "a %s has no place on the grid", d.Kind)
	case d.Staggered && d.Rank == "" && len(d.Along) == 0:
		c.failIdent(d.Name, "write for example: staggered along x", "a scalar %s is staggered along axes that are to be named", d.Kind)
	case d.Rank != "" && len(d.Along) > 0:
		c.failIdent(d.Along[0], "remove along and what follows", "the places of a %s's components follow from its axes", d.Rank)
	case d.Faces && d.Rank != "vector":
		c.failIdent(d.Name, "remove on faces", "only a vector lies on faces")
	case d.Harmonic && d.Kind != "field":
		c.failIdent(d.Name, "remove harmonic", "only fields are averaged harmonically, not a %s", d.Kind)
	case d.Kind == "history" && d.Every == nil:
		c.failIdent(d.Name, "write for example: history us every 10", "a history needs to know how often it takes a frame")
	case d.Kind != "history" && d.Every != nil:
		c.failAt(d.Every.Pos, len("every"), "remove it", "a %s has no frames", d.Kind)
	}
}

// componentNames are the names of a function's components: v_x, tau_xz, in
// the order of a value's parts. A tensor's are symmetric.
func (c *checker) componentNames(name string, rank int) []string {
	axes := c.problem.Grid.Axes
	switch rank {
	case 1:
		out := make([]string, len(axes))
		for i, a := range axes {
			out[i] = name + "_" + a
		}
		return out
	case 2:
		var out []string
		for i := range axes {
			for j := range axes {
				out = append(out, name+"_"+axes[min(i, j)]+axes[max(i, j)])
			}
		}
		return out
	}
	return []string{name}
}

// functions makes the functions of a declaration, one per part of its value.
func (c *checker) functions(d *dsl.Declare, rank int, unitText string) []*symbolic.Function {
	g := c.problem.Grid
	role := map[string]symbolic.Role{"field": symbolic.Field, "wavefield": symbolic.Wavefield, "image": symbolic.Image, "history": symbolic.History}[d.Kind]
	var on, along []int
	if len(d.On) > 0 {
		on = c.spanned(d.On)
	}
	if len(d.Along) > 0 {
		along = c.spanned(d.Along)
	}
	made := map[string]*symbolic.Function{}
	var out []*symbolic.Function
	for i, name := range c.componentNames(d.Name.Name, rank) {
		if made[name] == nil {
			f := &symbolic.Function{Name: name, Doc: d.Doc, Unit: unitText, Grid: g, Role: role, Half: place(d, i, along, g.Dim())}
			if d.Harmonic {
				f.Mean = symbolic.Harmonic
			}
			if d.Every != nil {
				f.Every = c.every(d.Every)
			}
			for a := range g.Axes {
				if (on == nil || slices.Contains(on, a)) && (!d.OnOwn || a == i) {
					f.Axes = append(f.Axes, a)
				}
			}
			made[name] = f
		}
		out = append(out, made[name])
	}
	return out
}

// place says along which axes part i of a declaration lies between the nodes.
func place(d *dsl.Declare, i int, along []int, dim int) []bool {
	if !d.Staggered {
		return nil
	}
	half := make([]bool, dim)
	for a := range half {
		switch {
		case d.Rank == "":
			half[a] = slices.Contains(along, a)
		case d.Rank == "vector":
			half[a] = (a == i) != d.Faces
		default:
			row, column := i/dim, i%dim
			half[a] = row != column && (a == row || a == column)
		}
	}
	if !slices.Contains(half, true) {
		return nil
	}
	return half
}

// distinct leaves out what occurs again.
func distinct(all []*symbolic.Function) []*symbolic.Function {
	var out []*symbolic.Function
	for _, f := range all {
		if !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

func (c *checker) spanned(on []*dsl.Ident) []int {
	var axes []int
	for _, id := range on {
		a := slices.Index(c.problem.Grid.Axes, id.Name)
		switch {
		case a < 0:
			c.failIdent(id, "the axes of this grid are "+strings.Join(c.problem.Grid.Axes, ", "), "there is no axis %s", id.Name)
		case slices.Contains(axes, a):
			c.failIdent(id, "name each axis once", "axis %s is named twice", id.Name)
		default:
			axes = append(axes, a)
		}
	}
	slices.Sort(axes)
	return axes
}

func (c *checker) defaultValue(e dsl.Expr) *float64 {
	v := c.eval(e)
	if v == nil {
		return nil
	}
	depends := v.rank > 0
	symbolic.Visit(v.scalar(), func(e symbolic.Expr) {
		switch e.(type) {
		case *symbolic.Scalar, *symbolic.Access:
			depends = true
		}
	})
	if depends {
		c.fail(e, "write a number", "a default value cannot depend on other names")
		return nil
	}
	x, err := symbolic.Eval(v.scalar(), symbolic.Values{})
	if f := real(x); err == nil && imag(x) == 0 && !math.IsNaN(f) && !math.IsInf(f, 0) {
		return &f
	}
	c.fail(e, "write a number", "this default value is not a real number")
	return nil
}

// uniqueNames reports components whose names in data are those of something
// else: v_x beside the component x of v.
func (c *checker) uniqueNames() {
	owner := map[string]string{}
	names := slices.Sorted(maps.Keys(c.names))
	claim := func(of, name string) {
		if other, taken := owner[name]; taken && other != of {
			e := c.names[of]
			c.failAt(e.pos, len(of), "choose another name for one of them", "data of %s and of %s would both be called %s", other, of, name)
			return
		}
		owner[name] = of
	}
	for _, of := range names {
		e := c.names[of]
		for _, f := range e.parts {
			claim(of, f.Name)
		}
		for _, s := range e.scalars {
			claim(of, s.Name)
		}
		if e.points != nil || e.series != nil {
			claim(of, of)
		}
	}
}
