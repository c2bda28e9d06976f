package operator

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/courant-pde/courant/runtime/exec/jit"
)

// blockSearch finds the extent of tiles while a run goes on: the result of a
// step does not depend on it, so every candidate is tried on steps that must
// be taken anyway, and the fastest serves the rest. What was found is kept
// with the compiled code, per machine, grid and number of threads.
type blockSearch struct {
	best       []int64
	candidates [][]int64
	next       int // candidate on trial; len(candidates) when the search is over
	trial      int // steps of it that were measured
	least      time.Duration
	fastest    time.Duration
	record     string // where the result is kept, or empty
}

const (
	// Each candidate gets some steps, of which the fastest counts: the first
	// also loads caches.
	trials = 3
	// The search may take this part of a run.
	searchShare = 5
)

func newBlockSearch(r *Run) *blockSearch {
	s := &blockSearch{}
	if r.args.Block != nil {
		for _, n := range r.args.Block {
			s.best = append(s.best, int64(n))
		}
		for _, p := range r.op.Program.Signature.Parts { // shorter ones would overlap
			s.best[p.Axis] = max(s.best[p.Axis], int64(p.Least))
		}
		return s
	}
	candidates := tiles(r)
	s.best = candidates[0]
	if r.op.Library == nil || len(candidates) == 1 {
		return s
	}
	name := sha256.Sum256(fmt.Appendf(nil, "%s %v %d", r.op.Library.Key, r.args.Shape, r.args.Threads))
	s.record = "tile-" + hex.EncodeToString(name[:8])
	if cache, err := jit.OpenCache(); err == nil {
		var kept []int64
		if _, ok := cache.ReadRecord(s.record, &kept); ok && len(kept) == len(s.best) {
			s.best = kept
			return s
		}
	}
	if r.Last-r.First+1 >= searchShare*trials*len(candidates) {
		s.candidates = candidates
	}
	return s
}

// tiles lists the tiles worth trying on a grid, the likeliest first: see
// facts.Target.Tiles. Axes that the kernel does not tile at run time have one
// tile.
func tiles(r *Run) [][]int64 {
	shape, tiled := r.args.Shape, r.op.Program.Signature.Tiled
	cuts := r.op.Program.Target.Tiles[len(tiled)]
	if len(cuts) == 0 {
		cuts = [][]int{slices.Clone(shape)}
	}
	var out [][]int64
	for _, cut := range cuts {
		tile := make([]int64, len(shape))
		for axis, n := range shape {
			tile[axis] = int64(n)
			if i := slices.Index(tiled, axis); i >= 0 {
				extent := cut[i]
				if extent == 0 {
					extent = (n + r.args.Threads - 1) / r.args.Threads
				}
				tile[axis] = int64(max(1, min(extent, n)))
			}
		}
		for _, p := range r.op.Program.Signature.Parts { // one for each thread
			n := shape[p.Axis] + p.Beyond
			tile[p.Axis] = int64(max(p.Least, (n+r.args.Threads-1)/r.args.Threads))
		}
		out = append(out, tile)
	}
	return out
}

// resume searches even when the run is short or a result is kept.
func (s *blockSearch) resume(r *Run) {
	if r.args.Block == nil && r.op.Library != nil && s.candidates == nil {
		s.candidates, s.next, s.trial = tiles(r), 0, 0
	}
}

func (s *blockSearch) searching() bool { return s.next < len(s.candidates) }

// propose gives the tile for the next group of steps, and how many steps the
// group may have.
func (s *blockSearch) propose() (tile []int64, atMost int) {
	if !s.searching() {
		return s.best, math.MaxInt
	}
	return s.candidates[s.next], 1
}

// learn takes note of how long the proposed step took.
func (s *blockSearch) learn(took time.Duration) {
	if !s.searching() {
		return
	}
	if s.trial == 0 || took < s.least {
		s.least = took
	}
	if s.trial++; s.trial < trials {
		return
	}
	if s.next == 0 || s.least < s.fastest {
		s.fastest, s.best = s.least, s.candidates[s.next]
	}
	s.next, s.trial = s.next+1, 0
	if !s.searching() && s.record != "" {
		if cache, err := jit.OpenCache(); err == nil {
			_ = cache.WriteRecord(s.record, s.best) // it can be found again
		}
	}
}
