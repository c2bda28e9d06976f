package cfamily

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/codegen/signature"
)

// symbol is the name of an integer.
func (p *Printer) symbol(s loop.Symbol) string {
	switch s.Kind {
	case loop.Size:
		return p.size(s.Name)
	case loop.Block:
		return p.name("block "+s.Name, "block_"+s.Name)
	case loop.Origin:
		return p.name("origin "+s.Name, "origin_"+s.Name)
	case loop.Global:
		return p.name("global "+s.Name, "global_"+s.Name)
	case loop.First:
		return "args->first"
	case loop.Last:
		return "args->last"
	}
	return p.variable(s.Name)
}

// Affine prints an affine form.
func (p *Printer) Affine(a loop.Affine) string {
	out := ""
	for i, t := range a.Terms {
		text := p.symbol(t.Symbol)
		c := t.Coef
		switch {
		case i == 0 && c < 0:
			out = "-"
		case i > 0 && c < 0:
			out += " - "
		case i > 0:
			out += " + "
		}
		if c = max(c, -c); c != 1 {
			text = fmt.Sprintf("%d*%s", c, text)
		}
		out += text
	}
	if out == "" {
		return strconv.Itoa(a.Const)
	}
	return shifted(out, a.Const)
}

// several is the least or the greatest of some affine forms.
func (p *Printer) several(function string, all []loop.Affine) string {
	out := p.Affine(all[0])
	for _, a := range all[1:] {
		p.Least, p.Most = p.Least || function == "least", p.Most || function == "most"
		out = fmt.Sprintf("%s(%s, %s)", function, out, p.Affine(a))
	}
	return out
}

func (p *Printer) lo(all []loop.Affine) string { return p.several("most", all) }
func (p *Printer) hi(all []loop.Affine) string { return p.several("least", all) }

// dimension is how an index along a dimension reaches memory.
type dimension struct {
	index  loop.Affine
	stride string // "" for 1
	ring   string // extent, "" for none
}

func (p *Printer) dimensions(buffer string, index []loop.Affine) []dimension {
	out := make([]dimension, len(index))
	if a := p.K.Array(buffer); a != nil {
		for i, x := range index {
			out[i] = dimension{x, p.stride(a, a.Axes[i]), ""}
		}
		return out
	}
	b := p.K.Buffer(buffer)
	for i, x := range index {
		out[i] = dimension{index: x, stride: p.bufferStride(b, i)}
		if b.Dims[i].Ring {
			out[i].ring = p.Affine(b.Dims[i].Extent)
		}
	}
	return out
}

// bufferStride is the stride of a buffer along a dimension, "" for 1.
func (p *Printer) bufferStride(b *loop.Buffer, dim int) string {
	if dim == len(b.Dims)-1 {
		return ""
	}
	text := p.product(b, dim+1)
	switch {
	case text == "1":
		return ""
	case strings.Contains(text, "*"):
		return "(" + text + ")"
	}
	return text
}

// product is the number of elements that a buffer has for each index of the
// dimensions in front of one.
func (p *Printer) product(b *loop.Buffer, dim int) string {
	n := 1
	var rest []string
	last := len(b.Dims) - 1
	for _, d := range b.Dims[dim:last] {
		switch {
		case d.Extent.IsConst():
			n *= d.Extent.Const
		default:
			rest = append(rest, "("+p.Affine(d.Extent)+")")
		}
	}
	row := p.pitch(b)
	if m, err := strconv.Atoi(row); err == nil {
		n *= m
	} else {
		rest = append(rest, row)
	}
	if n != 1 || rest == nil {
		rest = append([]string{strconv.Itoa(n)}, rest...)
	}
	return strings.Join(rest, "*")
}

// sum collects the terms of an index.
type sum struct{ strings.Builder }

func (s *sum) add(text string, negative bool) {
	switch {
	case s.Len() == 0 && negative:
		s.WriteString("-" + text)
	case s.Len() == 0:
		s.WriteString(text)
	case negative:
		s.WriteString(" - " + text)
	default:
		s.WriteString(" + " + text)
	}
}

// place adds what varies of an index, times its stride.
func (p *Printer) place(s *sum, d dimension) {
	x := d.index
	if d.ring != "" {
		text := "(" + p.Affine(x) + ") % " + d.ring
		if d.stride != "" {
			text += "*" + d.stride
		}
		s.add(text, false)
		return
	}
	x.Const = 0
	switch {
	case len(x.Terms) == 0:
	case len(x.Terms) == 1 && x.Terms[0].Coef == 1 && d.stride == "", len(x.Terms) > 1 && d.stride == "" && x.Terms[0].Coef > 0:
		s.add(p.Affine(x), false)
	case len(x.Terms) == 1 && x.Terms[0].Coef == 1:
		s.add(p.Affine(x)+"*"+d.stride, false)
	case d.stride == "":
		s.add("("+p.Affine(x)+")", false)
	default:
		s.add("("+p.Affine(x)+")*"+d.stride, false)
	}
}

