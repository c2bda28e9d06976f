package operator

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// staggeredWaves is a small system with points on the nodes and between them.
const staggeredWaves = `operator waves {
    order space 4, time 1
    axes x, z
    wavefield        p
    vector wavefield v  staggered

    v.forward = v - dt*grad(p)
    p.forward = p - dt*div(v.forward)

    inject dt*src into p.forward
    inject dt*push into v.x.forward
    sample rec from p
    sample recz from v.z
}`

// keeping adds up what is injected, for tests of the points alone.
const keeping = `operator keeping {
    order space 2, time 1
    axes x, z
    wavefield u

    u.forward = u

    inject src into u.forward
    sample rec from u
}`

const pointSteps = 30

// waves runs staggeredWaves with points at random places and random traces;
// change may alter the arguments.
func waves(t *testing.T, change func(*Arguments)) (*Run, Arguments) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	scattered := func(n int) *field.Array {
		a := field.New64(n, 2)
		for i := range a.F64 {
			a.F64[i] = 1 + 20*random.Float64()
		}
		return a
	}
	noise := func(n int) *field.Array {
		a := field.New64(pointSteps, n)
		for i := range a.F64 {
			a.F64[i] = random.Float64() - 0.5
		}
		return a
	}
	a := Arguments{Shape: []int{24, 23}, Spacing: []float64{1, 1}, Steps: pointSteps, Dt: 0.4, Threads: 1, Points: map[string]Points{
		"src": {At: scattered(5), Traces: noise(5)}, "push": {At: scattered(3), Traces: noise(3)},
		"rec": {At: scattered(7)}, "recz": {At: scattered(4)}}}
	if change != nil {
		change(&a)
	}
	return written(t, staggeredWaves, a), a
}

// sameRecords compares records and pressures; a tolerance of 0 asks for the
// same bits.
func sameRecords(t *testing.T, got, want *Run, tolerance float64) {
	t.Helper()
	for name, pair := range map[string][2]*field.Array{"rec": {got.Traces("rec"), want.Traces("rec")},
		"recz": {got.Traces("recz"), want.Traces("recz")}, "p": {got.Field("p"), want.Field("p")}} {
		worst, size := 0.0, 0.0
		for i := range pair[1].Len() {
			worst, size = max(worst, math.Abs(pair[0].At(i)-pair[1].At(i))), max(size, math.Abs(pair[1].At(i)))
		}
		if size == 0 || worst > tolerance*size {
			t.Errorf("%s differs by %.2g of %.2g", name, worst, size)
		}
	}
}

// Points that move from a place to the same place rest, to the last bit.
func TestMovingPointsMayRest(t *testing.T) {
	want, _ := waves(t, nil)
	got, _ := waves(t, func(a *Arguments) {
		for name, p := range a.Points {
			moving := field.New64(append([]int{pointSteps}, p.At.Shape...)...)
			for s := range pointSteps {
				copy(moving.F64[s*len(p.At.F64):], p.At.F64)
			}
			p.At = moving
			a.Points[name] = p
		}
	})
	sameRecords(t, got, want, 0)
}

// Nodes and weights of linear interpolation, worked out here, stand for the
// coordinates. The product of two weights may be rounded otherwise: 1e-16 each,
// a thousandfold by the sums of the steps.
func TestTiedPointsInterpolate(t *testing.T) {
	want, _ := waves(t, nil)
	half := map[string][2]float64{"push": {0.5, 0}, "recz": {0, 0.5}}
	got, _ := waves(t, func(a *Arguments) {
		for name, p := range a.Points {
			n := p.At.Shape[0]
			nodes, weights := field.New64(n, 4, 2), field.New64(n, 4)
			for i := range n {
				x, z := p.At.F64[2*i]-half[name][0], p.At.F64[2*i+1]-half[name][1]
				for corner := range 4 {
					cx, cz := float64(corner/2), float64(corner%2)
					fx, fz := x-math.Floor(x), z-math.Floor(z)
					copy(nodes.F64[(4*i+corner)*2:], []float64{math.Floor(x) + cx, math.Floor(z) + cz})
					weights.F64[4*i+corner] = (cx*fx + (1-cx)*(1-fx)) * (cz*fz + (1-cz)*(1-fz))
				}
			}
			a.Points[name] = Points{Nodes: nodes, Weights: weights, Traces: p.Traces}
		}
	})
	sameRecords(t, got, want, 1e-13)
}

// One result for any number of threads.
func TestPointsDoNotDependOnThreads(t *testing.T) {
	want, _ := waves(t, nil)
	for _, threads := range []int{2, 3, 4} {
		got, _ := waves(t, func(a *Arguments) { a.Threads = threads })
		sameRecords(t, got, want, 0)
	}
}

