package operator

import (
	"unsafe"

	"github.com/courant-pde/courant/backends/abi"
	"github.com/courant-pde/courant/backends/interp"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/runtime/exec/field"
)

// pointData is one set of points, ready for a kernel.
type pointData struct {
	*rows
	count  int
	traces *field.Array // (steps, count) in the kernel's type
	staged *field.Array // (steps of a tile, entries): samples on their way
	order  []int64      // which node an entry has, where samples are staged: see rows.inOrder
	column []int64      // where points rest and tiles look for them: see columns
	across int          // columns along the second axis
	place  []int64      // elements of nodes in arrays of common strides, and some more
}

// traces are the traces of a set of points in the kernel's type, so that the
// caller's stay as they are.
func (b *binder) traces(p *signature.Points, given Points) *field.Array {
	n := given.Count()
	rows := b.a.Steps
	if p.Inject {
		rows += b.k.Ahead
	}
	var out *field.Array
	if b.k.Real == signature.F32 {
		out = field.New32(rows, n)
	} else {
		out = field.New64(rows, n)
	}
	if p.Inject && given.Traces != nil {
		// Rows of steps that do not run count as zero, also for a step that
		// reads a row of another.
		for i := range (b.a.Steps - b.k.LastStep) * n {
			out.Set(i, given.Traces.At(i))
		}
	}
	return out
}

// pointData interpolates a set of points at the places that the kernel reads.
func (b *binder) pointData(p *signature.Points, given Points, traces *field.Array) *pointData {
	d := &pointData{count: given.Count(), traces: traces}
	lattice := b.lattice.at(p.Stagger)
	all := lattice.spreads(given, b.a.Steps, b.a.Interpolation, b.a.Outside, b.lattice)
	if len(all) > 1 {
		for range b.k.Ahead {
			all = append(all, func(func(int, []int64, float64)) {})
		}
	}
	if p.Inject {
		d.rows = lattice.injectRows(all)
	} else {
		d.rows = sampleRows(all, d.count)
	}
	if b.k.Real == signature.F32 {
		d.staged = field.New32(p.Staged, len(d.weight))
	} else {
		d.staged = field.New64(p.Staged, len(d.weight))
	}
	nodes := len(d.node) / len(b.a.Shape)
	if p.Staged > 0 {
		d.order, nodes = d.inOrder(len(b.a.Shape))
	}
	if p.Tiled && d.first == nil {
		d.columns(b.a.Shape, nodes)
	}
	return d
}

// columns finds the first one of so many nodes of each pair of indices along the first
// two axes, and those behind the last.
func (d *pointData) columns(shape []int, nodes int) {
	dim := len(shape)
	d.across = 1
	if dim > 1 {
		d.across = shape[1]
	}
	d.column = make([]int64, shape[0]*d.across+1)
	next := 0
	for k := range nodes {
		at := int(d.node[k*dim]) * d.across
		if dim > 1 {
			at += int(d.node[k*dim+1])
		}
		for ; next <= at; next++ {
			d.column[next] = int64(k)
		}
	}
	for ; next < len(d.column); next++ {
		d.column[next] = int64(nodes)
	}
}

// placesAhead is the number of places behind the last one that the ABI promises.
const placesAhead = 64

// abiPoints describes the points to generated code, on arrays of some strides.
func (d *pointData) abiPoints(stride []int64) abi.Points {
	if dim := len(stride); dim > 0 {
		d.place = make([]int64, len(d.node)/dim+placesAhead)
		for i, n := range d.node {
			d.place[i/dim] += n * stride[i%dim]
		}
	}
	p := abi.Points{
		Column: unsafe.SliceData(d.column), Columns: int64(d.across),
		Place: unsafe.SliceData(d.place), Order: unsafe.SliceData(d.order),
		Rows: int64(len(d.start) - 1), First: unsafe.SliceData(d.first), Count: int64(d.count), Start: unsafe.SliceData(d.start), Node: unsafe.SliceData(d.node),
		Point: unsafe.SliceData(d.point), Weight: unsafe.SliceData(d.weight), Traces: unsafe.Pointer(unsafe.SliceData(d.traces.F64)),
	}
	p.Entries, p.Staged = int64(len(d.weight)), unsafe.Pointer(unsafe.SliceData(d.staged.F64))
	if d.traces.F32 != nil {
		p.Traces, p.Staged = unsafe.Pointer(unsafe.SliceData(d.traces.F32)), unsafe.Pointer(unsafe.SliceData(d.staged.F32))
	}
	return p
}

func interpPoints[T interp.Real](d *pointData, traces, staged []T) interp.Points[T] {
	return interp.Points[T]{First: d.first, Start: d.start, Node: d.node, Order: d.order, Point: d.point, Weight: d.weight, Traces: traces, Staged: staged, Count: d.count}
}
