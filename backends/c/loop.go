package c

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/courant-pde/courant/codegen/ir"
)

func (p *printer) prepareBody() {
	for _, s := range p.k.Prepare {
		if l, ok := s.(*ir.Loop); ok {
			p.loop(l, "parallel for")
		}
	}
}

func (p *printer) runBody() {
	p.line("#pragma omp parallel num_threads((int)args->threads)")
	p.line("{")
	p.indent++
	p.line("const courant_mode mode = courant_flush_denormals();")
	p.line("for (int64_t t = args->first; t <= args->last; ++t) {")
	p.indent++
	// Print the statements first, to know which levels they use.
	before := p.out.String()
	p.out.Reset()
	nest := func(s ir.Stmt) bool { _, ok := s.(*ir.Loop); return ok }
	nests := 0
	for _, s := range p.k.Step {
		if nest(s) {
			nests++
		}
	}
	for i, s := range p.k.Step {
		if nest(s) && nests > mostTogether {
			p.part(i, s)
		} else {
			p.statement(s)
		}
	}
	body := p.out.String()
	levels := p.levels(body)
	p.out.Reset()
	p.out.WriteString(before + levels + body)
	p.indent--
	p.line("}")
	p.line("courant_restore(mode);")
	p.indent--
	p.line("}")
}

// mostTogether is the number of nests of a step up to which they stand in one
// function. The time that a compiler takes grows faster than a function: of more,
// each gets a function of its own.
const mostTogether = 12

// part prints a nest of loops as a function that carries out its share of step t,
// and calls it.
func (p *printer) part(i int, s ir.Stmt) {
	outer, indent := p.out.String(), p.indent
	p.out.Reset()
	p.indent = 1
	p.statement(s)
	body := strings.TrimPrefix(p.out.String(), "\n")
	body = p.levels(body) + body
	name := p.name(fmt.Sprintf("part %d", i), fmt.Sprintf("part%d", i))
	step, now := "", "" // the step, if the nest wants to know
	if identifiers(body)["t"] {
		step, now = ", int64_t t", ", t"
	}
	p.out.Reset()
	fmt.Fprintf(&p.out, "static __attribute__((noinline)) void %s(const struct courant_args *args%s)\n{\n", name, step)
	p.declare(body)
	p.out.WriteString(body + "}\n\n")
	p.parts = append(p.parts, p.out.String())
	p.out.Reset()
	p.out.WriteString(outer)
	p.indent = indent
	p.line("%s(args%s);", name, now)
}

// levels declares the time levels, and the step of an operator that runs backward,
// that a body uses.
func (p *printer) levels(body string) string {
	words := identifiers(body)
	p.out.Reset()
	for _, a := range p.k.Arrays {
		if a.Keeps() {
			p.kept(a, words)
			continue
		}
		if n := p.level(a, 0); a.Role == ir.History && words[n] {
			p.line("real *const %s = %s + %s / %s * %s; /* the frame of level %s */", n, p.name("array "+a.Name, a.Name), p.step(), p.steps(a.Every), p.bufferLen(a), p.step())
		}
		if a.Buffers == 1 {
			continue
		}
		for b := range a.Buffers {
			n := p.level(a, b)
			if !words[n] {
				continue
			}
			var levels []string
			for l := 1; l > 1-a.Levels; l-- {
				if ((l%a.Buffers)+a.Buffers)%a.Buffers == b {
					levels = append(levels, plus("t", l))
				}
			}
			slices.Reverse(levels)
			place := "t"
			if b > 0 {
				place = "(" + plus("t", b) + ")"
			}
			p.line("real *const %s = %s + %s %% %d * %s; /* level %s */", n, p.name("array "+a.Name, a.Name), place, a.Buffers, p.bufferLen(a), strings.Join(levels, " and "))
		}
	}
	levels := p.out.String()
	p.out.Reset()
	if p.k.Backward && (words["n"] || identifiers(levels)["n"]) {
		p.line("const int64_t n = args->mirror - t; /* the step of an operator that runs backward */")
	}
	step := p.out.String()
	p.out.Reset()
	return step + levels
}

// kept declares the levels in use of an array that keeps them all.
func (p *printer) kept(a *ir.Array, words map[string]bool) {
	step := "t"
	if a.Role == ir.Given {
		step = p.step()
	}
	for time := -mostLevels; time <= mostLevels; time++ {
		if n := p.level(a, time); words[n] {
			array, level := p.name("array "+a.Name, a.Name), fmt.Sprintf("(%s) %% %s", plus(step, time), p.count(a))
			if a.Role == ir.Given && time < 0 { // the first steps may look for levels before the first one
				level = fmt.Sprintf("(%s + %s) %% %s", level, p.count(a), p.count(a))
			}
			p.line("real *const %s = %s + %s * %s;", n, array, level, p.bufferLen(a))
		}
	}
}

// mostLevels bounds the levels away from the current one that a step reads of
// an array that keeps them all.
const mostLevels = 8

