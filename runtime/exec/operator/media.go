package operator

import (
	"math"
	"runtime"
	"slices"
	"sync"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// media are the parameters at all points of a grid, one tuple of values each.
// There may be 10^8 points; what is looked at closely are cells: tuples that
// agree to some number of bits.
type media struct {
	shape  []int     // 1 along axes that nothing varies along
	values []float64 // of all parameters; those that vary are filled in
	vary   []*column
}

// column is a parameter that varies.
type column struct {
	place  int // among the values
	array  *field.Array
	stride []int // per grid axis
	low    float64
	high   float64
	log    bool // cells are of equal ratio, not of equal width
}

func newColumn(place int, a *field.Array, axes []int, dim int) *column {
	c := &column{place: place, array: a, stride: make([]int, dim)}
	step := 1
	for i := len(axes) - 1; i >= 0; i-- {
		c.stride[axes[i]] = step
		step *= a.Shape[i]
	}
	c.low, c.high = a.Range()
	c.log = c.low > 0 && c.high < 1e4*c.low && c.low > 1e-30 && c.high < 1e30
	return c
}

// precision is to how many bits of its range a parameter is told apart.
type precision int

const whole precision = 64 // to all bits that it has

// binning is how a column's values become digits.
type binning struct {
	whole, log bool
	low, scale float64
	first      uint32
}

func (c *column) binning(p precision) binning {
	b := binning{whole: p == whole, log: c.log, low: c.low}
	bins := math.Exp2(float64(p))
	if c.log {
		b.first = math.Float32bits(float32(c.low))
		b.scale = bins / (float64(math.Float32bits(float32(c.high))-b.first) + 1)
	} else {
		b.scale = (bins - 0.5) / (c.high - c.low)
	}
	return b
}

// digit is the bin of a value.
func (b *binning) digit(v float64) uint64 {
	switch {
	case b.whole:
		return math.Float64bits(v + 0) // -0 becomes 0
	case b.log: // the bits of a number grow like its logarithm
		return uint64(float64(math.Float32bits(float32(v))-b.first) * b.scale)
	}
	return uint64((v - b.low) * b.scale)
}

// code mixes the digits of n values from a place on into the codes of points.
func (c *column) code(p precision, from, step int, out []uint64) {
	b := c.binning(p)
	switch {
	case step == 0:
		digit := b.digit(c.array.At(from))
		for i := range out {
			out[i] = mix(out[i], digit)
		}
	case c.array.F64 != nil:
		for i, v := range c.array.F64[from : from+len(out)] {
			out[i] = mix(out[i], b.digit(v))
		}
	default:
		for i, v := range c.array.F32[from : from+len(out)] {
			out[i] = mix(out[i], b.digit(float64(v)))
		}
	}
}

// width is the width of the bin of a value.
func (c *column) width(p precision, v float64) float64 {
	switch {
	case p == whole:
		return 0
	case c.log: // bins are widest, as a part, where a binade begins
		return v * min(1, float64(math.Float32bits(float32(c.high))-math.Float32bits(float32(c.low))+1)*math.Exp2(-23-float64(p)))
	}
	return (c.high - c.low) * math.Exp2(-float64(p))
}

func mix(h, digit uint64) uint64 {
	h = (h ^ digit) * 0x9e3779b97f4a7c15
	return h ^ h>>32
}

// cells are tuples told apart to some precision, each with the first point that
// has it.
type cells struct {
	key   []uint64
	first []int // -1 where there is none
	n     int
}

func newCells(room int) *cells {
	c := &cells{key: make([]uint64, room), first: make([]int, room)}
	for i := range c.first {
		c.first[i] = -1
	}
	return c
}

func (c *cells) slot(key uint64) int {
	i := int(key) & (len(c.key) - 1)
	for c.first[i] >= 0 && c.key[i] != key {
		i = (i + 1) & (len(c.key) - 1)
	}
	return i
}

func (c *cells) has(key uint64) bool { return c.first[c.slot(key)] >= 0 }

func (c *cells) add(key uint64, point int) {
	i := c.slot(key)
	switch {
	case c.first[i] < 0:
		c.key[i], c.first[i] = key, point
		c.n++
	case point < c.first[i]:
		c.first[i] = point
	}
	if 2*c.n > len(c.key) {
		big := newCells(2 * len(c.key))
		for i, f := range c.first {
			if f >= 0 {
				big.add(c.key[i], f)
			}
		}
		*c = *big
	}
}

// points are the first points of all cells, in ascending order.
func (c *cells) points() []int {
	out := slices.DeleteFunc(slices.Clone(c.first), func(f int) bool { return f < 0 })
	slices.Sort(out)
	return out
}

// collect tells all points apart. Of every rows only one is read. It gives
// nothing when there are more than most cells.
func (m *media) collect(p precision, most, every int) *cells {
	parts := make([]*cells, runtime.GOMAXPROCS(0))
	m.rows(every, func(worker, row int, codes []uint64) bool {
		c := parts[worker]
		if c == nil {
			c = newCells(1024)
			parts[worker] = c
		}
		m.codes(p, row, codes)
		for i, key := range codes {
			if i == 0 || key != codes[i-1] {
				c.add(key, row*len(codes)+i)
			}
		}
		return c.n <= most
	})
	all := newCells(1024)
	for _, c := range parts {
		if c == nil {
			continue
		}
		for i, f := range c.first {
			if f >= 0 {
				all.add(c.key[i], f)
			}
		}
	}
	if all.n > most {
		return nil
	}
	return all
}

// within are the points in some cells, at most one for several neighbours that
// are equal.
func (m *media) within(s *cells, p precision) []int {
	parts := make([][]int, runtime.GOMAXPROCS(0))
	whole := make([][]uint64, len(parts))
	m.rows(1, func(worker, row int, codes []uint64) bool {
		m.codes(p, row, codes)
		if whole[worker] == nil {
			whole[worker] = make([]uint64, len(codes))
		}
		same := whole[worker]
		m.codes(64, row, same)
		for i, key := range codes {
			if (i == 0 || same[i] != same[i-1]) && s.has(key) {
				parts[worker] = append(parts[worker], row*len(codes)+i)
			}
		}
		return true
	})
	return slices.Concat(parts...)
}

// rows calls f by several workers, each with rows of its own and room for the
// codes of a row, until it is false.
func (m *media) rows(every int, f func(worker, row int, codes []uint64) bool) {
	last := len(m.shape) - 1
	rows := 1
	for _, k := range m.shape[:last] {
		rows *= k
	}
	workers := max(1, min(runtime.GOMAXPROCS(0), rows/every))
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			codes := make([]uint64, m.shape[last])
			for r := rows * w / workers; r < rows*(w+1)/workers; r++ {
				if r%every == 0 && !f(w, r, codes) {
					return
				}
			}
		})
	}
	wait.Wait()
}

