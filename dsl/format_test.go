package dsl

import (
	"path/filepath"
	"testing"
)

// The operators that ship are in canonical form.
func TestFormatOperators(t *testing.T) {
	files, err := filepath.Glob("../testdata/operators/*.pde")
	if err != nil || len(files) == 0 {
		t.Fatalf("no operators (%v)", err)
	}
	for _, name := range files {
		f, err := ParseFile(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if got, err := Format(f); err != nil || got != f.Source {
			t.Errorf("%s is formatted (%v) to\n%s", name, err, got)
		}
	}
}

// Comments keep their place: above, behind, and those inside a statement go
// above it. Runs of declarations are aligned, single empty lines are kept.
func TestFormatComments(t *testing.T) {
	const source = `# above the file


import "other.pde"   # behind an import
# above a let
let two=2

operator a "text"   { # behind the head
# first inside

  field m "squared slowness" [s^2 / km^2] # behind m
  wavefield u   # behind u
  # between
  scalar c = 1.5e3


  solve m * u.dt2   # inertia
      - c*(laplace(u)+u)      # stiffness
      = 0
      for u.forward # behind solve
  inject src*dt ^ 2/m into u.forward sample rec from u # behind sample
  # last inside
} # behind the operator
# at the end`
	const want = `# above the file

import "other.pde"  # behind an import
# above a let
let two = 2

operator a "text" {  # behind the head
    # first inside

    field     m  "squared slowness"  [s^2/km^2]  # behind m
    wavefield u  # behind u
    # between
    scalar c  = 1.5e3

    # inertia
    # stiffness
    solve m*u.dt2 - c*(laplace(u) + u) = 0 for u.forward  # behind solve
    inject src*dt^2/m into u.forward
    sample rec from u  # behind sample
    # last inside
}  # behind the operator
# at the end
`
	f, err := Parse("a.pde", source)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Format(f)
	if err != nil || got != want {
		t.Errorf("%v\n%s", err, got)
	}
	if f, err = Parse("a.pde", got); err != nil {
		t.Fatal(err)
	}
	if again, err := Format(f); err != nil || again != want {
		t.Errorf("formatted twice: %v\n%s", err, again)
	}
}

// A long sum is broken at its outermost signs.
func TestFormatLongSum(t *testing.T) {
	f, err := Parse("a.pde", "let long = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa*a + bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb*b - cccccccccccccccccccc*(d + e)")
	if err != nil {
		t.Fatal(err)
	}
	got, err := Format(f)
	if err != nil || got != `let long = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa*a
    + bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb*b
    - cccccccccccccccccccc*(d + e)
` {
		t.Errorf("%v\n%s", err, got)
	}
}
