package dsl

import "strings"

// FormatExpr prints an expression on one line: spaces around + and - of the
// outermost sum, none inside products and powers.
func FormatExpr(e Expr) string { return formatExpr(e, true) }

func formatExpr(e Expr, spaced bool) string {
	switch x := e.(type) {
	case *Number:
		return x.Text
	case *Name:
		return x.Name
	case *Paren:
		return "(" + formatExpr(x.X, true) + ")"
	case *Unary:
		return x.Op + formatExpr(x.X, false)
	case *Binary:
		if strength[x.Op] == 1 && spaced {
			return formatExpr(x.X, true) + " " + x.Op + " " + formatExpr(x.Y, true)
		}
		return formatExpr(x.X, false) + x.Op + formatExpr(x.Y, false)
	case *Tuple:
		return "(" + list(x.Parts) + ")"
	case *Call:
		return x.Fn.Name + "(" + list(x.Args) + ")"
	case *Member:
		s := formatExpr(x.Of, false) + "." + x.Suffix
		var options []string
		for _, o := range x.Options {
			options = append(options, o.Name+" "+list(o.Values))
		}
		if options != nil {
			s += "(" + strings.Join(options, ", ") + ")"
		}
		return s
	}
	return ""
}

func list(es []Expr) string {
	out := make([]string, len(es))
	for i, e := range es {
		out[i] = formatExpr(e, true)
	}
	return strings.Join(out, ", ")
}
