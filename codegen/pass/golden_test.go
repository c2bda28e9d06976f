package pass_test

import (
	"testing"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/pass"
	"github.com/courant-pde/courant/codegen/stencil"
)

const declarations = `program k f64
axes x halo 2, z halo 2
time 1 .. steps-1
scalar dt
scalar h
param m[x, z]
param damp[x, z]
param d[z]
state u[t, x, z] levels 3 buffers 3
state v[t, x, z] levels 3 buffers 3
points src inject
points rec sample
`

// grid is the head of a compute over the whole grid.
const grid = "compute x = 0 .. size, z = 0 .. size "

func parse(t *testing.T, text string) *stencil.Program {
	t.Helper()
	p, err := stencil.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := stencil.Verify(p); err != nil {
		t.Fatalf("%v\n%s", err, p)
	}
	return p
}

// run carries out one pass of the table.
func run(t *testing.T, name string, p *stencil.Program) {
	t.Helper()
	for _, x := range pass.Table {
		if x.Name == name {
			x.Run(p, facts.CPU)
			return
		}
	}
	t.Fatalf("there is no pass %s", name)
}

// expectProgram runs a pass on a program given by what stands behind the
// declarations, and compares all of the outcome. extra declares what the pass
// adds.
func expectProgram(t *testing.T, name, before, extra, after string) {
	t.Helper()
	expectText(t, name, declarations+before, declarations+extra+after)
}

func expectText(t *testing.T, name, before, after string) {
	t.Helper()
	p, want := parse(t, before), parse(t, after)
	run(t, name, p)
	if err := stencil.Verify(p); err != nil {
		t.Errorf("made a wrong program: %v", err)
	}
	if p.String() != want.String() {
		t.Errorf("got\n%s\nwant\n%s", p, want)
	}
}

// expectValue runs a pass on a program that assigns one value, and compares
// the values.
func expectValue(t *testing.T, name, before, after string) {
	t.Helper()
	text := func(value string) string {
		return declarations + "setup { } step { " + grid + "{ u[t+1, x, z] = " + value + " } }"
	}
	p, want := parse(t, text(before)), parse(t, text(after))
	run(t, name, p)
	if err := stencil.Verify(p); err != nil {
		t.Errorf("%s: made a wrong program: %v", before, err)
	}
	if got, want := p.Text(firstValue(p)), want.Text(firstValue(want)); got != want {
		t.Errorf("%s\nbecame %s\nwant   %s", before, got, want)
	}
}

// firstValue is what the first compute of a step assigns first.
func firstValue(p *stencil.Program) expr.Expr {
	return stencil.ValueOf(p.Step[0].(*stencil.Compute).Body[0])
}
