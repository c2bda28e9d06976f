package symbolic

import "fmt"

// derivative lays out a partial derivative. The letter of a function stands
// above the line, everything else in parentheses behind it; derivatives along
// several axes share one line.
func (n notation) derivative(d *Deriv) *Formula {
	axes, orders, total, of := []*Formula{d.axis()}, []int{d.Order}, d.Order, d.Of
	for plain(d) {
		inner, ok := of.(*Deriv)
		if !ok || !plain(inner) {
			break
		}
		if last := len(axes) - 1; axes[last].text == inner.axis().text {
			orders[last] += inner.Order
		} else {
			axes, orders = append(axes, inner.axis()), append(orders, inner.Order)
		}
		total, of = total+inner.Order, inner.Of
	}
	var below []*Formula
	for i, axis := range axes {
		below = append(below, glyph(letter, "partial"), raised(axis, orders[i]))
	}
	above := raised(glyph(letter, "partial"), total)
	var behind *Formula
	if a, ok := of.(*Access); ok {
		above = line(above, n.access(a))
	} else {
		behind = parenthesised(n.set(of, bindSum))
	}
	f := over(above, line(below...))
	if where := d.where(); where != nil {
		f = indexed(fenced(".|", f), where, nil)
	}
	if behind != nil {
		f = line(f, behind)
	}
	return f
}

// plain reports whether a derivative leaves its place to the grid.
func plain(d *Deriv) bool {
	return d.Axis != TimeAxis && d.Side == Default && d.Half == 0 && d.Weights == nil
}

// axis is the letter of a derivative's axis.
func (e *Deriv) axis() *Formula {
	if e.Axis == TimeAxis {
		return glyph(letter, "t")
	}
	return symbol(e.gridAxis())
}

func raised(f *Formula, power int) *Formula {
	if power == 1 {
		return f
	}
	return indexed(f, nil, glyph(number, fmt.Sprint(power)))
}

// where says what a derivative asks of its stencil, nil for nothing: the place
// between the points, the side that one-sided limits have, the weights.
func (e *Deriv) where() *Formula {
	var parts []*Formula
	switch {
	case e.Half > 0:
		parts = append(parts, shifted(e.axis(), 0, true))
	case e.Half < 0:
		parts = append(parts, shifted(e.axis(), -1, true))
	}
	switch e.Side {
	case LeftOf:
		parts = append(parts, indexed(e.axis(), nil, sign("-")))
	case RightOf:
		parts = append(parts, indexed(e.axis(), nil, sign("+")))
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
