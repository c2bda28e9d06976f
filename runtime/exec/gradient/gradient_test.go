package gradient

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/operator"
)

const acoustic = "../../../testdata/operators/acoustic.pde"

func random(r *rand.Rand, lo, hi float64, shape ...int) *field.Array {
	x := field.New64(shape...)
	for i := range x.F64 {
		x.F64[i] = lo + (hi-lo)*r.Float64()
	}
	return x
}

// inversion is a small acoustic shot with its gradient.
func inversion(t *testing.T, backend backends.Target, steps int) (*Operator, operator.Arguments, Misfit) {
	t.Helper()
	op, err := Load(t.Context(), acoustic, Options{Compile: codegen.Options{Dim: 2, SpaceOrder: 4, Precision: signature.F64, Target: backend}, Wrt: []string{"m"}})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	a := operator.Arguments{Shape: []int{24, 22}, Spacing: []float64{10, 10}, Steps: steps, Dt: 1,
		Fields: map[string]*field.Array{"m": random(r, 0.15, 0.25, 24, 22), "damp": random(r, 0, 0.001, 24, 22)}, Points: map[string]operator.Points{}}
	wavelet := field.New64(steps, 1)
	for i := range wavelet.F64 {
		x := math.Pi * 0.015 * (float64(i) - 60)
		wavelet.F64[i] = (1 - 2*x*x) * math.Exp(-x*x)
	}
	a.Points["src"] = operator.Points{At: random(r, 40, 60, 1, 2), Traces: wavelet}
	a.Points["rec"] = operator.Points{At: random(r, 10, 200, 7, 2)}
	observed := map[string]*field.Array{"rec": random(r, -1e-3, 1e-3, steps, 7)}
	return op, a, L2{Data{Observed: observed}}
}

// All ways that are no approximations give the same bits: all levels, and
// checkpoints of any number, in memory and on disk.
func TestCheckpointsGiveTheSameBits(t *testing.T) {
	op, a, m := inversion(t, nil, 90)
	whole, err := op.Plan(a, Storage{Keep: All})
	if err != nil {
		t.Fatal(err)
	}
	want, err := op.Evaluate(t.Context(), a, m, whole)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []Plan{
		{Segments: 2, Places: 1}, {Segments: 7, Places: 1}, {Segments: 7, Places: 3}, {Segments: 13, Places: 4}, {Segments: 13, Places: 13},
		{Segments: 88, Places: 5}, {Segments: 13, Places: 6, OnDisk: 4},
		{Segments: 2, Places: 1, Plain: true}, {Segments: 7, Places: 1, Plain: true}, {Segments: 13, Places: 4, Plain: true},
		{Segments: 88, Places: 5, Plain: true}, {Segments: 13, Places: 6, OnDisk: 4, Plain: true},
	} {
		t.Run(fmt.Sprintf("%d segments, %d places, %d on disk, plain %v", p.Segments, p.Places, p.OnDisk, p.Plain), func(t *testing.T) {
			if p.Plain && !op.hasPlain(a) {
				t.Skip("the C compiler rounds otherwise in the kernel that keeps levels")
			}
			p.Keep, p.Steps, p.Disk = Checkpoints, 88, t.TempDir()
			p.Length = (88 + p.Segments - 1) / p.Segments
			p.Segments = (88 + p.Length - 1) / p.Length
			p.Levels = p.Length + 3
			got, err := op.Evaluate(t.Context(), a, m, p)
			if err != nil {
				t.Fatal(err)
			}
			if got.Value != want.Value {
				t.Errorf("the value is %g, not %g", got.Value, want.Value)
			}
			for i := range want.Fields["m"].Len() {
				if got.Fields["m"].At(i) != want.Fields["m"].At(i) {
					t.Fatalf("the derivative at %v is %g, not %g", want.Fields["m"].Index(i), got.Fields["m"].At(i), want.Fields["m"].At(i))
				}
			}
			if most := newSchedule(p.Segments).runs(p.Segments, p.Places-1) * p.Length; got.Report.Steps > most {
				t.Errorf("%d forward steps, more than the %d of the schedule", got.Report.Steps, most)
			}
			left, _ := filepath.Glob(p.Disk + "/*")
			if len(left) > 0 {
				t.Errorf("left on disk: %v", left)
			}
		})
	}
}

