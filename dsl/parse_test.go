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
	got, err := Format(f)
	if err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + got)
}

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
	t.Logf("\n%v", err)
	if len(err.(Errors)) != 6 {
		t.Error("not all faults were reported")
	}
}
