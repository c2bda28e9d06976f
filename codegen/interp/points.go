package interp

import "github.com/courant-pde/courant/codegen/ir"

// rowsOf are the rows of the step at hand.
func (m *machine[T]) rowsOf(p *Points[T], row int) (from, to int) {
	if p.First == nil {
		return 0, len(p.Start) - 1
	}
	return int(p.First[row]), int(p.First[row+1])
}

func (m *machine[T]) inject(x *ir.Inject) error {
	p := &m.b.Points[m.points[x.Points]]
	dim, last := len(m.k.Axes), len(m.k.Axes)-1
	trace := p.Traces[(m.n+x.Row)*p.Count:]
	value := make([]T, 1)
	from, to := m.rowsOf(p, m.n+x.Row)
	for r := from; r < to; r++ {
		copy(m.at, p.Node[r*dim:(r+1)*dim])
		sum := 0.0
		for e := p.Start[r]; e < p.Start[r+1]; e++ {
			sum += p.Weight[e] * float64(trace[p.Point[e]])
		}
		if err := m.eval(x.Value, value, last); err != nil {
			return err
		}
		data, at, _ := m.place(x.Target, last)
		data[at] += T(sum) * value[0]
	}
	return nil
}

func (m *machine[T]) sample(x *ir.Sample) error {
	p := &m.b.Points[m.points[x.Points]]
	dim, last := len(m.k.Axes), len(m.k.Axes)-1
	trace := p.Traces[m.n*p.Count:]
	value := make([]T, 1)
	from, to := m.rowsOf(p, m.n)
	for r := from; r < to; r++ {
		sum := 0.0
		for e := p.Start[r]; e < p.Start[r+1]; e++ {
			copy(m.at, p.Node[int(e)*dim:(int(e)+1)*dim])
			if err := m.eval(x.Value, value, last); err != nil {
				return err
			}
			sum += p.Weight[e] * float64(value[0])
		}
		trace[r-from] = T(sum)
	}
	return nil
}
