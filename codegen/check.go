package codegen

import (
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
)

// Check compiles all operators of a file, for Dim axes or, with 0, for 1, 2 and 3, as
// far as an operator names none of its own; it may be meant for some of these only. It
// gives the operators that are right on any. Errors: dsl.Errors with all faults of the others,
// or one that is no fault of the file.
func Check(file *dsl.File, dim, spaceOrder int) (right []string, err error) {
	var all dsl.Errors
	for _, name := range check.Operators(file) {
		dims := []int{dim}
		if n := check.Named(file, name); dim == 0 && n > 0 {
			dims = []int{n} // on others every fault of the axes would be told, too
		} else if dim == 0 {
			dims = []int{1, 2, 3}
		}
		var faults dsl.Errors
		compiled := false
		for _, d := range dims {
			_, err := Compile(file, Options{Operator: name, Dim: d, SpaceOrder: spaceOrder, Precision: signature.F64})
			found, other := dsl.Faults(err)
			if other != nil {
				return nil, other
			}
			compiled = compiled || found == nil
			faults = append(faults, found...)
		}
		if compiled {
			right = append(right, name)
		} else {
			all = append(all, faults...)
		}
	}
	return right, all.ErrOrNil()
}
