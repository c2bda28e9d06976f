package pass

import (
	"fmt"
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen/ir"
)

// star is a kernel in three dimensions whose stencil has so many points to
// each side along every axis.
func star(reach int) string {
	along := func(axis string) string {
		var terms []string
		for i := 1; i <= reach; i++ {
			at := func(sign string) string {
				return "u[t, " + strings.Replace("x, y, z", axis, fmt.Sprintf("%s%s%d", axis, sign, i), 1) + "]"
			}
			terms = append(terms, fmt.Sprintf("%d*(%s + %s)", i, at("-"), at("+")))
		}
		return strings.Join(terms, " + ")
	}
	return fmt.Sprintf(`kernel k f32
axes x halo %d, y halo %d, z halo %d
time 1 .. steps-1
param m[x, y, z]
state u[t, x, y, z] levels 3 buffers 2
prepare { }
step {
  for x = 0 .. size { for y = 0 .. size { for z = 0 .. size {
    u[t+1, x, y, z] = u[t, x, y, z] + m[x, y, z]*(%s + m[x, y, z]*u[t-1, x, y, z] - %s + 3*u[t, x, y, z] - (%s))
  } } }
}
`, reach, reach, reach, along("x"), along("y"), along("z"))
}

func TestSweep(t *testing.T) {
	k := parse(t, star(4))
	sweep(k)
	if err := ir.Verify(k); err != nil {
		t.Fatal(err)
	}
	body := ir.Innermost(k.Step[0].(*ir.Loop)).Body
	if len(body) != 3 {
		t.Fatalf("got\n%s", k)
	}
	if _, ok := body[1].(*ir.Sweep); !ok {
		t.Errorf("got\n%s", k)
	}
	// 9 rows of the plane; then 8 of the planes around, u and u-, and m.
	if first, rest := len(rows(k, ir.Value(body[0]))), len(rows(k, ir.Value(body[2]))); first != 9 || rest != 11 {
		t.Errorf("%d and %d rows in\n%s", first, rest, k)
	}
	if text := k.Text(ir.Value(body[2])); !strings.HasPrefix(text, "u[t, x, y, z] + m[x, y, z]*(%s0 + ") {
		t.Errorf("the last sweep computes %s", text)
	}
}

// A stencil of few rows stays in one go.
func TestSweepLeavesNarrowStencils(t *testing.T) {
	text := star(2)
	want := parse(t, text).String()
	k := parse(t, text)
	sweep(k)
	if k.String() != want {
		t.Errorf("got\n%s", k)
	}
}
