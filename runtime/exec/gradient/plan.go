package gradient

import (
	"fmt"
	"strings"

	"github.com/courant-pde/courant/runtime/exec/operator"
)

// Keep is a way to have the wavefields of the forward run at hand when time
// runs backward.
type Keep int

// The ways. All and Checkpoints give the same bits, Boundary the same to rounding;
// Sampled and Rounded are approximations, and smaller.
const (
	Automatic   Keep = iota // All when that fits the memory, otherwise Checkpoints
	All                     // every level of every wavefield that is needed
	Checkpoints             // some states, from which segments of the run are repeated
	Sampled                 // every few steps only, which is enough where waves are oversampled in time
	Rounded                 // every level in half the bits, with a scale for every 64 numbers
	Boundary                // the values in sponges; the rest is computed backward from the last levels
)

var keeps = []string{"automatic", "all", "checkpoints", "sampled", "rounded", "boundary"}

func (k Keep) String() string { return keeps[k] }

// ParseKeep reads the name of a way. Error: operator.BadArguments, there is none such.
func ParseKeep(name string) (Keep, error) {
	for i, n := range keeps {
		if n == name {
			return Keep(i), nil
		}
	}
	return 0, badStorage("there is no way %q to keep wavefields: choose %s", name, strings.Join(keeps, ", "))
}

// Storage says how wavefields are kept.
type Storage struct {
	Keep   Keep
	Memory int64  // bytes that a gradient may take in all; 0 for three quarters of what is free
	Every  int    // Sampled: steps from one to the next; 0 for 4
	Disk   string // folder for checkpoints that the memory has no room for; "" for none
	// DiskBytes is what these may take; 0 for no limit.
	DiskBytes int64
}

// Plan is how a gradient is computed.
type Plan struct {
	Keep      Keep
	Every     int   // of Sampled
	Steps     int   // of the run
	Segments  int   // that the run is cut into; 1 when nothing is repeated
	Length    int   // steps of a segment
	Places    int   // for states, that of the start included
	OnDisk    int   // places of these that are on disk
	Levels    int   // time levels that the forward run keeps
	Plain     bool  // steps whose levels nobody reads are those of the plain operator, beside the one that keeps levels
	Bytes     int64 // predicted peak of memory: arrays, levels, states
	DiskBytes int64
	Disk      string // folder of these
	// Recompute is the number of forward steps by the steps of the run.
	Recompute float64
}

// String says in one line what a user wants to know of a plan.
func (p Plan) String() string {
	text := fmt.Sprintf("keeps %s", p.Keep)
	switch p.Keep {
	case All:
		text = "keeps all levels"
	case Checkpoints:
		text = fmt.Sprintf("keeps %d checkpoints and %d levels, %d segments of %d steps", p.Places, p.Levels, p.Segments, p.Length)
		if p.OnDisk > 0 {
			text += fmt.Sprintf(", %d of the checkpoints on disk", p.OnDisk)
		}
	case Sampled:
		text = fmt.Sprintf("keeps the levels about every %d. step", p.Every)
	case Boundary:
		text = "keeps the values in sponges and computes the rest backward"
	case Rounded:
		text = "keeps all levels in half the bits"
	}
	return fmt.Sprintf("%s; %s of memory, %.2f forward steps a step", text, mebibytes(p.Bytes), p.Recompute)
}

// badStorage says what is wrong with a storage, such as that it has no room for a gradient.
func badStorage(format string, args ...any) error {
	return operator.BadArguments{fmt.Sprintf(format, args...)}
}

func mebibytes(n int64) string {
	if n >= 10<<30 {
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	}
	return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20))
}

// sizes is what a plan is made of, in bytes and levels.
type sizes struct {
	steps  int
	fixed  int64 // arrays of both runs besides the levels that the forward run keeps
	level  int64 // one level of everything that the forward run keeps
	state  int64
	needed int64 // one level of what the backward run reads
	real   int   // bytes of a number
	back   int   // levels before a step's own that it or the backward step reads
	plain  int64 // what a run of the plain operator beside the forward run takes; 0 where there is none
	shells int64 // what cannot be computed backward, and the run that does so; 0 when that was not asked for
	ahead  int   // levels behind it that the backward step reads
}

// mostSegments bounds the length of a schedule.
const mostSegments = 200

