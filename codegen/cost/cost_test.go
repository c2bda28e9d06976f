package cost_test

import (
	"testing"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/cost"
	"github.com/courant-pde/courant/codegen/ir"
	"github.com/courant-pde/courant/codegen/pass"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
)

func TestAcoustic(t *testing.T) {
	file, err := dsl.ParseFile("../../testdata/operators/acoustic.pde")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct {
		disable            []string
		bytes, least, most int
	}{
		// u is read, u- read and overwritten by u+, m and the reciprocal read:
		// 5 numbers of 4 bytes. A stencil of so 8 has 12 pairs and a centre.
		{nil, 20, 40, 60},
		// With three buffers u+ is fetched and written beside u-: 6 numbers.
		{[]string{"rotate"}, 24, 40, 60},
	} {
		p, err := codegen.Compile(file, codegen.Options{Options: check.Options{Dim: 3, SpaceOrder: 8}, Real: ir.F32, Passes: pass.Options{Disable: v.disable}})
		if err != nil {
			t.Fatal(err)
		}
		c := cost.Total(p.Kernel)
		t.Logf("%+v", c)
		if c.Bytes != v.bytes || c.Flops() < v.least || c.Flops() > v.most || c.Loads != 28 || c.Stores != 1 {
			t.Errorf("without %v: %+v", v.disable, c)
		}
	}
}

func TestBound(t *testing.T) {
	c := cost.Cost{Adds: 30, Muls: 10, Bytes: 20}
	if points, by := c.Bound(40e9, 200e9); points != 2e9 || by != "memory" {
		t.Errorf("%g by %s", points, by)
	}
	if points, by := c.Bound(400e9, 200e9); points != 5e9 || by != "arithmetic" {
		t.Errorf("%g by %s", points, by)
	}
}
