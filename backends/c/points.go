package c

import (
	"fmt"

	"github.com/courant-pde/courant/codegen/ir"
)

func (p *printer) inject(x *ir.Inject) {
	n := p.name("points "+x.Points, x.Points)
	p.out.WriteString("\n")
	p.line("/* %s */", commentText(x.Note))
	p.line("#pragma omp for")
	row := plus(p.step(), x.Row)
	p.rows(n, x.Row)
	p.indent++
	if x.Row != 0 {
		row = "(" + row + ")"
	}
	p.line("const real *const trace = (const real *)%s->traces + %s*%s->count;", n, row, n)
	value := p.access(x.Target) + p.expr(x.Value, 2, false)
	p.nodeOf(n, "r", value)
	p.line("double sum = 0;")
	p.line("for (int64_t e = %s->start[r]; e < %s->start[r + 1]; ++e) sum += %s->weight[e] * (double)trace[%s->point[e]];", n, n, n, n)
	p.line("%s += (real)sum * %s;", p.access(x.Target), p.expr(x.Value, 2, false))
	p.indent--
	p.line("}")
}

func (p *printer) sample(x *ir.Sample) {
	n := p.name("points "+x.Points, x.Points)
	p.out.WriteString("\n")
	p.line("/* %s */", commentText(x.Note))
	p.line("#pragma omp for")
	p.rows(n, 0)
	p.indent++
	p.line("double sum = 0;")
	p.line("for (int64_t e = %s->start[r]; e < %s->start[r + 1]; ++e) {", n, n)
	p.indent++
	value := p.expr(x.Value, 2, false)
	p.nodeOf(n, "e", value)
	p.line("sum += %s->weight[e] * (double)%s;", n, value)
	p.indent--
	p.line("}")
	p.line("((real *)%s->traces)[%s*%s->count + r - (%s->first ? %s->first[%s] : 0)] = (real)sum;", n, p.step(), n, n, n, p.step())
	p.indent--
	p.line("}")
}

// rows begins the loop over the rows of the step, or of one so many steps later.
func (p *printer) rows(points string, later int) {
	step := p.step()
	from := step
	if later != 0 {
		from = fmt.Sprintf("%s + %d", step, later)
	}
	p.line("for (int64_t r = %s->first ? %s->first[%s] : 0; r < (%s->first ? %s->first[%s + %d] : %s->rows); ++r) {", points, points, from, points, points, step, later+1, points)
}

// step is the number of the step at hand.
func (p *printer) step() string {
	if p.k.Backward {
		return "n"
	}
	return "t"
}

// nodeOf declares the coordinates of a node, those that text uses.
func (p *printer) nodeOf(points, index, text string) {
	dim := len(p.k.Axes)
	words := identifiers(text)
	for a := range p.k.Axes {
		if !words[p.axis(a)] {
			continue
		}
		at := index
		if dim > 1 {
			at = fmt.Sprintf("%d*%s", dim, index)
		}
		p.line("const int64_t %s = %s->node[%s];", p.axis(a), points, spaced(at, a))
	}
}

func spaced(s string, n int) string {
	if n == 0 {
		return s
	}
	return fmt.Sprintf("%s + %d", s, n)
}
