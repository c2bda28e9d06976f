package loop

import (
	"fmt"
	"strings"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/text"
)

// The text form of a kernel is its signature, its buffers, and two blocks:
//
//	setup {
//	  let %c0 = $dt*$dt
//	}
//	run {
//	  team {
//	    for t = first(t) .. last(t)+1 {
//	      for xb along x = 0 .. size(x) step block(x) threads dynamic {
//	        for x = xb .. min(xb+block(x), size(x)) {
//	          pointer u_row0 = u[x]
//	          for z = 0 .. size(z) lanes 1 {
//	            u_row1:u[@1, x, z] = 2*u_row0:u[x, z] + %c0*u_row0:u[x, z-1]
//
// An index may begin with @ and a time level.

// String prints a kernel in its text form.
func (k *Kernel) String() string {
	var b strings.Builder
	b.WriteString(k.Declarations("kernel"))
	for _, x := range k.Buffers {
		fmt.Fprintf(&b, "buffer %s[", x.Name)
		for i, d := range x.Dims {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(d.Extent.String())
			if d.Ring {
				b.WriteString(" ring")
			}
		}
		fmt.Fprintf(&b, "] %s", x.Space)
		if x.Doc != "" {
			fmt.Fprintf(&b, " %q", x.Doc)
		}
		b.WriteString("\n")
	}
	b.WriteString("setup {\n")
	k.print(&b, k.Setup, "  ")
	b.WriteString("}\nrun {\n")
	k.print(&b, k.Run, "  ")
	b.WriteString("}\n")
	return b.String()
}

// Text prints an expression.
func Text(e expr.Expr) string { return expr.Text(e, expr.Read.Key) }

func (k *Kernel) print(b *strings.Builder, body []Stmt, indent string) {
	block := func(body []Stmt) {
		b.WriteString(" {\n")
		k.print(b, body, indent+"  ")
		b.WriteString(indent + "}")
	}
	note := func(note string) {
		if note != "" {
			fmt.Fprintf(b, " note %q", note)
		}
	}
	for _, s := range body {
		b.WriteString(indent)
		switch x := s.(type) {
		case *Team:
			b.WriteString("team")
			block(x.Body)
		case *For:
			k.head(b, x)
			block(x.Body)
			if x.Usual != nil {
				b.WriteString(" usual")
				block(x.Usual)
			}
			if x.Rest != nil {
				b.WriteString(" rest")
				block(x.Rest)
			}
		case *If:
			b.WriteString("if")
			separator := " "
			add := func(format string, args ...any) {
				fmt.Fprintf(b, separator+format, args...)
				separator = ", "
			}
			if !x.Every.IsZero() {
				add("every %s", x.Every)
			}
			if x.Last {
				add("last")
			}
			if x.Step != 0 {
				add("step %d", x.Step)
			}
			for _, a := range x.AtLeastZero {
				add("0 <= %s", a)
			}
			block(x.Body)
		case *Let:
			fmt.Fprintf(b, "let %%%s = %s", x.Name, Text(x.Value))
		case *Store:
			fmt.Fprintf(b, "%s = %s", x.To, Text(x.Value))
		case *Pointer:
			r := &Ref{Buffer: x.Buffer, Level: x.Level, Index: x.Index}
			fmt.Fprintf(b, "pointer %s = %s", x.Name, r)
			if x.Write {
				b.WriteString(" write")
			}
		case *Inject:
			fmt.Fprintf(b, "inject %s", x.Points)
			if x.Ahead != 0 {
				fmt.Fprintf(b, " ahead %d", x.Ahead)
			}
			fmt.Fprintf(b, " into %s times %s", x.To, Text(x.Value))
			k.within(b, x.Within)
			note(x.Note)
		case *Sample:
			fmt.Fprintf(b, "%s %s", stageWords[x.Stage], x.Points)
			if x.Step != 0 {
				fmt.Fprintf(b, " step %d", x.Step)
			}
			if x.Stage != Sum {
				fmt.Fprintf(b, " from %s", Text(x.Value))
			}
			k.within(b, x.Within)
			note(x.Note)
		case *Reduce:
			fmt.Fprintf(b, "reduce %s", x.Series)
			if x.Step != 0 {
				fmt.Fprintf(b, " step %d", x.Step)
			}
			fmt.Fprintf(b, " from %s of %s over ", x.Op, Text(x.Value))
			for axis := range min(len(x.Lo), len(x.Hi)) {
				if axis > 0 {
					b.WriteString("; ")
				}
				fmt.Fprintf(b, "%s .. %s", several("max", x.Lo[axis]), several("min", x.Hi[axis]))
			}
			note(x.Note)
		case *Exchange:
			fmt.Fprintf(b, "%s exchange %s[@%d] along %s width %d %d", phaseWords[x.Phase], x.Buffer, x.Level, k.AxisName(x.Axis), x.Width[0], x.Width[1])
		case *Barrier:
			b.WriteString("barrier")
		}
		b.WriteString("\n")
	}
}