// A budget chooses the way, and is kept.
func TestPlanKeepsTheBudget(t *testing.T) {
	op, a, _ := inversion(t, nil, 1000)
	whole, err := op.Plan(a, Storage{Keep: All})
	if err != nil {
		t.Fatal(err)
	}
	before := 1.0
	for _, part := range []int64{1, 2, 4, 8, 16} {
		budget := process + (whole.Bytes-process)/part
		p, err := op.Plan(a, Storage{Memory: budget})
		if err != nil {
			t.Fatal(err)
		}
		if p.Bytes > budget || p.Recompute < before || (part == 1) != (p.Keep == All) || p.Recompute > 4 {
			t.Errorf("1/%d of the memory: %s", part, p)
		}
		before = p.Recompute
	}
	if _, err := op.Plan(a, Storage{Memory: 1 << 10}); err == nil || !strings.Contains(err.Error(), "at least") {
		t.Errorf("1 KiB: %v", err)
	}
	for _, k := range []Keep{All, Sampled, Rounded} {
		if _, err := op.Plan(a, Storage{Memory: 1 << 10, Keep: k}); err == nil || !strings.Contains(err.Error(), "allow") {
			t.Errorf("1 KiB, %s: %v", k, err)
		}
	}
}

// The schedule costs what Griewank and Walther prove: with c places, runs of up
// to binomial(c+r, c) steps are reversed with every step repeated at most r
// times.
func TestScheduleIsBinomial(t *testing.T) {
	s := newSchedule(120)
	for c := 1; c <= 5; c++ {
		for r := 1; r <= 4; r++ {
			l := binomial(c+1+r, r) // the start is a place too
			if l > 120 {
				continue
			}
			if most := l * (r + 1); s.runs(l, c) > most {
				t.Errorf("%d segments with %d places are run %d times, more than %d", l, c+1, s.runs(l, c), most)
			}
		}
	}
}

func binomial(n, k int) int {
	if k == 0 {
		return 1
	}
	return binomial(n-1, k-1) * n / k
}

// The remainder of a step of size h along a random direction falls with the
// square of h: the slope over each of four halvings is 2 within 0.02.
func TestTaylorOfMisfits(t *testing.T) {
	op, a, m := inversion(t, nil, 90)
	data := m.(L2).Data
	// Near the observed data, so that shapes and envelopes compare.
	b := a
	b.Fields = map[string]*field.Array{"m": field.New64(24, 22), "damp": a.Fields["damp"]}
	for i := range b.Fields["m"].F64 {
		b.Fields["m"].F64[i] = 0.2
	}
	first, err := op.Evaluate(t.Context(), b, m, Plan{Keep: All, Segments: 1, Levels: 90})
	if err != nil {
		t.Fatal(err)
	}
	data.Observed = first.Records
	data.Weights = map[string]*field.Array{"rec": Mute(90, 1, []float64{0, 10, 20, 30, 40, 50, 60}, 2, 5, 20)}
	largest := 0.0
	for _, v := range first.Records["rec"].F64 {
		largest = max(largest, math.Abs(v))
	}
	direction := random(rand.New(rand.NewPCG(3, 4)), -1, 1, 24, 22)
	for name, m := range map[string]Misfit{"l2": L2{data}, "huber": Huber{data, 10 * largest}, "correlation": Correlation{data}, "envelope": Envelope{data}} {
		t.Run(name, func(t *testing.T) {
			value := func(h float64) *Result {
				c := a
				c.Fields = map[string]*field.Array{"damp": a.Fields["damp"], "m": field.New64(24, 22)}
				for i := range direction.F64 {
					c.Fields["m"].F64[i] = a.Fields["m"].F64[i] + h*direction.F64[i]
				}
				r, err := op.Evaluate(t.Context(), c, m, Plan{Keep: All, Segments: 1, Levels: 90})
				if err != nil {
					t.Fatal(err)
				}
				return r
			}
			at := value(0)
			slope := 0.0
			for i := range direction.F64 {
				slope += at.Fields["m"].At(i) * direction.F64[i]
			}
			remainder := func(h float64) float64 { return math.Abs(value(h).Value - at.Value - h*slope) }
			for h := 1e-5; h > 1e-6; h /= 2 {
				if s := math.Log2(remainder(h) / remainder(h/2)); math.Abs(s-2) > 0.02 {
					t.Errorf("the slope at %g is %.4f", h, s)
				}
			}
		})
	}
}

