package schedule

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/codegen/stencil"
	"github.com/courant-pde/courant/codegen/text"
)

// flux is a program with a temporary, a level that overwrites the oldest one, a
// second wavefield that follows the first, a boundary, a source, a receiver
// and a sum.
const flux = `program flux f64
axes x halo 3, z halo 3
time 1 .. steps-1
scalar dt
param k[x, z]
state u[t, x, z] levels 3 buffers 2 edge z even open
state v[t, x, z] levels 2 buffers 1
temporary w[x, z]
points src inject
points rec sample
series e
setup {
}
step {
  compute x = -1 .. size+1, z = -1 .. size+1 {
    w[x, z] = k[x, z]*(u[t, x+1, z] - u[t, x-1, z]) note "a.pde:1: flux"
  }
  compute x = 0 .. size, z = 0 .. size {
    let %s0 = w[x+1, z] - w[x-1, z]
    u[t+1, x, z] = u[t, x, z] + %s0 - u[t-1, x, z] note "a.pde:2: u"
  }
  inject src into u[t+1, x, z] times $dt note "a.pde:3: inject"
  fill u[t+1] width 3 3, 3 3 edge z even open
  compute x = 0 .. size, z = 0 .. size {
    v[t+1, x, z] = v[t, x, z] + sqrt(u[t+1, x+2, z]) note "a.pde:4: v"
  }
  sample rec from v[t+1, x, z] note "a.pde:5: sample"
  reduce e from sum of u[t, x, z] over 0 .. size, 0 .. size note "a.pde:6: sum"
}
`

func program(t testing.TB, source string) *stencil.Program {
	t.Helper()
	p, err := stencil.Parse(source)
	if err != nil {
		t.Fatal(err)
	}
	if err := stencil.Verify(p); err != nil {
		t.Fatal(err)
	}
	p.Require()
	return p
}

