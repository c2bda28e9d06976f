package gradient

import (
	"math"
	"sync"
)

// packed is a level in 16 bits a number, with one scale for every block: each
// number is off by at most 1/65534 of the largest in its block.
type packed struct {
	scale  []float32
	number []int16
}

const blockLen = 64

// packedBytes is the size of n numbers, packed.
func packedBytes(n int64) int64 { return 2*n + 4*((n+blockLen-1)/blockLen) }

func pack[T float32 | float64](from []T, into *packed, threads int) *packed {
	if into == nil {
		into = &packed{make([]float32, (len(from)+blockLen-1)/blockLen), make([]int16, len(from))}
	}
	inBlocks(len(from), threads, func(block, lo, hi int) {
		largest := T(0)
		for _, v := range from[lo:hi] {
			largest = max(largest, v, -v)
		}
		into.scale[block] = float32(largest / math.MaxInt16)
		out := into.number[lo:hi]
		if into.scale[block] == 0 {
			clear(out)
			return
		}
		by := 1 / T(into.scale[block])
		for i, v := range from[lo:hi] {
			x := v * by
			if x >= 0 {
				out[i] = int16(min(x+0.5, math.MaxInt16))
			} else {
				out[i] = int16(max(x-0.5, -math.MaxInt16))
			}
		}
	})
	return into
}

func unpack[T float32 | float64](from *packed, into []T, threads int) {
	inBlocks(len(into), threads, func(block, lo, hi int) {
		by := T(from.scale[block])
		out := into[lo:hi]
		for i, v := range from.number[lo:hi] {
			out[i] = by * T(v)
		}
	})
}

// inBlocks calls f for every block of n numbers, in several threads.
func inBlocks(n, threads int, f func(block, lo, hi int)) {
	blocks := (n + blockLen - 1) / blockLen
	each := (blocks + threads - 1) / threads
	var all sync.WaitGroup
	for first := 0; first < blocks; first += each {
		all.Add(1)
		go func() {
			defer all.Done()
			for b := first; b < min(first+each, blocks); b++ {
				f(b, b*blockLen, min((b+1)*blockLen, n))
			}
		}()
	}
	all.Wait()
}
