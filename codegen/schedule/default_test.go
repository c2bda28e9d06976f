package schedule

import (
	"slices"
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/loop"
)

const head = `program k f64
axes x halo 1, y halo 1, z halo 1
time 1 .. steps-1
scalar dt
param d[z]
param c[]
state u[t, x, y, z] levels 3 buffers 2
state v[t, x, y, z] levels 2 buffers 2
image g[x]
points src inject
points rec sample
series e
setup {
}
step {
`

// expectLoops applies the default schedule and compares the statements of the
// step.
func expectLoops(t *testing.T, source, want string) {
	t.Helper()
	p := program(t, source)
	k, _, err := Apply(p, Default(p, facts.CPU))
	if err != nil {
		t.Fatal(err)
	}
	if err := loop.Verify(k); err != nil {
		t.Fatalf("%v\n%s", err, k)
	}
	before, _, _ := strings.Cut(k.String(), "run {")
	// What is wanted is printed as all kernels are.
	parsed, err := loop.Parse(before + "run { team { for t = first(t) .. last(t)+1 { " + want + " } } }")
	if err != nil {
		t.Fatal(err)
	}
	if k.String() != parsed.String() {
		t.Errorf("got\n%s\nwant\n%s", k, parsed)
	}
}

// All axes but the last are cut into tiles, whose loops threads share together,
// and rows run in lanes. Rows are reached through pointers.
func TestDefaultTiles(t *testing.T) {
	expectLoops(t, head+`
  compute x = 0 .. size, y = 0 .. size, z = 0 .. size {
    u[t+1, x, y, z] = u[t, x, y-1, z] note "the update"
  }
}`, `
  for xb along x = 0 .. size(x) step block(x) threads collapse 2 dynamic note "the update" {
    for yb along y = 0 .. size(y) step block(y) {
      for x = xb .. min(xb+block(x), size(x)) {
        for y = yb .. min(yb+block(y), size(y)) {
          pointer u_row0 = u[x, y-1]
          pointer u_row1 = u[@1, x, y] write
          for z = 0 .. size(z) lanes 1 {
            u_row1:u[@1, x, y, z] = u_row0:u[x, y-1, z]
          }
        }
      }
    }
  }`)
}

// The variable of the loop over tiles must not take the name of an axis.
func TestDefaultVariable(t *testing.T) {
	expectLoops(t, `program k f32
axes x halo 0, xb halo 1
time 1 .. steps-1
state u[t, x, xb] levels 2 buffers 2
setup { }
step {
  compute x = 0 .. size, xb = 0 .. size { u[t+1, x, xb] = u[t, x, xb-1] }
}`, `
  for xb_ along x = 0 .. size(x) step block(x) threads dynamic {
    for x = xb_ .. min(xb_+block(x), size(x)) {
      pointer u_row0 = u[x]
      pointer u_row1 = u[@1, x] write
      for xb = 0 .. size(xb) lanes 1 {
        u_row1:u[@1, x, xb] = u_row0:u[x, xb-1]
      }
    }
  }`)
}

// A line has no loops around its row: threads share its points, and the
// pointers stand inside the only loop.
func TestDefaultLine(t *testing.T) {
	expectLoops(t, `program k f64
axes x halo 1
time 1 .. steps-1
state u[t, x] levels 2 buffers 2
setup { }
step {
  compute x = 0 .. size { u[t+1, x] = u[t, x-1] }
}`, `
  for x = 0 .. size(x) threads lanes 1 {
    pointer u_row0 = u[]
    pointer u_row1 = u[@1] write
    u_row1:u[@1, x] = u_row0:u[x-1]
  }`)
}

// Tiles cover the box of their compute, whichever end it counts from.
func TestDefaultBoxes(t *testing.T) {
	expectLoops(t, head+`
  compute x = -1 .. 4, y = size-3 .. size+1, z = 1 .. size-1 {
    u[t+1, x, y, z] = $dt
  }
}`, `
  for xb along x = -1 .. 4 step block(x) threads collapse 2 dynamic {
    for yb along y = size(y)-3 .. size(y)+1 step block(y) {
      for x = xb .. min(xb+block(x), 4) {
        for y = yb .. min(yb+block(y), size(y)+1) {
          pointer u_row1 = u[@1, x, y] write
          for z = 1 .. size(z)-1 lanes 1 {
            u_row1:u[@1, x, y, z] = $dt
          }
        }
      }
    }
  }`)
}

