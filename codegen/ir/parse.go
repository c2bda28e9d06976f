package ir

import (
	"slices"
	"strconv"
)

// Parse reads a kernel in the text form that String prints; see there. It
// checks the syntax only, Verify checks the rest. The error is a *SyntaxError.
func Parse(text string) (k *Kernel, err error) {
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{text: text, tokens: tokens, k: &Kernel{}}
	// A fault deep in an expression ends the whole parse.
	defer func() {
		switch fault := recover().(type) {
		case nil:
		case *SyntaxError:
			k, err = nil, fault
		default:
			panic(fault)
		}
	}()
	p.kernel()
	return p.k, nil
}

// maxDepth bounds the nesting of loops and expressions.
const maxDepth = 500

type parser struct {
	text   string
	tokens []token
	next   int
	depth  int
	k      *Kernel
}

func (p *parser) peek() token { return p.tokens[p.next] }

// after is the token behind the next one.
func (p *parser) after() token { return p.tokens[min(p.next+1, len(p.tokens)-1)] }

// is reports whether a token is that word or mark.
func (t token) is(text string) bool { return t.text == text && (t.kind == name || t.kind == mark) }

func (p *parser) take() token {
	t := p.peek()
	if t.kind != end {
		p.next++
	}
	return t
}

func (p *parser) fail(t token, format string, args ...any) {
	panic(faultAt(p.text, t.at, format, args...))
}

func (p *parser) at(text string) bool { return p.peek().is(text) }

func (p *parser) accept(text string) bool {
	if !p.at(text) {
		return false
	}
	p.take()
	return true
}

func (p *parser) expect(text string) {
	if !p.accept(text) {
		p.fail(p.peek(), "expected %s, found %s", text, p.peek())
	}
}

func (p *parser) name(what string) string {
	t := p.take()
	if t.kind != name {
		p.fail(t, "expected the name of %s, found %s", what, t)
	}
	return t.text
}

func (p *parser) integer() int {
	t := p.take()
	n, err := strconv.Atoi(t.text)
	if t.kind != number || err != nil {
		p.fail(t, "expected a whole number, found %s", t)
	}
	return n
}

// optional reads a text that may be missing.
func (p *parser) optional() string {
	if p.peek().kind != quoted {
		return ""
	}
	return p.take().text
}

// nested runs f one level deeper.
func (p *parser) nested(f func()) {
	p.depth++
	if p.depth > maxDepth {
		p.fail(p.peek(), "nested more than %d deep", maxDepth)
	}
	f()
	p.depth--
}

func (p *parser) kernel() {
	k := p.k
	p.expect("kernel")
	k.Name = p.name("the kernel")
	switch t := p.take(); t.String() {
	case "f32":
		k.Real = F32
	case "f64":
		k.Real = F64
	default:
		p.fail(t, "expected f32 or f64, found %s", t)
	}
	k.Doc = p.optional()
	p.expect("axes")
	for first := true; first || p.accept(","); first = false {
		t := p.peek()
		a := p.name("an axis")
		if a == "t" || slices.Contains(k.Axes, a) {
			p.fail(t, "the name %s is taken", a)
		}
		p.expect("halo")
		k.Axes, k.Halo = append(k.Axes, a), append(k.Halo, p.integer())
	}
	p.expect("time")
	k.FirstStep = p.integer()
	p.expect("..")
	p.expect("steps")
	p.expect("-")
	k.LastStep = p.integer()
	if p.accept("tile") {
		k.TimeTile = p.integer()
	}
	k.Backward = p.accept("backward")
	for p.declaration() {
	}
	p.expect("prepare")
	k.Prepare = p.block()
	p.expect("step")
	k.Step = p.block()
	if p.peek().kind != end {
		p.fail(p.peek(), "expected the end, found %s", p.peek())
	}
}

// declaration reads a scalar, an array or a set of points, if there is one.
func (p *parser) declaration() bool {
	switch {
	case p.accept("scalar"):
		p.k.Scalars = append(p.k.Scalars, p.name("a scalar"))
	case p.accept("param"):
		p.array(Param)
	case p.accept("state"):
		p.array(State)
	case p.accept("scratch"):
		p.array(Scratch)
	case p.accept("image"):
		p.array(Image)
	case p.accept("history"):
		p.array(History)
	case p.accept("temp"):
		p.array(Temp)
	case p.accept("given"):
		p.array(Given)
	case p.accept("points"):
		q := &Points{Name: p.name("points")}
		q.Traces = q.Name
		if q.Inject = p.accept("inject"); !q.Inject {
			p.expect("sample")
		}
		if p.accept("traces") {
			q.Traces = p.name("points")
		}
		q.Half = p.half()
		q.Doc = p.optional()
		p.k.Points = append(p.k.Points, q)
	case p.accept("series"):
		p.k.Series = append(p.k.Series, &Series{Name: p.name("a series"), Doc: p.optional()})
	default:
		return false
	}
	return true
}

