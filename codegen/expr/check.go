package expr

import (
	"fmt"
	"math"
)

// Check reports what is wrong with the form of an expression; leaf judges
// scalars, locals and reads.
func Check(e Expr, leaf func(Expr) error) error {
	var err error
	Visit(e, func(e Expr) {
		if err != nil {
			return
		}
		switch x := e.(type) {
		case Const:
			if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
				err = fmt.Errorf("the constant %g", float64(x))
			}
		case Scalar, Local, Read:
			err = leaf(e)
		case *Add:
			if len(x.Args) != len(x.Sub) || len(x.Args) == 0 || (len(x.Args) == 1 && !x.Sub[0]) {
				err = fmt.Errorf("a sum of %d terms and %d signs", len(x.Args), len(x.Sub))
			}
		case *Mul:
			if len(x.Args) < 2 {
				err = fmt.Errorf("a product of %d factors", len(x.Args))
			}
		case *Div:
		case *Call:
			if n, ok := arity[x.Fn]; !ok || n != len(x.Args) {
				err = fmt.Errorf("no function %s of %d arguments", x.Fn, len(x.Args))
			}
		default:
			err = fmt.Errorf("%T cannot be part of an expression", e)
		}
	})
	return err
}
