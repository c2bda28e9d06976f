package stencil_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
)

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

// asked is a program with each kind of statement, and boxes and rhythms of
// several kinds.
const asked = `program k f64
axes x halo 4, z halo 4
time 1 .. steps-1
scalar n
param m[x, z]
param c[x]
state u[t, x, z] levels 3 buffers 2
state psi[t, x, z] levels 2 buffers 2
state f[t, x, z] input
image g[x, z]
history us[x, z] every $n
temporary w[x, z]
points src inject
points rec sample
series e
setup {
}
step {
  compute x = -1 .. size+1, z = 0 .. size {
    w[x, z] = m[x, z]*u[t, x+1, z] note "w = m u"
  }
  compute x = 0 .. size, z = 0 .. size {
    u[t+1, x, z] = 2*u[t, x, z] - u[t-1, x, z] + w[x-1, z] + w[x+1, z] + c[x] note "solve for u"
  }
  compute x = 0 .. 10, z = 0 .. size {
    psi[t+1, x, z] = psi[t, x, z] + u[t, x+3, z] note "first layer"
  }
  compute x = size-12 .. size, z = 0 .. size {
    psi[t+1, x, z] = psi[t, x-2, z] + f[t-2, x, z] + f[t+1, x, z] note "last layer"
  }
  inject src ahead 1 into u[t+1, x, z] times m[x, z] note "inject src"
  fill u[t+1] width 4 4, 4 4 edge z odd even
  compute x = 0 .. size, z = 0 .. size every $n {
    us[x, z] = u[t+1, x, z] note "save us"
  }
  compute x = 0 .. size, z = 2 .. size-1 every 3 {
    g[x, z] = g[x, z] + u[t, x, z] note "add to g"
  }
  sample rec from u[t, x, z] at last note "sample rec"
  reduce e from sum of u[t+1, x, z] over 0 .. size, 0 .. 5 every 3 note "reduce e"
  sample rec from m[x, z] note "sample rec"
}
`

// Statements are named by what they write, the second one of a name with a
// number.
func TestLabels(t *testing.T) {
	got := strings.Join(parse(t, asked).Labels(), " ")
	if want := "w u psi psi_2 src halo_u us g rec e rec_2"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// What the caller has to provide follows from the statements: boxes that end
// within the grid, rhythms, rows of traces and levels that it gives.
func TestRequire(t *testing.T) {
	p := parse(t, asked)
	p.Require()
	var boxes []string
	for _, b := range p.Boxes {
		boxes = append(boxes, fmt.Sprint(b.Span, " ", b.Note))
	}
	if want := []string{
		"[0 .. 10 0 .. size] first layer", "[size-12 .. size 0 .. size] last layer",
		"[0 .. size 2 .. size-1] add to g", "[0 .. size 0 .. 5] reduce e",
		"[10 .. size-12 0 .. size] last layer", // the two layers share no point
	}; !slices.Equal(boxes, want) {
		t.Errorf("boxes %q, want %q", boxes, want)
	}
	if want := []signature.Steps{{Scalar: "n"}, {Number: 3}}; !slices.Equal(p.Rhythms, want) {
		t.Errorf("rhythms %v, want %v", p.Rhythms, want)
	}
	if p.Ahead != 1 || p.Reads != [2]int{-2, 1} {
		t.Errorf("%d rows ahead, levels %v", p.Ahead, p.Reads)
	}
	before := p.String()
	p.Require() // nothing adds up
	if len(p.Boxes) != 5 || p.String() != before {
		t.Errorf("a second time: %v", p.Boxes)
	}
}

// A field that lives near the ends of an axis is stored there, with room for
// what is read beyond.
func TestSlabs(t *testing.T) {
	p := parse(t, asked)
	slabs, err := p.Slabs("psi")
	if err != nil || !slices.Equal(slabs, []signature.Slabs{{First: 10, Last: 14}, {}}) {
		t.Errorf("%v, %v", slabs, err)
	}
	for field, want := range map[string]string{
		"w": "it is computed over the whole grid",
		"u": `it is used by "reduce e", which does not keep to a part of the grid`,
		"c": "it is computed over the whole grid",
	} {
		if slabs, err := p.Slabs(field); err == nil || err.Error() != want {
			t.Errorf("%s: %v, %v, want %s", field, slabs, err, want)
		}
	}
}

// Dependences name the two statements, the field and how far apart they are.
func TestDependences(t *testing.T) {
	p := parse(t, `program k f64
axes x halo 4, z halo 4
time 1 .. steps-1
param c[x]
state u[t, x, z] levels 3 buffers 2
temporary w[x, z]
temporary h[x]
points src inject
series e
setup { }
step {
  compute x = 0 .. size { h[x] = c[x] note "h" }
  compute x = 0 .. size, z = 0 .. size { w[x, z] = u[t, x-2, z] + u[t, x+1, z] + h[x] note "w" }
  compute x = 0 .. size, z = 0 .. size { u[t+1, x, z] = w[x, z] - u[t-1, x, z] note "u" }
  inject src into u[t+1, x, z] times 1 note "src"
  fill u[t+1] width 4 4, 4 4 edge z odd even
  reduce e from sum of u[t+1, x, z] over 0 .. size, 0 .. size note "e"
}
`)
	var got []string
	for _, d := range p.Dependences(0, len(p.Step), 1) {
		free := ""
		for axis, f := range d.Free {
			if f {
				free += " any " + p.Axes[axis]
			}
		}
		got = append(got, fmt.Sprintf("%s %v %v%s", p.Explain(d), d.Lo, d.Hi, free))
	}
	for _, want := range []string{
		`h[x] is computed by "h" and then read by "w" [0 0] [0 0] any z`,
		`w[x, z] is computed by "w" and then read by "u" [0 0] [0 0]`,
		`u[t+1, x, z] is computed by "u" and then read by "src" [0 0] [0 0]`,
		`u[t+1, x, z] is written by "u" and then by "src" [0 0] [0 0]`,
		`u[t+1, x, z] is computed by "u" and then read by "the boundary of u" [0 0] [0 0] any z`,
		`u[t+1, x, z] is computed by "src" and then read by "e" [0 0] [0 0] any x any z`,
		// A step later u+ is u, which w reads two points down and one up the axis;
		// and u takes the place of u-.
		`u[t+1, x, z] is computed by "u" and then read by "w" a step later [-1 0] [2 0]`,
		`u[t, x, z] is read by "w" before "u" overwrites it a step later [-2 0] [1 0]`,
		`u[t+1, x, z] is computed by "src" and then read by "w" a step later [-1 0] [2 0]`,
		`h[x] is read by "w" before "h" overwrites it a step later [0 0] [0 0] any z`,
		`w[x, z] is written by "w" and then by "w" a step later [0 0] [0 0]`,
	} {
		if !slices.Contains(got, want) {
			t.Errorf("not among the dependences: %s", want)
		}
	}
	for _, d := range got {
		for _, wrong := range []string{
			`u[t+1, x, z] is computed by "u" and then read by "u" a step later`, // two steps later
			"c[x]", // nothing writes it
		} {
			if strings.Contains(d, wrong) {
				t.Errorf("a dependence: %s", d)
			}
		}
	}
	if t.Failed() {
		t.Logf("all of them:\n%s", strings.Join(got, "\n"))
	}
}
