package ccheck

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
	"github.com/courant-pde/courant/dsl"
)

// emitted looks at the C of every operator of the library, in every number of
// dimensions that it can have, in two orders, both precisions and stored in half
// precision; in one order with -short.
func emitted(t *testing.T, look func(*testing.T, *backends.Source)) {
	orders := []int{2, 8}
	if testing.Short() {
		orders = orders[1:]
	}
	files, err := filepath.Glob("../../testdata/operators/*.pde")
	if err != nil || len(files) == 0 {
		t.Fatalf("no operators: %v", err)
	}
	for _, file := range files {
		var refused []error
		for dim := 1; dim <= 3; dim++ {
			for _, order := range orders {
				for _, real := range []signature.Real{signature.F32, signature.F64, signature.F16} {
					if real == signature.F16 && order != 8 {
						continue // what is special about it is so in any order
					}
					s, err := emit(file, dim, order, real)
					if _, its := errors.AsType[dsl.Errors](err); its {
						refused = append(refused, err) // an operator may name its axes
						continue
					}
					t.Run(fmt.Sprintf("%s/%dD/so%d/%v", filepath.Base(file), dim, order, real), func(t *testing.T) {
						if err != nil {
							t.Fatal(err)
						}
						look(t, s)
					})
				}
			}
		}
		if len(refused) == 3*(2*len(orders)+1) {
			t.Errorf("%s is an operator in no number of dimensions: %v", file, errors.Join(refused...))
		}
	}
}

// made are the sources that several tests look at, one after the other.
var made = map[string]emission{}

type emission struct {
	source *backends.Source
	err    error
}

// emit gives the C of an operator; of half precision with vectors, which convert it.
func emit(file string, dim, order int, real signature.Real) (*backends.Source, error) {
	key := fmt.Sprint(file, dim, order, real)
	m, ok := made[key]
	if !ok {
		m.source, m.err = compiled(file, dim, order, real)
		made[key] = m
	}
	return m.source, m.err
}

func compiled(file string, dim, order int, real signature.Real) (*backends.Source, error) {
	f, err := dsl.ParseFile(file)
	if err != nil {
		return nil, err
	}
	o := codegen.Options{Dim: dim, SpaceOrder: order, Precision: real, Target: c.Target{}}
	if real == signature.F16 {
		o.Precision, o.Half, o.Machine = signature.F32, []string{stencil.AllParameters, stencil.AllWavefields}, facts.Machine{Vector: 32}
	}
	p, err := codegen.Compile(f, o)
	if err != nil {
		return nil, err
	}
	return p.Source, nil
}
