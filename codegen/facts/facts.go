// Package facts says what the compiler has to know of a target and a machine:
// figures that passes and schedules weigh, each with what it is for. A target
// gives them (backends.Target.Facts); nothing else in the compiler depends on
// which target it is.
package facts

// Target are the facts of a target.
type Target struct {
	// Rows is the number of rows of memory that a processor follows at once.
	// Stencils of more are computed in two goes.
	Rows int
	// Strip is the number of points of a row that the first go keeps for the
	// second: their values have to stay in the first cache.
	Strip int
	// TemporaryFlops is the number of operations per point that a temporary
	// array has to save, as it costs a write and a read of memory.
	TemporaryFlops int
	// NestsTogether is the number of loop nests of a step up to which they stand
	// in one function: the time that a compiler takes grows faster than a
	// function.
	NestsTogether int
	// Dynamic says that threads take tiles as they come, rather than a fixed
	// share each.
	Dynamic bool
	// Tiles are the extents of tiles that are worth trying, by the number of
	// axes that are cut, the likeliest first; 0 stands for an equal share of
	// the axis for each thread.
	Tiles map[int][][]int
	// StreamedRows is the number of rows of a block that streams along the first
	// axis with temporaries in rings of planes, KeptRows that of a block that holds
	// temporaries of whole rows where there is no such axis: the more rows, the less
	// is computed twice at their ends, as long as it all fits the second cache.
	StreamedRows, KeptRows int
	// Vector is the number of bytes that a vector instruction works on; 0 leaves
	// vectors to the compiler of the target.
	Vector int
	// Prefetch is how many bytes ahead of the one at hand a row asks for the memory
	// of each array; 0 leaves that to the processor.
	Prefetch int
	// Usual says that coefficients are left out where they have their usual values,
	// Slabs that fields of layers are stored there alone, Join that computes share a
	// nest where that spares memory.
	Usual, Slabs, Join bool
	// L2 is the size in bytes of the second cache of a core, Cores the number of
	// threads that a run is likely to have; 0 where they are not known.
	L2, Cores int
	// Pass is the number of steps, at least 1, that one pass over the grid takes
	// wherever that is legal, whether it pays or not; 0 leaves it to the schedule.
	Pass int
	// Block is, of a device, the extent of a block of threads along the axes, from
	// the last one; nil for processors.
	Block []int
}

// Machine are the facts of the machine at hand, as far as they are known.
type Machine struct {
	Vector   int // bytes of its vectors
	Prefetch int // bytes ahead at which asking for memory pays, 0 where it does not
	L2       int // bytes of the second cache of a core
	Cores    int
}

// On are the facts of a target on a machine.
func (t Target) On(m Machine) Target {
	if t.Block == nil {
		t.Vector, t.Prefetch, t.L2, t.Cores = m.Vector, m.Prefetch, m.L2, m.Cores
	}
	return t
}

// CPU are the facts of processors with caches, measured on AMD Zen 3 and Intel
// Emerald Rapids: see docs/performance.md.
var CPU = Target{
	Rows:           16,
	Strip:          1024,
	TemporaryFlops: 12,
	NestsTogether:  12,
	StreamedRows:   16,
	KeptRows:       32,
	Dynamic:        true,
	Usual:          true,
	Slabs:          true,
	Join:           true,
	Tiles: map[int][][]int{
		1: {{64}, {16}, {32}, {128}, {256}, {0}},
		// Streaming along the first axis within a tile keeps the planes around a
		// row in the cache, the more of them the narrower the tile is along the
		// second.
		2: {{32, 32}, {0, 32}, {64, 16}, {16, 16}, {64, 64}, {0, 16}, {0, 64}, {8, 8}, {128, 8}},
	},
}

// GPU are the facts of graphics processors: a block of threads takes a tile,
// whose last axis is as long as the threads that read memory together.
var GPU = Target{
	Rows:           1 << 20, // rows are no limit: memory is read by many threads
	Strip:          1024,
	TemporaryFlops: 12,
	Block:          []int{32, 8, 4},
}
