package pass

import (
	"fmt"

	"github.com/courant-pde/courant/codegen/ir"
)

// cse names, in the innermost loop of a nest, what is computed more than once.
// What reads something that the loop assigns has another meaning behind the
// assignment, and so another name.
func cse(k *ir.Kernel) {
	next := 0
	k.Step = ir.MapNests(k.Step, func(nest *ir.Loop) ir.Stmt {
		return ir.MapInnermost(nest, func(body []ir.Stmt) []ir.Stmt {
			return nameCommon(k, body, &next)
		})
	})
}

func nameCommon(k *ir.Kernel, body []ir.Stmt, next *int) []ir.Stmt {
	c := &common{k: k, count: map[string]int{}}
	c.each(body, func(s ir.Stmt) {
		if v := ir.Value(s); v != nil {
			c.occurs(v)
		}
	})
	named := map[string]ir.Local{}
	var out []ir.Stmt
	var name func(ir.Expr) ir.Expr
	name = func(e ir.Expr) ir.Expr {
		if !worthNaming(e) {
			return ir.MapOperands(e, name)
		}
		key := c.key(e)
		if l, ok := named[key]; ok {
			return l
		}
		inner := ir.MapOperands(e, name)
		if c.count[key] < 2 {
			return inner
		}
		l := ir.Local(fmt.Sprintf("r%d", *next))
		*next++
		named[key] = l
		out = append(out, &ir.Let{Name: string(l), Value: inner})
		return l
	}
	c.each(body, func(s ir.Stmt) {
		out = append(out, ir.MapValues([]ir.Stmt{s}, name)...)
	})
	return out
}

// common counts the parts of the values of a loop's body.
type common struct {
	k       *ir.Kernel
	count   map[string]int
	written map[string]int // assignments so far, by buffer
}

// each calls f for the statements in order, and keeps track of what they
// write.
func (c *common) each(body []ir.Stmt, f func(ir.Stmt)) {
	c.written = map[string]int{}
	for _, s := range body {
		f(s)
		if t := ir.Target(s); t != nil {
			c.written[bufferOf(c.k, t)]++
		}
	}
}

// key is the text of a part and of the assignments behind which it stands.
func (c *common) key(e ir.Expr) string {
	key := ir.Key(e)
	behind := 0
	ir.VisitExpr(e, func(e ir.Expr) {
		if a, ok := e.(*ir.Access); ok {
			behind += c.written[bufferOf(c.k, a)]
		}
	})
	return fmt.Sprint(behind, " ", key)
}

// occurs counts the parts of e. What is inside of a part that has occurred
// before does not count again: the name of the whole covers it.
func (c *common) occurs(e ir.Expr) {
	if worthNaming(e) {
		key := c.key(e)
		c.count[key]++
		if c.count[key] > 1 {
			return
		}
	}
	for _, o := range ir.Operands(e) {
		c.occurs(o)
	}
}

func worthNaming(e ir.Expr) bool {
	switch e.(type) {
	case *ir.Add, *ir.Mul, *ir.Div, *ir.Call:
		return true
	}
	return false
}
