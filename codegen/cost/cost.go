// Package cost counts what a kernel does at one grid point in one step, and
// bounds from that how fast a machine can be.
package cost

import (
	"fmt"

	"github.com/courant-pde/courant/codegen/ir"
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

// Nest is the cost of one nest.
type Nest struct {
	Note string // the equation that it carries out
	Cost
}

// Nests lists the nests of a step.
func Nests(k *ir.Kernel) []Nest {
	var out []Nest
	for _, s := range k.Step {
		l, ok := s.(*ir.Loop)
		if !ok {
			continue
		}
		n := Nest{}
		reads, writes := map[string]bool{}, map[string]bool{}
		loads, stores := map[string]bool{}, map[string]bool{}
		ir.VisitStmts([]ir.Stmt{l}, func(s ir.Stmt) {
			if a, ok := s.(*ir.Assign); ok {
				if n.Note == "" {
					n.Note = a.Note
				}
				stores[place(a.Target)] = true
				writes[stream(k, a.Target)] = true
			}
			v := ir.Value(s)
			if v == nil {
				return
			}
			c := ir.CostOf(v)
			n.Adds, n.Muls, n.Divs, n.Calls = n.Adds+c.Adds, n.Muls+c.Muls, n.Divs+c.Divs, n.Calls+c.Calls
			ir.VisitExpr(v, func(e ir.Expr) {
				if a, ok := e.(*ir.Access); ok {
					loads[place(a)] = true
					reads[stream(k, a)] = true
				}
			})
		})
		n.Loads, n.Stores = len(loads), len(stores)
		for s := range reads {
			n.Bytes += bytes(s, k)
		}
		for s := range writes {
			n.Bytes += bytes(s, k)
			if !reads[s] {
				n.Bytes += bytes(s, k)
			}
		}
		out = append(out, n)
	}
	return out
}

// Total is the cost of a step.
func Total(k *ir.Kernel) Cost {
	var c Cost
	for _, n := range Nests(k) {
		c = Cost{c.Adds + n.Adds, c.Muls + n.Muls, c.Divs + n.Divs, c.Calls + n.Calls, c.Loads + n.Loads, c.Stores + n.Stores, c.Bytes + n.Bytes}
	}
	return c
}

func place(a *ir.Access) string { return fmt.Sprint(a.Array, a.Time, a.Offset) }

// stream names the buffer that an access goes to; empty for arrays that do
// not span all axes, which stay in the cache.
func stream(k *ir.Kernel, a *ir.Access) string {
	array := k.Array(a.Array)
	if len(array.Axes) < len(k.Axes) {
		return ""
	}
	return fmt.Sprint(a.Array, ((a.Time%array.Buffers)+array.Buffers)%array.Buffers)
}

func bytes(stream string, k *ir.Kernel) int {
	if stream == "" {
		return 0
	}
	return k.Real.Size()
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