// A point outside is dropped, and then as if it were not there, or clamped to
// the nearest place of the grid.
func TestPointsOutside(t *testing.T) {
	run := func(outside Outside, x, z float64) (*field.Array, *field.Array) {
		traces := field.New64(4, 1)
		for i := range traces.F64 {
			traces.F64[i] = float64(i + 1)
		}
		r := written(t, keeping, Arguments{Shape: []int{6, 5}, Spacing: []float64{10, 10}, Steps: 4, Dt: 1, Outside: outside,
			Points: map[string]Points{"src": {At: at(x, z), Traces: traces}, "rec": {At: at(x, z)}}})
		return r.Field("u"), r.Traces("rec")
	}
	for _, v := range []struct {
		outside      Outside
		x, z, px, pz float64 // a point outside, and the place that it stands for
	}{{Clamp, -7, 13, 0, 13}, {Clamp, 21, 99, 21, 40}, {Clamp, 51, -1, 50, 0}} {
		u, rec := run(v.outside, v.x, v.z)
		wantU, wantRec := run(Refuse, v.px, v.pz)
		if !slices.Equal(u.F64, wantU.F64) || !slices.Equal(rec.F64, wantRec.F64) || rec.F64[2] == 0 {
			t.Errorf("the point (%g, %g) is not clamped to (%g, %g)", v.x, v.z, v.px, v.pz)
		}
	}
	u, rec := run(Drop, -7, 13)
	for i, x := range append(slices.Clone(u.F64), rec.F64...) {
		if x != 0 {
			t.Fatalf("a dropped point gives %g at %d", x, i)
		}
	}
}

// On a periodic axis the cell between the last node and the first is like any
// other: a source in it gives the field of a source further on, moved around.
// The coordinates are binary fractions, so that the weights are the same.
func TestPointsOnPeriodicAxis(t *testing.T) {
	const n = 8
	run := func(x float64) *field.Array {
		traces := field.New64(3, 1)
		traces.F64[1] = 1
		return written(t, "operator keeping {\n order space 2, time 1\n axes x\n wavefield u\n periodic x\n u.forward = u\n inject src into u.forward\n}",
			Arguments{Shape: []int{n}, Spacing: []float64{1}, Steps: 3, Dt: 1, Points: map[string]Points{"src": {At: at(x), Traces: traces}}}).Field("u")
	}
	inside, across := run(2.25), run(7.25)
	for i := range n {
		if a, b := inside.F64[i], across.F64[(i+5)%n]; a != b {
			t.Errorf("node %d: %g inside, %g across the border", i, a, b)
		}
	}
	if across.F64[7] != 0.75 || across.F64[0] != 0.25 {
		t.Errorf("across the border: %v", across.F64)
	}
}

// A source that moves is the sum of sources that rest, each heard in one step.
func TestMovingSourceIsASum(t *testing.T) {
	const steps = 6
	place := func(s int) (x, z float64) { return 3 + 2.25*float64(s), 20 - 1.5*float64(s) }
	run := func(p Points) *field.Array {
		return written(t, keeping, Arguments{Shape: []int{24, 23}, Spacing: []float64{1, 1}, Steps: steps, Dt: 1, Points: map[string]Points{"src": p}}).Field("u")
	}
	path, traces := field.New64(steps, 1, 2), field.New64(steps, 1)
	want := make([]float64, 24*23)
	for s := range steps {
		x, z := place(s)
		path.F64[2*s], path.F64[2*s+1] = x, z
		traces.F64[s] = float64(s * s)
		single := field.New64(steps, 1)
		single.F64[s] = traces.F64[s]
		for i, v := range run(Points{At: at(x, z), Traces: single}).F64 {
			want[i] += v
		}
	}
	// All numbers are small multiples of 1/8, so sums are exact.
	if got := run(Points{At: path, Traces: traces}); !slices.Equal(got.F64, want) {
		t.Error("the field of the moving source is not the sum of those that rest")
	}
}

// Frames, images and series against sums taken here: u grows by one number
// everywhere in each step, so all of them are known.
func TestOutputsOfSteps(t *testing.T) {
	const steps, nx, nz = 11, 4, 5
	r := written(t, `operator counting {
    order space 2, time 1
    axes x, z
    field     one
    wavefield u
    history   every3  every 3
    image     total
    image     corner
    region first_corner = first 2 along x, first 3 along z

    total += u
    corner += u in first_corner every 2
    u.forward = u + one
    save every3 from u
    reduce all from sum(u)
    reduce least from min(u - one)
    reduce most from max(u) in first_corner every 2
    reduce length from norm(u)
}`, Arguments{Shape: []int{nx, nz}, Spacing: []float64{1, 1}, Steps: steps, Dt: 1, Constants: map[string]float64{"one": 1}})
	// In step t, 0 to 9, u is t.
	for i := range nx * nz {
		inside := i/nz < 2 && i%nz < 3
		corner := 0.0
		if inside {
			corner = 0 + 2 + 4 + 6 + 8
		}
		if got := r.Field("total").F64[i]; got != 45 {
			t.Errorf("total %g at %d, not 45", got, i)
		}
		if got := r.Field("corner").F64[i]; got != corner {
			t.Errorf("corner %g at %d, not %g", got, i, corner)
		}
		for frame := range 4 {
			if got := r.Field("every3").F64[frame*nx*nz+i]; got != float64(3*frame) {
				t.Errorf("frame %d holds %g, not %d", frame, got, 3*frame)
			}
		}
	}
	for s := range steps - 1 {
		u := float64(s)
		want := map[string]float64{"all": nx * nz * u, "least": u - 1, "length": math.Sqrt(nx * nz * u * u)}
		if s%2 == 0 {
			want["most"] = u
		}
		for name, w := range want {
			if got := r.Series(name).F64[s]; math.Abs(got-w) > 1e-15*math.Abs(w) {
				t.Errorf("%s is %g in step %d, not %g", name, got, s, w)
			}
		}
	}
}
