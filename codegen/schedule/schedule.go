// Package schedule says how a stencil program is carried out, as data: which statements
// share a nest of tiles, how tiles follow each other, what is kept in the memory of a
// thread, what threads and vector lanes share.
//
// In: a stencil.Program and a Schedule: Default, one of a file, by Parse, or one of the
// caller's. Out: a loop.Kernel, made by Apply, or *Illegal, which names the dependence
// that the schedule breaks; the values do not depend on it. Start at Schedule and
// docs/schedules.md; legal.go judges a schedule, apply.go and nest.go make the loops.
package schedule

import (
	"fmt"
	"slices"

	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/stencil"
)

// Schedule is one way to carry out a program.
type Schedule struct {
	Operator string   // name of the program
	Halos    []Halo   // of fields with halos of their own
	Slabs    []string // fields that are stored in the layers alone in which they are computed
	Ranks    []string // axes along which several ranks share the grid
	Groups   []Group  // every statement of a step in one of them, in order
}

// Halo is the halo of one field: per axis in front of the first point and
// behind the last one.
type Halo struct {
	Field string
	Width [][2]int
}

// Group is a number of statements that share a nest of tiles: a tile goes
// through all of them before the next tile begins.
type Group struct {
	Of       []string // labels of the statements; see stencil.Program.Labels
	Steps    int      // time steps that a tile takes; 0 counts as 1
	Tiles    []Tile   // outermost first
	Local    []Local
	Threads  Threads
	Dynamic  bool     // threads take tiles as they come, rather than a fixed share
	Jam      int      // rows that are computed together; 0 counts as 1
	Lanes    int      // of the last axis: 0 none, 1 as the C compiler sees fit, n in vectors of n
	Prefetch int      // points of a row ahead of a vector of which memory is asked for; 0 for none
	Usual    bool     // rows leave out coefficients in the box where those have their usual values
	Fission  []string // locals behind which loops are split, their values kept for a strip of a row
	Strip    int      // points of such a strip
	// OverlapExchange computes the interior while the halos of other ranks are on
	// their way.
	OverlapExchange bool
}

// Tile cuts an axis.
type Tile struct {
	Axis string
	Size int // points; 0 is chosen at run time
	Mode Mode
	// Skew moves the part of a tile that a statement covers down the axis, by so
	// many points for each statement of the group and by Slope more for each step
	// of a time tile. Without numbers it is the least that dependences allow.
	Skew  []int
	Slope int
}

// Mode says how tiles of an axis depend on each other.
type Mode int

// The modes of tiles.
const (
	Free    Mode = iota // not at all: they may follow in any order
	Skew                // in order: later statements stay behind earlier ones
	Overlap             // not at all, as each computes again what it needs of temporaries
)

// Local keeps a temporary field in the memory of a thread, for a tile.
type Local struct {
	Field string
	// Ring is the axis along which only some planes are kept, as tiles pass
	// along it; "" for none.
	Ring   string
	Planes int // 0 for as many as are needed
}

// Threads says what threads share.
type Threads int

// What threads share.
const (
	None   Threads = iota // nothing: one does it all
	Tiles                 // tiles
	Points                // the points of every statement, within each tile
	Parts                 // parts of the grid along the outermost tiles, which are skewed; what lies at the cuts between parts is done behind them
	Device                // blocks of a device take tiles, its threads their points
)

var threadWords = map[Threads]string{None: "none", Tiles: "tiles", Points: "points", Parts: "parts", Device: "device"}

// Maker finds a schedule for a program.
type Maker func(*stencil.Program, facts.Target) *Schedule

// Given is the maker of a schedule that is there.
func Given(s *Schedule) Maker {
	return func(*stencil.Program, facts.Target) *Schedule { return s }
}

// Trivial carries statements out one after the other, as they stand.
func Trivial(p *stencil.Program, _ facts.Target) *Schedule {
	s := &Schedule{Operator: p.Name}
	for _, label := range p.Labels() {
		s.Groups = append(s.Groups, Group{Of: []string{label}})
	}
	return s
}

// String names a group in messages.
func (g *Group) String() string { return fmt.Sprintf("group %v", g.Of) }

func (g *Group) steps() int { return max(1, g.Steps) }
func (g *Group) jam() int   { return max(1, g.Jam) }

// tile is the tile along an axis, nil when it is not cut.
func (g *Group) tile(axis string) *Tile {
	i := slices.IndexFunc(g.Tiles, func(t Tile) bool { return t.Axis == axis })
	if i < 0 {
		return nil
	}
	return &g.Tiles[i]
}

// local is how a field is kept, nil when it is an array.
func (g *Group) local(field string) *Local {
	i := slices.IndexFunc(g.Local, func(l Local) bool { return l.Field == field })
	if i < 0 {
		return nil
	}
	return &g.Local[i]
}

// shift is how far a statement's part of a tile is moved down the axis, in a
// step of the time tile.
func (t *Tile) shift(statement, step int) int {
	n := t.Slope * step
	if statement < len(t.Skew) {
		n += t.Skew[statement]
	}
	return n
}