// plan chooses the cheapest way within the storage.
func plan(s Storage, z sizes, free int64) (Plan, error) {
	budget := s.Memory
	if budget == 0 {
		budget = free / 4 * 3
	}
	whole := Plan{Keep: All, Steps: z.steps, Segments: 1, Length: z.steps, Places: 0, Levels: z.steps + z.back + z.ahead, Recompute: 1}
	whole.Bytes = z.fixed + int64(whole.Levels)*z.level
	few := z.back + z.ahead + 2
	switch s.Keep {
	case All:
		return whole, fits(whole, budget, s)
	case Sampled:
		p := Plan{Keep: Sampled, Every: s.Every, Steps: z.steps, Segments: 1, Length: z.steps, Levels: few, Recompute: 1}
		if p.Every == 0 {
			p.Every = 4
		}
		kept := min(p.Every, z.back+z.ahead+1) // levels of every p.Every
		p.Bytes = z.fixed + int64(few)*z.level + int64((z.steps+p.Every-1)/p.Every*kept+1)*z.needed
		return p, fits(p, budget, s)
	case Boundary:
		p := Plan{Keep: Boundary, Steps: z.steps, Segments: 1, Length: z.steps, Levels: few, Recompute: 2}
		p.Bytes = z.fixed + int64(few)*z.level + z.shells
		return p, fits(p, budget, s)
	case Rounded:
		p := Plan{Keep: Rounded, Steps: z.steps, Segments: 1, Length: z.steps, Levels: few, Recompute: 1}
		p.Bytes = z.fixed + int64(few)*z.level + int64(z.steps+few)*packedBytes(z.needed/int64(z.real))
		return p, fits(p, budget, s)
	}
	if s.Keep == Automatic && whole.Bytes <= budget {
		return whole, nil
	}
	best, found := z.checkpoints(s, budget, false)
	if z.plain > 0 {
		// It is faster, and has less memory for checkpoints.
		if p, also := z.checkpoints(s, budget, true); also && (!found || p.cost() < best.cost()) {
			best, found = p, true
		}
	}
	if !found {
		least := z.fixed + int64(1+z.back+z.ahead)*z.level + z.state
		return best, badStorage("a gradient of this grid needs at least %s of memory, and %s are allowed; allow more, or choose a smaller grid or single precision", mebibytes(least), mebibytes(budget))
	}
	return best, nil
}

// plainStep is what a step takes whose level is not kept, by one whose level is: a kept
// level is another buffer that is written, 20 bytes a point in place of 16 or less.
const plainStep = 0.8

// cost is the time of the forward steps and of copying states, in steps that keep their
// levels. A copy takes about one: it reads and writes the levels of a state.
func (p Plan) cost() float64 {
	again := float64(p.Steps) * (p.Recompute - 1)
	copies := 2 * p.Segments // each state is saved, and set back to
	if p.Plain {
		again *= plainStep
		copies += p.Segments // and handed over
	}
	return float64(p.Steps+copies) + again
}

// checkpoints is the cheapest number of segments within a budget, with or without the
// plain operator.
func (z sizes) checkpoints(s Storage, budget int64, plain bool) (best Plan, found bool) {
	taken := int64(0)
	if plain {
		taken = z.plain
	}
	all := newSchedule(min(mostSegments, z.steps))
	for segments := 2; segments <= min(mostSegments, z.steps); segments++ {
		length := (z.steps + segments - 1) / segments
		p := Plan{Keep: Checkpoints, Steps: z.steps, Segments: (z.steps + length - 1) / length, Length: length, Levels: length + z.back + z.ahead, Plain: plain, Disk: s.Disk}
		p.Bytes = z.fixed + taken + int64(p.Levels)*z.level
		p.Places = int(min(max(0, budget-p.Bytes)/max(z.state, 1), int64(p.Segments)))
		p.Bytes += int64(p.Places) * z.state
		if s.Disk != "" {
			p.OnDisk = p.Segments - p.Places
			if s.DiskBytes > 0 {
				p.OnDisk = int(min(int64(p.OnDisk), s.DiskBytes/max(z.state, 1)))
			}
			p.Places, p.DiskBytes = p.Places+p.OnDisk, int64(p.OnDisk)*z.state
		}
		if p.Places < 1 || p.Bytes > budget {
			continue
		}
		p.Recompute = float64(all.runs(p.Segments, p.Places-1)*length) / float64(z.steps)
		if !found || p.cost() < best.cost() {
			best, found = p, true
		}
	}
	return best, found
}

func fits(p Plan, budget int64, s Storage) error {
	if p.Bytes <= budget {
		return nil
	}
	return badStorage("keeping wavefields this way (%s) needs %s of memory, and %s are allowed; use checkpoints, or allow more", p.Keep, mebibytes(p.Bytes), mebibytes(budget))
}
