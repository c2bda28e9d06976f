package cfamily

import (
	"fmt"
	"slices"
	"strings"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/loop"
)

func (p *Printer) inject(x *loop.Inject) {
	n := p.points(x.Points)
	p.blank()
	p.Line("/* %s */", CommentText(x.Note))
	row := p.Step(0)
	if x.Ahead != 0 {
		row = "(" + plus(p.Step(0), x.Ahead) + ")"
	}
	add := func() {
		p.Line("double sum = 0;")
		p.Line("for (int64_t e = %s->start[r]; e < %s->start[r + 1]; ++e) sum += %s->weight[e] * (double)trace[%s->point[e]];", n, n, n, n)
		if value := p.expr(x.Value, 2, false); p.narrow(x.To.Buffer) {
			p.Line("%s = courant_narrow(%s + (real)sum * %s);", p.Ref(x.To), p.load(x.To), value)
		} else {
			p.Line("%s += (real)sum * %s;", p.Ref(x.To), value)
		}
	}
	see := func() { p.Ref(x.To); p.expr(x.Value, 2, false) }
	trace := fmt.Sprintf("const real *const trace = (const real *)%s->traces + %s*%s->count;", n, row, n)
	begin, end := rows(n, shifted(p.Step(0), x.Ahead), shifted(p.Step(0), x.Ahead+1))
	if len(x.Within) > 0 {
		p.inTile(n, begin, end, "r", x.Within, trace, see, add)
		return
	}
	p.dialect.Rows(p, p.inside())
	p.overRows(begin, end)
	p.Line("%s", trace)
	p.node(n, "r", see)
	p.early(n, "r", rowsAhead, x.To, x.Value)
	add()
	p.spot = ""
	p.shut()
}

func (p *Printer) sample(x *loop.Sample) {
	n := p.points(x.Points)
	p.blank()
	p.Line("/* %s */", CommentText(x.Note))
	begin, end := rows(n, shifted(p.Step(0), own(p, x.Step)), shifted(p.Step(0), own(p, x.Step)+1))
	staged := func(entry string) string {
		if x.Step > 0 {
			entry = fmt.Sprintf("%s->entries*%d + %s", n, x.Step, entry)
		}
		return fmt.Sprintf("((real *)%s->staged)[%s]", n, entry)
	}
	see := func() { p.expr(x.Value, 2, false) }
	if x.Stage == loop.Take {
		first, last := fmt.Sprintf("%s->start[%s]", n, begin), fmt.Sprintf("%s->start[%s]", n, end)
		p.inTile(n, first, last, "e", x.Within, "", see, func() { p.Line("%s = %s;", staged("e"), p.Expr(x.Value)) })
		return
	}
	p.dialect.Rows(p, p.inside())
	p.overRows(begin, end)
	p.Line("double sum = 0;")
	if x.Stage == loop.Sum {
		p.Line("for (int64_t e = %s->start[r]; e < %s->start[r + 1]; ++e) sum += %s->weight[e] * (double)%s;", n, n, n, staged(n+"->order[e]"))
	} else {
		p.open("for (int64_t e = %s->start[r]; e < %s->start[r + 1]; ++e) {", n, n)
		p.node(n, "e", see)
		p.early(n, "e", entriesAhead, nil, x.Value)
		p.Line("sum += %s->weight[e] * (double)%s;", n, p.expr(x.Value, 2, false))
		p.spot = ""
		p.shut()
	}
	step := p.Step(x.Step)
	row := step
	if x.Step != 0 {
		row = "(" + step + ")"
	}
	p.Line("((real *)%s->traces)[%s*%s->count + r - (%s->first ? %s->first[%s] : 0)] = (real)sum;", n, row, n, n, n, step)
	p.shut()
}

// inTile goes through those nodes of a step, between two places, that lie in a tile:
// they are found by search, as they have the order of the axes. Without a tile it
// goes through all of them. f prints what is done at the node named index, which see
// prints to find what of the node it needs; first stands in front of the loops.
func (p *Printer) inTile(points, begin, end, index string, within []loop.Within, first string, see, f func()) {
	p.open("{")
	p.Line("const int64_t begin = %s;", begin)
	p.Line("const int64_t end = %s;", end)
	if first != "" {
		p.Line("%s", first)
	}
	p.dialect.Rows(p, p.inside())
	share, far := p.dialect.Share(p.around)
	shared := func(from, next string) (string, string) {
		if share != "" {
			return from + " + " + share, next + " += " + far
		}
		return from, "++" + next
	}
	if len(within) == 0 {
		from, next := shared("begin", index)
		p.open("for (int64_t %s = %s; %s < end; %s) {", index, from, index, next)
		p.node(points, index, see)
	} else {
		p.Nodes = true
		dim := len(p.K.Axes)
		ends := func(axis int) (lo, hi string) {
			for _, w := range within {
				if w.Axis == axis {
					return p.lo(w.Lo), p.hi(w.Hi)
				}
			}
			return "INT64_MIN", "INT64_MAX"
		}
		x := p.axis(0)
		lo, hi := ends(0)
		from, next := shared(fmt.Sprintf("first_plane(%s, %d, begin, end, %s)", points, dim, lo), x)
		p.open("for (int64_t %s = %s; %s < end_plane(%s, %d, begin, end, %s); %s) {", x, from, x, points, dim, hi, next)
		lo, hi = ends(1)
		behind := x // the plane of the first node that is not of the tile
		if hi == "INT64_MAX" {
			hi, behind = "INT64_MIN", x+" + 1"
		}
		p.Line("const int64_t last = node_behind(%s, %d, begin, end, %s, %s);", points, dim, behind, hi)
		p.open("for (int64_t %s = node_behind(%s, %d, begin, end, %s, %s); %s < last; ++%s) {", index, points, dim, x, lo, index, index)
		for _, w := range within {
			if w.Axis > 1 {
				at := fmt.Sprintf("%s->node[%s]", points, shifted(timesOf(dim, index), w.Axis))
				p.Line("if (%s < %s || %s >= %s) continue;", at, p.lo(w.Lo), at, p.hi(w.Hi))
			}
		}
		p.node(points, index, see, 0)
	}
	f()
	p.spot = ""
	if p.shut(); len(within) > 0 {
		p.shut()
	}
	p.shut()
}

