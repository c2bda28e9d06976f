package typeset

import (
	"fmt"

	"github.com/courant-pde/courant/symbolic"
)

// derivative lays out a partial derivative. The letter of a function stands
// above the line, everything else in parentheses behind it; derivatives along
// several axes share one line.
func (n notation) derivative(d *symbolic.Deriv) *Formula {
	axes, orders, total, of := []*Formula{axis(d)}, []int{d.Order}, d.Order, d.Of
	for plain(d) {
		inner, ok := of.(*symbolic.Deriv)
		if !ok || !plain(inner) {
			break
		}
		if last := len(axes) - 1; axes[last].text == axis(inner).text {
			orders[last] += inner.Order
		} else {
			axes, orders = append(axes, axis(inner)), append(orders, inner.Order)
		}
		total, of = total+inner.Order, inner.Of
	}
	var below []*Formula
	for i, axis := range axes {
		below = append(below, glyph(letter, "partial"), raised(axis, orders[i]))
	}
	above := raised(glyph(letter, "partial"), total)
	var behind *Formula
	if a, ok := of.(*symbolic.Access); ok {
		above = line(above, n.access(a))
	} else {
		behind = parenthesised(n.set(of, bindSum))
	}
	f := over(above, line(below...))
	if at := where(d); at != nil {
		f = indexed(fenced(".|", f), at, nil)
	}
	if behind != nil {
		f = line(f, behind)
	}
	return f
}

// plain reports whether a derivative leaves its place to the grid.
func plain(d *symbolic.Deriv) bool {
	return d.Axis != symbolic.TimeAxis && d.Side == symbolic.Default && d.Half == 0 && d.Weights == nil
}

// axis is the letter of a derivative's axis.
func axis(e *symbolic.Deriv) *Formula {
	if e.Axis == symbolic.TimeAxis {
		return glyph(letter, "t")
	}
	return symbol(symbolic.AxisName(e.Of, e.Axis))
}

func raised(f *Formula, power int) *Formula {
	if power == 1 {
		return f
	}
	return indexed(f, nil, glyph(number, fmt.Sprint(power)))
}

// where says what a derivative asks of its stencil, nil for nothing: the place
// between the points, the side that one-sided limits have, the weights.
func where(e *symbolic.Deriv) *Formula {
	var parts []*Formula
	switch {
	case e.Half > 0:
		parts = append(parts, shifted(axis(e), 0, true))
	case e.Half < 0:
		parts = append(parts, shifted(axis(e), -1, true))
	}
	switch e.Side {
	case symbolic.LeftOf:
		parts = append(parts, indexed(axis(e), nil, sign("-")))
	case symbolic.RightOf:
		parts = append(parts, indexed(axis(e), nil, sign("+")))
	}
	if e.Weights != nil {
		var weights []*Formula
		for _, w := range e.Weights {
			f, _ := numeral(w)
			weights = append(weights, f)
		}
		parts = append(parts, line(glyph(letter, "w"), sign("="), fenced("()", list(weights))))
	}
	if parts == nil {
		return nil
	}
	return list(parts)
}