// Levels that share a buffer share a pointer, as do rows that differ by a
// number; a profile along the rows has one of its own, a number too. What is
// computed at some points only needs neither tiles nor rows.
func TestDefaultPointers(t *testing.T) {
	expectLoops(t, head+`
  compute x = 0 .. size, y = 0 .. size, z = 0 .. size {
    let %r0 = u[t, x-1, y, z] + u[t, x, y+1, z]
    u[t+1, x, y, z] = %r0 - d[z]*u[t-1, x, y, z] + c[]
    v[t+1, x, y, z] = u[t+1, x, y, z]
  }
  inject src into u[t+1, x, y, z] times c[]
  sample rec from u[t, x, y, z-1]
  compute x = 0 .. size {
    g[x] = g[x] + 1
  }
  reduce e from sum of u[t, x, y, z] over 0 .. size, 0 .. size, 0 .. size
}`, `
  for xb along x = 0 .. size(x) step block(x) threads collapse 2 dynamic {
    for yb along y = 0 .. size(y) step block(y) {
      for x = xb .. min(xb+block(x), size(x)) {
        for y = yb .. min(yb+block(y), size(y)) {
          pointer u_row0 = u[x, y]
          pointer d_row = d[]
          pointer u_row1 = u[@-1, x, y] write
          pointer c_row = c[]
          pointer v_row1 = v[@1, x, y] write
          for z = 0 .. size(z) lanes 1 {
            let %r0 = u_row0:u[x-1, y, z] + u_row0:u[x, y+1, z]
            u_row1:u[@1, x, y, z] = %r0 - d_row:d[z]*u_row1:u[@-1, x, y, z] + c_row:c[]
            v_row1:v[@1, x, y, z] = u_row1:u[@1, x, y, z]
          }
        }
      }
    }
  }
  inject src into u[@1, x, y, z] times c[]
  sample rec from u[x, y, z-1]
  for x = 0 .. size(x) threads lanes 1 {
    g[x] = g[x] + 1
  }
  reduce e from sum of u[x, y, z] over 0 .. size(x); 0 .. size(y); 0 .. size(z)
`)
}

// Conditions stand around the loops, which threads share inside of them.
func TestDefaultConditions(t *testing.T) {
	expectLoops(t, head+`
  compute x = 0 .. size every 3 { g[x] = 1 }
  compute x = 0 .. size at last { g[x] = 2 }
  sample rec from u[t, x, y, z] every $dt
}`, `
  if every 3 {
    for x = 0 .. size(x) threads lanes 1 {
      g[x] = 1
    }
  }
  if last {
    for x = 0 .. size(x) threads lanes 1 {
      g[x] = 2
    }
  }
  if every $dt {
    sample rec from u[x, y, z]
  }`)
}

// A stencil of many rows is computed in two goes: the values of the first are
// kept for a strip of a row.
func TestDefaultGoes(t *testing.T) {
	const wide = head + `
  compute x = 0 .. size, y = 0 .. size, z = 0 .. size {
    let %s0 = u[t, x, y-1, z] + u[t, x, y, z] + u[t, x, y+1, z]
    v[t+1, x, y, z] = %s0 + u[t, x-1, y, z] + u[t, x+1, y, z] + d[z]
  }
}`
	p := program(t, wide)
	target := facts.CPU
	target.Rows, target.Strip = 5, 100
	s := Default(p, target)
	if g := s.Groups[0]; !slices.Equal(g.Fission, []string{"s0"}) || g.Strip != 100 {
		t.Errorf("got\n%s", s)
	}
	k, _, err := Apply(p, s)
	if err != nil {
		t.Fatal(err)
	}
	if err := loop.Verify(k); err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(k.String()), " ")
	for _, want := range []string{
		"buffer s0_line[100] thread",
		"for zs along z = 0 .. size(z) step 100 { " +
			"for z = zs .. min(zs+100, size(z)) lanes 1 { s0_line[z-zs] = u_row0:u[x, y-1, z] + u_row0:u[x, y, z] + u_row0:u[x, y+1, z] } " +
			"for z = zs .. min(zs+100, size(z)) lanes 1 { let %s0 = s0_line[z-zs] v_row1:v[@1, x, y, z] = %s0 + u_row0:u[x-1, y, z] + u_row0:u[x+1, y, z] + d_row:d[z] } }",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s\nis not in\n%s", want, k)
		}
	}
	// Where rows are no limit, one go is enough; and where a part would have next
	// to none.
	target.Rows = 6
	if s := Default(p, target); s.Groups[0].Fission != nil {
		t.Errorf("a target of many rows: %s", s)
	}
}

