package c_test

import (
	"flag"
	"os"
	"testing"

	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The C of small operators stays as it is, and stays pleasant to read.
func TestGolden(t *testing.T) {
	for _, v := range []struct {
		golden, operator string
		o                codegen.Options
	}{
		{"acoustic_2d_so2.c", "acoustic", codegen.Options{Options: check.Options{Dim: 2, SpaceOrder: 2}, Real: signature.F32}},
		{"diffusion_1d_so4.c", "diffusion", codegen.Options{Options: check.Options{Dim: 1, SpaceOrder: 4}, Real: signature.F64}},
	} {
		file, err := dsl.ParseFile("../../testdata/operators/" + v.operator + ".pde")
		if err != nil {
			t.Fatal(err)
		}
		v.o.Target = c.Target{}
		p, err := codegen.Compile(file, v.o)
		if err != nil {
			t.Fatal(err)
		}
		again, err := codegen.Compile(file, v.o)
		if err != nil || again.Source.Text != p.Source.Text {
			t.Errorf("%s: compiling again gives another text", v.golden)
		}
		path := "testdata/" + v.golden
		if *update {
			if err := os.WriteFile(path, []byte(p.Source.Text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(want) != p.Source.Text {
			t.Errorf("%s is now\n%s\ngo test ./backends/c -update accepts it", v.golden, p.Source.Text)
		}
	}
}