// offset adds the number of an index, times its stride.
func offset(s *sum, d dimension) {
	o := d.index.Const
	if o == 0 || d.ring != "" {
		return
	}
	text := strconv.Itoa(max(o, -o))
	if d.stride != "" {
		if text == "1" {
			text = d.stride
		} else {
			text += "*" + d.stride
		}
	}
	s.add(text, o < 0)
}

// base is the name of the memory in which a ref lies.
func (p *Printer) base(buffer string, level int) string {
	if a := p.K.Array(buffer); a != nil {
		return p.level(a, level)
	}
	return p.name("memory "+buffer, buffer)
}

// Ref prints an element.
func (p *Printer) Ref(r *loop.Ref) string {
	dims := p.dimensions(r.Buffer, r.Index)
	var s sum
	if p.spot != "" && p.spots(r) {
		p.used["spot"] = true
		s.WriteString(p.spot)
		for _, d := range dims {
			offset(&s, d)
		}
		return p.base(r.Buffer, r.Level) + "[" + s.String() + "]"
	}
	through := 0 // dimensions that the pointer covers
	base := ""
	if r.Pointer != "" {
		base = p.name("pointer "+r.Pointer, r.Pointer)
		through = len(dims) - 1
		if a := p.K.Array(r.Buffer); a != nil && !a.Spans(len(p.K.Axes)-1) {
			through = len(dims)
		}
	} else {
		base = p.base(r.Buffer, r.Level)
	}
	for i := through; i < len(dims); i++ {
		p.place(&s, dims[i])
	}
	for i, d := range dims {
		if i >= through || d.ring == "" {
			offset(&s, d)
		}
	}
	if s.Len() == 0 {
		s.WriteString("0")
	}
	return base + "[" + s.String() + "]"
}

// address is the address of a pointer's row.
func (p *Printer) address(x *loop.Pointer) string {
	var s sum
	s.WriteString(p.base(x.Buffer, x.Level))
	for _, d := range p.dimensions(x.Buffer, x.Index) {
		p.place(&s, d)
	}
	return s.String()
}

// wideValue is a scalar computed in double precision and rounded once.
func (p *Printer) wideValue(e expr.Expr) string {
	if p.K.Real == signature.F64 {
		return p.expr(e, 0, true)
	}
	return "(real)(" + p.expr(e, 0, true) + ")"
}

// Expr prints an expression of grid values.
func (p *Printer) Expr(e expr.Expr) string { return p.expr(e, 0, false) }

// expr prints e; bind is 0 for a sum around it, 1 for a product, 2 for more.
func (p *Printer) expr(e expr.Expr, bind int, wide bool) string {
	single := p.K.Real == signature.F32
	text, own := "", 2
	switch x := e.(type) {
	case expr.Const:
		text = strconv.FormatFloat(float64(x), 'g', -1, 64)
		if single && !wide {
			text = strconv.FormatFloat(float64(float32(x)), 'g', -1, 32)
		}
		if !strings.ContainsAny(text, ".e") {
			text += ".0"
		}
		if single && !wide {
			text += "f"
		}
		if x < 0 {
			own = 0
		}
	case expr.Scalar:
		text = p.name("scalar "+string(x), string(x))
		if !wide && single {
			text = "(real)" + text
		}
	case expr.Local:
		text = p.local(string(x))
		if wide && single {
			text = "(double)" + text
		}
	case *loop.Ref:
		text = p.load(x)
		if p.narrow(x.Buffer) && p.K.Array(x.Buffer).Role != signature.State {
			text, own = text+"*"+p.unit(x.Buffer), 1
		}
	case *expr.Add:
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
	case *expr.Mul:
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
	case *expr.Div:
		own = 1
		text = p.expr(x.X, 1, wide) + "/" + p.expr(x.Y, 2, wide)
	case *expr.Call:
		p.Math = true
		fn := map[string]string{"abs": "fabs", "min": "fmin", "max": "fmax"}[x.Fn]
		if fn == "" {
			fn = x.Fn
		}
		if single && !wide {
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

// load is the value of an element; in a loop over vectors, of those that lie
// side by side.
func (p *Printer) load(r *loop.Ref) string {
	switch vector := p.lane != "" && p.varies(r); {
	case p.narrow(r.Buffer) && vector:
		p.Half = true
		return fmt.Sprintf("widen(&%s)", p.Ref(r))
	case p.narrow(r.Buffer):
		return fmt.Sprintf("courant_widen(%s)", p.Ref(r))
	case !vector:
		return p.Ref(r)
	}
	return fmt.Sprintf("(*(const lanes *)&%s)", p.Ref(r))
}

// varies reports whether an expression differs from lane to lane.
func (p *Printer) varies(e expr.Expr) bool {
	out := false
	expr.Visit(e, func(e expr.Expr) {
		switch x := e.(type) {
		case *loop.Ref:
			for _, i := range x.Index {
				out = out || i.Coef(loop.Symbol{Kind: loop.Var, Name: p.lane}) != 0
			}
		case expr.Local:
			out = out || p.vectors[string(x)]
		}
	})
	return out
}