func timesOf(n int, index string) string {
	if n == 1 {
		return index
	}
	return fmt.Sprintf("%d*%s", n, index)
}

// NodeSearch are the functions by which tiles find their nodes, for a language's kind
// of functions.
func NodeSearch(kind string) string {
	return strings.ReplaceAll(nodeSearch, "KIND", kind)
}

const nodeSearch = `/* the first of the nodes begin .. end - 1 that has x along the first axis and y or
 * more along the second, or more than x */
KIND int64_t node_behind(const struct courant_points *p, int64_t dim, int64_t begin, int64_t end, int64_t x, int64_t y)
{
  if (p->column) return p->column[x*p->columns + (y < 0 ? 0 : y < p->columns ? y : p->columns)];
  while (begin < end) {
    const int64_t k = begin + (end - begin)/2;
    const int64_t *const at = p->node + dim*k;
    if (at[0] < x || (at[0] == x && dim > 1 && at[1] < y)) {
      begin = k + 1;
    } else {
      end = k;
    }
  }
  return begin;
}

/* the planes of the first axis from lo to hi - 1 that may have nodes */
KIND int64_t first_plane(const struct courant_points *p, int64_t dim, int64_t begin, int64_t end, int64_t lo)
{
  return begin < end && p->node[dim*begin] > lo ? p->node[dim*begin] : lo;
}

KIND int64_t end_plane(const struct courant_points *p, int64_t dim, int64_t begin, int64_t end, int64_t hi)
{
  if (begin == end) return INT64_MIN;
  const int64_t x = p->node[dim*(end - 1)] + 1;
  return x < hi ? x : hi;
}

`

// rows are the first row of a step and the one behind its last.
func rows(points, step, next string) (begin, end string) {
	return fmt.Sprintf("%s->first ? %s->first[%s] : 0", points, points, step), fmt.Sprintf("%s->first ? %s->first[%s] : %s->rows", points, points, next, points)
}

// own is a number of steps after t as the operator's own steps count.
func own(p *Printer, steps int) int {
	if p.K.Backward {
		return -steps
	}
	return steps
}

// overRows begins the loop over some rows.
func (p *Printer) overRows(begin, end string) {
	next := "++r"
	if first, far := p.dialect.Share(p.around); first != "" {
		begin, next = "("+begin+") + "+first, "r += "+far
	}
	p.open("for (int64_t r = %s; r < (%s); %s) {", begin, end, next)
}

// How far ahead of the node at hand memory is asked for: nodes of points lie far
// apart, and no processor foresees where. At most what the ABI gives of them.
const rowsAhead, entriesAhead = 16, 64

// early asks for the memory of the elements of later nodes.
func (p *Printer) early(points, index string, ahead int, to *loop.Ref, value expr.Expr) {
	if !p.used["spot"] {
		return
	}
	type place struct {
		buffer string
		level  int
	}
	var seen []place
	see := func(r *loop.Ref) {
		key := place{r.Buffer, r.Level}
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

// node declares where a node lies, as far as f prints it and it is not known yet.
// Elements are reached by their place, until spot is emptied.
func (p *Printer) node(points, index string, f func(), known ...int) {
	p.spot = p.name("spot", "at")
	delete(p.used, "spot")
	dim := len(p.K.Axes)
	uses := make([]bool, dim)
	for _, name := range p.K.Axes {
		delete(p.used, "var "+name)
	}
	p.apart(f)
	for axis, name := range p.K.Axes {
		uses[axis] = p.used["var "+name] && !slices.Contains(known, axis)
	}
	for axis := range p.K.Axes {
		if uses[axis] {
			p.Line("const int64_t %s = %s->node[%s];", p.axis(axis), points, shifted(timesOf(dim, index), axis))
		}
	}
	if p.used["spot"] {
		p.Line("const int64_t %s = %s->place[%s];", p.spot, points, index)
	}
}
