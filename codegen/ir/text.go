package ir

import (
	"fmt"
	"strconv"
	"strings"
)

// Key is the text of an expression: equal keys mean equal expressions.
func Key(e Expr) string {
	var b strings.Builder
	printExpr(&b, nil, e, 0)
	return b.String()
}

// String prints a kernel in the text form that Parse reads.
func (k *Kernel) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "kernel %s %s %q\n", k.Name, k.Real, k.Doc)
	fmt.Fprintf(&b, "axes")
	for a, name := range k.Axes {
		fmt.Fprintf(&b, " %s halo %d", name, k.Halo[a])
	}
	fmt.Fprintf(&b, "\nsteps %d %d\n", k.FirstStep, k.LastStep)
	for _, s := range k.Scalars {
		fmt.Fprintf(&b, "scalar %s\n", s)
	}
	for _, a := range k.Arrays {
		fmt.Fprintf(&b, "%s %s on", a.Role, a.Name)
		for _, x := range a.Axes {
			fmt.Fprintf(&b, " %s", k.Axes[x])
		}
		fmt.Fprintf(&b, " buffers %d levels %d %q\n", a.Buffers, a.Levels, a.Doc)
	}
	for _, p := range k.Points {
		verb := "sample"
		if p.Inject {
			verb = "inject"
		}
		fmt.Fprintf(&b, "points %s %s %q\n", p.Name, verb, p.Doc)
	}
	b.WriteString("prepare {\n")
	printStmts(&b, k, k.Prepare, "  ")
	b.WriteString("}\nstep {\n")
	printStmts(&b, k, k.Step, "  ")
	b.WriteString("}\n")
	return b.String()
}

func printStmts(b *strings.Builder, k *Kernel, body []Stmt, indent string) {
	for _, s := range body {
		b.WriteString(indent)
		switch x := s.(type) {
		case *Loop:
			axis := k.Axes[x.Axis]
			fmt.Fprintf(b, "for %s along %s = %s .. %s step %s", x.Var, axis, x.Lo.text(axis), x.Hi.text(axis), x.Step.text(axis))
			if x.Props.Parallel > 0 {
				fmt.Fprintf(b, " parallel %d", x.Props.Parallel)
			}
			if x.Props.Block {
				b.WriteString(" block")
			}
			if x.Props.Vector {
				b.WriteString(" vector")
			}
			b.WriteString(" {\n")
			printStmts(b, k, x.Body, indent+"  ")
			b.WriteString(indent + "}")
		case *Let:
			kind := "let"
			if x.Wide {
				kind = "let wide"
			}
			fmt.Fprintf(b, "%s %s = ", kind, x.Name)
			printExpr(b, k, x.Value, 0)
		case *Assign:
			printExpr(b, k, x.Target, 0)
			b.WriteString(" = ")
			printExpr(b, k, x.Value, 0)
			printNote(b, x.Note)
		case *Inject:
			fmt.Fprintf(b, "inject %s into ", x.Points)
			printExpr(b, k, x.Target, 0)
			b.WriteString(" times ")
			printExpr(b, k, x.Value, 0)
			printNote(b, x.Note)
		case *Sample:
			fmt.Fprintf(b, "sample %s from ", x.Points)
			printExpr(b, k, x.Value, 0)
			printNote(b, x.Note)
		case *HaloExchange:
			fmt.Fprintf(b, "exchange %s %d width", x.Array, x.Time)
			for _, w := range x.Width {
				fmt.Fprintf(b, " %d", w)
			}
		case *Row:
			fmt.Fprintf(b, "row %s = %s %d", x.Name, x.Array, x.Time)
		}
		b.WriteString("\n")
	}
}

func printNote(b *strings.Builder, note string) {
	if note != "" {
		fmt.Fprintf(b, " note %q", note)
	}
}

func (d Bound) text(axis string) string {
	switch d.Kind {
	case Zero:
		return "0"
	case One:
		return "1"
	case Size:
		return "size"
	case BlockLen:
		return "block"
	case At:
		return d.Var
	}
	return "end " + d.Var
}

// printExpr writes e; k is needed only for axis names and may be nil, when
// axes are numbered.
func printExpr(b *strings.Builder, k *Kernel, e Expr, bind int) {
	open := func(own int) func() {
		if own < bind {
			b.WriteByte('(')
			return func() { b.WriteByte(')') }
		}
		return func() {}
	}
	switch x := e.(type) {
	case Const:
		if x < 0 || (x == 0 && 1/float64(x) < 0) {
			defer open(0)()
		}
		b.WriteString(strconv.FormatFloat(float64(x), 'g', -1, 64))
	case Scalar:
		b.WriteString("$" + string(x))
	case Local:
		b.WriteString("%" + string(x))
	case *Access:
		if x.Row != "" {
			fmt.Fprintf(b, "%s:", x.Row)
		}
		fmt.Fprintf(b, "%s[%+d", x.Array, x.Time)
		for _, o := range x.Offset {
			fmt.Fprintf(b, ",%d", o)
		}
		b.WriteByte(']')
	case *Add:
		defer open(0)()
		for i, a := range x.Args {
			switch {
			case i == 0 && x.Sub[0]:
				b.WriteString("- ")
			case x.Sub[i]:
				b.WriteString(" - ")
			case i > 0:
				b.WriteString(" + ")
			}
			printExpr(b, k, a, 1)
		}
	case *Mul:
		defer open(1)()
		for i, a := range x.Args {
			if i > 0 {
				b.WriteByte('*')
			}
			printExpr(b, k, a, 2)
		}
	case *Div:
		defer open(1)()
		printExpr(b, k, x.X, 2)
		b.WriteByte('/')
		printExpr(b, k, x.Y, 2)
	case *Call:
		b.WriteString(x.Fn + "(")
		for i, a := range x.Args {
			if i > 0 {
				b.WriteString(", ")
			}
			printExpr(b, k, a, 0)
		}
		b.WriteByte(')')
	}
}