// Fixed shares of tiles, or none that the caches would serve, are the target's
// to ask for.
func TestDefaultAsksTheTarget(t *testing.T) {
	p := program(t, head+"compute x = 0 .. size, y = 0 .. size, z = 0 .. size { v[t+1, x, y, z] = 0 } compute x = 0 .. size { g[x] = 0 } }")
	target := facts.CPU
	target.Dynamic = false
	if got, want := Default(p, target).String(), "schedule k\ngroup v {\n  tile x auto\n  tile y auto\n  threads tiles\n  lanes auto\n}\ngroup g {\n  threads points\n  lanes auto\n}\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	device := Default(p, facts.GPU)
	if got, want := device.String(), "schedule k\ngroup v {\n  tile x 4\n  tile y 8\n  tile z 32\n  threads device\n}\ngroup g {\n  tile x 32\n  threads device\n}\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	k, _, err := Apply(p, device)
	if err != nil {
		t.Fatal(err)
	}
	if err := loop.Verify(k); err != nil {
		t.Error(err)
	}
}

// The trivial schedule has one thread carry out all as it stands.
func TestTrivial(t *testing.T) {
	p := program(t, flux)
	s := Trivial(p, facts.CPU)
	if got, want := s.String(), "schedule flux\ngroup w\ngroup u\ngroup src\ngroup halo_u\ngroup v\ngroup rec\ngroup e\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	k, _, err := Apply(p, s)
	if err != nil {
		t.Fatal(err)
	}
	if err := loop.Verify(k); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"threads {", "lanes", " step ", "collapse", "dynamic", "buffer "} {
		if strings.Contains(strings.ReplaceAll(k.String(), "threads note", "threads {"), word) {
			t.Errorf("%s is in\n%s", word, k)
		}
	}
}

// A stencil that reaches two points in a step takes four steps in a wavefront, by
// threads in parts; one that reaches four does not, nor do layers, levels that are all
// kept, and machines of many cores or of a small second cache.
func TestDefaultWavefront(t *testing.T) {
	update := `  compute x = 0 .. size, y = 0 .. size, z = 0 .. size {
    u[t+1, x, y, z] = u[t, x, y-2, z] + u[t, x+2, y, z] - u[t-1, x, y, z] note "the update"
  }
  sample rec from u[t, x, y, z] note "the record"
}`
	machine := facts.Machine{Vector: 64, L2: 2 << 20, Cores: 2}
	for name, v := range map[string]struct {
		step    string
		machine facts.Machine
		want    bool
	}{
		"two points":       {update, machine, true},
		"four points":      {strings.NewReplacer("x+2", "x+4", "y-2", "y-4").Replace(update), machine, false},
		"many cores":       {update, facts.Machine{Vector: 64, L2: 2 << 20, Cores: 64}, false},
		"a small cache":    {update, facts.Machine{Vector: 64, L2: 256 << 10, Cores: 2}, false},
		"a layer":          {strings.Replace(update, "}\n", "}\n  compute x = 0 .. size, y = 0 .. size, z = 0 .. 5 {\n    v[t+1, x, y, z] = u[t, x, y, z] note \"layer\"\n  }\n", 1), machine, false},
		"all levels":       {update, machine, false},
		"unknown machines": {update, facts.Machine{}, false},
	} {
		source := strings.Replace(head, "halo 1", "halo 4", -1) + v.step
		if name == "all levels" {
			source = strings.Replace(source, "state u[t, x, y, z] levels 3 buffers 2\n", "state u[t, x, y, z] levels 3 buffers 3 saved\n", 1)
		}
		p := program(t, source)
		s := Default(p, facts.CPU.On(v.machine))
		if got := slices.ContainsFunc(s.Groups, func(g Group) bool { return g.Steps == 4 && g.Threads == Parts && len(g.Of) == 2 }); got != v.want {
			t.Errorf("%s: a wavefront is chosen: %v\n%s", name, got, s)
		}
		if k, _, err := Apply(p, s); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if err := loop.Verify(k); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Fields that are updated in turns share one skewed pass where it goes through fewer
// arrays.
func TestDefaultPass(t *testing.T) {
	p := program(t, head+`
  compute x = 0 .. size, y = 0 .. size, z = 0 .. size {
    v[t+1, x, y, z] = v[t, x, y, z] + u[t, x+1, y, z] - u[t, x, y-1, z] note "velocity"
  }
  inject src into v[t+1, x, y, z] times $dt note "source"
  compute x = 0 .. size, y = 0 .. size, z = 0 .. size {
    u[t+1, x, y, z] = u[t, x, y, z] + v[t+1, x, y, z] - v[t+1, x-1, y, z] note "stress"
  }
}`)
	s := Default(p, facts.CPU.On(facts.Machine{Vector: 64, L2: 2 << 20, Cores: 2}))
	if len(s.Groups) != 1 || s.Groups[0].Threads != Parts || s.Groups[0].Steps > 1 {
		t.Errorf("no pass: %s", s)
	}
}
