package pass

import (
	"fmt"

	"github.com/courant-pde/courant/codegen/ir"
)

// cse names, in the innermost loop of a nest, what is computed more than once
// up to an assignment. Names do not reach beyond it, because it may change
// what they stand for.
func cse(k *ir.Kernel) {
	next := 0
	k.Step = ir.MapNests(k.Step, func(nest *ir.Loop) ir.Stmt {
		return ir.MapInnermost(nest, func(body []ir.Stmt) []ir.Stmt {
			var out []ir.Stmt
			start := 0
			for i, s := range body {
				if ir.Target(s) != nil || i == len(body)-1 {
					out = append(out, nameCommon(body[start:i+1], &next)...)
					start = i + 1
				}
			}
			return out
		})
	})
}

func nameCommon(body []ir.Stmt, next *int) []ir.Stmt {
	count := occurrences(body)
	named := map[string]ir.Local{}
	var out []ir.Stmt
	var name func(ir.Expr) ir.Expr
	name = func(e ir.Expr) ir.Expr {
		if !worthNaming(e) {
			return ir.MapOperands(e, name)
		}
		key := ir.Key(e)
		if l, ok := named[key]; ok {
			return l
		}
		inner := ir.MapOperands(e, name)
		if count[key] < 2 {
			return inner
		}
		l := ir.Local(fmt.Sprintf("r%d", *next))
		*next++
		named[key] = l
		out = append(out, &ir.Let{Name: string(l), Value: inner})
		return l
	}
	for _, s := range body {
		out = append(out, ir.MapValues([]ir.Stmt{s}, name)...)
	}
	return out
}

// occurrences counts the parts of values. What is inside of a part that has
// occurred before does not count again: the name of the whole covers it.
func occurrences(body []ir.Stmt) map[string]int {
	count := map[string]int{}
	var walk func(ir.Expr)
	walk = func(e ir.Expr) {
		if worthNaming(e) {
			key := ir.Key(e)
			count[key]++
			if count[key] > 1 {
				return
			}
		}
		for _, o := range ir.Operands(e) {
			walk(o)
		}
	}
	for _, s := range body {
		if v := ir.Value(s); v != nil {
			walk(v)
		}
	}
	return count
}

func worthNaming(e ir.Expr) bool {
	switch e.(type) {
	case *ir.Add, *ir.Mul, *ir.Div, *ir.Call:
		return true
	}
	return false
}
