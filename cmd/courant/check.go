package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
)

func newCheck() *cobra.Command {
	var dim, order int
	c := &cobra.Command{
		Use:   "check FILE...",
		Short: "Report everything that is wrong with operator files",
		Long:  "Checks all operators of the files for names, dimensions, orders and units, and\ncompiles them. Without --dim they are checked on 1, 2 and 3 axes, as far\nas they declare no axes of their own.",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, paths []string) error {
			var all dsl.Errors
			for _, path := range paths {
				faults, err := checkFile(c, path, dim, order)
				if err != nil {
					return err
				}
				all = append(all, faults...)
			}
			return all.ErrOrNil()
		},
	}
	c.Flags().IntVar(&dim, "dim", 0, "number of space axes (default: 1, 2 and 3)")
	c.Flags().IntVar(&order, "space-order", 0, "order of accuracy in space (default: the file's)")
	return c
}

// checkFile checks all operators of a file. The error is one that is no fault
// of the file.
func checkFile(c *cobra.Command, path string, dim, order int) (dsl.Errors, error) {
	file, err := dsl.ParseFile(path)
	if err != nil {
		return collect(err)
	}
	names := check.Operators(file)
	if len(names) == 0 {
		fmt.Fprintf(c.OutOrStdout(), "%s: defines no operator\n", path)
	}
	var all dsl.Errors
	for _, name := range names {
		var faults dsl.Errors
		right := false
		dims := []int{dim}
		if n := check.Named(file, name); dim == 0 && n > 0 {
			dims = []int{n} // on others every fault of the axes would be told, too
		} else if dim == 0 {
			dims = []int{1, 2, 3}
		}
		for _, d := range dims {
			_, err := codegen.Compile(file, codegen.Options{Operator: name, Dim: d, SpaceOrder: order, Precision: signature.F64})
			found, err := collect(err)
			if err != nil {
				return nil, err
			}
			right = right || found == nil
			faults = append(faults, found...)
		}
		// An operator may be meant for some numbers of axes only.
		if right {
			fmt.Fprintf(c.OutOrStdout(), "%s: operator %s is right\n", path, name)
		} else {
			all = append(all, faults...)
		}
	}
	return all, nil
}

// collect tells faults of a file from other errors.
func collect(err error) (dsl.Errors, error) {
	switch e := err.(type) {
	case nil:
		return nil, nil
	case dsl.Errors:
		return e, nil
	case *dsl.Error:
		return dsl.Errors{e}, nil
	}
	return nil, err
}