// Each rule refuses what breaks it, and says why in terms of the operator file.
func TestIllegal(t *testing.T) {
	p := program(t, flux)
	const rest = " group src group halo_u group v group rec group e"
	for _, c := range []struct{ schedule, want string }{
		{"schedule other", "it is one for operator other, not for flux"},
		{"schedule flux group w group u", "statement src stands in no group"},
		{"schedule flux group u group w" + rest, "u is out of place: every statement of a step stands in one group, in order, and the next one is w"},
		{"schedule flux group w group u" + rest + " group e", "e is out of place: every statement of a step stands in one group, in order, and there are no more statements"},
		{"schedule flux group w group u steps 2" + rest, "tiles of 2 steps hold all statements of a step, and so one group"},
		{"schedule flux group w u src halo_u v rec e steps 2 { tile x 4 skew }", "e reduces the whole grid to a number"},
		{"schedule flux group w { tile y 4 } group u" + rest, "there is no axis y; the axes are [x z]"},
		{"schedule flux group w { tile x 4 tile x 2 } group u" + rest, "axis x is tiled twice"},
		{"schedule flux group w { tile z auto } group u" + rest, "rows along z are cut by a number of points"},
		{"schedule flux group w { tile x auto skew } group u" + rest, "so their extent is a number"},
		{"schedule flux group w u { tile x 4 skew 0 }" + rest, "1 skews along x for 2 statements"},
		// Tiles, and what the one reads of the other.
		{"schedule flux group w u { tile x 4 }" + rest, `tiles of x are independent, but w[x, z] is computed by "a.pde:1: flux" and then read by "a.pde:2: u", from -1 to 1 points apart along x`},
		{"schedule flux group w u { tile x 4 skew 0 0 }" + rest, `u is skewed by 0 points along x against w, but w[x, z] is computed by "a.pde:1: flux" and then read by "a.pde:2: u", from -1 to 1 points apart along x: skew it by 1`},
		{"schedule flux group w u { tile x 4 overlap }" + rest, `tiles of x are independent, but w[x, z] is computed by`},
		{"schedule flux group w group u src halo_u v { tile x 4 skew 0 0 0 1 } group rec group e", `u[t+1, x, z] is computed by "a.pde:2: u" and then read by "a.pde:4: v", -2 points apart along x: skew it by 2`},
		{"schedule flux group w group u group src group halo_u { tile x 4 } group v group rec group e", "tiles, lanes and rows are for computes; it has none"},
		{"schedule flux group w group u src halo_u { tile z 4 skew } group v group rec group e", "the boundary of u along z is made of points that lie in other tiles: do not tile z"},
		// What is kept for a tile.
		{"schedule flux group w u { tile x 4 skew local u }" + rest, "u is no temporary field"},
		{"schedule flux group w u { local w }" + rest, "local w belongs to a tile, and the group has none"},
		{"schedule flux group w { tile x 4 local w } group u" + rest, `local w is read by "a.pde:2: u", which is no compute of the group`},
		{"schedule flux group w u { tile x auto local w }" + rest, "local w needs tiles of x whose extent is a number"},
		{"schedule flux group w u { tile x 4 skew local w }" + rest, "needs a ring of planes along x"},
		{"schedule flux group w u { tile x 4 overlap local w ring x }" + rest, "needs skewed tiles of x"},
		{"schedule flux group w u { tile x 4 skew local w ring x 5 }" + rest, `a ring of 5 planes is too short: w[x, z] is computed by "a.pde:1: flux" and then read by "a.pde:2: u", from -1 to 1 points apart along x, so it takes 6`},
		{"schedule flux group w u { tile x 4 skew tile z 4 overlap local w ring x }" + rest, "so tiles of x are the innermost"},
		// Threads, rows, lanes.
		{"schedule flux group w u { tile x 4 skew threads tiles }" + rest, "threads cannot share tiles of which the outermost follow in order"},
		{"schedule flux group w u { tile x 4 overlap local w threads points }" + rest, "do not see each other's local fields"},
		{"schedule flux group w { tile x auto threads device } group u" + rest, "blocks of a device take tiles whose extent is a number"},
		{"schedule flux group w group u { tile x 4 tile z 16 threads device jam 2 }" + rest, "a thread of a device computes one point at a time"},
		{"schedule flux group w group u { tile x 4 tile z 16 threads device fission s0 strip 8 }" + rest, "a thread of a device computes one point at a time"},
		{"schedule flux group w group u { tile x 4 tile z 16 threads device lanes auto }" + rest, "a thread of a device computes one point at a time"},
		{"schedule flux group w { threads points dynamic } group u" + rest, "threads take tiles as they come, nothing else"},
		{"schedule flux group w group u group src group halo_u group v { lanes 8 } group rec group e", "v calls sqrt, which has no form for vectors: use lanes auto"},
		{"schedule flux group w group u { fission s1 strip 8 }" + rest, "u names no value s1 to split its loops at"},
		{"schedule flux group w group u { fission s0 strip 0 }" + rest, "a strip has at least one point"},
		{"schedule flux group w group u { fission s0 strip 8 jam 2 }" + rest, "fission goes with one row at a time"},
		{"schedule flux group w group u { jam 99 }" + rest, "at most 32, 16 and 64"},
		{"schedule flux group w { lanes auto prefetch 8 } group u" + rest, "prefetch goes with vectors: say lanes 8"},
		{"schedule flux group w group u { tile x 4 threads parts }" + rest, "threads take parts along skewed tiles, which stand outermost"},
		{"schedule flux group w u { tile x 4 skew local w ring x threads parts }" + rest, "threads that take parts keep no local fields"},
		{"schedule flux group w u { tile z 4 skew threads parts }" + rest, "threads take parts of any axis but z"},
		// Storage and ranks.
		{"schedule flux halo u 3 3 group w group u" + rest, "halo of u: 1 pairs of widths for 2 axes"},
		{"schedule flux halo u 3 1 3 3 group w group u" + rest, "halo of u: 3 and 1 points along x, but it is read as far as 3 and 3 points beyond the grid"},
		{"schedule flux halo q 3 3 3 3 group w group u" + rest, "halo of q: there is no such array"},
		{"schedule flux slabs w group w group u" + rest, "slabs w: it is computed over the whole grid"},
		{"schedule flux slabs k group w group u" + rest, "slabs k: no such wavefield"},
		{"schedule flux slabs u group w group u" + rest, "slabs u: its boundary is filled from the grid"},
		{"schedule flux slabs v group w group u" + rest, `slabs v: it is used by "a.pde:5: sample"`},
		{"schedule flux ranks y group w group u" + rest, "ranks along y: the axes are [x z]"},
		{"schedule flux ranks x ranks z group w group u" + rest, "ranks share the grid along one axis"},
		{"schedule flux ranks z group w group u" + rest, "the boundary of u along z belongs to the ranks at its ends alone"},
		{"schedule flux ranks x group w group u" + rest, `"a.pde:6: sum" adds up the whole grid`},
		{"schedule flux group w { overlap exchange } group u" + rest, "there are no ranks whose exchange it could overlap with"},
	} {
		s, err := Parse(c.schedule)
		if err != nil {
			t.Errorf("%s: %v", c.schedule, err)
			continue
		}
		_, _, err = Apply(p, s)
		if _, ok := errors.AsType[*Illegal](err); !ok || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\ngot  %v\nwant %s", c.schedule, err, c.want)
		}
	}
}

