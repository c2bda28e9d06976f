package machine

import "math"

// Sets are sizes in bytes of what a loop goes over again and again, one for each
// place where it then stays; 0 where there is no such size.
type Sets struct{ L2, L3, Memory int64 }

// Sets chooses them for a number of threads: half of the second-level caches; the
// geometric mean of twice these and half of the third level, which is far from both;
// and four times the third level, but no more than a quarter of the free memory.
func (m Machine) Sets(threads int) Sets {
	second := m.second(threads)
	s := Sets{L2: second / 2, Memory: max(4*m.L3Total, 512<<20)}
	if low, high := 2*second, m.L3Total/2; second > 0 && low < high {
		s.L3 = int64(math.Sqrt(float64(low) * float64(high)))
	}
	if m.Available > 0 {
		s.Memory = min(s.Memory, m.Available/4)
	}
	return s
}

// Home is where that many bytes stay that a loop goes over again and again: L2, L3
// or memory. Other loops need some of the last level too.
func (m Machine) Home(bytes float64, threads int) string {
	switch {
	case bytes <= float64(m.second(threads)):
		return "L2"
	case bytes <= 0.75*float64(m.L3Total):
		return "L3"
	}
	return "memory"
}

// second is the size of the second-level caches of that many threads, one each.
func (m Machine) second(threads int) int64 { return m.L2 * int64(min(threads, max(m.Cores, 1))) }

// Bandwidth is that in place of a home, in GB/s, or of memory where the home's was
// not measured.
func (f Figures) Bandwidth(home string) float64 {
	switch {
	case home == "L2" && f.L2 > 0:
		return f.L2
	case home != "memory" && f.L3 > 0:
		return f.L3
	}
	return f.InPlace
}
