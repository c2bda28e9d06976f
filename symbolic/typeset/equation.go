package typeset

import "github.com/courant-pde/courant/symbolic"

// Stated lays a statement out as the operator states it: functions rather than
// their values at places, derivatives rather than stencils. Time levels are
// written unless an equation is about the current one alone.
func Stated(s symbolic.Statement) *Formula {
	u, ok := s.(*symbolic.Update)
	if !ok || u.Left == nil || u.Target.Func.Role != symbolic.Wavefield {
		return notation{levels: true}.statement(s)
	}
	n := notation{}
	for _, e := range []symbolic.Expr{u.Left, u.Right} {
		symbolic.Visit(e, func(e symbolic.Expr) {
			if a, ok := e.(*symbolic.Access); ok && a.Time != 0 {
				n.levels = true
			}
		})
	}
	return line(n.set(u.Left, bindSum), sign("="), glyph(lineBreak, ""), n.set(u.Right, bindSum))
}

// Discrete lays a discretised statement out with all places and time levels. A
// bar stands for the mean of the nearest values, a tilde for the harmonic one.
func Discrete(s symbolic.Statement) *Formula {
	n := notation{places: true, levels: true}
	switch x := s.(type) {
	case *symbolic.Update:
		u := *x
		u.Value = n.withMeans(x.Value)
		s = &u
	case *symbolic.Inject:
		c := *x
		c.Value = n.withMeans(x.Value)
		s = &c
	case *symbolic.Sample:
		c := *x
		c.Value = n.withMeans(x.Value)
		s = &c
	case *symbolic.Reduce:
		c := *x
		c.Value = n.withMeans(x.Value)
		s = &c
	}
	return n.statement(s)
}

func (n notation) statement(s symbolic.Statement) *Formula {
	switch x := s.(type) {
	case *symbolic.Update:
		relation := "="
		if x.Target.Func.Role == symbolic.Image {
			relation = "<-"
		}
		return line(n.set(x.Target, bindSum), sign(relation), n.set(x.Value, bindSum))
	case *symbolic.Inject:
		// The weights of the nodes around a point are a discrete delta.
		point := glyph(letter, "k")
		f := line(n.set(x.Target, bindSum), sign("+="), under("sum", point), indexed(glyph(letter, "delta"), point, nil), sign(""), trace(x.Points))
		if symbolic.IsOne(x.Value) {
			return f
		}
		return line(f, sign(""), glyph(lineBreak, ""), n.set(x.Value, bindProduct))
	case *symbolic.Sample:
		f := line(trace(x.Points), sign("="), under("sum", axes(x.Value)), indexed(glyph(letter, "delta"), glyph(letter, "k"), nil))
		return line(f, sign(""), glyph(lineBreak, ""), n.set(x.Value, bindProduct))
	case *symbolic.Reduce:
		base, index := nameParts(x.Series.Name)
		series := indexed(base, index, glyph(letter, "n"))
		if index != nil {
			series = indexed(fenced("()", indexed(base, index, nil)), nil, glyph(letter, "n"))
		}
		op, value := x.Op, n.set(x.Value, bindProduct)
		if op == "norm" {
			op, value = "sum", n.set(symbolic.Power(x.Value, symbolic.Int(2)), bindProduct)
		}
		value = line(under(op, axes(x.Value)), value)
		if x.Op == "norm" {
			value = &Formula{kind: root, parts: []*Formula{value}}
		}
		return line(series, sign("="), value)
	}
	panic("symbolic: unknown kind of statement")
}

// under is a sign with what it runs over below.
func under(op string, index *Formula) *Formula {
	return &Formula{kind: limits, parts: []*Formula{glyph(prefix, op), index}}
}

// trace is the trace of a point k at step n.
func trace(p *symbolic.Points) *Formula {
	base, index := nameParts(p.Name)
	lower := glyph(letter, "k")
	if index != nil {
		lower = list([]*Formula{index, lower})
	}
	return indexed(base, lower, glyph(letter, "n"))
}

// axes are those of the grid that an expression is on.
func axes(e symbolic.Expr) *Formula {
	var grid *symbolic.Grid
	symbolic.Visit(e, func(e symbolic.Expr) {
		if a, ok := e.(*symbolic.Access); ok {
			grid = a.Func.Grid
		}
	})
	var parts []*Formula
	if grid != nil {
		for _, a := range grid.Axes {
			parts = append(parts, symbol(a))
		}
	}
	return list(parts)
}