func (p *parser) array(role Role) {
	a := &Array{Role: role, Levels: 1, Buffers: 1, Name: p.name("an array")}
	p.expect("[")
	separator := ""
	if role == State || role == Given {
		p.expect("t")
		separator = ","
	}
	for !p.accept("]") {
		if separator != "" {
			p.expect(separator)
		}
		separator = ","
		a.Axes = append(a.Axes, p.axis())
	}
	if p.accept("levels") {
		a.Levels = p.integer()
		p.expect("buffers")
		a.Buffers = p.integer()
	}
	a.Kept = p.accept("kept")
	a.Folded = p.accept("folded")
	a.Resident = p.accept("resident")
	if p.accept("every") {
		a.Every = p.operand()
	}
	a.Half = p.half()
	for p.accept("edge") {
		if a.Edges == nil {
			a.Edges = make([][2]Edge, len(p.k.Axes))
		}
		axis := p.axis()
		a.Edges[axis] = [2]Edge{p.edge(), p.edge()}
	}
	a.Doc = p.optional()
	p.k.Arrays = append(p.k.Arrays, a)
}

// half reads the axes along which something lies between the nodes.
func (p *parser) half() []bool {
	var out []bool
	for p.accept("half") {
		if out == nil {
			out = make([]bool, len(p.k.Axes))
		}
		out[p.axis()] = true
	}
	return out
}

func (p *parser) edge() Edge {
	t := p.take()
	for _, e := range []Edge{Open, Even, Odd, Nothing, Wrap, Last} {
		if t.text == e.String() {
			return e
		}
	}
	p.fail(t, "expected open, even, odd, zero, wrap or last, found %s", t)
	return Open
}

func (p *parser) axis() int {
	t := p.peek()
	axis := slices.Index(p.k.Axes, p.name("an axis"))
	if axis < 0 {
		p.fail(t, "there is no axis %s", t)
	}
	return axis
}

func (p *parser) block() []Stmt {
	var body []Stmt
	p.expect("{")
	p.nested(func() {
		for !p.accept("}") {
			body = append(body, p.statement())
		}
	})
	return body
}

func (p *parser) statement() Stmt {
	// What is subscripted is an array, whatever its name.
	switch {
	case p.after().is("["), p.after().is(":"):
		return p.assign()
	case p.at("for"):
		return p.loop()
	case p.accept("let"):
		l := &Let{Wide: p.accept("wide")}
		p.expect("%")
		l.Name = p.name("a local")
		p.expect("=")
		l.Value = p.expr()
		return l
	case p.accept("inject"):
		s := &Inject{Points: p.name("points")}
		if p.accept("row") {
			s.Row = p.integer()
		}
		p.expect("into")
		s.Target = p.access()
		p.expect("times")
		s.Value = p.expr()
		s.Note = p.note()
		return s
	case p.accept("sample"):
		s := &Sample{Points: p.name("points")}
		p.expect("from")
		s.Value = p.expr()
		s.Note = p.note()
		return s
	case p.accept("reduce"):
		s := &Reduce{Series: p.name("a series")}
		p.expect("from")
		s.Op = p.name("sum, min, max or norm")
		p.expect("of")
		s.Value = p.expr()
		p.expect("over")
		for first := true; first || p.accept(","); first = false {
			s.Lo = append(s.Lo, p.bound())
			p.expect("..")
			s.Hi = append(s.Hi, p.bound())
		}
		s.Note = p.note()
		return s
	case p.accept("every"):
		s := &Every{Steps: p.operand()}
		s.Body = p.block()
		return s
	case p.accept("exchange"):
		s := &HaloExchange{}
		s.Array, s.Time = p.level()
		p.expect("width")
		for first := true; first || p.accept(","); first = false {
			s.Width = append(s.Width, p.integer())
		}
		return s
	case p.accept("sweep"):
		return &Sweep{}
	case p.accept("row"):
		r := &Row{Name: p.name("a row")}
		p.expect("=")
		r.Array, r.Time = p.level()
		return r
	}
	p.fail(p.peek(), "expected a statement, found %s", p.peek())
	return nil
}

func (p *parser) assign() Stmt {
	s := &Assign{Target: p.access()}
	p.expect("=")
	s.Value = p.expr()
	s.Note = p.note()
	return s
}

func (p *parser) note() string {
	if !p.at("note") || p.after().kind != quoted {
		return ""
	}
	p.take()
	return p.take().text
}

// level reads an array, at a time level if it has any: u[t+1], m.
func (p *parser) level() (array string, time int) {
	array = p.name("an array")
	if !p.accept("[") {
		return array, 0
	}
	p.expect("t")
	time = p.shift()
	p.expect("]")
	return array, time
}

