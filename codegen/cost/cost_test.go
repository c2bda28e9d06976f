package cost_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/cost"
	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/pass"
	"github.com/courant-pde/courant/codegen/schedule"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
	"github.com/courant-pde/courant/dsl"
)

func TestAcoustic(t *testing.T) {
	file, err := dsl.ParseFile("../../testdata/operators/acoustic.pde")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct {
		disable            []string
		bytes, least, most int
	}{
		// u is read, u- read and overwritten by u+, m and the reciprocal read:
		// 5 numbers of 4 bytes. A stencil of so 8 has 12 pairs and a centre.
		{nil, 20, 40, 60},
		// With three buffers u+ is fetched and written beside u-: 6 numbers.
		{[]string{"inplace"}, 24, 40, 60},
	} {
		p, err := codegen.Compile(file, codegen.Options{Dim: 3, SpaceOrder: 8, Precision: signature.F32, Passes: pass.Options{Disable: v.disable}})
		if err != nil {
			t.Fatal(err)
		}
		c := cost.Total(p.Stencil, p.Schedule)
		t.Logf("%+v", c)
		if c.Bytes != v.bytes || c.Flops() < v.least || c.Flops() > v.most || c.Loads != 28 || c.Stores != 1 {
			t.Errorf("without %v: %+v", v.disable, c)
		}
	}
}

func TestBound(t *testing.T) {
	c := cost.Cost{Adds: 30, Muls: 10, Bytes: 20}
	if points, by := c.Bound(40e9, 200e9); points != 2e9 || by != "memory" {
		t.Errorf("%g by %s", points, by)
	}
	if points, by := c.Bound(400e9, 200e9); points != 5e9 || by != "arithmetic" {
		t.Errorf("%g by %s", points, by)
	}
}

func parse(t *testing.T, text string) *stencil.Program {
	t.Helper()
	p, err := stencil.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := stencil.Verify(p); err != nil {
		t.Fatal(err)
	}
	return p
}

const layers = `program k f64
axes x halo 2, z halo 2
time 0 .. steps-1
scalar dt
scalar K
param m[x, z]
image g[x, z]
state u[t, x, z] levels 2 buffers 2
history us[x, z] every 4
series e
setup {
}
step {
  compute x = 0 .. size, z = 0 .. size {
    let %a = m[x, z]*u[t, x, z]
    u[t+1, x, z] = %a + u[t, x+1, z] note "inside"
  }
  compute x = 0 .. size, z = 0 .. 10 {
    u[t+1, x, z] = 0.5*u[t, x, z]/m[x, z] note "layer"
  }
  compute x = 0 .. size, z = 0 .. size every 4 {
    us[x, z] = u[t+1, x, z] + u[t+1, x-1, z] note "frame"
  }
  reduce e from norm of u[t+1, x, z]*m[x, z] over 0 .. size, 0 .. size every $K note "energy"
}
`

// A layer at an edge costs nothing at a point of a large grid, a frame every
// fourth step a quarter.
func TestConditionsAndLayers(t *testing.T) {
	p := parse(t, layers)
	nests := cost.Nests(p)
	var got []string
	for _, n := range nests {
		s := n.Statements[0]
		got = append(got, fmt.Sprintf("%s of %s: %d flops, %d bytes, thin %v, sometimes %v", s.Target, s.Note, n.Flops(), n.Bytes, n.Thin, n.When != nil))
	}
	want := []string{
		// u, m read, u+ written and fetched.
		"u of inside: 2 flops, 32 bytes, thin false, sometimes false",
		"u of layer: 2 flops, 32 bytes, thin true, sometimes false",
		"us of frame: 1 flops, 24 bytes, thin false, sometimes true",
		// A product, its square, and the sum.
		"e of energy: 3 flops, 16 bytes, thin false, sometimes true",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if c := cost.Total(p, schedule.Trivial(p, facts.CPU)); c.Flops() != 2+1 || c.Bytes != 32+24/4 {
		t.Errorf("a step costs %+v", c)
	}
}

// The statements of a nest share its operations out among them.
func TestStatements(t *testing.T) {
	p := parse(t, `program k f32
axes x halo 1
time 0 .. steps-1
scalar dt
state u[t, x] levels 2 buffers 2
state v[t, x] levels 2 buffers 2
setup {
}
step {
  compute x = 0 .. size {
    let %a = u[t, x+1] - u[t, x]
    u[t+1, x] = u[t, x] + $dt*%a note "both"
    let %b = v[t, x]*v[t, x]*%a
    v[t+1, x] = %b + %b note "both"
  }
}
`)
	nests := cost.Nests(p)
	if len(nests) != 1 || len(nests[0].Statements) != 2 {
		t.Fatalf("%+v", nests)
	}
	u, v := nests[0].Statements[0], nests[0].Statements[1]
	if u.Target != "u" || v.Target != "v" || u.Flops() != 3 || v.Flops() != 3 || nests[0].Flops() != 6 {
		t.Errorf("%+v", nests)
	}
}

// Buffer 31 of u and buffer 1 of u3 are two streams, though their names and
// numbers read alike one behind the other.
func TestStreamsOfLikeNames(t *testing.T) {
	p, err := stencil.Parse(`program k f32
axes x halo 0
time 1 .. steps-1
state u[t, x] levels 3 buffers 3 saved
state u3[t, x] levels 2 buffers 2
state u6[t, x] levels 2 buffers 2
setup {
}
step {
  compute x = 0 .. size {
    u3[t+1, x] = u[t-1, x] + u6[t, x]
  }
}
`)
	if err != nil {
		t.Fatal(err)
	}
	// Level t-1 of u and level t of u6 are read; u3 is written, and fetched first.
	if c := cost.Total(p, schedule.Trivial(p, facts.CPU)); c.Bytes != 4*4 || c.Loads != 2 {
		t.Errorf("%+v", c)
	}
}

// A group moves what its computes have in common once, what it keeps for a tile
// never, and what a time tile holds once for all its steps.
func TestSchedule(t *testing.T) {
	p, err := stencil.Parse(`program k f32
axes x halo 1, z halo 1
time 1 .. steps-1
param m[x, z]
state u[t, x, z] levels 3 buffers 2
temporary w[x, z]
setup {
}
step {
  compute x = -1 .. size+1, z = 0 .. size {
    w[x, z] = m[x, z]*u[t, x, z]
  }
  compute x = 0 .. size, z = 0 .. size {
    u[t+1, x, z] = m[x, z]*(w[x-1, z] + w[x+1, z]) - u[t-1, x, z]
  }
}`)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{
		// m, u, and w fetched and written; m, w, u- and u+. Together they fetch w once.
		"schedule k group w group u":                                         4 * (4 + 4),
		"schedule k group w u { tile x 8 skew }":                             4 * 6,
		"schedule k group w u { tile x 8 overlap local w threads tiles }":    4 * 4, // m, u, u- and u+
		"schedule k group w u steps 2 { tile x 8 skew tile z 8 skew }":       4 * 6 / 2,
		"schedule k group w u { tile x 1 skew local w ring x threads none }": 4 * 4,
	} {
		s, err := schedule.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if c := cost.Total(p, s); c.Bytes != want || c.Flops() != 4 {
			t.Errorf("%s: %d bytes and %d operations, want %d and 4", text, c.Bytes, c.Flops(), want)
		}
	}
}
