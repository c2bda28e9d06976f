package schedule

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/courant-pde/courant/backends/interp"
	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
)

var programs = flag.Int("programs", 300, "random programs of the metamorphic test")

// Random programs under random legal schedules give the bits that they give
// under the trivial one: in float64, as the interpreter adds and multiplies in
// the order of the expressions whatever the loops are. Parallel loops run
// forward and backward, as their order is free.
func TestSchedulesKeepEveryBit(t *testing.T) {
	legal, steps, rings, skews, parts, refused := 0, 0, 0, 0, 0, map[string]int{}
	for seed := range uint64(*programs) {
		p := randomProgram(seed)
		want := outcome(t, p, Trivial(p, facts.CPU), seed, false)
		for n := range uint64(6) {
			s := randomSchedule(p, seed*64+n)
			k, resolved, err := Apply(p, s)
			if illegal, ok := errors.AsType[*Illegal](err); ok {
				refused[illegal.Message[:min(24, len(illegal.Message))]]++
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := loop.Verify(k); err != nil {
				t.Fatalf("seed %d, %d: %v\n%s\n%s\n%s", seed, n, err, p, resolved, k)
			}
			legal++
			if len(k.Parts) > 0 {
				b := bound(p, k, seed)
				for _, part := range k.Parts {
					if b.Size[part.Axis] > b.Block[part.Axis] {
						parts++
					}
				}
			}
			for _, g := range resolved.Groups {
				if g.Steps > 1 {
					steps++
				}
				for _, l := range g.Local {
					if l.Ring != "" {
						rings++
					}
				}
				for _, t := range g.Tiles {
					if t.Mode == Skew && len(g.Of) > 1 {
						skews++
					}
				}
			}
			for _, reverse := range []bool{false, true} {
				if what := differ(outcome(t, p, s, seed, reverse), want); what != "" {
					t.Fatalf("seed %d, %d, reverse %v: %s\n%s\n%s\n%s", seed, n, reverse, what, p, resolved, k)
				}
			}
		}
	}
	t.Logf("%d legal schedules, %d with several steps, %d rings, %d skews, %d with several parts; refused: %v", legal, steps, rings, skews, parts, refused)
	if legal < *programs || steps < *programs/8 || rings < *programs/16 || skews < *programs/8 || parts < *programs/16 {
		t.Errorf("%d legal schedules, %d with several steps, %d rings, %d skews, %d with several parts: too few to mean anything", legal, steps, rings, skews, parts)
	}
}

// So they do in blocks of a device, which take tiles in any order; what belongs to
// a block lies in its shared memory.
func TestDeviceSchedulesKeepEveryBit(t *testing.T) {
	legal, locals := 0, 0
	for seed := range uint64(*programs) {
		p := randomProgram(seed)
		want := outcome(t, p, Trivial(p, facts.CPU), seed, false)
		for n := range uint64(6) {
			s := randomSchedule(p, seed*64+n)
			device := 0
			for i := range s.Groups {
				g := &s.Groups[i]
				g.Threads, g.Dynamic, g.Steps, g.Jam, g.Lanes, g.Prefetch = None, false, 1, 0, 0, 0
				for k := range g.Tiles {
					tile := &g.Tiles[k]
					tile.Size, tile.Mode = max(1, tile.Size), Free
					if len(g.Of) > 1 {
						tile.Mode = Overlap
					}
				}
				for k := range g.Local {
					g.Local[k].Ring = ""
				}
				if len(g.Tiles) > 0 {
					g.Threads = Device
					device++
				}
			}
			k, resolved, err := Apply(p, s)
			if err != nil || device == 0 {
				continue
			}
			legal++
			locals += len(k.Buffers)
			if err := loop.Verify(k); err != nil {
				t.Fatalf("seed %d, %d: %v\n%s\n%s\n%s", seed, n, err, p, resolved, k)
			}
			for _, reverse := range []bool{false, true} {
				if what := differ(outcome(t, p, s, seed, reverse), want); what != "" {
					t.Fatalf("seed %d, %d, reverse %v: %s\n%s\n%s\n%s", seed, n, reverse, what, p, resolved, k)
				}
			}
		}
	}
	t.Logf("%d legal schedules, %d local fields", legal, locals)
	if legal < *programs/4 || locals < *programs/16 {
		t.Errorf("%d legal schedules, %d local fields: too few to mean anything", legal, locals)
	}
}

// A skew that is found is the least one: a point less is refused, and so is a
// plane less of a ring.
func TestLessSkewIsRefused(t *testing.T) {
	tried := 0
	for seed := range uint64(*programs) {
		p := randomProgram(seed)
		for n := range uint64(6) {
			_, resolved, err := Apply(p, randomSchedule(p, seed*64+n))
			if err != nil {
				continue
			}
			refuse := func(what string) {
				tried++
				if _, _, err := Apply(p, resolved); err == nil {
					t.Errorf("seed %d, %d: %s is accepted\n%s\n%s", seed, n, what, p, resolved)
				}
			}
			for i := range resolved.Groups {
				g := &resolved.Groups[i]
				for k := range g.Local {
					if l := &g.Local[k]; l.Planes > 1 && l.Planes > g.tile(l.Ring).Size {
						l.Planes--
						refuse("a ring that is too short")
						l.Planes++
					}
				}
				if g.Local != nil {
					continue // rings depend on skews
				}
				for k := range g.Tiles {
					tile := &g.Tiles[k]
					if tile.Slope > 0 {
						tile.Slope--
						refuse("less slope along " + tile.Axis)
						tile.Slope++
					}
					for j := range tile.Skew {
						if tile.Skew[j] > 0 {
							tile.Skew[j]--
							refuse(fmt.Sprintf("less skew of %s along %s", g.Of[j], tile.Axis))
							tile.Skew[j]++
						}
					}
				}
			}
		}
	}
	if tried < *programs/2 {
		t.Errorf("only %d schedules were tried", tried)
	}
}

// outcome is all that a program leaves after some steps on random data.
func outcome(t *testing.T, p *stencil.Program, s *Schedule, seed uint64, reverse bool) map[string][]float64 {
	t.Helper()
	k, _, err := Apply(p, s)
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, p, s)
	}
	b := bound(p, k, seed)
	b.Reverse = reverse
	carryOut(t, k, b)
	return left(p, k, b)
}