func (k *Kernel) within(b *strings.Builder, all []Within) {
	for _, w := range all {
		fmt.Fprintf(b, " within %s = %s .. %s", k.AxisName(w.Axis), several("max", w.Lo), several("min", w.Hi))
	}
}

// head leaves out what is the rule: a variable named like its axis, a step of
// 1.
func (k *Kernel) head(b *strings.Builder, l *For) {
	fmt.Fprintf(b, "for %s", l.Var)
	if l.Axis >= 0 && k.AxisName(l.Axis) != l.Var {
		fmt.Fprintf(b, " along %s", k.AxisName(l.Axis))
	}
	fmt.Fprintf(b, " = %s .. %s", several("max", l.Lo), several("min", l.Hi))
	if !l.Step.Equal(Int(1)) {
		fmt.Fprintf(b, " step %s", l.Step)
	}
	if word := kindWords[l.Kind]; word != "" {
		b.WriteString(" " + word)
	}
	if l.Collapse > 1 {
		fmt.Fprintf(b, " collapse %d", l.Collapse)
	}
	if l.Dynamic {
		b.WriteString(" dynamic")
	}
	if l.Down {
		b.WriteString(" down")
	}
	if l.Lanes > 0 {
		fmt.Fprintf(b, " lanes %d", l.Lanes)
	}
	if l.Aligned {
		b.WriteString(" aligned")
	}
	for _, r := range l.Prefetch {
		fmt.Fprintf(b, " prefetch %s", r)
	}
	for _, n := range l.Notes {
		fmt.Fprintf(b, " note %q", n)
	}
}

func several(word string, all []Affine) string {
	if len(all) == 1 {
		return all[0].String()
	}
	var list []string
	for _, a := range all {
		list = append(list, a.String())
	}
	return word + "(" + strings.Join(list, ", ") + ")"
}

// Parse reads a kernel in its text form. It checks the syntax only, Verify
// checks the rest. The error is a *text.SyntaxError.
func Parse(source string) (*Kernel, error) {
	r := &reader{k: &Kernel{}}
	err := text.Parse(source, func(p *text.Parser) {
		r.Parser = expr.Parser{Parser: p, Read: func() expr.Read { return r.ref() }}
		r.k.Operator = *signature.Read(p, "kernel")
		for r.Accept("buffer") {
			r.buffer()
		}
		r.Expect("setup")
		r.k.Setup = r.block()
		r.Expect("run")
		r.k.Run = r.block()
	})
	if err != nil {
		return nil, err
	}
	return r.k, nil
}

type reader struct {
	expr.Parser
	k *Kernel
}

func (r *reader) affine() Affine { return readAffine(r.Parser.Parser) }

func (r *reader) buffer() {
	b := &Buffer{Name: r.Name("a buffer")}
	r.Expect("[")
	r.List(func() { b.Dims = append(b.Dims, Dim{r.affine(), r.Accept("ring")}) })
	r.Expect("]")
	if !r.Accept("thread") {
		r.Expect("shared")
		b.Space = Shared
	}
	b.Doc = r.Quoted()
	r.k.Buffers = append(r.k.Buffers, b)
}

func (r *reader) block() []Stmt {
	body := []Stmt{}
	r.Block(func() { body = append(body, r.statement()) })
	return body
}

func (r *reader) several(word string) []Affine {
	if !r.At(word) || !r.After().Is("(") {
		return []Affine{r.affine()}
	}
	r.Take()
	r.Take()
	var out []Affine
	r.List(func() { out = append(out, r.affine()) })
	r.Expect(")")
	return out
}

