package cfamily

import (
	"fmt"

	"github.com/courant-pde/courant/codegen/loop"
)

// reduce prints a reduction whose result does not depend on the number of
// threads: one thread takes all points of one index of the first axis, in the
// order of memory, and one thread takes these results in order.
func (p *Printer) reduce(x *loop.Reduce) {
	n := p.name("series "+x.Series, x.Series)
	zero, join, own := "0", "%s += %s;", "(double)(%s)"
	switch x.Op {
	case "min":
		zero, join = "INFINITY", "%[1]s = fmin(%[1]s, %[2]s);"
	case "max":
		zero, join = "-INFINITY", "%[1]s = fmax(%[1]s, %[2]s);"
	case "norm":
		own = "value*value"
	}
	p.Math = p.Math || x.Op != "sum"
	p.blank()
	p.Line("/* %s */", CommentText(x.Note))
	p.dialect.Rows(p, p.inside())
	first := p.axis(0)
	over := func(axis int) string {
		v := p.axis(axis)
		return fmt.Sprintf("for (int64_t %s = %s; %s < %s; ++%s)", v, p.lo(x.Lo[axis]), v, p.hi(x.Hi[axis]), v)
	}
	if begin, far := p.dialect.Share(p.around); begin != "" {
		p.open("for (int64_t %s = %s + %s; %s < %s; %s += %s) {", first, p.lo(x.Lo[0]), begin, first, p.hi(x.Hi[0]), first, far)
	} else {
		p.open("%s {", over(0))
	}
	p.Line("double sum = %s;", zero)
	for axis := 1; axis < len(p.K.Axes); axis++ {
		p.open("%s {", over(axis))
	}
	value := p.Expr(x.Value)
	if x.Op == "norm" {
		p.Line("const double value = (double)(%s);", value)
	} else {
		own = fmt.Sprintf(own, value)
	}
	p.Line("%s", fmt.Sprintf(join, "sum", own))
	for range p.K.Axes[1:] {
		p.shut()
	}
	p.Line("%s->partial[%s] = sum;", n, first)
	p.shut()
	p.dialect.Once(p)
	p.open("{")
	p.Line("double total = %s;", zero)
	p.Line("%s %s", over(0), fmt.Sprintf(join, "total", n+"->partial["+first+"]"))
	result := "total"
	if x.Op == "norm" {
		result = "sqrt(total)"
	}
	p.Line("%s->values[%s] = %s;", n, p.Step(x.Step), result)
	p.shut()
}
