package dsl

import "strings"

// columns takes a declaration apart.
func columns(s *Statement) *declaration {
	d := s.Declare
	out := &declaration{kind: only(s.Dim) + strings.TrimLeft(d.Rank+" "+d.Kind, " "), name: d.Name.Name}
	if d.Doc != "" {
		out.doc = quote(d.Doc)
	}
	if d.Unit != nil {
		out.rest += "  [" + d.Unit.Text + "]"
	}
	switch {
	case d.On != nil && d.On.Its:
		out.rest += "  on its axis"
	case d.On != nil:
		out.rest += "  on " + names(d.On.Axes)
	}
	if t := d.Staggered; t != nil {
		out.rest += "  staggered"
		switch {
		case t.Faces:
			out.rest += " faces"
		case len(t.Axes) > 0:
			out.rest += " " + names(t.Axes)
		}
	}
	if d.Harmonic != nil {
		out.rest += "  harmonic"
	}
	if d.Saved != nil {
		out.rest += "  saved"
	}
	if d.Folded != nil {
		out.rest += "  folded"
	}
	if d.Local != nil {
		out.rest += "  local"
	}
	if d.At != nil {
		out.rest += "  at " + FormatExpr(d.At.Steps.Expr)
	}
	if d.Default != nil {
		out.rest += "  = " + FormatExpr(d.Default.Expr)
	}
	if l := limits(s); l != "" {
		out.rest += " " + l
	}
	return out
}

// only is the prefix of what exists on some grids only.
func only(dim string) string {
	if dim == "" {
		return ""
	}
	return dim + " "
}

// limits is what stands behind a statement: where, and how often.
func limits(s *Statement) string {
	out := ""
	if s.In != nil {
		out += " in " + s.In.Name
	}
	if s.Every != nil {
		out += " every " + FormatExpr(s.Every.Expr)
	}
	return out
}

func formatStatement(s *Statement) string { return only(s.Dim) + formatBody(s) + limits(s) }

func formatBody(s *Statement) string {
	switch {
	case s.Order != nil:
		var terms []string
		for _, t := range s.Order.Terms {
			terms = append(terms, t.Along+" "+t.Value)
		}
		return "order " + strings.Join(terms, ", ")
	case s.Axes != nil:
		return "axes " + names(s.Axes.Names)
	case s.Units != nil:
		return "units " + s.Units.Length.Name + ", " + s.Units.Time.Name
	case s.Let != nil:
		return formatLet(s.Let)
	case s.Def != nil:
		return formatDef(s.Def)
	case s.Region != nil:
		var spans []string
		for _, p := range s.Region.Spans {
			spans = append(spans, formatSpan(p))
		}
		return "region " + s.Region.Name.Name + " = " + strings.Join(spans, ", ")
	case s.Boundary != nil:
		var of []string
		for _, p := range s.Boundary.Of {
			name := p.Name.Name
			if p.Component != nil {
				name += "." + p.Component.Name
			}
			of = append(of, name)
		}
		return "boundary " + strings.Join(of, ", ") + " " + s.Boundary.Kind + ends(s.Boundary)
	case s.Periodic != nil:
		return "periodic " + names(s.Periodic.Axes)
	case s.Require != nil:
		doc := ""
		if s.Require.Doc != "" {
			doc = " " + quote(s.Require.Doc)
		}
		return "require " + FormatExpr(s.Require.Left.Expr) + " " + s.Require.Op + " " + FormatExpr(s.Require.Right.Expr) + doc
	case s.Absorb != nil:
		if s.Absorb.Shift == nil {
			return "absorb " + FormatExpr(s.Absorb.Damping.Expr)
		}
		text := "absorb " + FormatExpr(s.Absorb.Damping.Expr) + ", " + FormatExpr(s.Absorb.Shift.Expr)
		if s.Absorb.Leak != nil {
			text += ", " + FormatExpr(s.Absorb.Leak.Expr)
		}
		return text
	case s.Solve != nil:
		return broken("solve ", s.Solve.Left.Expr) + " = " + FormatExpr(s.Solve.Right.Expr) + " for " + FormatExpr(s.Solve.Target.Expr)
	case s.Inject != nil:
		return "inject " + FormatExpr(s.Inject.Value.Expr) + " into " + FormatExpr(s.Inject.Target.Expr)
	case s.Sample != nil:
		return "sample " + s.Sample.Points.Name + " from " + FormatExpr(s.Sample.Value.Expr)
	case s.Save != nil:
		return "save " + s.Save.History.Name + " from " + FormatExpr(s.Save.Value.Expr)
	case s.Reduce != nil:
		return "reduce " + s.Reduce.Series.Name + " from " + FormatExpr(s.Reduce.Value.Expr)
	case s.Assign != nil:
		return broken(FormatExpr(s.Assign.Target.Expr)+" "+s.Assign.Op+" ", s.Assign.Value.Expr)
	}
	return ""
}

func formatSpan(s *Span) string {
	out := s.Part + " " + s.Points.Text + " along " + s.Axis.Name
	if s.AllBut {
		out = "all but " + out
	}
	return out
}

func formatLet(l *Let) string { return broken("let "+l.Name.Name+" = ", l.Value.Expr) }

func formatDef(d *Def) string {
	return broken("def "+d.Name.Name+"("+names(d.Params)+") = ", d.Value.Expr)
}

func names(ids []*Ident) string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = id.Name
	}
	return strings.Join(out, ", ")
}

// broken prints head and e, on several lines at the outermost plus and minus
// signs when one line would be too long.
func broken(head string, e Expr) string {
	one := head + FormatExpr(e)
	if len(one) <= formatWidth {
		return one
	}
	var terms []string
	for {
		b, ok := e.(*Binary)
		if !ok || strength[b.Op] != 1 {
			break
		}
		terms = append([]string{b.Op + " " + FormatExpr(b.Y)}, terms...)
		e = b.X
	}
	return strings.Join(append([]string{head + FormatExpr(e)}, terms...), "\n")
}

// ends prints the ends of a boundary, if it names any.
func ends(b *Boundary) string {
	if b.Axis == nil {
		return ""
	}
	return " at " + b.End + " " + b.Axis.Name
}
