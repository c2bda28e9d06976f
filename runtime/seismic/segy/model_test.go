package segy

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// mapFile has a trace for each place, with coordinates of ensembles in tenths of
// metres, in any order; a sample is 1000 for a step of x, 100 of y and 1 of depth.
func mapFile(nx, ny, nz int, at func(i, j int) (x, y float64)) *made {
	m := fieldFile(big, nx*ny, nz).file(map[int]any{3217: v16(5000)})
	order := rand.New(rand.NewPCG(1, 1)).Perm(nx * ny)
	for k, tr := range m.traces {
		i, j := order[k]/ny, order[k]%ny
		x, y := at(i, j)
		m.one(k, map[int]any{9: v32(k), 71: v16(-10), 73: v32(0), 81: v32(0), 117: v16(5000), 181: v32(math.Round(10 * x)), 185: v32(math.Round(10 * y))})
		for d := range nz {
			m.put(tr[240:], 1, map[int]any{1 + 4*d: f32(1000*i + 100*j + d)})
		}
	}
	return m
}

// A grid comes out whatever the order of its traces: in three dimensions along x
// and y, in two along a line of any azimuth, with rounded coordinates.
func TestReadModel(t *testing.T) {
	for name, c := range map[string]struct {
		nx, ny          int
		at              func(i, j int) (x, y float64)
		change          func(m *made)
		how             Reading
		origin, spacing []float64
	}{
		"3D":      {4, 3, func(i, j int) (x, y float64) { return 500 + 12.5*float64(i), 7000 + 25*float64(j) }, nil, Reading{}, []float64{500, 7000, 0}, []float64{12.5, 25, 5}},
		"2D":      {6, 1, func(i, _ int) (x, y float64) { return 100 + 20*float64(i), 30 }, nil, Reading{}, []float64{100, 0}, []float64{20, 5}},
		"along y": {6, 1, func(i, _ int) (x, y float64) { return 30, 100 + 20*float64(i) }, nil, Reading{}, []float64{100, 0}, []float64{20, 5}},
		"aslant":  {6, 1, func(i, _ int) (x, y float64) { return 30 * float64(i+1), 40 * float64(i+1) }, nil, Reading{}, []float64{50, 0}, []float64{50, 5}},
		"in feet from a depth on": {6, 1, func(i, _ int) (x, y float64) { return 20 * float64(i), 0 }, func(m *made) { m.file(map[int]any{3255: v16(2)}).every(map[int]any{109: v16(100)}) },
			Reading{}, []float64{0, 30.48}, []float64{6.096, 1.524}},
		"with an interval": {6, 1, func(i, _ int) (x, y float64) { return 20 * float64(i), 0 }, nil, Reading{Interval: 7.5}, []float64{0, 0}, []float64{20, 7.5}},
		"by receivers": {6, 1, func(i, _ int) (x, y float64) { return 20 * float64(i), 0 }, func(m *made) {
			for k, tr := range m.traces {
				x := int32(big.Uint32(tr[180:]))
				m.one(k, map[int]any{81: v32(x), 181: v32(0)})
			}
		}, Reading{}, []float64{0, 0}, []float64{20, 5}},
		"by other words": {6, 1, func(i, _ int) (x, y float64) { return 20 * float64(i), 0 }, func(m *made) {
			for k, tr := range m.traces {
				x := int32(big.Uint32(tr[180:]))
				m.one(k, map[int]any{201: v32(x), 181: v32(k)})
			}
		}, Reading{Words: Words{ReceiverX: Word{Byte: 201}, ReceiverY: Word{Byte: -1}}}, []float64{0, 0}, []float64{20, 5}},
	} {
		m := mapFile(c.nx, c.ny, 7, c.at)
		if c.change != nil {
			c.change(m)
		}
		got, err := ReadModel(m.save(t), c.how)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !slices.EqualFunc(got.Origin, c.origin, near) || !slices.EqualFunc(got.Spacing, c.spacing, near) {
			t.Errorf("%s: from %v on by %v, not %v by %v", name, got.Origin, got.Spacing, c.origin, c.spacing)
		}
		shape := []int{c.nx, c.ny, 7}
		if c.ny == 1 {
			shape = []int{c.nx, 7}
		}
		if !slices.Equal(got.Values.Shape, shape) {
			t.Errorf("%s: shape %v", name, got.Values.Shape)
			continue
		}
		for n := range got.Values.Len() {
			if want := float64(1000*(n/7/c.ny) + 100*(n/7%c.ny) + n%7); got.Values.At(n) != want {
				t.Errorf("%s: value %d is %g, not %g", name, n, got.Values.At(n), want)
				break
			}
		}
	}
}

// What is no regular grid is refused, with the trace.
func TestNoModel(t *testing.T) {
	line := func(i, _ int) (x, y float64) { return 20 * float64(i), 0 }
	for want, change := range map[string]func(m *made){
		"off a regular grid": func(m *made) {
			m.traces = slices.DeleteFunc(m.traces, func(tr []byte) bool { return big.Uint32(tr[180:]) == 400 })
		},
		"stands where":          func(m *made) { m.one(0, map[int]any{181: v32(200)}).one(1, map[int]any{181: v32(200)}) },
		"no regular grid":       func(m *made) { m.one(2, map[int]any{185: v32(5000)}) },
		"all traces stand":      func(m *made) { m.every(map[int]any{181: v32(0), 185: v32(0)}) },
		"is dead":               func(m *made) { m.one(3, map[int]any{29: v16(2)}) },
		"from 8 m on":           func(m *made) { m.one(3, map[int]any{109: v16(8)}) },
		"interval (117)":        func(m *made) { m.one(3, map[int]any{117: v16(1)}) },
		"sample 2 at byte 3845": func(m *made) { m.one(0, map[int]any{245: f32(math.NaN())}) },
	} {
		m := mapFile(6, 1, 7, line)
		change(m)
		if _, err := ReadModel(m.save(t), Reading{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, not %q", err, want)
		}
	}
	// A grid that is turned.
	turned := func(i, j int) (x, y float64) { return 30*float64(i) - 40*float64(j), 40*float64(i) + 30*float64(j) }
	if _, err := ReadModel(mapFile(5, 5, 3, turned).save(t), Reading{}); err == nil || !strings.Contains(err.Error(), "no regular grid") {
		t.Errorf("%v", err)
	}
}
