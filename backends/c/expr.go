package c

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/courant-pde/courant/codegen/ir"
)

func (p *printer) access(a *ir.Access) string {
	array := p.k.Array(a.Array)
	last := len(p.k.Axes) - 1
	var index strings.Builder
	term := func(text string, negative bool) {
		switch {
		case index.Len() == 0 && negative:
			index.WriteString("-" + text)
		case index.Len() == 0:
			index.WriteString(text)
		case negative:
			index.WriteString(" - " + text)
		default:
			index.WriteString(" + " + text)
		}
	}
	full := len(array.Axes) == len(p.k.Axes)
	if a.Row == "" {
		for _, x := range array.Axes {
			place := p.axis(x)
			if x == last && full {
				term(place, false)
			} else {
				term(place+"*"+p.stride(array, x), false)
			}
		}
	} else if array.Spans(last) {
		place := p.axis(last)
		if !full {
			place += "*" + p.stride(array, last)
		}
		term(place, false)
	}
	for _, x := range array.Axes {
		o := a.Offset[x]
		if o == 0 {
			continue
		}
		size := o
		if size < 0 {
			size = -size
		}
		text := strconv.Itoa(size)
		if x != last || !full {
			text = p.stride(array, x)
			if size != 1 {
				text = fmt.Sprintf("%d*%s", size, text)
			}
		}
		term(text, o < 0)
	}
	if index.Len() == 0 {
		index.WriteString("0")
	}
	base := p.level(array, a.Time)
	if a.Row != "" {
		base = p.name("row "+a.Row, a.Row)
	}
	return base + "[" + index.String() + "]"
}

// wideValue is a scalar computed in double precision and rounded once.
func (p *printer) wideValue(e ir.Expr) string {
	if p.k.Real == ir.F64 {
		return p.expr(e, 0, true)
	}
	return "(real)(" + p.expr(e, 0, true) + ")"
}

// expr spells e; bind is 0 for a sum around it, 1 for a product, 2 for more.
func (p *printer) expr(e ir.Expr, bind int, wide bool) string {
	text, own := "", 2
	switch x := e.(type) {
	case ir.Const:
		text = strconv.FormatFloat(float64(x), 'g', -1, 64)
		if p.k.Real == ir.F32 && !wide {
			text = strconv.FormatFloat(float64(float32(x)), 'g', -1, 32)
		}
		if !strings.ContainsAny(text, ".e") {
			text += ".0"
		}
		if p.k.Real == ir.F32 && !wide {
			text += "f"
		}
		if x < 0 {
			own = 0
		}
	case ir.Scalar:
		text = p.name("scalar "+string(x), string(x))
		if !wide && p.k.Real == ir.F32 {
			text = "(real)" + text
		}
	case ir.Local:
		text = p.local(string(x))
		if wide && p.k.Real == ir.F32 {
			text = "(double)" + text
		}
	case *ir.Access:
		text = p.access(x)
	case *ir.Add:
		own = 0
		var b strings.Builder
		for i, a := range x.Args {
			switch {
			case i == 0 && x.Sub[0]:
				b.WriteString("-")
			case x.Sub[i]:
				b.WriteString(" - ")
			case i > 0:
				b.WriteString(" + ")
			}
			least := 1
			if i == 0 && !x.Sub[0] {
				least = 0
			}
			b.WriteString(p.expr(a, least, wide))
		}
		text = b.String()
	case *ir.Mul:
		own = 1
		parts := make([]string, len(x.Args))
		for i, a := range x.Args {
			least := 2
			if i == 0 {
				least = 1
			}
			parts[i] = p.expr(a, least, wide)
		}
		text = strings.Join(parts, "*")
	case *ir.Div:
		own = 1
		text = p.expr(x.X, 1, wide) + "/" + p.expr(x.Y, 2, wide)
	case *ir.Call:
		fn := map[string]string{"abs": "fabs", "min": "fmin", "max": "fmax"}[x.Fn]
		if fn == "" {
			fn = x.Fn
		}
		if p.k.Real == ir.F32 && !wide {
			fn += "f"
		}
		args := make([]string, len(x.Args))
		for i, a := range x.Args {
			args[i] = p.expr(a, 0, wide)
		}
		text = fn + "(" + strings.Join(args, ", ") + ")"
	}
	if own < bind {
		return "(" + text + ")"
	}
	return text
}
