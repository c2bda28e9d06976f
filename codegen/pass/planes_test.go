package pass_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/pass"
	"github.com/courant-pde/courant/codegen/stencil"
)

// star is a program in three dimensions whose stencil has so many points to
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
	return fmt.Sprintf(`program k f32
axes x halo %d, y halo %d, z halo %d
time 1 .. steps-1
param m[x, y, z]
state u[t, x, y, z] levels 3 buffers 2
setup { }
step {
  compute x = 0 .. size, y = 0 .. size, z = 0 .. size {
    u[t+1, x, y, z] = u[t, x, y, z] + m[x, y, z]*(%s + m[x, y, z]*u[t-1, x, y, z] - %s + 3*u[t, x, y, z] - (%s))
  }
}
`, reach, reach, reach, along("x"), along("y"), along("z"))
}

func TestPlanes(t *testing.T) {
	p := parse(t, star(4))
	run(t, "planes", p)
	if err := stencil.Verify(p); err != nil {
		t.Fatal(err)
	}
	body := p.Step[0].(*stencil.Compute).Body
	if len(body) != 2 {
		t.Fatalf("got\n%s", p)
	}
	let, ok := body[0].(*stencil.Let)
	if !ok || let.Name != "s0" {
		t.Fatalf("got\n%s", p)
	}
	// 9 rows of the plane; then 8 of the planes around, u and u-, and m.
	if first, rest := len(pass.Rows(p, let.Value)), len(pass.Rows(p, stencil.ValueOf(body[1]))); first != 9 || rest != 11 {
		t.Errorf("%d and %d rows in\n%s", first, rest, p)
	}
	if text := p.Text(stencil.ValueOf(body[1])); !strings.HasPrefix(text, "u[t, x, y, z] + m[x, y, z]*(%s0 + ") {
		t.Errorf("the second go computes %s", text)
	}
}

// A stencil of few rows stays in one go.
func TestPlanesLeavesNarrowStencils(t *testing.T) {
	expectText(t, "planes", star(2), star(2))
}

// What a target calls many rows is the target's to say.
func TestPlanesAsksTheTarget(t *testing.T) {
	for _, v := range []struct {
		rows  int
		parts int
	}{{18, 2}, {19, 1}} {
		p := parse(t, star(4)) // it reads 17 rows of u, one of u-, one of m
		target := facts.CPU
		target.Rows = v.rows
		for _, x := range pass.Table {
			if x.Name == "planes" {
				x.Run(p, target)
			}
		}
		if n := len(p.Step[0].(*stencil.Compute).Body); n != v.parts {
			t.Errorf("a target of %d rows: %d parts", v.rows, n)
		}
	}
}
