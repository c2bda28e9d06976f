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

// statements holds a statement of each kind.
const statements = `2D   let n=(cos(a),sin( a ))
operator a {
order space 8 , time 3
1D axes z
vector wavefield v "velocity" [m/s] staggered
tensor wavefield tau staggered
tensor scalar M=identity
vector field d on  its axis staggered faces harmonic
field mu staggered x,z harmonic  # shear
history us every 4 image g
region top=first 10 along z,all but last 3 along x, inner 2 along y
boundary v . x,tau odd at first z
periodic x,y require mu*2>=0 "shear" 2D require k<3
v.forward=v+dt*div(tau).dx( order space/2,at -1/2 ) in top every 2
solve tau.dt=a.dx2(weights 1, - 2,1) for tau.forward in top
2D g+=us*u every k
save us from u  reduce e from sum(dot(v,v)) in top every 3
inject src*M into tau.forward every 2
sample rec from trace(tau) every 2
}`

// Every kind of statement has one form.
func TestFormatStatements(t *testing.T) {
	const want = `2D let n = (cos(a), sin(a))
operator a {
    order space 8, time 3
    1D axes z
    vector wavefield v    "velocity"  [m/s]  staggered
    tensor wavefield tau              staggered
    tensor scalar    M                = identity
    vector field     d                on its axis  staggered faces  harmonic
    field            mu               staggered x, z  harmonic  # shear
    history          us               every 4
    image            g
    region top = first 10 along z, all but last 3 along x, inner 2 along y
    boundary v.x, tau odd at first z
    periodic x, y
    require mu*2 >= 0 "shear"
    2D require k < 3
    v.forward = v + dt*div(tau).dx(order space/2, at -1/2) in top every 2
    solve tau.dt = a.dx2(weights 1, -2, 1) for tau.forward in top
    2D g += us*u every k
    save us from u
    reduce e from sum(dot(v, v)) in top every 3
    inject src*M into tau.forward every 2
    sample rec from trace(tau) every 2
}
`
	f, err := Parse("a.pde", statements)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Format(f)
	if err != nil || got != want {
		t.Errorf("%v\n%s", err, got)
	}
	if again, err := Parse("a.pde", got); err != nil || tree(again.Items) != tree(f.Items) {
		t.Errorf("the formatted text is another program (%v)", err)
	}
}

// A statement that ends with an optional list of names is told from the next
// one, which begins with a name too.
func TestStaggeredThenUpdate(t *testing.T) {
	f, err := Parse("a.pde", "operator a { vector wavefield v staggered v.forward = v image g staggered x, z g += v.x wavefield w staggered x w.forward = w }")
	if err != nil {
		t.Fatal(err)
	}
	s := f.Items[0].Operator.Statements
	if len(s) != 6 || len(s[0].Declare.Staggered.Axes) != 0 || len(s[2].Declare.Staggered.Axes) != 2 || s[3].Assign.Op != "+=" || len(s[4].Declare.Staggered.Axes) != 1 {
		t.Errorf("%s", tree(s))
	}
}
