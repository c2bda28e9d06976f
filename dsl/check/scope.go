package check

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// scope is what names mean at a place of the file.
type scope struct {
	*report
	*grid
	names  map[string]*entity
	absent map[string][]string // names that exist on other grids only, with these
	args   []map[string]*value // arguments of the defs being expanded
}

type kind int

const (
	function kind = iota // field, wavefield, image or history
	component
	scalar
	points
	region
	series
	let
	def
)

// entity is what a name stands for.
type entity struct {
	kind      kind
	pos       dsl.Pos
	unit      unit
	rank      rank
	functions []*symbolic.Function // one for each component, see components
	scalars   []*symbolic.Scalar   // likewise
	of        string               // how a component is written, v.x for v_x
	points    *symbolic.Points
	region    *symbolic.Region
	series    *symbolic.Series
	params    []string
	body      dsl.Expr
	value     *value // of a let that is done, nil when it has a fault
	done      bool   // a let was evaluated
	busy      bool   // a let or def is being expanded: meeting it again is a recursion
	implicit  bool   // a history that only save names
	sampled   bool   // points have received their values
	clash     bool   // the name is declared twice, which is reported once
}

// topLevel declares what a file and its imports define for all operators.
func (c *scope) topLevel(f *dsl.File, chain []string) {
	seen := map[string]dsl.Pos{}
	for _, it := range f.Items {
		switch {
		case it.Import != nil:
			c.importFile(f, it, chain)
		case !c.exists(it.Dim):
			c.elsewhere(it.Dim, nameOf(it.Let, it.Def, nil))
		case it.Let != nil:
			c.declare(it.Let.Name, &entity{kind: let, body: it.Let.Value.Expr})
		case it.Def != nil:
			c.declareDef(it.Def)
		case it.Operator != nil:
			if first, ok := seen[it.Operator.Name]; ok {
				c.failAt(it.Operator.Pos, len("operator"), "give one of them another name", "operator %s is already defined at line %d", it.Operator.Name, first.Line)
			}
			seen[it.Operator.Name] = it.Operator.Pos
		}
	}
}

func (c *scope) importFile(f *dsl.File, it *dsl.Item, chain []string) {
	path := filepath.Clean(filepath.FromSlash(it.Import.Path))
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(f.Name), path)
	}
	width := len("import ") + len(it.Import.Path) + 2
	if slices.Contains(chain, path) {
		c.failAt(it.Pos, width, "remove one of the imports", "import cycle: %s", strings.Join(append(chain, path), " imports "))
		return
	}
	if c.files[path] != nil {
		return // imported twice along different ways: once is enough
	}
	// An import that fails is not tried again, nor reported again.
	c.files[path] = &dsl.File{Name: path}
	imported, err := dsl.ParseFile(path)
	if err != nil {
		if list, ok := err.(dsl.Errors); ok {
			c.faults = append(c.faults, list...)
			return
		}
		hint := "the path is relative to the file that imports it; copy the file there, or give its whole path"
		if os.IsNotExist(err) {
			c.failAt(it.Pos, width, hint, "cannot import %s: there is no file %s", it.Import.Path, path)
		} else {
			c.failAt(it.Pos, width, hint, "cannot import %s: %v", it.Import.Path, err)
		}
		return
	}
	c.files[path] = imported
	c.topLevel(imported, append(chain, path))
}

// declare enters a name, unless it is taken.
func (c *scope) declare(id *dsl.Ident, e *entity) bool {
	if why := c.reserved(id.Name); why != "" {
		c.failIdent(id, "choose another name", "%s is %s", id.Name, why)
		return false
	}
	if old := c.names[id.Name]; old != nil {
		old.clash = true
		c.failIdent(id, "choose another name", "%s is already declared at %s:%d", id.Name, old.pos.Filename, old.pos.Line)
		return false
	}
	e.pos = id.Pos
	c.names[id.Name] = e
	return true
}

