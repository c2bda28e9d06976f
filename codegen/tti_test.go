package codegen_test

import (
	"testing"
	"time"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/cost"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
)

// The largest operators in use: two wavefields in a tilted medium, with second
// derivatives along a direction that varies, from first derivatives of half
// the order applied twice.
const tilted = `
def along(a)  = sin(theta)*cos(phi)*a.dx(order 8) + sin(theta)*sin(phi)*a.dy(order 8) + cos(theta)*a.dz(order 8)
def across(a) = (sin(theta)*cos(phi)*a).dx(order 8) + (sin(theta)*sin(phi)*a).dy(order 8) + (cos(theta)*a).dz(order 8)
def gzz(a)    = across(along(a))

operator tti {
    order space 16, time 2
    axes x, y, z
    field     m
    field     damp
    field     epsilon
    field     delta
    field     theta
    field     phi
    wavefield p
    wavefield r

    let axial = sqrt(1 + 2*delta)

    solve m*p.dt2 - (1 + 2*epsilon)*(laplace(p) - gzz(p)) - axial*gzz(r) + damp*p.dt = 0 for p.forward
    solve m*r.dt2 - axial*(laplace(p) - gzz(p)) - gzz(r) + damp*r.dt = 0 for r.forward

    inject src*dt^2/m into p.forward
    inject src*dt^2/m into r.forward
    sample rec from p + r
}
`

// Compilation must not be what a user waits for: half a second at most on an
// idle machine. The limit leaves room for a busy one.
func TestTiltedCompilesFast(t *testing.T) {
	file, err := dsl.Parse("tti.pde", tilted)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	p, err := codegen.Compile(file, codegen.Options{
		Dim: 3, SpaceOrder: 16, Precision: signature.F32,
		Stage: func(name string, d time.Duration) { t.Logf("%-10s %v", name, d) },
	})
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	t.Logf("compiled in %v: %d operations per point", took, cost.Total(p.Stencil, p.Schedule).Flops())
	if took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

// Layers split each update into many, so that what is done for each pair of
// statements counts: an operator of the library with layers at all ends of three
// axes takes two seconds. Again the limit leaves room.
func TestLayersCompileFast(t *testing.T) {
	file, err := dsl.ParseFile("../testdata/operators/tti_self_adjoint.pde")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	p, err := codegen.Compile(file, codegen.Options{
		Dim: 3, SpaceOrder: 8, Border: 20, Precision: signature.F32,
		Stage: func(name string, d time.Duration) { t.Logf("%-10s %v", name, d) },
	})
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	t.Logf("compiled in %v: %d statements", took, len(p.Stencil.Step))
	if took > 15*time.Second {
		t.Errorf("took %v", took)
	}
}
