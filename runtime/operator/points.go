package operator

import (
	"unsafe"

	"github.com/courant-pde/courant/backends/abi"
	"github.com/courant-pde/courant/codegen/interp"
	"github.com/courant-pde/courant/codegen/ir"
	"github.com/courant-pde/courant/runtime/field"
)

// pointData is one set of points, ready for a kernel.
type pointData struct {
	*rows
	count  int
	traces *field.Array // (steps, count) in the kernel's type
}

// traces are the traces of a set of points in the kernel's type, so that the
// caller's stay as they are.
func (b *binder) traces(p *ir.Points, given Points) *field.Array {
	n := given.At.Shape[0]
	var out *field.Array
	if b.k.Real == ir.F32 {
		out = field.New32(b.a.Steps, n)
	} else {
		out = field.New64(b.a.Steps, n)
	}
	if p.Inject && given.Traces != nil {
		for i := range out.Len() {
			out.Set(i, given.Traces.At(i))
		}
	}
	return out
}

// pointData interpolates a set of points at the places that the kernel reads.
func (b *binder) pointData(p *ir.Points, given Points, traces *field.Array) *pointData {
	d := &pointData{count: given.At.Shape[0], traces: traces}
	lattice := b.lattice.at(p.Half)
	if p.Inject {
		d.rows = lattice.injectRows(given.At, b.a.Interpolation)
		return d
	}
	d.rows = lattice.sampleRows(given.At, b.a.Interpolation)
	for len(d.start) < d.count+1 { // points whose weights all vanish
		d.start = append(d.start, d.start[len(d.start)-1])
	}
	return d
}

func (d *pointData) abiPoints() abi.Points {
	p := abi.Points{
		Rows: int64(len(d.start) - 1), Count: int64(d.count), Start: unsafe.SliceData(d.start), Node: unsafe.SliceData(d.node),
		Point: unsafe.SliceData(d.point), Weight: unsafe.SliceData(d.weight), Traces: unsafe.Pointer(unsafe.SliceData(d.traces.F64)),
	}
	if d.traces.F32 != nil {
		p.Traces = unsafe.Pointer(unsafe.SliceData(d.traces.F32))
	}
	return p
}

func interpPoints[T interp.Real](d *pointData, traces []T) interp.Points[T] {
	return interp.Points[T]{Start: d.start, Node: d.node, Point: d.point, Weight: d.weight, Traces: traces, Count: d.count}
}