func (p *printer) statement(s ir.Stmt) {
	switch x := s.(type) {
	case *ir.Loop:
		p.out.WriteString("\n")
		p.loop(x, "for")
	case *ir.Let:
		p.line("const real %s = %s;", p.local(x.Name), p.expr(x.Value, 0, false))
	case *ir.Assign:
		p.line("%s = %s;", p.access(x.Target), p.expr(x.Value, 0, false))
	case *ir.Row:
		a := p.k.Array(x.Array)
		read := "const "
		if p.writes[x.Name] {
			read = ""
		}
		p.line("%sreal *restrict const %s = %s;", read, p.name("row "+x.Name, x.Name), p.rowAddress(a, x.Time))
	case *ir.Inject:
		p.inject(x)
	case *ir.Sample:
		p.sample(x)
	case *ir.Reduce:
		p.reduce(x)
	case *ir.Every:
		p.out.WriteString("\n")
		if x.Steps == ir.Expr(ir.Const(0)) {
			p.line("if (t == args->end) {")
		} else {
			p.line("if (%s %% %s == 0) {", p.step(), p.steps(x.Steps))
		}
		p.indent++
		for _, s := range x.Body {
			p.statement(s)
		}
		p.indent--
		p.line("}")
	case *ir.HaloExchange:
		p.exchange(x)
	}
}

// rowAddress is the place of the first element along the last axis.
func (p *printer) rowAddress(a *ir.Array, time int) string {
	s := p.level(a, time)
	for _, x := range a.Axes {
		if x != len(p.k.Axes)-1 {
			s += fmt.Sprintf(" + %s*%s", p.axis(x), p.stride(a, x))
		}
	}
	return s
}

func (p *printer) loop(l *ir.Loop, directive string) {
	for _, note := range notes(l) {
		p.line("/* %s */", commentText(note))
	}
	p.loopNest(l, directive)
}

func notes(l *ir.Loop) []string {
	var out []string
	ir.VisitStmts(l.Body, func(s ir.Stmt) {
		if a, ok := s.(*ir.Assign); ok && a.Note != "" && !slices.Contains(out, a.Note) {
			out = append(out, a.Note)
		}
	})
	return out
}

func (p *printer) loopNest(l *ir.Loop, directive string) {
	v := p.variable(l)
	if n := l.Props.Parallel; n > 0 {
		pragma := "#pragma omp " + directive
		if l.Props.Vector && !slices.ContainsFunc(l.Body, isSweep) {
			pragma += " simd"
		}
		if directive != "for" {
			pragma += " num_threads((int)args->threads)"
		}
		if n > 1 {
			pragma += fmt.Sprintf(" collapse(%d)", n)
		}
		if l.Props.Block {
			pragma += " schedule(dynamic)"
		}
		p.line("%s", pragma)
	} else if directive == "for" && l.Props.Parallel == 0 && p.depth == 0 {
		p.line("#pragma omp single") // a nest that was not shared among threads
	}
	if slices.ContainsFunc(l.Body, isSweep) {
		p.sweeps(l)
		return
	}
	if l.Props.Vector && l.Props.Parallel == 0 {
		p.line("#pragma omp simd")
	}
	step := "++" + v
	if l.Step.Kind != ir.One {
		step = fmt.Sprintf("%s += %s", v, p.bound(l.Step, l.Axis))
	}
	p.line("for (int64_t %s = %s; %s < %s; %s) {", v, p.bound(l.Lo, l.Axis), v, p.bound(l.Hi, l.Axis), step)
	p.indent++
	p.depth++
	saved := p.writes
	p.writes = rowsWritten(l.Body)
	for _, s := range l.Body {
		if inner, ok := s.(*ir.Loop); ok {
			p.loopNest(inner, directive)
		} else {
			p.statement(s)
		}
	}
	p.writes = saved
	p.depth--
	p.indent--
	p.line("}")
}

func rowsWritten(body []ir.Stmt) map[string]bool {
	out := map[string]bool{}
	ir.VisitStmts(body, func(s ir.Stmt) {
		if t := ir.Target(s); t != nil && t.Row != "" {
			out[t.Row] = true
		}
	})
	return out
}

func (p *printer) variable(l *ir.Loop) string {
	if l.Props.Block {
		return p.name("block "+p.k.Axes[l.Axis], l.Var)
	}
	return p.axis(l.Axis)
}

func (p *printer) bound(b ir.Bound, axis int) string {
	switch b.Kind {
	case ir.Zero:
		return strconv.Itoa(b.Shift)
	case ir.One:
		return "1"
	case ir.Size:
		return shifted(p.size(axis), b.Shift)
	case ir.BlockLen:
		return p.blockLen(axis)
	case ir.At:
		return p.name("block "+p.k.Axes[axis], b.Var)
	}
	end := strconv.Itoa(b.Shift)
	if !b.FromZero {
		end = shifted(p.size(axis), b.Shift)
	}
	return fmt.Sprintf("least(%s + %s, %s)", p.name("block "+p.k.Axes[axis], b.Var), p.blockLen(axis), end)
}

// shifted is a length plus a number of points.
func shifted(length string, n int) string {
	switch {
	case n > 0:
		return fmt.Sprintf("%s + %d", length, n)
	case n < 0:
		return fmt.Sprintf("%s - %d", length, -n)
	}
	return length
}

// steps is the number of steps of a condition or of a history.
func (p *printer) steps(e ir.Expr) string {
	if s, ok := e.(ir.Scalar); ok {
		return "(int64_t)" + p.name("scalar "+string(s), string(s))
	}
	return strconv.FormatFloat(float64(e.(ir.Const)), 'f', 0, 64)
}
