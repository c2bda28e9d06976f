package codegen_test

import (
	"testing"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
	"github.com/courant-pde/courant/dsl"
)

// An image whose statements stay within the grid has nothing beyond its ends to be
// folded back, so no step looks for it. A mirror is folded all the same: its points
// concern those beside it.
func TestNothingIsFolded(t *testing.T) {
	for _, v := range []struct {
		boundary string
		fills    int
	}{{"", 0}, {"boundary u even at first z", 1}} {
		source := `operator k "test" {
    order space 4, time 1
    axes x, z
    wavefield u "field" folded
    image g "sum" folded
    ` + v.boundary + `
    u.forward = u + dt*u.dx2
    g += u
}`
		file, err := dsl.Parse("k.pde", source)
		if err != nil {
			t.Fatal(err)
		}
		p, err := codegen.Compile(file, codegen.Options{Dim: 2, Precision: signature.F64})
		if err != nil {
			t.Fatal(err)
		}
		fills := 0
		for _, s := range p.Stencil.Step {
			if f, ok := s.(*stencil.Fill); ok && f.Transposed {
				fills++
			}
		}
		if fills != v.fills {
			t.Errorf("with %q: %d folds, want %d\n%s", v.boundary, fills, v.fills, p.Stencil)
		}
	}
}
