package codegen_test

import (
	"testing"

	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
)

func TestCompileAcoustic(t *testing.T) {
	f, err := dsl.ParseFile("../testdata/operators/acoustic.pde")
	if err != nil {
		t.Fatal(err)
	}
	p, err := codegen.Compile(f, codegen.Options{Dim: 3, SpaceOrder: 4, Precision: signature.F32, Target: c.Target{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(p.Kernel)
	t.Log(p.Source.Text)
}
