package ir

import (
	"fmt"
	"strconv"
	"strings"
)

// The text form shows a kernel to readers and tests, and Parse reads it back.
//
//	kernel acoustic f32 "constant density"
//	axes x halo 1, z halo 1
//	time 1 .. steps-1
//	scalar dt
//	param m[x, z] "squared slowness"
//	state u[t, x, z] levels 3 buffers 2 "pressure"
//	points src inject
//	prepare {
//	  let wide %c0 = $dt*$dt
//	}
//	step {
//	  for xb along x = 0 .. size step block parallel 1 block {
//	    for x = xb .. min(xb+block, size) {
//	      for z = 0 .. size vector {
//	        u[t+1, x, z] = 2*u[t, x, z] - u[t-1, x, z] + %c0*(u[t, x-1, z] + u[t, x+1, z])/m[x, z]
//	      }
//	    }
//	  }
//	  inject src into u[t+1, x, z] times %c0/m[x, z]
//	}
//
// Products and quotients group to the left, as in C: a*b/c is (a*b)/c.
// Everything else that is nested stands in parentheses, because rounding
// depends on the grouping: a + (b + c) is not a + b + c.

// Key is the text of an expression with axes by number: equal keys mean equal
// expressions.
func Key(e Expr) string { return exprText(nil, e) }

// Text is the text form of an expression of k.
func (k *Kernel) Text(e Expr) string { return exprText(k, e) }

func exprText(k *Kernel, e Expr) string {
	p := printer{k: k}
	p.expr(e, bindSum)
	return p.String()
}

// String prints a kernel in its text form.
func (k *Kernel) String() string {
	p := printer{k: k}
	p.writef("kernel %s %s", k.Name, k.Real)
	p.quoted("", k.Doc)
	p.WriteString("\naxes ")
	for a, name := range k.Axes {
		if a > 0 {
			p.WriteString(", ")
		}
		p.WriteString(name)
		if a < len(k.Halo) {
			p.writef(" halo %d", k.Halo[a])
		}
	}
	p.writef("\ntime %d .. steps-%d", k.FirstStep, k.LastStep)
	if k.TimeTile != 0 {
		p.writef(" tile %d", k.TimeTile)
	}
	if k.Backward {
		p.WriteString(" backward")
	}
	p.WriteString("\n")
	for _, s := range k.Scalars {
		p.writef("scalar %s\n", s)
	}
	for _, a := range k.Arrays {
		p.array(a)
	}
	for _, q := range k.Points {
		verb := "sample"
		if q.Inject {
			verb = "inject"
		}
		p.writef("points %s %s", q.Name, verb)
		if q.Traces != q.Name {
			p.writef(" traces %s", q.Traces)
		}
		p.half(q.Half)
		p.quoted("", q.Doc)
		p.WriteString("\n")
	}
	for _, s := range k.Series {
		p.writef("series %s", s.Name)
		p.quoted("", s.Doc)
		p.WriteString("\n")
	}
	p.WriteString("prepare {\n")
	p.stmts(k.Prepare, "  ")
	p.WriteString("}\nstep {\n")
	p.stmts(k.Step, "  ")
	p.WriteString("}\n")
	return p.String()
}

// printer writes the text form; without a kernel, accesses show plain
// numbers.
type printer struct {
	strings.Builder
	k *Kernel
}

func (p *printer) writef(format string, args ...any) { fmt.Fprintf(p, format, args...) }

// quoted writes an optional text behind what it belongs to.
func (p *printer) quoted(keyword, text string) {
	if text != "" {
		p.writef(" %s%q", keyword, text)
	}
}

// axis names an axis, also one that does not exist: a faulty kernel must
// print too.
func (p *printer) axis(i int) string {
	if i < 0 || i >= len(p.k.Axes) {
		return fmt.Sprint("axis", i)
	}
	return p.k.Axes[i]
}

