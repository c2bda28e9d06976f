package interp

import (
	"sort"

	"github.com/courant-pde/courant/codegen/loop"
)

// rowsOf are the rows of a step.
func (m *machine[T]) rowsOf(p *Points[T], step int) (from, to int) {
	if p.First == nil {
		return 0, len(p.Start) - 1
	}
	return int(p.First[step]), int(p.First[step+1])
}

// node makes the indices of a node those of the point at hand, and reports
// whether it is one of the tile's.
func (m *machine[T]) node(node []int64, within []loop.Within) bool {
	for axis, name := range m.k.Axes {
		m.set(loop.Symbol{Kind: loop.Var, Name: name}, node[axis])
	}
	for _, w := range within {
		if i := node[w.Axis]; i < m.greatest(m.forms(w.Lo)) || i >= m.least(m.forms(w.Hi)) {
			return false
		}
	}
	return true
}

// planes are those of the nodes from .. to-1, in the order of the axes, that may lie in
// a tile: within its bounds along the first axis.
func (m *machine[T]) planes(node []int64, from, to int, within []loop.Within) (int, int) {
	dim := len(m.k.Axes)
	behind := func(x int64) int {
		return from + sort.Search(to-from, func(k int) bool { return node[(from+k)*dim] >= x })
	}
	for _, w := range within {
		if w.Axis == 0 {
			return behind(m.greatest(m.forms(w.Lo))), behind(m.least(m.forms(w.Hi)))
		}
	}
	return from, to
}

func (m *machine[T]) inject(x *loop.Inject) error {
	p := &m.b.Points[m.points[x.Points]]
	dim := len(m.k.Axes)
	step := int(m.own(0)) + x.Ahead
	trace := p.Traces[step*p.Count:]
	value := make([]T, 1)
	from, to := m.rowsOf(p, step)
	from, to = m.planes(p.Node, from, to, x.Within)
	for r := from; r < to; r++ {
		if !m.node(p.Node[r*dim:(r+1)*dim], x.Within) {
			continue
		}
		sum := 0.0
		for e := p.Start[r]; e < p.Start[r+1]; e++ {
			sum += p.Weight[e] * float64(trace[p.Point[e]])
		}
		if err := m.eval(x.Value, value, -1); err != nil {
			return err
		}
		data, at, _ := m.at(x.To, -1)
		value[0] = data[at] + T(sum)*value[0]
		m.round(x.To, value)
		data[at] = value[0]
	}
	return nil
}

func (m *machine[T]) sample(x *loop.Sample) error {
	p := &m.b.Points[m.points[x.Points]]
	dim := len(m.k.Axes)
	step := int(m.own(int64(x.Step)))
	trace := p.Traces[step*p.Count:]
	value := make([]T, 1)
	from, to := m.rowsOf(p, step)
	staged := x.Step * len(p.Weight)
	if x.Stage == loop.Take {
		first, last := m.planes(p.Node, int(p.Start[from]), int(p.Start[to]), x.Within)
		for k := first; k < last; k++ {
			if !m.node(p.Node[k*dim:(k+1)*dim], x.Within) {
				continue
			}
			if err := m.eval(x.Value, value, -1); err != nil {
				return err
			}
			p.Staged[staged+k] = value[0]
		}
		return nil
	}
	for r := from; r < to; r++ {
		sum := 0.0
		for e := p.Start[r]; e < p.Start[r+1]; e++ {
			if x.Stage == loop.Sum {
				sum += p.Weight[e] * float64(p.Staged[staged+int(p.Order[e])])
				continue
			}
			m.node(p.Node[int(e)*dim:(int(e)+1)*dim], nil)
			if err := m.eval(x.Value, value, -1); err != nil {
				return err
			}
			sum += p.Weight[e] * float64(value[0])
		}
		trace[r-from] = T(sum)
	}
	return nil
}
