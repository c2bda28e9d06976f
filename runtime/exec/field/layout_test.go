package field

import (
	"math"
	"testing"
)

func TestLayout(t *testing.T) {
	for _, shape := range [][]int{{1}, {37}, {5, 9}, {3, 4, 250}, {2, 256, 240}, {1, 1, 1}} {
		halo := make([][2]int, len(shape))
		for a := range halo {
			halo[a] = [2]int{3 - a, 2 + a}
		}
		l, err := NewLayout(shape, halo, 4)
		if err != nil {
			t.Fatal(err)
		}
		for a, s := range l.Stride[:len(shape)-1] {
			if s*4%page == 0 || s*4%cacheLine != 0 {
				t.Errorf("%v: axis %d has stride %d: rows must be whole lines, no stride whole pages", shape, a, s)
			}
		}
		if l.Origin*4%cacheLine != 0 && l.Stride[0] > 1 {
			t.Errorf("%v: the interior starts at %d, within a cache line", shape, l.Origin)
		}
		from := New32(shape...)
		for i := range from.F32 {
			from.F32[i] = float32(i + 1)
		}
		buffer := make([]float32, l.Len)
		Fill(l, buffer, 7)
		Scatter(l, buffer, from.F32, true)
		to := New64(shape...)
		Gather(l, buffer, to.F64)
		for i := range to.F64 {
			if to.F64[i] != float64(i+1) {
				t.Fatalf("%v: value %d came back as %g", shape, i, to.F64[i])
			}
		}
		first, last := l.Origin, l.Origin
		for a := range shape {
			first -= int64(halo[a][0]) * l.Stride[a]
			last += int64(shape[a]-1+halo[a][1]) * l.Stride[a]
		}
		if first < 0 || last >= l.Len {
			t.Fatalf("%v: corners of the halo at %d and %d of %d", shape, first, last, l.Len)
		}
		if buffer[first] != 1 || buffer[last] != float32(len(from.F32)) {
			t.Errorf("%v: corners of the halo are %g and %g", shape, buffer[first], buffer[last])
		}
		if NotFinite(l, buffer) != nil {
			t.Errorf("%v: all values are finite", shape)
		}
		bad := len(from.F32) / 2
		from.F32[bad] = float32(math.Inf(-1))
		Scatter(l, buffer, from.F32, true)
		if got, want := NotFinite(l, buffer), from.Index(bad); len(got) != len(want) || got[0] != want[0] || got[len(got)-1] != want[len(want)-1] {
			t.Errorf("%v: found %v, want %v", shape, got, want)
		}
	}
}

func TestLayoutLimits(t *testing.T) {
	for _, shape := range [][]int{{0}, {4, -1}, {1 << 40, 1 << 40}} {
		if _, err := NewLayout(shape, make([][2]int, len(shape)), 4); err == nil {
			t.Errorf("%v was accepted", shape)
		}
	}
	// More than 2^31 points: indices must not wrap.
	l, err := NewLayout([]int{2000, 1500, 1000}, [][2]int{{4, 4}, {4, 4}, {4, 4}}, 4)
	if err != nil || l.Len < 3e9 || l.Points() != 3e9 {
		t.Errorf("%+v, %v", l, err)
	}
}