func (p *printer) array(a *Array) {
	var spans []string
	if a.Role == State || a.Role == Given {
		spans = append(spans, "t")
	}
	for _, x := range a.Axes {
		spans = append(spans, p.axis(x))
	}
	p.writef("%s %s[%s]", a.Role, a.Name, strings.Join(spans, ", "))
	if a.Levels != 1 || a.Buffers != 1 {
		p.writef(" levels %d buffers %d", a.Levels, a.Buffers)
	}
	if a.Kept {
		p.WriteString(" kept")
	}
	if a.Folded {
		p.WriteString(" folded")
	}
	if a.Resident {
		p.WriteString(" resident")
	}
	if a.Every != nil {
		p.WriteString(" every ")
		p.expr(a.Every, bindAtom)
	}
	p.half(a.Half)
	for axis, e := range a.Edges {
		if e != [2]Edge{} {
			p.writef(" edge %s %s %s", p.axis(axis), e[0], e[1])
		}
	}
	p.quoted("", a.Doc)
	p.WriteString("\n")
}

// half names the axes along which something lies between the nodes.
func (p *printer) half(half []bool) {
	for axis, h := range half {
		if h {
			p.writef(" half %s", p.axis(axis))
		}
	}
}

func (p *printer) stmts(body []Stmt, indent string) {
	for _, s := range body {
		p.WriteString(indent)
		switch x := s.(type) {
		case *Loop:
			p.loopHead(x)
			p.WriteString(" {\n")
			p.stmts(x.Body, indent+"  ")
			p.WriteString(indent + "}")
		case *Let:
			p.WriteString("let ")
			if x.Wide {
				p.WriteString("wide ")
			}
			p.writef("%%%s = ", x.Name)
			p.expr(x.Value, bindSum)
		case *Assign:
			p.access(x.Target)
			p.WriteString(" = ")
			p.expr(x.Value, bindSum)
			p.quoted("note ", x.Note)
		case *Inject:
			p.writef("inject %s", x.Points)
			if x.Row != 0 {
				p.writef(" row %d", x.Row)
			}
			p.WriteString(" into ")
			p.access(x.Target)
			p.WriteString(" times ")
			p.expr(x.Value, bindSum)
			p.quoted("note ", x.Note)
		case *Sample:
			p.writef("sample %s from ", x.Points)
			p.expr(x.Value, bindSum)
			p.quoted("note ", x.Note)
		case *Reduce:
			p.writef("reduce %s from %s of ", x.Series, x.Op)
			p.expr(x.Value, bindSum)
			p.WriteString(" over ")
			for axis := range x.Lo {
				if axis > 0 {
					p.WriteString(", ")
				}
				p.writef("%s .. %s", x.Lo[axis], x.Hi[axis])
			}
			p.quoted("note ", x.Note)
		case *Every:
			p.WriteString("every ")
			p.expr(x.Steps, bindAtom)
			p.WriteString(" {\n")
			p.stmts(x.Body, indent+"  ")
			p.WriteString(indent + "}")
		case *HaloExchange:
			p.writef("exchange %s[%s] width ", x.Array, shifted("t", x.Time))
			for i, w := range x.Width {
				if i > 0 {
					p.WriteString(", ")
				}
				p.writef("%d", w)
			}
		case *Sweep:
			p.WriteString("sweep")
		case *Row:
			p.writef("row %s = %s", x.Name, x.Array)
			if a := p.k.Array(x.Array); a == nil || a.Role == State || a.Role == Given || x.Time != 0 {
				p.writef("[%s]", shifted("t", x.Time))
			}
		}
		p.WriteString("\n")
	}
}

// loopHead leaves out what is the rule: a variable named like its axis, a
// step of 1.
func (p *printer) loopHead(l *Loop) {
	p.writef("for %s", l.Var)
	if axis := p.axis(l.Axis); axis != l.Var {
		p.writef(" along %s", axis)
	}
	p.writef(" = %s .. %s", l.Lo, l.Hi)
	if l.Step.Kind != One {
		p.writef(" step %s", l.Step)
	}
	if l.Props.Parallel > 0 {
		p.writef(" parallel %d", l.Props.Parallel)
	}
	if l.Props.Block {
		p.WriteString(" block")
	}
	if l.Props.Vector {
		p.WriteString(" vector")
	}
}