// codes are the codes of a row of points.
func (m *media) codes(p precision, row int, out []uint64) {
	clear(out)
	last := len(m.shape) - 1
	for _, c := range m.vary {
		c.code(p, m.start(c, row), c.stride[last], out)
	}
}

// start is the place of a row's first value.
func (m *media) start(c *column, row int) (from int) {
	for axis := len(m.shape) - 2; axis >= 0; axis-- {
		from += row % m.shape[axis] * c.stride[axis]
		row /= m.shape[axis]
	}
	return from
}

// key is the code of one point.
func (m *media) key(p precision, point int) uint64 {
	h := uint64(0)
	at := m.index(point)
	for _, c := range m.vary {
		from := 0
		for axis, i := range at {
			from += i * c.stride[axis]
		}
		b := c.binning(p)
		h = mix(h, b.digit(c.array.At(from)))
	}
	return h
}

// index is a point as one index per axis.
func (m *media) index(point int) []int {
	at := make([]int, len(m.shape))
	for axis := len(at) - 1; axis >= 0; axis-- {
		at[axis] = point % m.shape[axis]
		point /= m.shape[axis]
	}
	return at
}

// at are the values of all parameters at a point.
func (m *media) at(point int) []float64 {
	out := slices.Clone(m.values)
	at := m.index(point)
	for _, c := range m.vary {
		from := 0
		for axis, i := range at {
			from += i * c.stride[axis]
		}
		out[c.place] = c.array.At(from)
	}
	return out
}

// precisions are those that are tried, the best first.
var precisions = []precision{whole, 20, 16, 12, 10, 8, 7, 6, 5, 4, 3, 2, 1}

// tell tells all points apart as well as most cells allow.
func (m *media) tell(most int) (*cells, precision) {
	points := 1
	for _, k := range m.shape {
		points *= k
	}
	rows := points / max(1, m.shape[len(m.shape)-1])
	every := min(max(1, points>>17), max(1, rows/16))
	for _, p := range precisions {
		// Few points show whether all of them would be too many.
		if every > 1 && m.collect(p, most/2, every) == nil {
			continue
		}
		if c := m.collect(p, most, 1); c != nil {
			return c, p
		}
	}
	c := newCells(16)
	c.add(0, 0)
	return c, 0
}

// tellSome is tell for some points.
func (m *media) tellSome(points []int, most int) (*cells, precision) {
	for _, p := range precisions {
		c := newCells(1024)
		for _, i := range points {
			if c.add(m.key(p, i), i); c.n > most {
				break
			}
		}
		if c.n <= most {
			return c, p
		}
	}
	c := newCells(16)
	c.add(0, points[0])
	return c, 0
}
