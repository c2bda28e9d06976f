package c

import (
	"fmt"

	"github.com/courant-pde/courant/codegen/ir"
)

// reduce prints a reduction whose result does not depend on the number of
// threads: one thread takes all points of one index of the first axis, in the
// order of memory, and one thread takes these results in order.
func (p *printer) reduce(x *ir.Reduce) {
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
	p.out.WriteString("\n")
	p.line("/* %s */", commentText(x.Note))
	p.line("#pragma omp for")
	first := p.axis(0)
	p.line("for (int64_t %s = %s; %s < %s; ++%s) {", first, p.bound(x.Lo[0], 0), first, p.bound(x.Hi[0], 0), first)
	p.indent++
	p.line("double sum = %s;", zero)
	for axis := 1; axis < len(p.k.Axes); axis++ {
		v := p.axis(axis)
		p.line("for (int64_t %s = %s; %s < %s; ++%s) {", v, p.bound(x.Lo[axis], axis), v, p.bound(x.Hi[axis], axis), v)
		p.indent++
	}
	value := p.expr(x.Value, 0, false)
	if x.Op == "norm" {
		p.line("const double value = (double)(%s);", value)
	} else {
		own = fmt.Sprintf(own, value)
	}
	p.line("%s", fmt.Sprintf(join, "sum", own))
	for range p.k.Axes[1:] {
		p.indent--
		p.line("}")
	}
	p.line("%s->partial[%s] = sum;", n, first)
	p.indent--
	p.line("}")
	p.line("#pragma omp single")
	p.line("{")
	p.indent++
	p.line("double total = %s;", zero)
	sum := fmt.Sprintf(join, "total", n+"->partial["+first+"]")
	p.line("for (int64_t %s = %s; %s < %s; ++%s) %s", first, p.bound(x.Lo[0], 0), first, p.bound(x.Hi[0], 0), first, sum)
	result := "total"
	if x.Op == "norm" {
		result = "sqrt(total)"
	}
	p.line("%s->values[%s] = %s;", n, p.step(), result)
	p.indent--
	p.line("}")
}
