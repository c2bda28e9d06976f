package cfamily

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/loop"
)

// Stmts prints statements.
func (p *Printer) Stmts(body []loop.Stmt) {
	for _, s := range body {
		p.Stmt(s)
	}
}

// Stmt prints a statement.
func (p *Printer) Stmt(s loop.Stmt) {
	switch x := s.(type) {
	case *loop.For:
		p.For(x)
	case *loop.If:
		p.blank()
		p.open("if (%s) {", p.condition(x))
		p.Stmts(x.Body)
		p.shut()
	case *loop.Let:
		kind := "real"
		if p.lane != "" && p.varies(x.Value) {
			kind = "lanes"
			p.vectors[x.Name] = true
		}
		p.Line("const %s %s = %s;", kind, p.local(x.Name), p.Expr(x.Value))
	case *loop.Store:
		p.store(x)
	case *loop.Pointer:
		read := "const "
		if x.Write {
			read = ""
		}
		address := p.address(x)
		p.buffers[x.Name] = x.Buffer
		p.Line("%s%s *restrict const %s = %s;", read, p.numberType(x.Buffer), p.name("pointer "+x.Name, x.Name), address)
	case *loop.Inject:
		p.inject(x)
	case *loop.Sample:
		p.sample(x)
	case *loop.Reduce:
		p.reduce(x)
	default:
		p.dialect.Other(p, s)
	}
}

func (p *Printer) store(x *loop.Store) {
	value := p.Expr(x.Value)
	narrow := p.narrow(x.To.Buffer)
	switch {
	case p.lane == "" && narrow:
		p.Line("%s = courant_narrow(%s);", p.Ref(x.To), value)
		return
	case p.lane == "":
		p.Line("%s = %s;", p.Ref(x.To), value)
		return
	}
	if !p.varies(x.Value) {
		value = "(" + value + ") - (lanes){0}"
	}
	if narrow {
		p.Half = true
		count := strconv.Itoa(p.Vector)
		if p.rest != "" {
			count = p.rest
		}
		p.Line("put_half(&%s, %s, %s);", p.Ref(x.To), value, count)
		return
	}
	if p.rest != "" {
		p.Partial = true
		p.Line("put(&%s, %s, %s);", p.Ref(x.To), value, p.rest)
		return
	}
	p.Line("*(lanes *)&%s = %s;", p.Ref(x.To), value)
}

func (p *Printer) condition(x *loop.If) string {
	out := ""
	and := func(format string, args ...any) {
		if out != "" {
			out += " && "
		}
		out += fmt.Sprintf(format, args...)
	}
	for _, a := range x.AtLeastZero {
		and("%s >= 0", p.Affine(a))
	}
	if !x.Every.IsZero() {
		step := p.Step(x.Step)
		if x.Step != 0 {
			step = "(" + step + ")"
		}
		and("%s %% %s == 0", step, p.steps(x.Every))
	}
	if x.Last {
		and("%s == args->end", shifted(p.variable("t"), x.Step))
	}
	return out
}

// For prints a loop.
func (p *Printer) For(l *loop.For) {
	if len(l.Notes) > 0 || p.depth == 0 {
		p.blank()
	}
	p.Loop(l)
}

// Bare prints a statement without a blank line in front.
func (p *Printer) Bare(s loop.Stmt) {
	text := p.apart(func() { p.Stmt(s) })
	p.out.WriteString(strings.TrimPrefix(text, "\n"))
}

// Loop prints a loop without a blank line in front.
func (p *Printer) Loop(l *loop.For) {
	for _, note := range l.Notes {
		p.Line("/* %s */", CommentText(note))
	}
	inside, around := p.inside(), p.around
	p.dialect.Loop(p, l, inside)
	if !inside && (l.Kind == loop.Threads || l.Kind == loop.Single || l.Kind == loop.Grid) {
		p.around = l.Kind
	}
	p.depth++
	switch {
	case p.dialect.Head(p, l, inside):
		p.indent++
		p.Stmts(l.Body)
		p.shut()
	case l.Rest != nil:
		p.rows(l)
	case l.Lanes > 1 && l.Kind == loop.Sequential:
		if !p.repeats || !p.outline(l, func() { p.vector(l) }) {
			p.vector(l)
		}
	default:
		p.Head(l)
		p.indent++
		p.Stmts(l.Body)
		p.shut()
	}
	p.depth--
	p.around = around
}

