// Package cost counts what a program does at one grid point in one step, and
// bounds from that how fast a machine can be.
package cost

import (
	"github.com/courant-pde/courant/codegen/schedule"
	"github.com/courant-pde/courant/codegen/stencil"
)

// Cost is the work of a nest of loops, or of all nests of a step, at one grid
// point.
type Cost struct {
	Adds, Muls, Divs, Calls int // operations on real numbers
	Loads, Stores           int // accesses, each distinct one counted once
	// Bytes is the least traffic with memory: every time level of every array
	// that spans all axes is read at most once and written at most once. A
	// level that is written without being read counts twice, as processors
	// fetch a line before they change it.
	Bytes int
}

// Flops is the number of operations, divisions and functions counted as one.
func (c Cost) Flops() int { return c.Adds + c.Muls + c.Divs + c.Calls }

// Intensity is the number of operations per byte.
func (c Cost) Intensity() float64 { return float64(c.Flops()) / float64(max(c.Bytes, 1)) }

// Total is the cost of a step on a large grid under a schedule, where layers at
// its edges do not count. Memory is read and written once for all computes of a
// group, and once for all steps of a time tile; fields that a group keeps for a
// tile are in the cache, and coefficients are not read where they have the usual
// values that the group leaves out. What is carried out in some steps only counts as its
// average, in whole operations; it is left out where the number of steps is a
// scalar of the run.
func Total(p *stencil.Program, s *schedule.Schedule) Cost {
	var c Cost
	next := 0
	for _, g := range s.Groups {
		var together traffic
		for range g.Of {
			n, counts := nestOf(p, p.Step[next])
			next++
			if !counts || n.Thin || n.When != nil && (n.When.Last || n.When.Every.Scalar != "") {
				continue
			}
			every := 1
			if n.When != nil {
				every = max(1, n.When.Every.Number)
			}
			share := func(m int) int { return (m + every - 1) / every }
			bytes := 0
			if every == 1 {
				together.add(p, n.traffic, g)
			} else {
				bytes = share(n.Bytes)
			}
			c = Cost{c.Adds + share(n.Adds), c.Muls + share(n.Muls), c.Divs + share(n.Divs), c.Calls + share(n.Calls),
				c.Loads + share(n.Loads), c.Stores + share(n.Stores), c.Bytes + bytes}
		}
		steps := max(1, g.Steps)
		c.Bytes += (together.bytes(p) + steps - 1) / steps
	}
	return c
}

// Bound is the greatest number of grid points a second that a machine can
// process, given its bandwidth in bytes and its peak in operations a second,
// and which of the two sets it.
func (c Cost) Bound(bandwidth, peak float64) (points float64, by string) {
	memory, arithmetic := bandwidth/float64(max(c.Bytes, 1)), peak/float64(max(c.Flops(), 1))
	if memory <= arithmetic {
		return memory, "memory"
	}
	return arithmetic, "arithmetic"
}