func (p *parser) loop() Stmt {
	p.expect("for")
	l := &Loop{Step: Bound{Kind: One}}
	t := p.peek()
	l.Var = p.name("a loop variable")
	if p.accept("along") {
		l.Axis = p.axis()
	} else if l.Axis = slices.Index(p.k.Axes, l.Var); l.Axis < 0 {
		p.fail(t, "%s is not an axis: say along which axis it runs", t)
	}
	p.expect("=")
	l.Lo = p.bound()
	p.expect("..")
	l.Hi = p.bound()
	if p.accept("step") {
		l.Step = p.bound()
		if l.Step == (Bound{Kind: Zero, Shift: 1}) {
			l.Step = Bound{Kind: One}
		}
	}
	if p.accept("parallel") {
		l.Props.Parallel = p.integer()
	}
	l.Props.Block = p.accept("block")
	l.Props.Vector = p.accept("vector")
	l.Body = p.block()
	return l
}

func (p *parser) bound() Bound {
	t := p.take()
	switch {
	case t.kind == number:
		n, err := strconv.Atoi(t.text)
		if err != nil {
			p.fail(t, "expected a whole number, found %s", t)
		}
		return Bound{Kind: Zero, Shift: n}
	case t.is("-"):
		return Bound{Kind: Zero, Shift: -p.integer()}
	case t.kind != name:
		p.fail(t, "expected a bound, found %s", t)
	case t.text == "size":
		return Bound{Kind: Size, Shift: p.shift()}
	case t.text == "block":
		return Bound{Kind: BlockLen}
	case t.text == "min" && p.accept("("):
		b := Bound{Kind: BlockEnd, Var: p.name("a loop variable")}
		for _, s := range []string{"+", "block", ","} {
			p.expect(s)
		}
		end := p.bound()
		if end.Kind != Zero && end.Kind != Size {
			p.fail(t, "a block ends at a number or at the size")
		}
		b.FromZero, b.Shift = end.Kind == Zero, end.Shift
		p.expect(")")
		return b
	}
	return Bound{Kind: At, Var: t.text}
}

// expr reads a sum.
func (p *parser) expr() (e Expr) {
	p.nested(func() { e = p.sum() })
	return e
}

func (p *parser) sum() Expr {
	// A minus in front of digits belongs to the number.
	minus := p.at("-") && p.after().kind != number
	if minus {
		p.take()
	}
	sum := &Add{Args: []Expr{p.product()}, Sub: []bool{minus}}
	for p.at("+") || p.at("-") {
		sum.Sub = append(sum.Sub, p.take().text == "-")
		sum.Args = append(sum.Args, p.product())
	}
	if len(sum.Args) == 1 && !minus {
		return sum.Args[0]
	}
	return sum
}

// product reads products and quotients, which group to the left.
func (p *parser) product() Expr {
	left := p.operand()
	var open *Mul // the product that a further factor joins
	for links := 0; ; {
		switch {
		case p.accept("*"):
			if open == nil {
				open = &Mul{Args: []Expr{left}}
				left = open
				links++
			}
			open.Args = append(open.Args, p.operand())
		case p.accept("/"):
			left, open = &Div{X: left, Y: p.operand()}, nil
			links++
		default:
			return left
		}
		if p.depth+links > maxDepth {
			p.fail(p.peek(), "nested more than %d deep", maxDepth)
		}
	}
}

func (p *parser) operand() Expr {
	t := p.peek()
	switch {
	case p.accept("("):
		e := p.expr()
		p.expect(")")
		return e
	case p.accept("$"):
		return Scalar(p.name("a scalar"))
	case p.accept("%"):
		return Local(p.name("a local"))
	case t.kind == number || p.at("-"):
		return p.constant()
	case t.kind == name && p.after().is("("):
		return p.call()
	case t.kind == name:
		return p.access()
	}
	p.fail(t, "expected an expression, found %s", t)
	return nil
}

func (p *parser) constant() Expr {
	text := ""
	if p.accept("-") {
		text = "-"
	}
	t := p.take()
	v, err := strconv.ParseFloat(text+t.text, 64)
	if t.kind != number || err != nil {
		p.fail(t, "expected a number that fits a double, found %s", t)
	}
	return Const(v)
}

func (p *parser) call() Expr {
	c := &Call{Fn: p.take().text}
	p.expect("(")
	for first := true; !p.accept(")"); first = false {
		if !first {
			p.expect(",")
		}
		c.Args = append(c.Args, p.expr())
	}
	return c
}

// access reads an array with its subscripts, in any order; what is left out
// is not shifted.
func (p *parser) access() *Access {
	a := &Access{Array: p.name("an array"), Offset: make([]int, len(p.k.Axes))}
	if p.accept(":") {
		a.Row, a.Array = a.Array, p.name("an array")
	}
	p.expect("[")
	for first := true; !p.accept("]"); first = false {
		if !first {
			p.expect(",")
		}
		if p.accept("t") {
			a.Time = p.shift()
		} else {
			axis := p.axis()
			a.Offset[axis] = p.shift()
		}
	}
	return a
}

// shift reads the number of points or levels behind a subscript.
func (p *parser) shift() int {
	switch {
	case p.accept("+"):
		return p.integer()
	case p.accept("-"):
		return -p.integer()
	}
	return 0
}
