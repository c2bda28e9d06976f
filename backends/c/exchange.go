package c

import (
	"fmt"
	"slices"

	"github.com/courant-pde/courant/codegen/ir"
)

// exchange fills the halo of one level from within the grid: axis by axis, so
// that corners come out right, each over all there is along the others. A
// value whose image would lie beyond the other end of the axis is left alone.
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

// mirror is a range of k for which the value at to is made of that at from;
// an empty from makes it zero.
type mirror struct {
	lo, hi   string
	to, from string
	minus    bool
}

func (p *printer) copies(a *ir.Array, axis, width int) []mirror {
	n := p.size(axis)
	half := 0
	if a.Half != nil && a.Half[axis] {
		half = 1
	}
	// An image k places inside of an axis of n points must be one of them.
	upTo := func(length string, shift int) string {
		return fmt.Sprintf("least(%d, %s)", width, shifted(length, shift))
	}
	first, last := a.Edges[axis][0], a.Edges[axis][1]
	if first == ir.Wrap {
		return []mirror{
			{lo: "1", hi: upTo(n, 0), to: "-k", from: n + " - k"},
			{lo: "1", hi: upTo(n, 0), to: n + " - 1 + k", from: "k - 1"},
		}
	}
	var out []mirror
	if first == ir.Last {
		out = append(out, mirror{lo: "1", hi: fmt.Sprint(width), to: "-k", from: "0"})
	}
	if last == ir.Last {
		out = append(out, mirror{lo: "1", hi: fmt.Sprint(width), to: n + " - 1 + k", from: n + " - 1"})
	}
	if first == ir.Odd && half == 0 {
		out = append(out, mirror{lo: "0", hi: "0", to: "0"})
	}
	if first == ir.Even || first == ir.Odd {
		out = append(out, mirror{lo: "1", hi: upTo(n, half-1), to: "-k", from: shifted("k", -half), minus: first == ir.Odd})
	}
	if last == ir.Odd && half == 0 {
		out = append(out, mirror{lo: "0", hi: "0", to: n + " - 1"})
	}
	if last == ir.Even || last == ir.Odd {
		out = append(out, mirror{lo: fmt.Sprint(1 - half), hi: upTo(n, -1-half), to: n + " - 1 + k", from: fmt.Sprintf("%s - %d - k", n, 1+half), minus: last == ir.Odd})
	}
	return out
}

// copyPlanes prints the loops over k and over the points of a plane, k just
// outside of the last axis. Threads share the first axis of a plane of two.
func (p *printer) copyPlanes(a *ir.Array, x *ir.HaloExchange, axis int, c mirror) {
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
	value := "0"
	if c.from != "" {
		value = at(c.from)
		if c.minus {
			value = "-" + value
		}
	}
	if a.Folded && c.from != "" {
		operator := "+="
		if c.minus {
			operator = "-="
		}
		p.line("%s %s %s;", at(c.from), operator, at(c.to))
		value = "0"
	}
	p.line("%s = %s;", at(c.to), value)
	for range depth {
		p.indent--
		p.line("}")
	}
}
