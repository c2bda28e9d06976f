package c

import (
	"fmt"
	"slices"

	"github.com/courant-pde/courant/codegen/ir"
)

// exchange fills the halo of one level from within the grid: axis by axis, so
// that corners come out right, each over all there is along the others.
func (p *printer) exchange(x *ir.HaloExchange) {
	a := p.k.Array(x.Array)
	if a.Folded {
		p.fold(a, x)
		return
	}
	for axis := range p.k.Axes {
		if a.Edges == nil || !a.Spans(axis) || a.Edges[axis] == [2]ir.Edge{} {
			continue
		}
		p.out.WriteString("\n")
		p.line("/* what lies beyond the ends of %s for %s */", commentText(p.k.Axes[axis]), commentText(a.Name))
		for _, c := range p.copies(a, axis, x.Width[axis]) {
			p.copyPlanes(a, x, axis, c)
		}
	}
}

// fold is the transpose of exchange: all of it the other way round.
func (p *printer) fold(a *ir.Array, x *ir.HaloExchange) {
	for axis := range slices.Backward(p.k.Axes) {
		if a.Edges == nil || !a.Spans(axis) || a.Edges[axis] == [2]ir.Edge{} {
			continue
		}
		p.out.WriteString("\n")
		p.line("/* what arose beyond the ends of %s of %s */", commentText(p.k.Axes[axis]), commentText(a.Name))
		for _, c := range slices.Backward(p.copies(a, axis, x.Width[axis])) {
			p.copyPlanes(a, x, axis, c)
		}
	}
}

// images are copies for a range of k, one after the other for each k. Those of
// an array that folds are made for the greatest k first, each the other way.
type images struct {
	lo, hi string
	each   []image
}

// image says that the value at to is made of that at from; an empty from makes
// it zero.
type image struct {
	to, from string
	minus    bool
}

// copies are those of interp.Copies, in the same order, for any length of the
// axis.
func (p *printer) copies(a *ir.Array, axis, width int) []images {
	n := p.size(axis)
	half := 0
	if a.Half != nil && a.Half[axis] {
		half = 1
	}
	all := fmt.Sprint(width)
	beyond := n + " - 1 + k"
	first, last := a.Edges[axis][0], a.Edges[axis][1]
	if first == ir.Wrap {
		return []images{{"1", all, []image{{to: "-k", from: n + " - k"}, {to: beyond, from: "k - 1"}}}}
	}
	var out []images
	if first == ir.Last {
		out = append(out, images{"1", all, []image{{to: "-k", from: "0"}}})
	}
	if last == ir.Last {
		out = append(out, images{"1", all, []image{{to: beyond, from: n + " - 1"}}})
	}
	if first == ir.Odd && half == 0 {
		out = append(out, images{"0", "0", []image{{to: "0"}}})
	}
	if last == ir.Odd && half == 0 {
		out = append(out, images{"0", "0", []image{{to: n + " - 1"}}})
	}
	below := image{to: "-k", from: shifted("k", -half), minus: first == ir.Odd}
	above := image{to: beyond, from: fmt.Sprintf("%s - %d - k", n, 1+half), minus: last == ir.Odd}
	// Of one mirror alone, an image must be one of the points of the axis.
	upTo := func(shift int) string { return fmt.Sprintf("least(%d, %s)", width, shifted(n, shift)) }
	switch {
	case first.Mirrors() && last.Mirrors():
		if half == 1 {
			out = append(out, images{"0", "0", []image{{to: n + " - 1", from: n + " - 2", minus: last == ir.Odd}}})
		}
		out = append(out, images{"1", all, []image{below, above}})
	case first.Mirrors():
		out = append(out, images{"1", upTo(half - 1), []image{below}})
	case last.Mirrors():
		out = append(out, images{fmt.Sprint(1 - half), upTo(-1 - half), []image{above}})
	}
	return out
}

// copyPlanes prints the loops over k and over the points of a plane, k just
// outside of the last axis. Threads share the first axis of a plane of two.
func (p *printer) copyPlanes(a *ir.Array, x *ir.HaloExchange, axis int, c images) {
	var others []int
	for _, o := range a.Axes {
		if o != axis {
			others = append(others, o)
		}
	}
	depth := 0
	open := func(format string, args ...any) {
		p.line(format, args...)
		p.indent++
		depth++
	}
	over := func(o int) {
		open("for (int64_t %s = %d; %s < %s; ++%s) {", p.axis(o), -x.Width[o], p.axis(o), shifted(p.size(o), x.Width[o]), p.axis(o))
	}
	if len(others) > 1 {
		p.line("#pragma omp for")
		for _, o := range others[:len(others)-1] {
			over(o)
		}
	} else {
		p.line("#pragma omp single")
	}
	if c.lo == "0" && c.hi == "0" {
		p.line("{")
		p.indent++
		depth++
	} else if a.Folded {
		open("for (int64_t k = %s; k >= %s; --k) {", c.hi, c.lo)
	} else {
		open("for (int64_t k = %s; k <= %s; ++k) {", c.lo, c.hi)
	}
	if len(others) > 0 {
		over(others[len(others)-1])
	}
	at := func(place string) string {
		index := ""
		for _, o := range a.Axes {
			i := p.axis(o)
			if o == axis {
				i = "(" + place + ")"
			}
			if o != len(p.k.Axes)-1 || len(a.Axes) != len(p.k.Axes) {
				i += "*" + p.stride(a, o)
			}
			if index != "" {
				index += " + "
			}
			index += i
		}
		return p.level(a, x.Time) + "[" + index + "]"
	}
	each := slices.Clone(c.each)
	if a.Folded {
		slices.Reverse(each)
	}
	for _, i := range each {
		sign, operator := "", "+="
		if i.minus {
			sign, operator = "-", "-="
		}
		switch {
		case i.from == "":
			p.line("%s = 0;", at(i.to))
		case a.Folded:
			p.line("%s %s %s;", at(i.from), operator, at(i.to))
			p.line("%s = 0;", at(i.to))
		default:
			p.line("%s = %s%s;", at(i.to), sign, at(i.from))
		}
	}
	for range depth {
		p.indent--
		p.line("}")
	}
}
