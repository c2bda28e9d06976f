package pass

import (
	"fmt"

	"github.com/courant-pde/courant/codegen/ir"
)

// cse names, in the innermost loop of a nest, what its statements compute
// more than once. A name is forgotten at the next assignment, which may change
// what it stands for.
func cse(k *ir.Kernel) {
	next := 0
	k.Step = ir.MapNests(k.Step, func(nest *ir.Loop) ir.Stmt {
		return ir.MapInnermost(nest, func(body []ir.Stmt) []ir.Stmt {
			return nameCommon(body, &next)
		})
	})
}

func nameCommon(body []ir.Stmt, next *int) []ir.Stmt {
	count := map[string]int{}
	for _, s := range body {
		if v := ir.Value(s); v != nil {
			ir.VisitExpr(v, func(e ir.Expr) {
				if worthNaming(e) {
					count[ir.Key(e)]++
				}
			})
		}
	}
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
		if ir.Value(s) == nil {
			out = append(out, s)
			continue
		}
		out = append(out, ir.MapValues([]ir.Stmt{s}, name)...)
		if ir.Target(s) != nil {
			clear(named)
		}
	}
	return out
}

func worthNaming(e ir.Expr) bool {
	switch e.(type) {
	case *ir.Add, *ir.Mul, *ir.Div, *ir.Call:
		return true
	}
	return false
}
