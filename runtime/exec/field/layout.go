package field

import (
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
)

// Layout places a grid with a halo in memory: depth last and fastest, rows
// aligned to cache lines, and no stride a multiple of a page, since planes
// that lie whole pages apart compete for the same cache sets and table
// entries.
type Layout struct {
	Shape  []int    // points of the grid, without halo
	Halo   [][2]int // points in front of it and behind, per axis
	Stride []int64  // elements between neighbours, per axis
	Origin int64    // place of the first interior point
	Len    int64    // elements in all
}

const (
	cacheLine = 64
	page      = 4096
)

// NewLayout lays out a grid whose elements have size bytes. It fails when the
// grid has no points or more than 2^62 bytes.
func NewLayout(shape []int, halo [][2]int, size int) (*Layout, error) {
	line := int64(cacheLine / size)
	l := &Layout{Shape: shape, Halo: halo, Stride: make([]int64, len(shape))}
	last := len(shape) - 1
	total := 1.0
	for a, n := range shape {
		if n < 1 {
			return nil, fmt.Errorf("a grid of %v points: every axis needs at least one", shape)
		}
		total *= float64(n) + float64(halo[a][0]+halo[a][1]+2*cacheLine)
	}
	if total*float64(size) > math.Exp2(62) {
		return nil, fmt.Errorf("a grid of %v points does not fit any address space", shape)
	}
	front := up(int64(halo[last][0]), line) // so that every row of the interior starts a cache line
	stride := int64(1)
	for a := last; a >= 0; a-- {
		l.Stride[a] = stride
		n := int64(shape[a] + halo[a][0] + halo[a][1])
		if a == last {
			n = up(front+int64(shape[a]+halo[a][1]), line)
			l.Origin += front
		} else {
			l.Origin += int64(halo[a][0]) * stride
		}
		stride *= n
		if a > 0 && stride*int64(size)%page == 0 {
			stride += line
		}
	}
	l.Len = stride
	return l, nil
}

// up rounds n up to a multiple of m.
func up(n, m int64) int64 { return (n + m - 1) / m * m }

// Points is the number of grid points.
func (l *Layout) Points() int64 {
	n := int64(1)
	for _, s := range l.Shape {
		n *= int64(s)
	}
	return n
}

// rows calls f with the place of every row of the interior: start is its
// first point in the layout, number its place in an array without halo. With
// wide set, the rows of the halo of the outer axes are visited too, numbered
// by the nearest row of the interior. Rows are shared among goroutines by
// their place on the first axis: the first touch of fresh memory is most of
// the time that a large array takes.
func (l *Layout) rows(wide bool, f func(start int64, number int64)) {
	last := len(l.Shape) - 1
	bounds := func(axis int) (lo, hi int) {
		if wide {
			return -l.Halo[axis][0], l.Shape[axis] + l.Halo[axis][1]
		}
		return 0, l.Shape[axis]
	}
	var walk func(axis, lo, hi int, start, number int64)
	walk = func(axis, lo, hi int, start, number int64) {
		if axis == last {
			f(start, number)
			return
		}
		for i := lo; i < hi; i++ {
			nearest := min(max(i, 0), l.Shape[axis]-1)
			lo, hi := bounds(axis + 1)
			walk(axis+1, lo, hi, start+int64(i)*l.Stride[axis], number*int64(l.Shape[axis])+int64(nearest))
		}
	}
	lo, hi := bounds(0)
	workers := min(runtime.GOMAXPROCS(0), hi-lo)
	if last == 0 || l.Len < 1<<18 {
		workers = 1 // not worth a goroutine
	}
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			walk(0, lo+w*(hi-lo)/workers, lo+(w+1)*(hi-lo)/workers, l.Origin, 0)
		})
	}
	wait.Wait()
}

