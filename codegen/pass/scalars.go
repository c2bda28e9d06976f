package pass

import (
	"fmt"

	"github.com/courant-pde/courant/codegen/ir"
)

// scalars moves every largest part that depends on numbers and scalars alone
// in front of the run, where it is computed once, in double precision.
func scalars(k *ir.Kernel) {
	named := map[string]string{}
	var lets []ir.Stmt
	var hoist func(ir.Expr) ir.Expr
	hoist = func(e ir.Expr) ir.Expr {
		switch x := e.(type) {
		case ir.Const, ir.Local:
			return e
		case *ir.Mul:
			// The fixed factors of a product belong together.
			var fixed, rest []ir.Expr
			for _, a := range x.Args {
				if isFixed(a) {
					fixed = append(fixed, a)
				} else {
					rest = append(rest, hoist(a))
				}
			}
			if len(rest) > 0 {
				if len(fixed) == 0 {
					return ir.Product(rest...)
				}
				return ir.Product(append([]ir.Expr{hoist(ir.Product(fixed...))}, rest...)...)
			}
		}
		if !isFixed(e) {
			return ir.MapOperands(e, hoist)
		}
		key := ir.Key(e)
		name, ok := named[key]
		if !ok {
			name = fmt.Sprintf("c%d", len(named))
			named[key] = name
			lets = append(lets, &ir.Let{Name: name, Wide: true, Value: e})
		}
		return ir.Local(name)
	}
	k.Step = ir.MapValues(k.Step, hoist)
	k.Prepare = append(lets, ir.MapValues(k.Prepare, hoist)...)
}