// What prints reads back as it was; what is not a schedule is refused with its
// place.
func TestText(t *testing.T) {
	for seed := range uint64(200) {
		s := randomSchedule(randomProgram(seed), seed)
		back, err := Parse(s.String())
		if err != nil || back.String() != s.String() || len(back.Groups) != len(s.Groups) {
			t.Fatalf("%v\n%s\n%s", err, s, back)
		}
	}
	paths, err := filepath.Glob("../../testdata/schedules/*.schedule")
	if err != nil || len(paths) < 5 {
		t.Fatalf("%v: %v", paths, err)
	}
	for _, path := range paths {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Parse(string(source))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if again, err := Parse(s.String()); err != nil || !reflect.DeepEqual(again, s) {
			t.Errorf("%s: %v\n%s", path, err, s)
		}
	}
	for source, want := range map[string]string{
		"":                                  "1:1: expected schedule, found the end",
		"schedule a tile x 4":               "1:12: expected halo, slabs, ranks or group, found tile",
		"schedule a group u { tile x 0 }":   "1:29: a tile has at least one point",
		"schedule a group u { tile x -4 }":  "1:29: expected a whole number, found -",
		"schedule a group u {":              "1:21: expected tile, local, threads, jam, lanes, prefetch, usual, fission or overlap exchange, found the end",
		"schedule a group u { threads all}": "1:30: expected none, tiles, points, parts or device, found all",
		"schedule a group u { lanes many }": "1:28: expected a whole number, found many",
	} {
		_, err := Parse(source)
		fault, ok := errors.AsType[*text.SyntaxError](err)
		if !ok || !strings.HasPrefix(fault.Error(), want) {
			t.Errorf("%q: %v, want %s", source, err, want)
		}
	}
}

// Whatever a person writes, Apply gives loops that the verifier accepts, or
// says why not.
func FuzzSchedule(f *testing.F) {
	p := program(f, strings.Replace(flux, "\n  reduce e from sum of u[t, x, z] over 0 .. size, 0 .. size note \"a.pde:6: sum\"", "", 1))
	for seed := range uint64(20) {
		f.Add(randomSchedule(p, seed).String())
	}
	f.Add(Default(p, facts.CPU).String())
	f.Add(Default(p, facts.GPU).String())
	f.Fuzz(func(t *testing.T, source string) {
		s, err := Parse(source)
		if err != nil {
			return
		}
		if again, err := Parse(s.String()); err != nil || again.String() != s.String() {
			t.Fatalf("%v\n%s", err, s)
		}
		k, resolved, err := Apply(p, s)
		if err != nil {
			return
		}
		if err := loop.Verify(k); err != nil {
			t.Fatalf("%v\n%s\n%s", err, resolved, k)
		}
		if _, _, err := Apply(p, resolved); err != nil {
			t.Fatalf("what Apply resolved it refuses: %v\n%s", err, resolved)
		}
	})
}
