package verify

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/symbolic"
)

// library calls f with every operator of the library that records anything, on
// every grid, and with layers in two dimensions if they are wanted too.
func library(t *testing.T, layers bool, f func(t *testing.T, p *symbolic.Problem, o Options)) {
	t.Helper()
	paths, err := filepath.Glob("../../../testdata/operators/*.pde")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		for dim := 1; dim <= 3; dim++ {
			if dim == 3 && testing.Short() {
				continue
			}
			for _, border := range []int{0, 3} {
				name := fmt.Sprintf("%s/%dD", strings.TrimSuffix(filepath.Base(path), ".pde"), dim)
				if border > 0 {
					if !layers || dim != 2 {
						continue
					}
					name += "/layers"
				}
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					file, err := dsl.ParseFile(path)
					if err != nil {
						t.Fatal(err)
					}
					o := Options{Compile: codegen.Options{Dim: dim, SpaceOrder: 4, Border: border, Precision: signature.F64}}
					if border > 0 { // layers make several times as many equations
						o.Shape, o.Steps = []int{18, 17}, 14
					}
					if dim == 3 {
						o.Shape, o.Steps = []int{10, 9, 11}, 16
					}
					p, err := check.Problem(file, o.Compile.Check())
					if err != nil {
						t.Skip("not for this grid")
					}
					if border > 0 && p.Layers == nil {
						t.Skip("it has no layers")
					}
					for _, s := range p.Statements {
						if _, ok := s.(*symbolic.Sample); ok {
							f(t, p, o)
							return
						}
					}
					t.Skip("it records nothing")
				})
			}
		}
	}
}

// All derivatives of all operators are transposes: see Tolerance.
func TestLibraryAdjoints(t *testing.T) {
	library(t, true, func(t *testing.T, p *symbolic.Problem, o Options) {
		all, err := Adjoint(t.Context(), p, o)
		if err != nil {
			t.Fatal(err)
		}
		if len(all) == 0 && len(fieldsOf(p)) > 0 {
			t.Error("nothing was compared")
		}
		for _, d := range all {
			if !(d.Error <= Tolerance(signature.F64)) {
				t.Errorf("%s: <y, F x> is %.15g, <F' y, x> is %.15g: they differ by %.1e", d.Of, d.Left, d.Right, d.Error)
			}
		}
	})
}

// The same in single precision.
func TestLibraryAdjointsInSinglePrecision(t *testing.T) {
	library(t, false, func(t *testing.T, p *symbolic.Problem, o Options) {
		o.Compile.Precision, o.Compile.Target = signature.F32, nil
		all, err := Adjoint(t.Context(), p, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range all {
			if !(d.Error <= Tolerance(signature.F32)) {
				t.Errorf("%s: <y, F x> is %.15g, <F' y, x> is %.15g: they differ by %.1e", d.Of, d.Left, d.Right, d.Error)
			}
		}
	})
}

// The gradients of all operators, by each field, have remainders of second
// order.
func TestLibraryGradients(t *testing.T) {
	library(t, false, func(t *testing.T, p *symbolic.Problem, o Options) {
		wrt := fieldsOf(p)
		for _, f := range p.Functions { // by initial states where there is nothing else
			if f.Role == symbolic.Wavefield && len(fieldsOf(p)) == 0 {
				wrt = append(wrt, f.Name)
			}
		}
		all, err := Gradient(t.Context(), p, wrt, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range all {
			if len(table.Remainders) < 4 {
				t.Logf("by %s: the records are so little nonlinear in it that rounding hides what remains", table.Of)
				continue
			}
			if s := table.Slope(); !(math.Abs(s-2) <= 0.02) {
				t.Errorf("by %s the slope is %.4f: %+v", table.Of, s, table.Remainders)
			}
		}
	})
}

// What is derived can be written down and read again: the text of a gradient
// is the gradient.
func TestDerivedTextIsTheDerived(t *testing.T) {
	library(t, false, func(t *testing.T, p *symbolic.Problem, o Options) {
		written(t, p, o)
	})
}

// The adjoint is exact on slabs, where the stencil reaches beyond both ends of
// an axis and images are those of images.
func TestAdjointOnSlabs(t *testing.T) {
	for _, edge := range []string{
		"periodic y",
		"boundary v.y odd at both y boundary u even at both y",
		"boundary u odd at first y boundary u even at last y boundary m even at both y",
	} {
		file, err := dsl.Parse("slab.pde", `operator slab {
    order space 8, time 1
    axes x, y
    field m
    wavefield u
    vector wavefield v staggered
    `+edge+`
    v.forward = v + dt*grad(m*u)
    u.forward = u + dt*m*div(v.forward)
    inject src into u.forward
    sample rec from u
}`)
		if err != nil {
			t.Fatal(err)
		}
		p, err := check.Problem(file, check.Options{Dim: 2})
		if err != nil {
			t.Fatal(err)
		}
		for _, planes := range []int{1, 2, 5} {
			all, err := Adjoint(t.Context(), p, Options{Compile: codegen.Options{Dim: 2, Precision: signature.F64, Target: c.Target{}}, Shape: []int{11, planes}, Steps: 12, Dt: 0.05})
			if err != nil {
				if planes == 1 && strings.Contains(err.Error(), "has one point") {
					continue
				}
				t.Fatalf("%s, %d planes: %v", edge, planes, err)
			}
			for _, d := range all {
				if !(d.Error <= Tolerance(signature.F64)) {
					t.Errorf("%s, %d planes: %+v", edge, planes, d)
				}
			}
		}
	}
}