func (r *reader) statement() Stmt {
	// What is subscripted is a buffer, whatever its name.
	if after := r.After(); after.Is("[") || after.Is(":") {
		s := &Store{To: r.ref()}
		r.Expect("=")
		s.Value = r.Sum()
		return s
	}
	switch {
	case r.Accept("team"):
		return &Team{r.block()}
	case r.Accept("for"):
		return r.loop()
	case r.Accept("if"):
		return r.condition()
	case r.Accept("let"):
		r.Expect("%")
		l := &Let{Name: r.Name("a local")}
		r.Expect("=")
		l.Value = r.Sum()
		return l
	case r.Accept("pointer"):
		p := &Pointer{Name: r.Name("a pointer")}
		r.Expect("=")
		ref := r.ref()
		p.Buffer, p.Level, p.Index = ref.Buffer, ref.Level, ref.Index
		p.Write = r.Accept("write")
		return p
	case r.Accept("inject"):
		s := &Inject{Points: r.Name("points")}
		if r.Accept("ahead") {
			s.Ahead = r.Signed()
		}
		r.Expect("into")
		s.To = r.ref()
		r.Expect("times")
		s.Value = r.Sum()
		s.Within, s.Note = r.within(), r.Labelled("note")
		return s
	case r.Accept("reduce"):
		s := &Reduce{Series: r.Name("a series"), Step: r.step()}
		r.Expect("from")
		s.Op = r.Name("sum, min, max or norm")
		r.Expect("of")
		s.Value = r.Sum()
		r.Expect("over")
		for first := true; first || r.Accept(";"); first = false {
			s.Lo = append(s.Lo, r.several("max"))
			r.Expect("..")
			s.Hi = append(s.Hi, r.several("min"))
		}
		s.Note = r.Labelled("note")
		return s
	case r.Accept("barrier"):
		return &Barrier{}
	}
	for stage, word := range stageWords {
		if r.Accept(word) {
			s := &Sample{Stage: stage, Points: r.Name("points"), Step: r.step()}
			if stage != Sum {
				r.Expect("from")
				s.Value = r.Sum()
			}
			s.Within, s.Note = r.within(), r.Labelled("note")
			return s
		}
	}
	for phase, word := range phaseWords {
		if r.Accept(word) {
			return r.exchange(phase)
		}
	}
	r.Fail(r.Peek(), "expected a statement, found %s", r.Peek())
	return nil
}

func (r *reader) step() int {
	if r.Accept("step") {
		return r.Signed()
	}
	return 0
}

func (r *reader) within() []Within {
	var out []Within
	for r.Accept("within") {
		w := Within{Axis: r.k.ReadAxis(r.Parser.Parser)}
		r.Expect("=")
		w.Lo = r.several("max")
		r.Expect("..")
		w.Hi = r.several("min")
		out = append(out, w)
	}
	return out
}

func (r *reader) exchange(phase Phase) Stmt {
	r.Expect("exchange")
	x := &Exchange{Phase: phase, Buffer: r.Name("an array")}
	r.Expect("[")
	r.Expect("@")
	x.Level = r.Signed()
	r.Expect("]")
	r.Expect("along")
	x.Axis = r.k.ReadAxis(r.Parser.Parser)
	r.Expect("width")
	x.Width = [2]int{r.Integer(), r.Integer()}
	return x
}

func (r *reader) loop() Stmt {
	l := &For{Axis: -1, Step: Int(1)}
	l.Var = r.Name("a loop variable")
	if r.Accept("along") {
		l.Axis = r.k.ReadAxis(r.Parser.Parser)
	} else {
		for axis, name := range r.k.Axes {
			if name == l.Var {
				l.Axis = axis
			}
		}
	}
	r.Expect("=")
	l.Lo = r.several("max")
	r.Expect("..")
	l.Hi = r.several("min")
	if r.Accept("step") {
		l.Step = r.affine()
	}
	for kind := Sequential; kind <= InBlock; kind++ {
		if kindWords[kind] != "" && r.Accept(kindWords[kind]) {
			l.Kind = kind
			break
		}
	}
	if r.Accept("collapse") {
		l.Collapse = r.Integer()
	}
	l.Dynamic = r.Accept("dynamic")
	l.Down = r.Accept("down")
	if r.Accept("lanes") {
		l.Lanes = r.Integer()
	}
	l.Aligned = r.Accept("aligned")
	for r.Accept("prefetch") {
		l.Prefetch = append(l.Prefetch, r.ref())
	}
	for r.Accept("note") {
		t := r.Take()
		if t.Kind != text.Quoted {
			r.Fail(t, "expected a text in quotes, found %s", t)
		}
		l.Notes = append(l.Notes, t.Text)
	}
	l.Body = r.block()
	if r.Accept("usual") {
		l.Usual = r.block()
	}
	if r.Accept("rest") {
		l.Rest = r.block()
	}
	return l
}

func (r *reader) condition() Stmt {
	c := &If{}
	r.List(func() {
		switch {
		case r.Accept("every"):
			c.Every = signature.ReadSteps(r.Parser.Parser)
		case r.Accept("last"):
			c.Last = true
		case r.Accept("step"):
			c.Step = r.Signed()
		default:
			if n := r.Peek(); r.Integer() != 0 {
				r.Fail(n, "expected 0 <=, found %s", n)
			}
			r.Expect("<")
			r.Expect("=")
			c.AtLeastZero = append(c.AtLeastZero, r.affine())
		}
	})
	c.Body = r.block()
	return c
}

func (r *reader) ref() *Ref {
	f := &Ref{Buffer: r.Name("a buffer")}
	if r.Accept(":") {
		f.Pointer, f.Buffer = f.Buffer, r.Name("a buffer")
	}
	r.Expect("[")
	for first := true; !r.Accept("]"); first = false {
		if !first {
			r.Expect(",")
		}
		if r.Accept("@") {
			f.Level = r.Signed()
		} else {
			f.Index = append(f.Index, r.affine())
		}
	}
	return f
}
