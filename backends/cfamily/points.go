package cfamily

import (
	"fmt"
	"slices"

	"github.com/courant-pde/courant/codegen/expr"
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
	p.early(n, "r", rowsAhead, x.Within, x.To, x.Value)
	p.Line("double sum = 0;")
	p.Line("for (int64_t e = %s->start[r]; e < %s->start[r + 1]; ++e) sum += %s->weight[e] * (double)trace[%s->point[e]];", n, n, n, n)
	p.Line("%s += (real)sum * %s;", p.Ref(x.To), p.expr(x.Value, 2, false))
	p.spot = ""
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
		p.early(n, "e", entriesAhead, x.Within, nil, x.Value)
		if x.Stage == loop.Take {
			p.Line("%s = %s;", staged, p.Expr(x.Value))
		} else {
			p.Line("sum += %s->weight[e] * (double)%s;", n, p.expr(x.Value, 2, false))
		}
		p.spot = ""
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

// How far ahead of the node at hand memory is asked for: nodes of points lie far
// apart, and no processor foresees where. At most what the ABI gives of them.
const rowsAhead, entriesAhead = 16, 64

// early asks for the memory of the elements of later nodes. A tile has few of the
// nodes, so there it does not.
func (p *Printer) early(points, index string, ahead int, within []loop.Within, to *loop.Ref, value expr.Expr) {
	if len(within) > 0 || !p.used["spot"] {
		return
	}
	var seen []string
	see := func(r *loop.Ref) {
		key := fmt.Sprint(r.Buffer, r.Level)
		if p.spots(r) && !slices.Contains(seen, key) {
			seen = append(seen, key)
			p.dialect.Prefetch(p, fmt.Sprintf("%s[%s->place[%s + %d]]", p.base(r.Buffer, r.Level), points, index, ahead))
		}
	}
	if to != nil {
		see(to)
	}
	expr.Visit(value, func(e expr.Expr) {
		if r, ok := e.(*loop.Ref); ok {
			see(r)
		}
	})
}

// spots reports whether the element of a node says where an element lies.
func (p *Printer) spots(r *loop.Ref) bool {
	a := p.K.Array(r.Buffer)
	if a == nil || r.Pointer != "" || !p.K.CommonStrides(a) {
		return false
	}
	for axis, x := range r.Index {
		if !x.Add(-1, loop.V(p.K.Axes[axis])).IsConst() {
			return false
		}
	}
	return true
}

// node declares where a node lies, as far as f prints it, and leaves out nodes that
// are not within a tile. Elements are reached by their place, until spot is emptied.
func (p *Printer) node(points, index string, within []loop.Within, f func()) {
	p.spot = p.name("spot", "at")
	delete(p.used, "spot")
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
	if p.used["spot"] {
		p.Line("const int64_t %s = %s->place[%s];", p.spot, points, index)
	}
	for _, w := range within {
		x := p.axis(w.Axis)
		p.Line("if (%s < %s || %s >= %s) continue;", x, p.lo(w.Lo), x, p.hi(w.Hi))
	}
}
