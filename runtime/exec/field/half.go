package field

import (
	"math"
	"runtime"
	"slices"
	"sync"

	"github.com/courant-pde/courant/backends/abi"
)

// Buffers in half precision. Their numbers are values divided by a unit, a power of
// two, so that all of half precision's range is used.

// GreatestHalf is the greatest absolute number in the interior of a buffer without NaN.
func GreatestHalf(l *Layout, buffer []abi.Half) abi.Half {
	n := int64(l.Shape[len(l.Shape)-1])
	var lock sync.Mutex
	var most abi.Half
	l.rows(false, func(start, _ int64) {
		var here abi.Half
		for _, v := range buffer[start : start+n] {
			here = max(here, v.Size())
		}
		lock.Lock()
		most = max(most, here)
		lock.Unlock()
	})
	return most
}

// NotFiniteHalf is NotFinite for half precision.
func NotFiniteHalf(l *Layout, buffer []abi.Half) []int {
	return l.first(func(from, to int64) int {
		return slices.IndexFunc(buffer[from:to], func(v abi.Half) bool { return !v.IsFinite() })
	})
}

// Widen makes values of all numbers of a buffer, halo and all.
func Widen(to []float32, from []abi.Half, unit float64) {
	u := float32(unit)
	parallel(len(to), func(begin, end int) {
		for i, v := range from[begin:end] {
			to[begin+i] = v.Widen() * u
		}
	})
}

// Narrow rounds all values of a buffer to half precision, halo and all.
func Narrow(to []abi.Half, from []float32, unit float64) {
	u := float32(1 / unit)
	parallel(len(to), func(begin, end int) {
		for i, v := range from[begin:end] {
			to[begin+i] = abi.Narrow(v * u)
		}
	})
}

// HalfUnit is the unit that suits a buffer's values: a power of two that makes the
// greatest finite one of them, the halo's among them, a number between 2^14 and 2^15.
func HalfUnit(values []float32) float64 {
	var lock sync.Mutex
	most := float32(0)
	parallel(len(values), func(begin, end int) {
		here := float32(0)
		for _, v := range values[begin:end] {
			if v = max(v, -v); v > here && v <= math.MaxFloat32 {
				here = v
			}
		}
		lock.Lock()
		most = max(most, here)
		lock.Unlock()
	})
	if most == 0 {
		return 1
	}
	_, exponent := math.Frexp(float64(most)) // most = fraction * 2^exponent, 1/2 <= fraction < 1
	return math.Ldexp(1, max(exponent-15, -126))
}

// HalfError is the greatest relative error that half precision makes with the
// interior's values that are not zero.
func HalfError(l *Layout, values []float32, unit float64) float64 {
	n := int64(l.Shape[len(l.Shape)-1])
	u, inverse := float32(unit), float32(1/unit)
	var lock sync.Mutex
	most := 0.0
	l.rows(false, func(start, _ int64) {
		here := 0.0
		for _, v := range values[start : start+n] {
			if v != 0 && v-v == 0 {
				here = max(here, math.Abs(float64(abi.Narrow(v*inverse).Widen()*u)/float64(v)-1))
			}
		}
		lock.Lock()
		most = max(most, here)
		lock.Unlock()
	})
	return most
}

// parallel calls f for parts of n numbers, in several goroutines where they are many.
func parallel(n int, f func(begin, end int)) {
	workers := min(runtime.GOMAXPROCS(0), n>>16+1)
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() { f(w*n/workers, (w+1)*n/workers) })
	}
	wait.Wait()
}
