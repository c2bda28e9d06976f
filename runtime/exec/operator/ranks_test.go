package operator

import (
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"unsafe"

	"github.com/ebitengine/purego"

	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/schedule"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/runtime/exec/field"
)

// exchangeOf are the functions of the ranks of the test, by number.
var exchangeOf [2]func(wait bool, array, buffer, axis, width0, width1 int)

// In C, two halves of a grid in one process that exchange halos while they
// compute their interior give the bits of the whole grid.
func TestRanksInC(t *testing.T) {
	source, err := os.ReadFile("../../../testdata/schedules/acoustic_2d_ranks.schedule")
	if err != nil {
		t.Fatal(err)
	}
	s, err := schedule.Parse(string(source))
	if err != nil {
		t.Fatal(err)
	}
	file, err := dsl.ParseFile("../../../testdata/operators/acoustic.pde")
	if err != nil {
		t.Fatal(err)
	}
	o := codegen.Options{Dim: 2, SpaceOrder: 4, Precision: signature.F64, Target: c.Target{}}
	whole := exact(t, file, o)
	o.Schedule = schedule.Given(s)
	op := exact(t, file, o)
	r := rand.New(rand.NewPCG(1, 2))
	a := randomArguments(t, whole.Program, r)
	a.Shape, a.Threads = []int{23, 11}, 1
	// Places between nodes are the same numbers seen from either origin.
	a.Spacing, a.Origin = []float64{1, 1}, []float64{0, 0}
	n, cut := a.Shape[0], 9
	for name, f := range a.Fields {
		shape := append(f.Shape[:len(f.Shape)-2:len(f.Shape)-2], a.Shape...)
		a.Fields[name] = field.New64(shape...)
		for i := range a.Fields[name].F64 {
			a.Fields[name].F64[i] = 0.5 + 0.01*r.Float64()
		}
	}
	// One source in each half, between nodes of its own half.
	at := field.New64(2, 2)
	for i, x := range []float64{4.25, 15.625} {
		at.F64[2*i], at.F64[2*i+1] = a.Origin[0]+x*a.Spacing[0], a.Origin[1]+5.5*a.Spacing[1]
	}
	traces := field.New64(a.Steps, 2)
	for i := range traces.F64 {
		traces.F64[i] = r.Float64()
	}
	a.Points = map[string]Points{"src": {At: at, Traces: traces}}
	want := outcome(t, whole, a)["u"]

	callback := purego.NewCallback(func(rank, phase, array, buffer, axis, width0, width1 uintptr) uintptr {
		exchangeOf[rank](phase == 1, int(array), int(buffer), int(axis), int(width0), int(width1))
		return 0
	})
	channels := [2]chan []float64{make(chan []float64, 8), make(chan []float64, 8)}
	var runs [2]*Run
	var wait sync.WaitGroup
	for rank := range 2 {
		part := a
		from := []int{0, cut}[rank]
		rows := []int{cut, n - cut}[rank]
		part.Shape = []int{rows, a.Shape[1]}
		part.Origin = []float64{a.Origin[0] + float64(from)*a.Spacing[0], a.Origin[1]}
		part.Fields = map[string]*field.Array{}
		for name, f := range a.Fields {
			p := field.New64(append(f.Shape[:len(f.Shape)-2:len(f.Shape)-2], part.Shape...)...)
			levels := len(p.F64) / (rows * a.Shape[1])
			for l := range levels {
				copy(p.F64[l*rows*a.Shape[1]:(l+1)*rows*a.Shape[1]], f.F64[(l*n+from)*a.Shape[1]:])
			}
			part.Fields[name] = p
		}
		own := field.New64(1, 2)
		copy(own.F64, at.F64[2*rank:2*rank+2])
		trace := field.New64(a.Steps, 1)
		for step := range a.Steps {
			trace.F64[step] = traces.F64[2*step+rank]
		}
		part.Points = map[string]Points{"src": {At: own, Traces: trace}}
		run, err := op.Bind(part)
		if err != nil {
			t.Fatal(err)
		}
		defer run.Close()
		runs[rank] = run
		native := run.engine.(*native)
		native.args.Origin = unsafe.SliceData([]int64{int64(from), 0})
		native.args.Global = unsafe.SliceData([]int64{int64(n), int64(a.Shape[1])})
		native.args.Exchange = callback
		native.args.Ranks = uintptr(rank)
		exchangeOf[rank] = func(waits bool, array, buffer, axis, width0, width1 int) {
			s := run.arrays[array]
			row := func(x int) []float64 {
				at := s.layout.Origin + int64(x)*s.layout.Stride[0]
				return numbers[float64](s, int64(buffer))[at : at+int64(a.Shape[1])]
			}
			// Rank 0 lies in front: what it sends are its last rows.
			first, width := rows-width0, width0
			switch {
			case rank == 0 && waits:
				first, width = rows, width1
			case rank == 1 && !waits:
				first, width = 0, width1
			case rank == 1:
				first, width = -width0, width0
			}
			if !waits {
				var out []float64
				for x := first; x < first+width; x++ {
					out = append(out, row(x)...)
				}
				channels[rank] <- out
				return
			}
			in := <-channels[1-rank]
			for x := first; x < first+width; x++ {
				in = in[copy(row(x), in):]
			}
		}
	}
	for rank := range 2 {
		wait.Go(func() {
			if err := runs[rank].Advance(t.Context(), runs[rank].Last); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	got := field.New64(want.Shape...)
	copy(got.F64, runs[0].Field("u").F64)
	copy(got.F64[cut*a.Shape[1]:], runs[1].Field("u").F64)
	for i := range want.F64 {
		if got.F64[i] != want.F64[i] {
			t.Fatalf("u%v is %v, want %v", want.Index(i), got.F64[i], want.F64[i])
		}
	}
}
