package interp

import (
	"slices"

	"github.com/courant-pde/courant/codegen/ir"
)

// exchange fills the halo of one level by the array's edges: axis by axis, so
// that corners come out right, each over all there is along the others.
func (m *machine[T]) exchange(x *ir.HaloExchange) {
	i := m.arrays[x.Array]
	a, store := m.k.Arrays[i], &m.b.Arrays[i]
	data := store.Data[store.Origin+m.buffer(a, store, x.Time)*store.Buffer-m.inset(a, store):]
	origin := m.inset(a, store)
	if a.Folded {
		m.fold(x, a, store, data, int64(origin))
		return
	}
	for axis := range m.k.Axes {
		if a.Edges == nil || !a.Spans(axis) || a.Edges[axis] == [2]ir.Edge{} {
			continue
		}
		for _, c := range Copies(a, axis, m.b.Size[axis], int64(x.Width[axis])) {
			m.plane(a, axis, x.Width, 0, int64(origin), func(at int64) {
				from, to := at+c.From*store.Stride[axis], at+c.To*store.Stride[axis]
				data[to] = T(c.Sign) * data[from]
			}, store)
		}
	}
}

// fold is the transpose of exchange: all of it the other way round.
func (m *machine[T]) fold(x *ir.HaloExchange, a *ir.Array, store *Array[T], data []T, origin int64) {
	for axis := range slices.Backward(m.k.Axes) {
		if a.Edges == nil || !a.Spans(axis) {
			continue
		}
		for _, c := range slices.Backward(Copies(a, axis, m.b.Size[axis], int64(x.Width[axis]))) {
			m.plane(a, axis, x.Width, 0, origin, func(at int64) {
				from, to := at+c.From*store.Stride[axis], at+c.To*store.Stride[axis]
				v := data[to]
				data[to] = 0
				data[from] += T(c.Sign) * v
			}, store)
		}
	}
}

// inset is the distance from the start of a buffer to its first interior
// element, as far as the halo of the kernel reaches.
func (m *machine[T]) inset(a *ir.Array, store *Array[T]) int {
	n := 0
	for axis := range m.k.Axes {
		if a.Spans(axis) {
			n += m.k.Halo[axis] * int(store.Stride[axis])
		}
	}
	return n
}

// plane calls f for the place of every point of the plane at 0 along axis.
func (m *machine[T]) plane(a *ir.Array, axis int, width []int, over int, at int64, f func(int64), store *Array[T]) {
	switch {
	case over == len(m.k.Axes):
		f(at)
	case over == axis || !a.Spans(over):
		m.plane(a, axis, width, over+1, at, f, store)
	default:
		w := int64(width[over])
		for i := -w; i < m.b.Size[over]+w; i++ {
			m.plane(a, axis, width, over+1, at+i*store.Stride[over], f, store)
		}
	}
}

// Copy says that the value with index To along an axis is Sign times that with
// index From.
type Copy struct {
	To, From int64
	Sign     int
}

// Copies lists what an exchange copies along one axis of n points, in order.
//
// On an axis shorter than the halo, an image is that of an image, which is
// there before it is needed: on a periodic axis, and between two mirrors on an
// axis of two points or more. Beside one mirror alone, a value whose image lies
// beyond the other end is left alone.
func Copies(a *ir.Array, axis int, n, width int64) []Copy {
	var out []Copy
	add := func(to, from int64, sign int) { out = append(out, Copy{to, from, sign}) }
	half := int64(0)
	if a.Half != nil && a.Half[axis] {
		half = 1
	}
	first, last := a.Edges[axis][0], a.Edges[axis][1]
	if first == ir.Wrap {
		for k := int64(1); k <= width; k++ {
			add(-k, n-k, 1)
			add(n-1+k, k-1, 1)
		}
		return out
	}
	for end, e := range a.Edges[axis] {
		for k := int64(1); e == ir.Last && k <= width; k++ {
			add([]int64{-k, n - 1 + k}[end], []int64{0, n - 1}[end], 1)
		}
	}
	for end, e := range a.Edges[axis] {
		if e == ir.Odd && half == 0 {
			at := []int64{0, n - 1}[end]
			add(at, at, 0)
		}
	}
	between := first.Mirrors() && last.Mirrors()
	signs := map[ir.Edge]int{ir.Even: 1, ir.Odd: -1}
	// Between the nodes the value n-1 lies beyond the last node already.
	for k := int64(0); k <= width; k++ {
		if from := k - half; first.Mirrors() && k > 0 && (between || from < n) {
			add(-k, from, signs[first])
		}
		if from := n - 1 - k - half; last.Mirrors() && k >= 1-half && (between || from >= 0) {
			add(n-1+k, from, signs[last])
		}
	}
	return out
}
