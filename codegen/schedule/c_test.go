package schedule

import (
	"fmt"
	"os/exec"
	"runtime"
	"testing"
	"unsafe"

	"github.com/courant-pde/courant/backends/abi"
	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/backends/interp"
	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/runtime/exec/jit"
)

// C under random legal schedules gives the bits of the interpreter under the
// trivial one, with three threads, when it rounds every operation.
func TestSchedulesKeepEveryBitInC(t *testing.T) {
	if _, err := exec.LookPath("cc"); err != nil {
		t.Skip("there is no C compiler")
	}
	want := 24
	if testing.Short() {
		want = 6
	}
	builder, err := jit.NewBuilder()
	if err != nil {
		t.Fatal(err)
	}
	flags := jit.DefaultFlags()
	flags.Optimize = 1
	flags.Extra = []string{"-ffp-contract=off"}
	done := 0
	for seed := uint64(1000); done < want; seed++ {
		p := randomProgram(seed)
		s := randomSchedule(p, seed)
		k, resolved, err := Apply(p, s)
		if err != nil {
			continue
		}
		source, err := c.Target{}.Emit(k)
		if err != nil {
			continue // it is for a device
		}
		library, err := builder.Build(t.Context(), jit.Source{Name: source.Name, C: source.Text}, flags)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s\n%s", seed, err, resolved, source.Text)
		}
		b := bound(p, k, seed)
		if err := called(library, k, b); err != nil {
			t.Fatal(err)
		}
		if what := differ(left(p, k, b), outcome(t, p, Trivial(p, facts.CPU), seed, false)); what != "" {
			t.Fatalf("seed %d: %s\n%s\n%s\n%s", seed, what, p, resolved, source.Text)
		}
		done++
	}
}

// called runs generated code on the data of an interpreter.
func called(library *jit.Library, k *loop.Kernel, b *interp.Binding[float64]) error {
	var pin runtime.Pinner
	defer pin.Unpin()
	var arrays []abi.Array
	var stride *int64
	for i := range b.Arrays {
		a := &b.Arrays[i]
		pin.Pin(unsafe.SliceData(a.Data))
		pin.Pin(unsafe.SliceData(a.Stride))
		count := a.Count
		arrays = append(arrays, abi.Array{Data: unsafe.Pointer(&a.Data[a.Origin]), Buffer: int64(a.Buffer), Stride: unsafe.SliceData(a.Stride), Count: int64(count)})
		if k.CommonStrides(k.Arrays[i]) {
			stride = unsafe.SliceData(a.Stride)
		}
	}
	var points []abi.Points
	for i := range b.Points {
		x := &b.Points[i]
		q := abi.Points{Rows: int64(len(x.Start) - 1), Count: int64(x.Count), Entries: int64(len(x.Weight)),
			Start: unsafe.SliceData(x.Start), Node: unsafe.SliceData(x.Node), Point: unsafe.SliceData(x.Point), Weight: unsafe.SliceData(x.Weight),
			Traces: unsafe.Pointer(unsafe.SliceData(x.Traces))}
		dim := len(k.Axes)
		place := make([]int64, len(x.Node)/dim+64)
		for i, n := range x.Node {
			if stride != nil {
				place[i/dim] += n * unsafe.Slice(stride, dim)[i%dim]
			}
		}
		q.Place = unsafe.SliceData(place)
		for _, p := range []unsafe.Pointer{unsafe.Pointer(q.Place), unsafe.Pointer(q.Start), unsafe.Pointer(q.Node), unsafe.Pointer(q.Point), unsafe.Pointer(q.Weight), q.Traces} {
			pin.Pin(p)
		}
		if len(x.Staged) > 0 {
			q.Staged, q.Order = unsafe.Pointer(unsafe.SliceData(x.Staged)), unsafe.SliceData(x.Order)
			pin.Pin(q.Staged)
			pin.Pin(q.Order)
		}
		points = append(points, q)
	}
	args := abi.Args{Version: abi.Version, Threads: 3, End: int64(b.End), Mirror: int64(b.Mirror), Size: unsafe.SliceData(b.Size), Stride: stride,
		Block: unsafe.SliceData(b.Block), Scalar: unsafe.SliceData(b.Scalars), Array: unsafe.SliceData(arrays), Points: unsafe.SliceData(points)}
	for _, p := range []unsafe.Pointer{unsafe.Pointer(args.Size), unsafe.Pointer(args.Block), unsafe.Pointer(args.Scalar), unsafe.Pointer(args.Array), unsafe.Pointer(args.Points)} {
		pin.Pin(p)
	}
	call := func(entry string) error {
		code, err := library.Call(entry, &args)
		if err == nil && code != 0 {
			err = fmt.Errorf("%s failed with code %d", entry, code)
		}
		return err
	}
	if err := call("courant_prepare"); err != nil {
		return err
	}
	for _, part := range [][2]int{{1, 3}, {4, 4}, {5, steps - 2}} {
		args.First, args.Last = int64(part[0]), int64(part[1])
		if err := call("courant_run"); err != nil {
			return err
		}
	}
	return nil
}
