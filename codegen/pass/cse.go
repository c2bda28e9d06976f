package pass

import (
	"fmt"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/stencil"
)

// cse names, in the body of a compute, what is computed more than once. What
// reads something that the body assigns has another meaning behind the
// assignment, and so another name.
func cse(p *stencil.Program) {
	next := 0
	p.Step = stencil.MapBodies(p.Step, func(body []stencil.Assignment) []stencil.Assignment {
		return nameCommon(p, body, &next)
	})
}

func nameCommon(p *stencil.Program, body []stencil.Assignment, next *int) []stencil.Assignment {
	c := &common{p: p, count: map[part]int{}}
	c.each(body, func(s stencil.Assignment) { c.occurs(stencil.ValueOf(s)) })
	named := map[part]expr.Local{}
	var out []stencil.Assignment
	var name func(expr.Expr) expr.Expr
	name = func(e expr.Expr) expr.Expr {
		if !worthNaming(e) {
			return expr.MapOperands(e, name)
		}
		key := c.part(e)
		if l, ok := named[key]; ok {
			return l
		}
		inner := expr.MapOperands(e, name)
		if c.count[key] < 2 {
			return inner
		}
		l := expr.Local(fmt.Sprintf("r%d", *next))
		*next++
		named[key] = l
		out = append(out, &stencil.Let{Name: string(l), Value: inner})
		return l
	}
	c.each(body, func(s stencil.Assignment) {
		out = append(out, stencil.MapBody([]stencil.Assignment{s}, name)...)
	})
	return out
}

// part is a part of a value: its text, and the number of assignments in front
// of it to what it reads.
type part struct {
	key    string
	behind int
}

// common counts the parts of the values of a body.
type common struct {
	p       *stencil.Program
	count   map[part]int
	written map[stencil.Place]int // assignments so far
}

// each calls f for the parts of a body in order, and keeps track of what they
// write.
func (c *common) each(body []stencil.Assignment, f func(stencil.Assignment)) {
	c.written = map[stencil.Place]int{}
	for _, s := range body {
		f(s)
		if a, ok := s.(*stencil.Assign); ok {
			c.written[c.p.Place(a.Target)]++
		}
	}
}

func (c *common) part(e expr.Expr) part {
	behind := 0
	if len(c.written) > 0 {
		stencil.ReadsOf(e, func(a *stencil.Access) { behind += c.written[c.p.Place(a)] })
	}
	return part{expr.Key(e), behind}
}

// occurs counts the parts of e. What is inside of a part that has occurred
// before does not count again: the name of the whole covers it.
func (c *common) occurs(e expr.Expr) {
	if worthNaming(e) {
		key := c.part(e)
		c.count[key]++
		if c.count[key] > 1 {
			return
		}
	}
	for _, o := range expr.Operands(e) {
		c.occurs(o)
	}
}

func worthNaming(e expr.Expr) bool {
	switch e.(type) {
	case *expr.Add, *expr.Mul, *expr.Div, *expr.Call:
		return true
	}
	return false
}
