package operator

import (
	"fmt"
	"unsafe"

	"github.com/courant-pde/courant/backends/abi"
	"github.com/courant-pde/courant/backends/interp"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/jit"
)

// engine carries out a kernel on the data of a run.
type engine interface {
	// prepare computes what is the same in all steps; usual gives the box in which
	// coefficients have their usual values then.
	prepare(usual func() []int64) error
	// find is told where arrays are behind prepare.
	find(arrays []*storage)
	steps(first, last int, block []int64) error
}

// native calls generated code.
type native struct {
	library *jit.Library
	args    abi.Args
	arrays  []abi.Array
	points  []abi.Points
	series  []abi.Series
	partial []float64
	size    []int64
	usual   []int64
	stride  []int64
}

func newNative(r *Run) *native {
	k := r.op.Program.Signature
	n := &native{library: r.op.Library}
	for _, s := range r.arrays {
		n.arrays = append(n.arrays, s.abiArray())
		if k.CommonStrides(s.array) {
			n.stride = s.stride
		}
	}
	for _, p := range r.points {
		n.points = append(n.points, p.abiPoints(n.stride))
	}
	for _, s := range r.args.Shape {
		n.size = append(n.size, int64(s))
	}
	n.partial = make([]float64, r.args.Shape[0])
	for _, s := range r.series {
		n.series = append(n.series, abi.Series{Values: unsafe.SliceData(s), Partial: unsafe.SliceData(n.partial)})
	}
	n.args = abi.Args{
		Version: abi.Version, Threads: int64(r.args.Threads), End: int64(r.Last), Mirror: int64(r.mirror),
		Size: unsafe.SliceData(n.size), Stride: unsafe.SliceData(n.stride), Scalar: unsafe.SliceData(r.scalars),
		Array: unsafe.SliceData(n.arrays), Points: unsafe.SliceData(n.points), Series: unsafe.SliceData(n.series),
	}
	return n
}

func (n *native) call(entry string) error {
	code, err := n.library.Call(entry, &n.args)
	if err == nil && code != 0 {
		err = fmt.Errorf("%s of kernel %s failed with code %d", entry, n.library.Name, code)
	}
	return err
}

func (n *native) prepare(usual func() []int64) error {
	if err := n.call("courant_prepare"); err != nil {
		return err
	}
	n.usual = usual()
	n.args.Usual = unsafe.SliceData(n.usual)
	return nil
}

func (n *native) find(arrays []*storage) {
	for i, s := range arrays {
		n.arrays[i] = s.abiArray()
	}
}

func (n *native) steps(first, last int, block []int64) error {
	n.args.First, n.args.Last, n.args.Block = int64(first), int64(last), unsafe.SliceData(block)
	return n.call("courant_run")
}

// interpreted walks the kernel in Go.
type interpreted[T interp.Real] struct {
	p *interp.Program
	b interp.Binding[T]
}

func newInterpreted[T interp.Real](r *Run, traces func(*field.Array) []T) *interpreted[T] {
	i := &interpreted[T]{p: r.op.interpreted, b: interp.Binding[T]{Scalars: r.scalars, Series: r.series, Mirror: r.mirror, End: r.Last}}
	for _, s := range r.arrays {
		i.b.Arrays = append(i.b.Arrays, interpArray(s, field.Numbers[T](s.memory)))
	}
	for _, p := range r.points {
		i.b.Points = append(i.b.Points, interpPoints(p, traces(p.traces), traces(p.staged)))
	}
	for _, s := range r.args.Shape {
		i.b.Size = append(i.b.Size, int64(s))
	}
	return i
}

func (i *interpreted[T]) prepare(func() []int64) error { return interp.Prepare(i.p, &i.b) }

func (i *interpreted[T]) find([]*storage) {}

func (i *interpreted[T]) steps(first, last int, block []int64) error {
	i.b.Block = block
	return interp.Steps(i.p, &i.b, first, last)
}
