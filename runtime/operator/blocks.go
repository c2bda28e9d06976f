package operator

import (
	"math"
	"time"
)

// blockSearch finds the extent of tiles while a run goes on: the result of a
// step does not depend on it, so every candidate is tried on steps that must
// be taken anyway, and the fastest serves the rest.
type blockSearch struct {
	best       []int64
	candidates [][]int64
	next       int // candidate on trial; len(candidates) when the search is over
	trial      int // steps of it that were measured
	least      time.Duration
	fastest    time.Duration
}

const (
	// Each candidate gets two groups of steps; the first warms the caches.
	trials = 2
	// The search may take a tenth of the run.
	searchShare = 10
)

func newBlockSearch(r *Run) *blockSearch {
	shape := r.args.Shape
	dim := len(shape)
	s := &blockSearch{fastest: math.MaxInt64}
	if r.args.Block != nil {
		for _, n := range r.args.Block {
			s.best = append(s.best, int64(n))
		}
		return s
	}
	extents := func(list ...int) [][]int64 {
		var out [][]int64
		for i := 0; i < len(list); i += dim - 1 {
			block := make([]int64, dim)
			for a := range dim - 1 {
				block[a] = int64(max(1, min(list[i+a], shape[a])))
			}
			block[dim-1] = int64(shape[dim-1])
			out = append(out, block)
		}
		return out
	}
	share := func(n int) int { return (n + r.args.Threads - 1) / r.args.Threads }
	switch dim {
	case 1:
		s.best = []int64{int64(shape[0])}
		return s
	case 2:
		s.candidates = extents(64, 16, 32, 128, 256, share(shape[0]))
	case 3:
		// Streaming along x within a tile keeps the planes around a row in
		// the cache; whole rows along z keep the streams few and long.
		s.candidates = extents(share(shape[0]), 32, 64, 32, 16, 16, 32, 16, 16, 32, 32, 64, 128, 16, share(shape[0]), 16, share(shape[0]), 64)
	default:
		block := make([]int64, dim)
		for a, n := range shape {
			block[a] = int64(n)
		}
		s.best = block
		return s
	}
	s.best = s.candidates[0]
	if steps := r.Last - r.First + 1; r.op.Library == nil || steps < searchShare*trials*len(s.candidates) {
		s.candidates = nil // not worth searching
	}
	return s
}

// propose gives the block for the next group of steps, and how many steps the
// group may have.
func (s *blockSearch) propose() (block []int64, atMost int) {
	if s.next >= len(s.candidates) {
		return s.best, math.MaxInt
	}
	return s.candidates[s.next], 1
}

// learn takes note of how long the proposed group took.
func (s *blockSearch) learn(took time.Duration, steps int) {
	if s.next >= len(s.candidates) {
		return
	}
	s.trial++
	if s.trial == 1 || took < s.least {
		s.least = took
	}
	if s.trial < trials {
		return
	}
	if s.least < s.fastest {
		s.fastest, s.best = s.least, s.candidates[s.next]
	}
	s.next, s.trial = s.next+1, 0
}