const steps = 9

// carryOut runs a kernel in calls of several numbers of steps.
func carryOut(t *testing.T, k *loop.Kernel, b *interp.Binding[float64]) {
	program := interp.Of(k)
	if err := interp.Prepare(program, b); err != nil {
		t.Error(err)
	}
	for _, part := range [][2]int{{1, 3}, {4, 4}, {5, steps - 2}} {
		if err := interp.Steps(program, b, part[0], part[1]); err != nil {
			t.Errorf("%v\n%s", err, k)
		}
	}
}

// number is the place of an array among those of a kernel, -1 when it is none
// of them.
func number(k *loop.Kernel, name string) int {
	return slices.IndexFunc(k.Arrays, func(a *signature.Array) bool { return a.Name == name })
}

// each calls f for the points of an array, of all its buffers, in order; along
// an axis that it does not span for one.
func each(a *signature.Array, size []int64, f func(buffer int, point []int64)) {
	point := make([]int64, len(size))
	var walk func(axis, buffer int)
	walk = func(axis, buffer int) {
		if axis == len(size) {
			f(buffer, point)
			return
		}
		n := size[axis]
		if !a.Spans(axis) {
			n = 1
		}
		for point[axis] = 0; point[axis] < n; point[axis]++ {
			walk(axis+1, buffer)
		}
		point[axis] = 0
	}
	for buffer := range max(a.Buffers, 1) {
		walk(0, buffer)
	}
}

