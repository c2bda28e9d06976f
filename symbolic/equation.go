package symbolic

// Stated lays a statement out as the operator states it: functions rather than
// their values at places, derivatives rather than stencils. Time levels are
// written unless an equation is about the current one alone.
func Stated(s Statement) *Formula {
	u, ok := s.(*Update)
	if !ok || u.Left == nil || u.Target.Func.Role != Wavefield {
		return notation{levels: true}.statement(s)
	}
	n := notation{}
	for _, e := range []Expr{u.Left, u.Right} {
		Visit(e, func(e Expr) {
			if a, ok := e.(*Access); ok && a.Time != 0 {
				n.levels = true
			}
		})
	}
	return line(n.set(u.Left, bindSum), sign("="), glyph(lineBreak, ""), n.set(u.Right, bindSum))
}

// Discrete lays a discretised statement out with all places and time levels. A
// bar stands for the mean of the nearest values, a tilde for the harmonic one.
func Discrete(s Statement) *Formula {
	n := notation{places: true, levels: true}
	switch x := s.(type) {
	case *Update:
		u := *x
		u.Value = n.withMeans(x.Value)
		s = &u
	case *Inject:
		c := *x
		c.Value = n.withMeans(x.Value)
		s = &c
	case *Sample:
		c := *x
		c.Value = n.withMeans(x.Value)
		s = &c
	case *Reduce:
		c := *x
		c.Value = n.withMeans(x.Value)
		s = &c
	}
	return n.statement(s)
}

func (n notation) statement(s Statement) *Formula {
	switch x := s.(type) {
	case *Update:
		relation := "="
		if x.Target.Func.Role == Image {
			relation = "<-"
		}
		return line(n.set(x.Target, bindSum), sign(relation), n.set(x.Value, bindSum))
	case *Inject:
		// The weights of the nodes around a point are a discrete delta.
		point := glyph(letter, "k")
		f := line(n.set(x.Target, bindSum), sign("+="), under("sum", point), indexed(glyph(letter, "delta"), point, nil), sign(""), trace(x.Points))
		if IsOne(x.Value) {
			return f
		}
		return line(f, sign(""), glyph(lineBreak, ""), n.set(x.Value, bindProduct))
	case *Sample:
		f := line(trace(x.Points), sign("="), under("sum", axes(x.Value)), indexed(glyph(letter, "delta"), glyph(letter, "k"), nil))
		return line(f, sign(""), glyph(lineBreak, ""), n.set(x.Value, bindProduct))
	case *Reduce:
		base, index := nameParts(x.Series.Name)
		series := indexed(base, index, glyph(letter, "n"))
		if index != nil {
			series = indexed(fenced("()", indexed(base, index, nil)), nil, glyph(letter, "n"))
		}
		op, value := x.Op, n.set(x.Value, bindProduct)
		if op == "norm" {
			op, value = "sum", n.set(Power(x.Value, Int(2)), bindProduct)
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
func trace(p *Points) *Formula {
	base, index := nameParts(p.Name)
	lower := glyph(letter, "k")
	if index != nil {
		lower = list([]*Formula{index, lower})
	}
	return indexed(base, lower, glyph(letter, "n"))
}

// axes are those of the grid that an expression is on.
func axes(e Expr) *Formula {
	var grid *Grid
	Visit(e, func(e Expr) {
		if a, ok := e.(*Access); ok {
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
