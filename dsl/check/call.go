package check

import (
	"fmt"
	"strings"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// maxCalls bounds the depth of definitions that use each other.
const maxCalls = 100

func (c *checker) call(x *dsl.Call) *value {
	if len(c.args) > 0 && c.args[len(c.args)-1][x.Fn.Name] != nil {
		c.fail(x, "write it without parentheses, or with * before them", "the parameter %s is not a function", x.Fn.Name)
		return nil
	}
	if f, ok := symbolic.Functions[x.Fn.Name]; ok {
		return c.elementary(x, f)
	}
	if f := functions[x.Fn.Name]; f != nil {
		return c.apply(x, f)
	}
	switch x.Fn.Name {
	case "at":
		return c.placed(x)
	case "identity":
		c.fail(x, "write identity alone", "identity takes no argument")
		return nil
	case "norm":
		c.fail(x, "write sqrt(dot(v, v)) for the length of a vector", "norm stands only in reduce NAME from norm(...)")
		return nil
	}
	e := c.names[x.Fn.Name]
	if e == nil {
		c.unknown(x.Fn)
		return nil
	}
	if e.kind != def {
		c.fail(x, "write "+x.Fn.Name+" alone: it stands for the value at the current point; use * to multiply", "%s is not a function", x.Fn.Name)
		return nil
	}
	if len(x.Args) != len(e.params) {
		c.fail(x, fmt.Sprintf("it is defined as %s(%s)", x.Fn.Name, strings.Join(e.params, ", ")), "%s takes %s, not %d", x.Fn.Name, count(len(e.params), "argument"), len(x.Args))
		return nil
	}
	args := map[string]*value{}
	good := true
	for i, a := range x.Args {
		v := c.eval(a)
		good = good && v != nil
		args[e.params[i]] = v
	}
	switch {
	case !good:
		return nil
	case e.busy:
		c.fail(x, "definitions cannot be recursive", "def %s calls itself", x.Fn.Name)
		return nil
	case len(c.within) >= maxCalls:
		c.fail(x, "use fewer nested definitions", "definitions are nested more than %d deep", maxCalls)
		return nil
	}
	e.busy = true
	inject := c.inject
	c.inject = false // points reach a definition only as its arguments
	c.args = append(c.args, args)
	c.within = append(c.within, fmt.Sprintf("in %s, called at %s:%d:%d", x.Fn.Name, x.Fn.Pos.Filename, x.Fn.Pos.Line, x.Fn.Pos.Column))
	v := c.eval(e.body)
	c.inject = inject
	c.within = c.within[:len(c.within)-1]
	c.args = c.args[:len(c.args)-1]
	e.busy = false
	return v
}

// checkLet evaluates a let, so that its faults are reported even when it is
// not used.
func (c *checker) checkLet(l *dsl.Let) {
	if e := c.names[l.Name.Name]; e != nil && e.kind == let && e.pos == l.Name.Pos {
		c.letValue(e, l.Name.Name)
	}
}
