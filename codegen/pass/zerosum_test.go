package pass_test

import (
	"math"
	"strings"
	"testing"

	"github.com/courant-pde/courant/backends/interp"
	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/schedule"
	"github.com/courant-pde/courant/codegen/stencil"
)

const wave = `program k f32
axes x halo 2, z halo 2
time 1 .. steps-1
scalar h
scalar g
state u[t, x, z] levels 3 buffers 3
setup {
  let %c0 = 1.3333333333333333/($h*$h)
  let %c1 = 0.08333333333333333/($h*$h)
  let %c2 = 1.3333333333333333/($g*$g)
  let %c3 = 0.08333333333333333/($g*$g)
  let %c4 = CENTRE
}
step {
  compute x = 0 .. size, z = 0 .. size {
    u[t+1, x, z] = %c0*(u[t, x-1, z] + u[t, x+1, z]) - %c1*(u[t, x-2, z] + u[t, x+2, z]) - %c4*u[t, x, z] + %c2*(u[t, x, z-1] + u[t, x, z+1]) - %c3*(u[t, x, z-2] + u[t, x, z+2])
  }
}
`

func laplacian(centre string) string { return strings.Replace(wave, "CENTRE", centre, 1) }

const exact = "2.5/($h*$h) + 2.5/($g*$g)"

func TestZeroSum(t *testing.T) {
	p := parse(t, laplacian(exact))
	run(t, "zerosum", p)
	if err := stencil.Verify(p); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"let %c4_b = 2*%c0 - 2*%c1 + 2*%c2 - 2*%c3\n",
		"let %c1_b = %c1 + 0.5*(2*%c0 - 2*%c1 + 2*%c2 - 2*%c3 - %c4_b)\n",
		" - %c1_b*(u[t, x-2, z] + u[t, x+2, z]) - %c4_b*u[t, x, z] + ",
	} {
		if !strings.Contains(p.String(), want) && !strings.Contains(p.String(), strings.ReplaceAll(want, "c1", "c3")) {
			t.Errorf("%q is not in\n%s", want, p)
		}
	}
}

// Balanced weights add up to zero to the last digit of the smallest one, in
// exact arithmetic: 2*2^-24*0.083/0.09 for the smallest spacing here. Rounded
// one by one they miss it by up to 2^-24 times all of them.
func TestZeroSumWeightsVanish(t *testing.T) {
	const smallest = 2 * 0x1p-24 * 0.0834 / 0.09
	missed := 0.0
	for _, spacing := range [][]float64{{0.7, 0.7}, {1.1, 0.9}, {0.3, 1.7}, {0.45, 0.3}} {
		plain, balanced := parse(t, laplacian(exact)), parse(t, laplacian(exact))
		run(t, "zerosum", balanced)
		missed = max(missed, math.Abs(weightSum(t, plain, spacing)))
		if sum := weightSum(t, balanced, spacing); math.Abs(sum) > smallest {
			t.Errorf("spacing %v: the weights add up to %g, more than %g", spacing, sum, smallest)
		}
	}
	if missed < 4*smallest {
		t.Errorf("without the pass they add up to %g at most: this test shows nothing", missed)
	}
}

// weightSum is the exact sum of the rounded weights that the step applies.
func weightSum(t *testing.T, p *stencil.Program, spacing []float64) float64 {
	t.Helper()
	value := p.Step[0].(*stencil.Compute).Body[0].(*stencil.Assign)
	sum := value.Value.(*expr.Add)
	total := 0.0
	for i, term := range sum.Args {
		product := term.(*expr.Mul)
		points := 1.0
		if values, ok := product.Args[1].(*expr.Add); ok {
			points = float64(len(values.Args))
		}
		// A step that assigns the weight shows it as it is rounded.
		value.Value = product.Args[0]
		k := loops(t, p, schedule.Trivial)
		b := interp.Allocate[float32](&k.Operator, []int64{1, 1})
		b.Scalars = spacing
		if err := interp.Prepare(interp.Of(k), b); err != nil {
			t.Fatal(err)
		}
		if err := interp.Steps(interp.Of(k), b, 1, 1); err != nil {
			t.Fatal(err)
		}
		u := b.Arrays[0]
		weight := float64(u.Data[u.Origin+2*u.Buffer])
		if sum.Sub[i] {
			weight = -weight
		}
		total += points * weight
	}
	return total
}

// Sums that do not vanish, programs in double precision and stencils of few
// weights stay as they are.
func TestZeroSumLeavesOthers(t *testing.T) {
	for _, text := range []string{
		laplacian("2.4/($h*$h) + 2.5/($g*$g)"),
		laplacian("2.5/($h*$h)"),
		strings.Replace(laplacian(exact), "f32", "f64", 1),
	} {
		expectText(t, "zerosum", text, text)
	}
}