// Ways that are approximations state how good they are: rounded levels lose
// less than 1e-4 of the gradient; every second of steps that oversample the
// wavelet more than tenfold, less than 1e-2.
func TestApproximations(t *testing.T) {
	op, a, m := inversion(t, nil, 150)
	whole, err := op.Evaluate(t.Context(), a, m, Plan{Keep: All, Segments: 1, Levels: 150})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		s    Storage
		most float64
	}{{Storage{Keep: Rounded}, 1e-4}, {Storage{Keep: Sampled, Every: 2}, 1e-2}} {
		p, err := op.Plan(a, c.s)
		if err != nil {
			t.Fatal(err)
		}
		got, err := op.Evaluate(t.Context(), a, m, p)
		if err != nil {
			t.Fatal(err)
		}
		off := apart(got.Fields["m"], whole.Fields["m"])
		if off > c.most || off == 0 {
			t.Errorf("%s: the gradient is off by %.1e of its size", c.s.Keep, off)
		}
		t.Logf("%s: off by %.1e", p, off)
	}
}

// The derivatives by the place of a source are those of central differences,
// which are exact up to the second order of a step within a cell, where the
// records are products of linear functions: in one axis at a time they are
// linear, and the misfit a square, so that central differences are exact.
func TestDerivativeByThePlaceOfSources(t *testing.T) {
	_, a, m := inversion(t, nil, 90)
	op, err := Load(t.Context(), acoustic, Options{Compile: codegen.Options{Dim: 2, SpaceOrder: 4, Precision: signature.F64}, Places: true})
	if err != nil {
		t.Fatal(err)
	}
	value := func(at []float64) *Result {
		b := a
		b.Points = map[string]operator.Points{"rec": a.Points["rec"], "src": {At: field.New64(1, 2), Traces: a.Points["src"].Traces}}
		copy(b.Points["src"].At.F64, at)
		p, err := op.Plan(b, Storage{})
		if err != nil {
			t.Fatal(err)
		}
		r, err := op.Evaluate(t.Context(), b, m, p)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	at := []float64{44, 57}
	here := value(at)
	for axis := range 2 {
		up, down := append([]float64(nil), at...), append([]float64(nil), at...)
		up[axis]++
		down[axis]--
		want := (value(up).Value - value(down).Value) / 2
		if got := here.Places["src"].At(axis); math.Abs(got-want) > 1e-9*math.Abs(want) {
			t.Errorf("by coordinate %d: %.12g, by differences %.12g", axis, got, want)
		}
	}
	if here.Sources["src"].Shape[1] != 1 {
		t.Errorf("the derivatives by the traces have shape %v", here.Sources["src"].Shape)
	}
}

// Reconstructed from the boundary, the gradient is that of all levels to
// rounding: with a sponge along the sides, and with none, when nothing is kept.
func TestBoundaryGivesTheGradient(t *testing.T) {
	op, a, m := inversion(t, nil, 120)
	for _, sponge := range []int{0, 5} {
		damp := field.New64(24, 22)
		for i := range damp.F64 {
			at := damp.Index(i)
			if edge := min(at[0], at[1], 23-at[0], 21-at[1]); edge < sponge {
				damp.F64[i] = 0.01 * float64(sponge-edge)
			}
		}
		a.Fields["damp"] = damp
		want, err := op.Evaluate(t.Context(), a, m, Plan{Keep: All, Segments: 1, Levels: 120})
		if err != nil {
			t.Fatal(err)
		}
		p, err := op.Plan(a, Storage{Keep: Boundary})
		if err != nil {
			t.Fatal(err)
		}
		got, err := op.Evaluate(t.Context(), a, m, p)
		if err != nil {
			t.Fatal(err)
		}
		off := apart(got.Fields["m"], want.Fields["m"])
		// Rounding of 1e-16 in each of 240 steps, amplified by the waves alone.
		if off > 1e-11 || off == 0 {
			t.Errorf("sponge of %d points: off by %.1e", sponge, off)
		}
		t.Logf("%s: off by %.1e, held %d bytes", p, off, got.Report.Bytes)
	}
}

// Smoothing is symmetric and leaves constants alone.
func TestSmooth(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	a, b := random(r, -1, 1, 12, 9), random(r, -1, 1, 12, 9)
	widths := []float64{1.5, 3}
	dot := func(x, y *field.Array) (sum float64) {
		for i := range x.Len() {
			sum += x.At(i) * y.At(i)
		}
		return sum
	}
	// Rounding of sums of some hundred numbers below 1.
	if left, right := dot(a, Smooth(b, widths)), dot(Smooth(a, widths), b); math.Abs(left-right) > 1e-13 {
		t.Errorf("<a, S b> is %.15g, <S a, b> is %.15g", left, right)
	}
	one := random(r, 1, 1, 12, 9)
	for i, v := range Smooth(one, widths).F64 {
		if math.Abs(v-1) > 1e-14 {
			t.Fatalf("a constant becomes %.16g at %d", v, i)
		}
	}
}
