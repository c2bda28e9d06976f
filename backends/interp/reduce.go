package interp

import (
	"math"
	"slices"

	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/codegen/signature"
)

// reduce takes the points of one index of the first axis in the order of
// memory, and then the first axis: the order that targets keep too.
func (m *machine[T]) reduce(x *loop.Reduce) error {
	dim := len(m.k.Axes)
	lo, hi, slot := make([]int64, dim), make([]int64, dim), make([]int, dim)
	for axis := range dim {
		lo[axis], hi[axis] = m.greatest(m.forms(x.Lo[axis])), m.least(m.forms(x.Hi[axis]))
		slot[axis] = m.slot(loop.Symbol{Kind: loop.Var, Name: m.k.Axes[axis]})
	}
	total := neutral(x.Op)
	if dim == 1 {
		row := make([]T, 1)
		for i := lo[0]; i < hi[0]; i++ {
			m.vars[slot[0]] = i
			if err := m.eval(x.Value, row, slot[0]); err != nil {
				return err
			}
			total = combine(x.Op, total, own(x.Op, float64(row[0])))
		}
	}
	var walk func(axis int, sum *float64) error
	walk = func(axis int, sum *float64) error {
		if axis == dim-1 {
			m.vars[slot[axis]] = lo[axis]
			row := make([]T, max(0, hi[axis]-lo[axis]))
			if err := m.eval(x.Value, row, slot[axis]); err != nil {
				return err
			}
			for _, v := range row {
				*sum = combine(x.Op, *sum, own(x.Op, float64(v)))
			}
			return nil
		}
		for i := lo[axis]; i < hi[axis]; i++ {
			m.vars[slot[axis]] = i
			if err := walk(axis+1, sum); err != nil {
				return err
			}
		}
		return nil
	}
	for i := lo[0]; dim > 1 && i < hi[0]; i++ {
		m.vars[slot[0]] = i
		partial := neutral(x.Op)
		if err := walk(1, &partial); err != nil {
			return err
		}
		total = combine(x.Op, total, partial)
	}
	if x.Op == "norm" {
		total = math.Sqrt(total)
	}
	series := slices.IndexFunc(m.k.Series, func(s *signature.Series) bool { return s.Name == x.Series })
	m.b.Series[series][m.own(int64(x.Step))] = total
	return nil
}

// own is what a value contributes.
func own(op string, v float64) float64 {
	if op == "norm" {
		return v * v
	}
	return v
}

func neutral(op string) float64 {
	switch op {
	case "min":
		return math.Inf(1)
	case "max":
		return math.Inf(-1)
	}
	return 0
}

func combine(op string, a, b float64) float64 {
	switch op {
	case "min":
		return math.Min(a, b)
	case "max":
		return math.Max(a, b)
	}
	return a + b
}