// bound is a kernel with random data on a small grid.
func bound(p *stencil.Program, k *loop.Kernel, seed uint64) *interp.Binding[float64] {
	r := rand.New(rand.NewPCG(seed, 3))
	dim := len(p.Axes)
	size := make([]int64, dim)
	for i := range size {
		size[i] = int64(5 + r.IntN(8))
		if seed%5 == 0 && p.Boxes == nil { // tiles are larger than the grid
			size[i] = int64(1 + r.IntN(3))
		}
	}
	b := interp.Allocate[float64](&k.Operator, size)
	b.Block = make([]int64, dim)
	for i := range b.Block {
		b.Block[i] = int64(1 + r.IntN(5))
	}
	for _, part := range k.Parts {
		b.Block[part.Axis] = int64(part.Least) + int64(seed%5)
	}
	for i := range b.Scalars {
		b.Scalars[i] = 0.5
	}
	b.Mirror, b.End = steps, steps-2
	for _, a := range p.Arrays {
		i := number(k, a.Name)
		if i >= 0 && (a.Keeps() || a.Role == signature.History) {
			b.Arrays[i].Count = steps + 1
			b.Arrays[i].Data = make([]float64, b.Arrays[i].Buffer*(steps+1))
		}
		if a.Role == signature.Param || a.Role == signature.State && !inLayers(p, a) { // elsewhere layers are zero
			each(a, size, func(buffer int, point []int64) {
				v := (1 + r.Float64()) / 2 // parameters are divisors
				if a.Role == signature.State {
					v = (v - 0.75) / 8
				}
				b.Arrays[i].Data[b.Arrays[i].Index(buffer, point)] = v
			})
		}
	}
	for i, q := range k.Points {
		b.Points[i] = randomPoints(r, q, size)
	}
	return b
}

// randomPoints have nodes anywhere; no two rows of a source share one.
func randomPoints(r *rand.Rand, q *signature.Points, size []int64) interp.Points[float64] {
	x := interp.Points[float64]{Count: 3, Start: []int64{0}, Traces: make([]float64, 3*(steps+2))}
	taken := map[string]bool{}
	node := func() []int64 {
		for {
			n := make([]int64, len(size))
			for axis := range n {
				n[axis] = int64(r.IntN(int(size[axis])))
			}
			if !q.Inject || !taken[fmt.Sprint(n)] {
				taken[fmt.Sprint(n)] = true
				return n
			}
		}
	}
	count := int64(1)
	for _, n := range size {
		count *= n
	}
	rows := min(3, count)
	var at [][]int64 // of rows to inject, in the order of the axes
	for range rows {
		at = append(at, node())
	}
	slices.SortFunc(at, slices.Compare)
	for row := range rows {
		entries := 1 + r.IntN(3)
		if q.Inject { // a node for the row, or one for each entry
			x.Node = append(x.Node, at[row]...)
		}
		for range entries {
			if !q.Inject {
				x.Node = append(x.Node, node()...)
			}
			x.Weight = append(x.Weight, r.Float64())
			x.Point = append(x.Point, int64(r.IntN(3)))
		}
		x.Start = append(x.Start, int64(len(x.Weight)))
	}
	for j := range x.Traces {
		if q.Inject {
			x.Traces[j] = r.Float64()
		}
	}
	if q.Staged > 0 {
		x.Staged = make([]float64, q.Staged*len(x.Weight))
		inOrder(&x, len(size))
	}
	return x
}

// inOrder sorts the nodes of points whose samples are staged, as the ABI asks.
func inOrder(x *interp.Points[float64], dim int) {
	at := func(e int64) []int64 { return x.Node[int(e)*dim : (int(e)+1)*dim] }
	entries := make([]int64, len(x.Weight))
	for e := range entries {
		entries[e] = int64(e)
	}
	slices.SortFunc(entries, func(a, b int64) int { return slices.Compare(at(a), at(b)) })
	var node []int64
	x.Order = make([]int64, len(entries))
	for k, e := range entries {
		node = append(node, at(e)...)
		x.Order[e] = int64(k)
	}
	x.Node = node
}

// left is what a run leaves: wavefields, images and records.
func left(p *stencil.Program, k *loop.Kernel, b *interp.Binding[float64]) map[string][]float64 {
	out := map[string][]float64{}
	for _, a := range p.Arrays {
		if a.Role != signature.State && a.Role != signature.Image || inLayers(p, a) {
			continue
		}
		i := number(k, a.Name)
		each(a, b.Size, func(buffer int, point []int64) {
			out[a.Name] = append(out[a.Name], b.Arrays[i].Data[b.Arrays[i].Index(buffer, point)])
		})
	}
	for i, q := range k.Points {
		out[q.Name] = b.Points[i].Traces
	}
	return out
}

// differ names the first difference of two outcomes, "" for none.
func differ(got, want map[string][]float64) string {
	for name, w := range want {
		for i, v := range w {
			if g := got[name][i]; math.Float64bits(g) != math.Float64bits(v) && !(math.IsNaN(g) && math.IsNaN(v)) {
				return fmt.Sprintf("%s[%d] is %v, want %v", name, i, g, v)
			}
		}
	}
	return ""
}