func (d Bound) String() string {
	switch d.Kind {
	case Zero:
		return strconv.Itoa(d.Shift)
	case One:
		return "1"
	case Size:
		return shifted("size", d.Shift)
	case BlockLen:
		return "block"
	case At:
		return d.Var
	}
	return fmt.Sprintf("min(%s+block, %s)", d.Var, d.end())
}

// end is the end that bounds the last block.
func (d Bound) end() Bound {
	if d.FromZero {
		return Bound{Kind: Zero, Shift: d.Shift}
	}
	return Bound{Kind: Size, Shift: d.Shift}
}

// How tightly an expression binds, and the least that a place asks for when
// it has no parentheses.
const (
	bindSum = iota
	bindProduct
	bindQuotient // may stand in front of * without becoming part of its product
	bindAtom
)

func strength(e Expr) int {
	switch e.(type) {
	case *Add:
		return bindSum
	case *Mul:
		return bindProduct
	case *Div:
		return bindQuotient
	}
	return bindAtom
}

func (p *printer) expr(e Expr, place int) {
	if strength(e) < place {
		p.WriteByte('(')
		defer p.WriteByte(')')
	}
	switch x := e.(type) {
	case Const:
		p.WriteString(strconv.FormatFloat(float64(x), 'g', -1, 64))
	case Scalar:
		p.WriteString("$" + string(x))
	case Local:
		p.WriteString("%" + string(x))
	case *Access:
		p.access(x)
	case *Add:
		for i, a := range x.Args {
			sub := i < len(x.Sub) && x.Sub[i]
			switch {
			case i == 0 && sub:
				p.negative(a)
				continue
			case sub:
				p.WriteString(" - ")
			case i > 0:
				p.WriteString(" + ")
			}
			p.expr(a, bindProduct)
		}
	case *Mul:
		place := bindQuotient
		for i, a := range x.Args {
			if i > 0 {
				p.WriteByte('*')
			}
			p.expr(a, place)
			place = bindAtom
		}
	case *Div:
		p.expr(x.X, bindProduct)
		p.WriteByte('/')
		p.expr(x.Y, bindAtom)
	case *Call:
		p.WriteString(x.Fn + "(")
		for i, a := range x.Args {
			if i > 0 {
				p.WriteString(", ")
			}
			p.expr(a, bindSum)
		}
		p.WriteByte(')')
	default:
		p.writef("%T", e) // only in a faulty kernel
	}
}

// negative writes the first term of a sum when it is subtracted. A minus in
// front of digits belongs to the number, so such a term takes parentheses.
func (p *printer) negative(e Expr) {
	term := printer{k: p.k}
	term.expr(e, bindProduct)
	text := term.String()
	if strings.ContainsRune("-0123456789", rune(text[0])) {
		text = "(" + text + ")"
	}
	p.WriteString("-" + text)
}

// access writes the subscripts that the array has, and others only when they
// are not zero.
func (p *printer) access(a *Access) {
	if a.Row != "" {
		p.WriteString(a.Row + ":")
	}
	p.WriteString(a.Array + "[")
	if p.k == nil {
		p.WriteString(strconv.Itoa(a.Time))
		for _, o := range a.Offset {
			p.WriteString("," + strconv.Itoa(o))
		}
		p.WriteByte(']')
		return
	}
	array := p.k.Array(a.Array)
	var index []string
	if array == nil || array.Role == State || a.Time != 0 {
		index = append(index, shifted("t", a.Time))
	}
	for x, o := range a.Offset {
		if array == nil || array.Spans(x) || o != 0 {
			index = append(index, shifted(p.axis(x), o))
		}
	}
	p.WriteString(strings.Join(index, ", "))
	p.WriteByte(']')
}

func shifted(name string, n int) string {
	switch {
	case n == 0:
		return name
	case n < 0:
		return name + strconv.Itoa(n)
	}
	return name + "+" + strconv.Itoa(n)
}