// Head prints the head of a loop.
func (p *Printer) Head(l *loop.For) {
	v := p.variable(l.Var)
	lo, hi := p.lo(l.Lo), p.hi(l.Hi)
	step := "++" + v
	if !l.Step.Equal(loop.Int(1)) {
		step = fmt.Sprintf("%s += %s", v, p.Affine(l.Step))
	}
	test := fmt.Sprintf("%s < %s", v, hi)
	if h := l.Hi[0]; len(l.Hi) == 1 && h.Const == 1 && h.Coef(loop.Symbol{Kind: loop.Last}) == 1 {
		test = fmt.Sprintf("%s <= %s", v, p.Affine(h.Plus(-1)))
	}
	if l.Down {
		p.Line("for (int64_t %s = %s - 1; %s >= %s; --%s) {", v, hi, v, lo, v)
		return
	}
	p.Line("for (int64_t %s = %s; %s; %s) {", v, lo, test, step)
}

// rows prints a loop whose iterations take several rows, and single ones where
// fewer are left.
func (p *Printer) rows(l *loop.For) {
	v, hi := p.variable(l.Var), p.hi(l.Hi)
	first := p.name("rows "+l.Var, l.Var+"_rows")
	p.open("for (int64_t %s = %s; %s < %s; %s += %s) {", first, p.lo(l.Lo), first, hi, first, p.Affine(l.Step))
	p.open("if (%s + %s <= %s) {", first, p.Affine(l.Step), hi)
	p.Line("const int64_t %s = %s;", v, first)
	p.Stmts(l.Body)
	p.indent--
	p.Line("} else {")
	p.indent++
	p.open("for (int64_t %s = %s; %s < %s; ++%s) {", v, first, v, hi, v)
	p.Stmts(l.Rest)
	p.shut()
	p.shut()
	p.shut()
}

// vector prints a loop over vectors, and a last vector of which only the points
// that are left are stored.
func (p *Printer) vector(l *loop.For) {
	v, lo, hi := p.variable(l.Var), p.lo(l.Lo), p.hi(l.Hi)
	p.Vector = l.Lanes
	if l.Usual != nil {
		p.usual(l)
		return
	}
	p.open("{")
	p.Line("int64_t %s = %s;", v, lo)
	p.whole(l, hi, l.Body)
	p.open("if (%s < %s) {", v, hi)
	p.partial(l, hi, l.Body)
	p.shut()
	p.shut()
}

// whole prints a loop over the whole vectors of a row as far as hi.
func (p *Printer) whole(l *loop.For, hi string, body []loop.Stmt) {
	v := p.variable(l.Var)
	next := fmt.Sprintf("%s += %d", v, l.Lanes)
	if l.Aligned {
		n, lo := l.Lanes, l.Lo[0].Const
		second := lo + n - (lo%n+n)%n
		next = fmt.Sprintf("%s = %s < %d ? %d : %s + %d", v, v, second, second, v, n)
	}
	p.open("for (; %s + %d <= %s; %s) {", v, l.Lanes, hi, next)
	for _, r := range l.Prefetch {
		// What only parts of a row read is not worth it.
		if reads(body, r.Buffer) && (l.Usual == nil || reads(l.Usual, r.Buffer)) {
			p.dialect.Prefetch(p, p.Ref(r))
		}
	}
	p.lane, p.vectors = l.Var, map[string]bool{}
	p.Stmts(body)
	p.lane = ""
	p.shut()
}

// partial prints the last vector of a row.
func (p *Printer) partial(l *loop.For, hi string, body []loop.Stmt) {
	p.lane, p.rest, p.vectors = l.Var, hi+" - "+p.variable(l.Var), map[string]bool{}
	p.Stmts(body)
	p.lane, p.rest = "", ""
}

// reads reports whether a body touches a buffer.
func reads(body []loop.Stmt, buffer string) bool {
	found := false
	for _, s := range body {
		if e := loop.ValueOf(s); e != nil {
			expr.Visit(e, func(e expr.Expr) {
				r, ok := e.(*loop.Ref)
				found = found || ok && r.Buffer == buffer
			})
		}
		if r := loop.TargetOf(s); r != nil {
			found = found || r.Buffer == buffer
		}
	}
	return found
}
