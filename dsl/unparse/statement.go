package unparse

import (
	"fmt"
	"strings"

	"github.com/courant-pde/courant/symbolic"
)

func (w *writer) statement(s symbolic.Statement) {
	switch x := s.(type) {
	case *symbolic.Update:
		w.update(x)
	case *symbolic.Inject:
		w.line("inject %s into %s%s", expr(symbolic.Product(symbolic.NewScalar(level(x.Points.Name, x.Row)), x.Value)), access(x.Target), behind(nil, x.Every))
	case *symbolic.Sample:
		w.line("sample %s from %s%s", x.Points.Name, expr(x.Value), behind(nil, x.Every))
	case *symbolic.Reduce:
		w.line("reduce %s from %s(%s)%s", x.Series.Name, x.Op, expr(x.Value), behind(x.Region, x.Every))
	}
}

func (w *writer) update(u *symbolic.Update) {
	target := access(u.Target)
	switch {
	case u.Value == nil:
		w.line("solve %s = %s for %s%s", expr(u.Left), expr(u.Right), target, behind(u.Region, u.Every))
	case u.Target.Func.Role == symbolic.History:
		w.line("save %s from %s%s", target, expr(u.Value), behind(nil, nil)) // its frames say when
	case u.Target.Func.Role == symbolic.Image:
		w.line("%s += %s%s", target, expr(u.Value), behind(u.Region, u.Every))
	default:
		w.line("%s = %s%s", target, expr(u.Value), behind(u.Region, u.Every))
	}
}

func behind(r *symbolic.Region, every symbolic.Expr) string {
	text := ""
	if r != nil {
		text = " in " + r.Name
	}
	if every != nil && !symbolic.IsOne(every) {
		text += " every "
		if symbolic.IsZero(every) {
			text += "last"
		} else {
			text += every.String()
		}
	}
	return text
}

func expr(e symbolic.Expr) string { return symbolic.Print(e, access) }

// access is a function at its level. Before derivatives become stencils there
// are no other places than the current one.
func access(a *symbolic.Access) string { return level(a.Func.Name, a.Time) }

// level is a name, moved in time.
func level(name string, time int) string {
	if time < 0 {
		return name + strings.Repeat(".backward", -time)
	}
	return name + strings.Repeat(".forward", time)
}

// regions declares each region that statements name.
func (w *writer) regions() {
	g := w.problem.Grid
	seen := map[*symbolic.Region]bool{}
	declare := func(r *symbolic.Region) {
		if r == nil || seen[r] {
			return
		}
		seen[r] = true
		var all []string
		for a, s := range r.Span {
			all = append(all, spans(s, g.Axes[a])...)
		}
		w.line("region %s = %s", r.Name, strings.Join(all, ", "))
	}
	for _, s := range w.problem.Statements {
		switch x := s.(type) {
		case *symbolic.Update:
			declare(x.Region)
		case *symbolic.Reduce:
			declare(x.Region)
		}
	}
}

// spans prints the points along an axis as those where up to two ranges meet;
// nothing is all of them.
func spans(s symbolic.Span, axis string) (out []string) {
	add := func(text string, points int) { out = append(out, fmt.Sprintf("%s %d along %s", text, points, axis)) }
	switch {
	case s.Lo.End:
		add("last", -s.Lo.At)
	case s.Lo.At > 0:
		add("all but first", s.Lo.At)
	}
	switch {
	case !s.Hi.End:
		add("first", s.Hi.At)
	case s.Hi.At < 0:
		add("all but last", -s.Hi.At)
	}
	return out
}
