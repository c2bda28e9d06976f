// Package dsltest makes random operator files, for tests of all that reads or runs them.
// In: random numbers, and Options: the number of axes, and what an operator may not have.
// Out: the text of one operator, which couples two scalar wavefields and one vector.
// Guaranteed: package check finds no fault in it, and equal numbers give equal text.
// Start at Operator; what an expression may hold stands in expression.go.
package dsltest

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/courant-pde/courant/dsl/check"
)

// Options say what an operator is for.
type Options struct {
	Dim     int  // axes of the grid: 1, 2 or 3
	Forward bool // never in steps that run backward, which have no adjoint
	Linear  bool // in its wavefields and sources
}

// Operator writes an operator with every kind of statement that computes, on places and means,
// mirrors and periodic axes, regions and several levels. It has sources src, receivers rec
// and some of early, an image g, a history past and a series size. Values that begin below 1
// stay near 1 for a dozen steps of 0.05.
func Operator(r *rand.Rand, o Options) string {
	w := &writer{Rand: r, linear: o.Linear, axes: check.AxisNames(o.Dim), known: map[string]bool{}}
	w.space, w.time = 2*(1+w.IntN(3)), 1+w.IntN(3)
	w.profile = w.IntN(2) == 0
	w.ahead, w.behind, w.toNext, w.toLast = "forward", "backward", "dt", "dtl(order 1)"
	backward := !o.Forward && w.IntN(3) == 0
	if backward {
		w.ahead, w.behind, w.toNext, w.toLast = w.behind, w.ahead, w.toLast, w.toNext
	}
	axis := w.pick(w.axes...)
	w.text.WriteString("operator random {\n")
	w.declare(axis, backward)
	if w.IntN(2) == 0 {
		w.line("sample early from %s", w.early(axis))
	}
	target, late := w.pick("u", "w", "v."+axis), w.IntN(2) == 0
	for _, name := range []string{"u", "v", "w"} {
		w.update(name)
		// A late source may stand behind what reads its target without it.
		if late && name == "w" || !late && name == target[:1] {
			w.line("inject 0.1*src*%s into %s.%s", w.pick("b", "dt", "m*b", "p"), target, w.ahead)
		}
	}
	w.line("sample rec from %s", w.pick(w.scalar(0), w.scalar(1), "u + w", "b*w"))
	w.line("g += 0.01*%s %s %s", w.scalar(1), w.maybe("in part"), w.maybe("every 2"))
	w.line("save past from %s %s", w.scalar(w.IntN(2)), w.maybe("every 3"))
	w.line("reduce size from %s(%s) %s", w.pick("sum", "min", "max", "norm"), w.scalar(1), w.maybe("in part"))
	w.text.WriteString("}\n")
	return w.text.String()
}

// writer writes one operator.
type writer struct {
	*rand.Rand
	text        strings.Builder
	axes        []string
	space, time int // orders
	linear      bool
	profile     bool            // there is a vector field on its axis
	known       map[string]bool // wavefields whose next level is computed

	ahead, behind  string // what the next level is called, and the one before this
	toNext, toLast string // the rates from this level to the next, and from the one before
}

func (w *writer) line(format string, args ...any) {
	w.text.WriteString(strings.TrimRight(fmt.Sprintf("    "+format, args...), " ") + "\n")
}

func (w *writer) pick(all ...string) string { return all[w.IntN(len(all))] }

func (w *writer) maybe(text string) string { return w.pick("", text) }

// declare writes what stands before the statements that compute.
func (w *writer) declare(axis string, backward bool) {
	w.line("order space %d, time %d", w.space, w.time)
	w.line("field m %s", w.maybe("staggered "+axis))
	w.line("field b %s", w.maybe("harmonic"))
	w.line("field p on %s", axis)
	if w.profile {
		w.line("vector field d on its axis")
	}
	saved := w.maybe("saved")
	if backward {
		saved = ""
	}
	w.line("wavefield u %s", saved)
	w.line("wavefield w %s", w.maybe("staggered "+axis))
	w.line("vector wavefield v %s", w.pick("", "staggered", "staggered faces"))
	w.line("image g %s", w.maybe("folded"))
	switch w.IntN(4) {
	case 0:
		w.line("boundary u, v %s at %s %s", w.pick("odd", "even"), w.pick("first", "last", "both"), axis)
	case 1:
		w.line("periodic %s", axis)
	case 2:
		w.line("boundary b zero")
		w.line("boundary m even at first %s", axis)
	}
	w.line("region part = %s %d along %s", w.pick("first", "last", "inner", "all but first"), 1+w.IntN(3), axis)
}

// update computes the next level of a wavefield, from little more than what it was.
func (w *writer) update(name string) {
	next := name + "." + w.ahead
	old := w.pick(name+" + 0.01", "0.9*"+name+" + 0.05")
	switch {
	case name == "v":
		w.line("%s = %s*%s", next, old, w.vector(1+w.IntN(2)))
	case name == "u" && w.IntN(2) == 0:
		w.line("solve %s*u.%s + b*u = 0.1*%s for %s", w.pick("m", "(1 + m)"), w.toNext, w.scalar(1+w.IntN(2)), next)
	default:
		w.line("%s = %s*%s", next, old, w.scalar(1+w.IntN(3)))
	}
	w.known[name] = true
	if name == "w" && w.IntN(2) == 0 {
		w.line("%s = 0.5*w in part", next)
	}
}
