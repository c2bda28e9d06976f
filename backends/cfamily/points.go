package cfamily

import (
	"fmt"

	"github.com/courant-pde/courant/codegen/loop"
)

func (p *Printer) inject(x *loop.Inject) {
	n := p.points(x.Points)
	p.blank()
	p.Line("/* %s */", CommentText(x.Note))
	p.dialect.Rows(p, p.inside)
	row := p.Step(0)
	if x.Ahead != 0 {
		row = "(" + plus(p.Step(0), x.Ahead) + ")"
	}
	p.rowsOf(n, x.Ahead)
	p.Line("const real *const trace = (const real *)%s->traces + %s*%s->count;", n, row, n)
	p.node(n, "r", x.Within, func() { p.Ref(x.To); p.expr(x.Value, 2, false) })
	p.Line("double sum = 0;")
	p.Line("for (int64_t e = %s->start[r]; e < %s->start[r + 1]; ++e) sum += %s->weight[e] * (double)trace[%s->point[e]];", n, n, n, n)
	p.Line("%s += (real)sum * %s;", p.Ref(x.To), p.expr(x.Value, 2, false))
	p.shut()
}

func (p *Printer) sample(x *loop.Sample) {
	n := p.points(x.Points)
	p.blank()
	p.Line("/* %s */", CommentText(x.Note))
	p.dialect.Rows(p, p.inside)
	p.rowsOf(n, own(p, x.Step))
	staged := fmt.Sprintf("((real *)%s->staged)[%s->entries*%d + e]", n, n, x.Step)
	if x.Step == 0 {
		staged = fmt.Sprintf("((real *)%s->staged)[e]", n)
	}
	if x.Stage != loop.Take {
		p.Line("double sum = 0;")
	}
	if x.Stage == loop.Sum {
		p.Line("for (int64_t e = %s->start[r]; e < %s->start[r + 1]; ++e) sum += %s->weight[e] * (double)%s;", n, n, n, staged)
	} else {
		p.open("for (int64_t e = %s->start[r]; e < %s->start[r + 1]; ++e) {", n, n)
		p.node(n, "e", x.Within, func() { p.expr(x.Value, 2, false) })
		if x.Stage == loop.Take {
			p.Line("%s = %s;", staged, p.Expr(x.Value))
		} else {
			p.Line("sum += %s->weight[e] * (double)%s;", n, p.expr(x.Value, 2, false))
		}
		p.shut()
	}
	if x.Stage != loop.Take {
		step := p.Step(x.Step)
		row := step
		if x.Step != 0 {
			row = "(" + step + ")"
		}
		p.Line("((real *)%s->traces)[%s*%s->count + r - (%s->first ? %s->first[%s] : 0)] = (real)sum;", n, row, n, n, n, step)
	}
	p.shut()
}

// own is a number of steps after t as the operator's own steps count.
func own(p *Printer, steps int) int {
	if p.K.Backward {
		return -steps
	}
	return steps
}

// rowsOf begins the loop over the rows of the step, or of one so many own steps
// later.
func (p *Printer) rowsOf(points string, later int) {
	step := p.Step(0)
	begin := fmt.Sprintf("%s->first ? %s->first[%s] : 0", points, points, shifted(step, later))
	next := "++r"
	if first, far := p.dialect.Share(p.inside); first != "" {
		begin, next = fmt.Sprintf("(%s) + %s", begin, first), "r += "+far
	}
	p.open("for (int64_t r = %s; r < (%s->first ? %s->first[%s] : %s->rows); %s) {", begin, points, points, shifted(step, later+1), points, next)
}

// node declares the coordinates of a node, those that f prints, and leaves out
// nodes that are not within a tile.
func (p *Printer) node(points, index string, within []loop.Within, f func()) {
	dim := len(p.K.Axes)
	uses := make([]bool, dim)
	for _, name := range p.K.Axes {
		delete(p.used, "var "+name)
	}
	p.apart(f)
	for _, w := range within {
		p.axis(w.Axis)
	}
	for axis, name := range p.K.Axes {
		uses[axis] = p.used["var "+name]
	}
	for axis := range p.K.Axes {
		if !uses[axis] {
			continue
		}
		at := index
		if dim > 1 {
			at = fmt.Sprintf("%d*%s", dim, index)
		}
		p.Line("const int64_t %s = %s->node[%s];", p.axis(axis), points, shifted(at, axis))
	}
	for _, w := range within {
		x := p.axis(w.Axis)
		p.Line("if (%s < %s || %s >= %s) continue;", x, p.lo(w.Lo), x, p.hi(w.Hi))
	}
}
