package dsl

import (
	"testing"
)

const acoustic = `# Isotropic acoustic wave equation with an absorbing sponge.
operator acoustic {
    order  space 8, time 2
    field  m     "squared slowness"  [s^2/km^2]
    field  damp  "sponge"            [ms/m^2]
    wavefield u  "pressure"

    solve  m*u.dt2 - laplace(u) + damp*u.dt = 0  for u.forward

    inject src * dt^2/m  into u.forward
    sample rec           from u
}
`

func TestParseAcoustic(t *testing.T) {
	f, err := Parse("acoustic.pde", acoustic)
	if err != nil {
		t.Fatal(err)
	}
	op := f.Items[0].Operator
	if op.Name != "acoustic" || len(op.Statements) != 7 {
		t.Fatalf("%q with %d statements", op.Name, len(op.Statements))
	}
	if u := op.Statements[1].Declare.Unit.Text; u != "s^2/km^2" {
		t.Errorf("unit %q", u)
	}
}

// All faults of a file are reported in one go, each at its place.
func TestErrors(t *testing.T) {
	_, err := Parse("bad.pde", `operator a {
    filed m "x"
    field  m [s^2
    solve u.dt2 ** 2 = 0 for u.forward
    let x = (1 + 2
    sample rec from @
    order space 8 time 2
}
`)
	faults, ok := err.(Errors)
	if !ok {
		t.Fatal(err)
	}
	places := []Pos{{Line: 2, Column: 5}, {Line: 3, Column: 14}, {Line: 4, Column: 17}, {Line: 5, Column: 19}, {Line: 6, Column: 21}, {Line: 7, Column: 19}}
	if len(faults) != len(places) {
		t.Fatalf("%d faults, want %d:\n%v", len(faults), len(places), err)
	}
	for i, f := range faults {
		if f.Pos.Line != places[i].Line || f.Pos.Column != places[i].Column {
			t.Errorf("want this at %d:%d: %v", places[i].Line, places[i].Column, f)
		}
	}
	const first = `bad.pde:2:5: no statement begins with filed
        filed m "x"
        ^^^^^
  hint: did you mean field?`
	if got := faults[0].Error(); got != first {
		t.Errorf("printed as\n%s", got)
	}
}
