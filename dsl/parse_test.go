package dsl

import (
	"strings"
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

// A text holds nothing that is not seen: a backslash in front of a carriage
// return, for one, would join lines in generated code.
func TestInvisibleCharactersInTexts(t *testing.T) {
	for _, v := range []struct {
		text   string
		column int // of the fault; 0 for none
	}{
		{"Lamé's modulus, 2 µm²", 0},
		{`*\/ and ??/ are seen`, 0},
		{"*\\\r/", 15},
		{"a\tb", 14},
		{"\x00", 13},
		{"ab\x1b[2J", 15},
		{"\u202etxt", 13},
		{"a\xffb", 14},
	} {
		_, err := Parse("text.pde", `operator a "`+v.text+`" { wavefield u }`)
		faults, _ := err.(Errors)
		switch {
		case v.column == 0 && err != nil:
			t.Errorf("%q: %v", v.text, err)
		case v.column > 0 && (len(faults) != 1 || faults[0].Pos.Column != v.column):
			t.Errorf("%q: want one fault in column %d: %v", v.text, v.column, err)
		}
	}
}

// What is left out behind a fault is found in one pass over the file: a hundred
// thousand braces took minutes when each was counted anew.
func TestManyBraces(t *testing.T) {
	for _, source := range []string{strings.Repeat("{", 100000), strings.Repeat("operator a {", 10000), "operator a " + strings.Repeat("{}", 50000), strings.Repeat("x{\n", 30000)} {
		if _, err := Parse("braces.pde", source); err == nil {
			t.Errorf("%.20q... is accepted", source)
		}
	}
}
