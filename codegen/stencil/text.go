package stencil

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/text"
)

// The text form shows a program to readers and tests, and Parse reads it back.
// It is the signature, then
//
//	setup {
//	  let %c0 = $dt*$dt
//	}
//	step {
//	  compute x = 0 .. size, z = 0 .. size {
//	    u[t+1, x, z] = 2*u[t, x, z] - u[t-1, x, z] + %c0*(u[t, x-1, z] + u[t, x+1, z])/m[x, z]
//	  }
//	  inject src into u[t+1, x, z] times %c0/m[x, z]
//	}

// Text is the text form of an expression of p.
func (p *Program) Text(e expr.Expr) string {
	return expr.Text(e, func(r expr.Read) string {
		a, ok := r.(*Access)
		if !ok {
			return r.Key()
		}
		return p.access(a)
	})
}

// access writes the subscripts that the field has, and others only when they
// are not zero.
func (p *Program) access(a *Access) string {
	array := p.Array(a.Field)
	var index []string
	if array == nil || array.Role == signature.State || a.Time != 0 {
		index = append(index, shifted("t", a.Time))
	}
	for x, o := range a.Offset {
		if array == nil || array.Spans(x) || o != 0 {
			index = append(index, shifted(p.AxisName(x), o))
		}
	}
	return a.Field + "[" + strings.Join(index, ", ") + "]"
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

// String prints a program in its text form.
func (p *Program) String() string {
	var b strings.Builder
	b.WriteString(p.Declarations("program"))
	b.WriteString("setup {\n")
	p.print(&b, p.Setup)
	b.WriteString("}\nstep {\n")
	p.print(&b, p.Step)
	b.WriteString("}\n")
	return b.String()
}

// SetupText is what is computed in front of the first step: programs of the same one
// have the same values in arrays of the same name.
func (p *Program) SetupText() string {
	var b strings.Builder
	p.print(&b, p.Setup)
	return b.String()
}

func (p *Program) print(b *strings.Builder, body []Stmt) {
	for _, s := range body {
		b.WriteString("  ")
		switch x := s.(type) {
		case *Let:
			fmt.Fprintf(b, "let %%%s = %s", x.Name, p.Text(x.Value))
		case *Compute:
			b.WriteString("compute")
			for i, axis := range x.Axes {
				if i > 0 {
					b.WriteString(",")
				}
				span := signature.Span{}
				if axis >= 0 && axis < len(x.Box) {
					span = x.Box[axis]
				}
				fmt.Fprintf(b, " %s = %s", p.AxisName(axis), span)
			}
			fmt.Fprintf(b, "%s {\n", x.When)
			for _, s := range x.Body {
				switch y := s.(type) {
				case *Let:
					fmt.Fprintf(b, "    let %%%s = %s\n", y.Name, p.Text(y.Value))
				case *Assign:
					fmt.Fprintf(b, "    %s = %s%s\n", p.access(y.Target), p.Text(y.Value), noted(y.Note))
				}
			}
			b.WriteString("  }")
		case *Inject:
			fmt.Fprintf(b, "inject %s", x.Points)
			if x.Ahead != 0 {
				fmt.Fprintf(b, " ahead %d", x.Ahead)
			}
			fmt.Fprintf(b, " into %s times %s%s%s", p.access(x.Target), p.Text(x.Value), x.When, noted(x.Note))
		case *Sample:
			fmt.Fprintf(b, "sample %s from %s%s%s", x.Points, p.Text(x.Value), x.When, noted(x.Note))
		case *Reduce:
			fmt.Fprintf(b, "reduce %s from %s of %s over ", x.Series, x.Op, p.Text(x.Value))
			for axis, span := range x.Box {
				if axis > 0 {
					b.WriteString(", ")
				}
				b.WriteString(span.String())
			}
			fmt.Fprintf(b, "%s%s", x.When, noted(x.Note))
		case *Fill:
			verb := "fill"
			if x.Transposed {
				verb = "fold"
			}
			fmt.Fprintf(b, "%s %s[%s] width ", verb, x.Field, shifted("t", x.Time))
			for i, w := range x.Width {
				if i > 0 {
					b.WriteString(", ")
				}
				fmt.Fprintf(b, "%d %d", w[0], w[1])
			}
			for axis, e := range x.Edges {
				if e != [2]signature.Edge{} {
					fmt.Fprintf(b, " edge %s %s %s", p.AxisName(axis), e[0], e[1])
				}
			}
			b.WriteString(x.When.String())
		}
		b.WriteString("\n")
	}
}

func (w *When) String() string {
	switch {
	case w == nil:
		return ""
	case w.Last:
		return " at last"
	}
	return " every " + w.Every.String()
}

func noted(note string) string {
	if note == "" {
		return ""
	}
	return fmt.Sprintf(" note %q", note)
}

// Parse reads a program in its text form. It checks the syntax only, Verify
// checks the rest. The error is a *text.SyntaxError.
func Parse(source string) (*Program, error) {
	r := &reader{p: &Program{}}
	err := text.Parse(source, func(p *text.Parser) {
		r.Parser = expr.Parser{Parser: p, Read: func() expr.Read { return r.access() }}
		r.p.Operator = *signature.Read(p, "program")
		r.Expect("setup")
		r.Block(func() { r.p.Setup = append(r.p.Setup, r.statement()) })
		r.Expect("step")
		r.Block(func() { r.p.Step = append(r.p.Step, r.statement()) })
	})
	if err != nil {
		return nil, err
	}
	return r.p, nil
}

type reader struct {
	expr.Parser
	p *Program
}

func (r *reader) statement() Stmt {
	switch {
	case r.At("let"):
		return r.let()
	case r.Accept("compute"):
		return r.compute()
	case r.Accept("inject"):
		s := &Inject{Points: r.Name("points")}
		if r.Accept("ahead") {
			s.Ahead = r.Integer()
		}
		r.Expect("into")
		s.Target = r.access()
		r.Expect("times")
		s.Value = r.Sum()
		s.When, s.Note = r.when(), r.Labelled("note")
		return s
	case r.Accept("sample"):
		s := &Sample{Points: r.Name("points")}
		r.Expect("from")
		s.Value = r.Sum()
		s.When, s.Note = r.when(), r.Labelled("note")
		return s
	case r.Accept("reduce"):
		s := &Reduce{Series: r.Name("a series")}
		r.Expect("from")
		s.Op = r.Name("sum, min, max or norm")
		r.Expect("of")
		s.Value = r.Sum()
		r.Expect("over")
		r.List(func() { s.Box = append(s.Box, signature.ReadSpan(r.Parser.Parser)) })
		s.When, s.Note = r.when(), r.Labelled("note")
		return s
	case r.At("fill"), r.At("fold"):
		return r.fill()
	}
	r.Fail(r.Peek(), "expected a statement, found %s", r.Peek())
	return nil
}

func (r *reader) let() *Let {
	r.Expect("let")
	r.Expect("%")
	l := &Let{Name: r.Name("a local")}
	r.Expect("=")
	l.Value = r.Sum()
	return l
}

func (r *reader) compute() *Compute {
	c := &Compute{Box: slices.Repeat([]signature.Span{signature.Whole}, len(r.p.Axes))}
	for more := !r.At("{") && !r.At("every") && !r.At("at"); more; more = r.Accept(",") {
		axis := r.p.ReadAxis(r.Parser.Parser)
		r.Expect("=")
		c.Axes = append(c.Axes, axis)
		c.Box[axis] = signature.ReadSpan(r.Parser.Parser)
	}
	c.When = r.when()
	r.Block(func() {
		if r.At("let") && !r.After().Is("[") {
			c.Body = append(c.Body, r.let())
			return
		}
		a := &Assign{Target: r.access()}
		r.Expect("=")
		a.Value = r.Sum()
		a.Note = r.Labelled("note")
		c.Body = append(c.Body, a)
	})
	return c
}

func (r *reader) fill() *Fill {
	f := &Fill{Transposed: r.Take().Text == "fold", Field: r.Name("a field")}
	r.Expect("[")
	r.Expect("t")
	f.Time = r.Shift()
	r.Expect("]")
	r.Expect("width")
	r.List(func() { f.Width = append(f.Width, [2]int{r.Integer(), r.Integer()}) })
	f.Edges = make([][2]signature.Edge, len(r.p.Axes))
	for r.Accept("edge") {
		axis := r.p.ReadAxis(r.Parser.Parser)
		f.Edges[axis] = [2]signature.Edge{signature.ReadEdge(r.Parser.Parser), signature.ReadEdge(r.Parser.Parser)}
	}
	f.When = r.when()
	return f
}

func (r *reader) when() *When {
	switch {
	case r.Accept("every"):
		return &When{Every: signature.ReadSteps(r.Parser.Parser)}
	case r.At("at") && r.After().Is("last"):
		r.Take()
		r.Take()
		return &When{Last: true}
	}
	return nil
}

// access reads a field with its subscripts, in any order; what is left out is
// not shifted.
func (r *reader) access() *Access {
	a := &Access{Field: r.Name("a field"), Offset: make([]int, len(r.p.Axes))}
	r.Expect("[")
	for first := true; !r.Accept("]"); first = false {
		if !first {
			r.Expect(",")
		}
		if r.Accept("t") {
			a.Time = r.Shift()
		} else {
			axis := r.p.ReadAxis(r.Parser.Parser)
			a.Offset[axis] = r.Shift()
		}
	}
	return a
}
