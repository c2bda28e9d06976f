package gradient

// Binomial checkpointing (Griewank and Walther, ACM TOMS 26, 2000): to go back
// through a run of l segments with c places for states besides that of the
// start, the run is split where the part behind the split, gone through with
// c-1 places, and the part before it, with c, cost least together.

// schedule knows the best split and the cost of every length and number of
// places up to a bound.
type schedule struct {
	cost, split [][]int // by segments and by places
}

// newSchedule covers runs of up to segments.
func newSchedule(segments int) *schedule {
	s := &schedule{cost: make([][]int, segments+1), split: make([][]int, segments+1)}
	for l := 0; l <= segments; l++ {
		s.cost[l], s.split[l] = make([]int, segments+1), make([]int, segments+1)
		for c := range s.cost[l] {
			if l < 2 || c == 0 {
				s.cost[l][c] = l * (l + 1) / 2 // each from the start
				continue
			}
			best := -1
			for mid := 1; mid < l; mid++ {
				if n := mid + s.cost[l-mid][c-1] + s.cost[mid][c]; best < 0 || n < best {
					best, s.split[l][c] = n, mid
				}
			}
			s.cost[l][c] = best
		}
	}
	return s
}

// runs is the number of segments that are run in all, the first pass included,
// to go back through l segments with c places.
func (s *schedule) runs(l, c int) int { return s.cost[l][min(c, len(s.cost)-1)] }

// splitAt is where l segments are split with c places; 0 when they are not.
func (s *schedule) splitAt(l, c int) int {
	if l < 2 || c == 0 {
		return 0
	}
	return s.split[l][min(c, len(s.cost)-1)]
}
