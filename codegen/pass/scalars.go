package pass

import (
	"fmt"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/stencil"
)

// scalars moves every largest part that depends on numbers and scalars alone
// in front of the run, where it is computed once, in double precision.
func scalars(p *stencil.Program) {
	named := map[string]string{}
	var lets []stencil.Stmt
	var hoist func(expr.Expr) expr.Expr
	hoist = func(e expr.Expr) expr.Expr {
		switch x := e.(type) {
		case expr.Const, expr.Local:
			return e
		case *expr.Mul:
			// The fixed factors of a product belong together.
			var fixed, rest []expr.Expr
			for _, a := range x.Args {
				if isFixed(a) {
					fixed = append(fixed, a)
				} else {
					rest = append(rest, hoist(a))
				}
			}
			if len(rest) > 0 {
				if len(fixed) == 0 {
					return expr.Product(rest...)
				}
				return expr.Product(append([]expr.Expr{hoist(expr.Product(fixed...))}, rest...)...)
			}
		}
		if !isFixed(e) {
			return expr.MapOperands(e, hoist)
		}
		key := expr.Key(e)
		name, ok := named[key]
		if !ok {
			name = fmt.Sprintf("c%d", len(named))
			named[key] = name
			lets = append(lets, &stencil.Let{Name: name, Value: e})
		}
		return expr.Local(name)
	}
	p.Step = stencil.MapValues(p.Step, hoist)
	p.Setup = append(lets, stencil.MapValues(p.Setup, hoist)...)
}