// Scatter copies an array without halo into a buffer of the layout. With
// extend the halo takes the value of the nearest point of the grid; otherwise
// it is left alone.
func Scatter[T, S float32 | float64](l *Layout, buffer []T, from []S, extend bool) {
	n := int64(l.Shape[len(l.Shape)-1])
	before, behind := int64(l.Halo[len(l.Halo)-1][0]), int64(l.Halo[len(l.Halo)-1][1])
	l.rows(extend, func(start, number int64) {
		row := from[number*n : (number+1)*n]
		out := buffer[start : start+n]
		for i, v := range row {
			out[i] = T(v)
		}
		if extend {
			for i := int64(1); i <= before; i++ {
				buffer[start-i] = T(row[0])
			}
			for i := int64(1); i <= behind; i++ {
				buffer[start+n-1+i] = T(row[n-1])
			}
		}
	})
}

// Gather copies the interior of a buffer of the layout into an array without
// halo.
func Gather[T, S float32 | float64](l *Layout, buffer []T, to []S) {
	n := int64(l.Shape[len(l.Shape)-1])
	l.rows(false, func(start, number int64) {
		out := to[number*n : (number+1)*n]
		for i, v := range buffer[start : start+n] {
			out[i] = S(v)
		}
	})
}

// CopyPlane makes the values with index to along an axis what image makes of those with
// index from, over the grid and the halo along all other axes. Indices count
// from the first point of the grid and may lie in the halo.
func CopyPlane[T any](l *Layout, buffer []T, axis int, to, from int64, image func(T) T) {
	var walk func(a int, at int64)
	walk = func(a int, at int64) {
		switch {
		case a == len(l.Shape):
			buffer[at+to*l.Stride[axis]] = image(buffer[at+from*l.Stride[axis]])
		case a == axis:
			walk(a+1, at)
		default:
			for i := -l.Halo[a][0]; i < l.Shape[a]+l.Halo[a][1]; i++ {
				walk(a+1, at+int64(i)*l.Stride[a])
			}
		}
	}
	walk(0, l.Origin)
}

// Fill sets the grid and its halo to one value.
func Fill[T float32 | float64](l *Layout, buffer []T, v T) {
	n := int64(l.Shape[len(l.Shape)-1])
	h := l.Halo[len(l.Halo)-1]
	l.rows(true, func(start, _ int64) {
		out := buffer[start-int64(h[0]) : start+n+int64(h[1])]
		for i := range out {
			out[i] = v
		}
	})
}

// Greatest is the greatest absolute value in the interior of a buffer without
// NaN.
func Greatest[T float32 | float64](l *Layout, buffer []T) T {
	n := int64(l.Shape[len(l.Shape)-1])
	var lock sync.Mutex
	var most T
	l.rows(false, func(start, _ int64) {
		var here T
		for _, v := range buffer[start : start+n] {
			if v < 0 {
				v = -v
			}
			if v > here {
				here = v
			}
		}
		lock.Lock()
		most = max(most, here)
		lock.Unlock()
	})
	return most
}

// NotFinite finds the first NaN or infinity in the interior of a buffer: its
// index on the grid, or nil when all values are finite.
func NotFinite[T float32 | float64](l *Layout, buffer []T) []int {
	return l.first(func(from, to int64) int {
		// x-x is 0 for finite x and NaN otherwise; NaN survives the sum.
		var sum T
		for _, v := range buffer[from:to] {
			sum += v - v
		}
		if sum == 0 {
			return -1
		}
		return firstNotFinite(buffer[from:to])
	})
}

// first finds the first point of the interior in whose row, between two places of the
// layout, find finds anything: its index on the grid, or nil.
func (l *Layout) first(find func(from, to int64) int) []int {
	n := int64(l.Shape[len(l.Shape)-1])
	var first atomic.Int64 // the least place found so far
	none := l.Points()
	first.Store(none)
	l.rows(false, func(start, number int64) {
		if number*n >= first.Load() {
			return
		}
		if i := find(start, start+n); i >= 0 {
			for at, old := number*n+int64(i), first.Load(); at < old && !first.CompareAndSwap(old, at); {
				old = first.Load()
			}
		}
	})
	found := first.Load()
	if found == none {
		return nil
	}
	index := make([]int, len(l.Shape))
	for a := len(l.Shape) - 1; a >= 0; a-- {
		index[a] = int(found % int64(l.Shape[a]))
		found /= int64(l.Shape[a])
	}
	return index
}