func (c *scope) declareDef(d *dsl.Def) {
	var params []string
	for _, p := range d.Params {
		if slices.Contains(params, p.Name) {
			c.failIdent(p, "give each parameter its own name", "parameter %s appears twice", p.Name)
		}
		if why := c.reserved(p.Name); why != "" {
			c.failIdent(p, "choose another name", "%s is %s", p.Name, why)
		}
		params = append(params, p.Name)
	}
	c.declare(d.Name, &entity{kind: def, params: params, body: d.Value.Expr})
}

// builtin says what a name means in every file, "" when nothing.
func builtin(name string) string {
	switch {
	case name == "dt":
		return "the time step"
	case name == "t":
		return "time"
	case name == "pi":
		return "the number pi"
	case name == "forward" || name == "backward":
		return "a time level"
	case symbolic.Functions[name].Name != "" || functions[name] != nil || name == "norm" || name == "at":
		return "a function"
	case name == "identity":
		return "the unit matrix"
	case slices.Contains(quantities, name):
		return "a quantity of absorbing layers and surveys"
	}
	return ""
}

// reserved says why a name cannot be declared, "" when it can.
func (c *grid) reserved(name string) string {
	if why := builtin(name); why != "" {
		return why
	}
	for _, a := range c.axes() {
		if name == a {
			return "an axis"
		}
		if name == "h_"+a {
			return "the grid spacing along " + a
		}
	}
	return ""
}

// unknown reports a name that stands for nothing.
func (c *scope) unknown(x *dsl.Name) {
	hint := c.near(x.Name)
	if dims := c.absent[x.Name]; dims != nil {
		hint = "it exists on grids of another dimension, " + strings.Join(dims, " and ") + ", only"
	}
	if hint == "" {
		hint = "declare it with field, wavefield, scalar, let or def"
	}
	c.fail(x, hint, "unknown name %s", x.Name)
}

// elsewhere notes a name that exists on grids of another dimension.
func (c *scope) elsewhere(dim string, id *dsl.Ident) {
	if id != nil && !slices.Contains(c.absent[id.Name], dim) {
		c.absent[id.Name] = append(c.absent[id.Name], dim)
	}
}

// nameOf is the name that one of these introduces, nil when none does.
func nameOf(l *dsl.Let, d *dsl.Def, v *dsl.Declare) *dsl.Ident {
	switch {
	case l != nil:
		return l.Name
	case d != nil:
		return d.Name
	case v != nil:
		return v.Name
	}
	return nil
}

// near is a hint at a known name that is spelt much like the given one.
func (c *scope) near(name string) string {
	if c.full() {
		return ""
	}
	var have []string
	for n, e := range c.names {
		if e.kind != component {
			have = append(have, n)
		}
	}
	have = append(append(have, Builtin()...), "dt", "pi")
	if len(c.args) > 0 {
		for n := range c.args[len(c.args)-1] {
			have = append(have, n)
		}
	}
	for _, a := range c.axes() {
		have = append(have, "h_"+a)
	}
	slices.Sort(have)
	return dsl.DidYouMean(name, have)
}

// resolve checks that every name in a definition stands for something, so
// that a slip is found even when the definition is not used.
func (c *scope) resolve(d *dsl.Def) {
	dsl.Walk(d.Value.Expr, func(e dsl.Expr) {
		name, isName := e.(*dsl.Name)
		if call, ok := e.(*dsl.Call); ok {
			name, isName = call.Fn, true
		}
		if !isName || c.names[name.Name] != nil || c.reserved(name.Name) != "" {
			return
		}
		if !slices.ContainsFunc(d.Params, func(p *dsl.Ident) bool { return p.Name == name.Name }) {
			c.unknown(name)
		}
	})
}

// Builtin lists the functions of the language and the names of constants.
func Builtin() []string {
	names := append(slices.Collect(maps.Keys(symbolic.Functions)), slices.Collect(maps.Keys(functions))...)
	names = append(append(names, "identity", "norm", "at"), quantities...)
	slices.Sort(names)
	return names
}
