package cfamily

import (
	"fmt"

	"github.com/courant-pde/courant/codegen/loop"
)

// usual prints a loop over vectors that has a shorter body for the part of the row in
// which coefficients have their usual values: whole vectors of it, and what is left
// of the row where that part ends with it.
func (p *Printer) usual(l *loop.For) {
	v, n := p.variable(l.Var), l.Lanes
	from, to, end := p.name("from "+l.Var, l.Var+"_from"), p.name("to "+l.Var, l.Var+"_to"), p.name("end "+l.Var, l.Var+"_end")
	p.UsualPart = true
	p.open("{")
	p.Line("int64_t %s = %s;", v, p.lo(l.Lo))
	p.Line("const int64_t %s = %s;", end, p.hi(l.Hi))
	p.Line("int64_t %s = %s, %s = %s;", from, end, to, end)
	inside := "args->usual"
	for axis, name := range p.K.Axes {
		if axis != l.Axis {
			x := p.variable(name)
			inside += fmt.Sprintf(" && %s >= args->usual[%d] && %s < args->usual[%d]", x, 2*axis, x, 2*axis+1)
		}
	}
	p.Line("if (%s) usual_part(args->usual + %d, %d, %s, %s, &%s, &%s);", inside, 2*l.Axis, n, v, end, from, to)
	p.open("for (;;) {")
	p.whole(l, from, l.Body)
	p.Line("if (%s >= %s) break;", from, end)
	p.whole(l, to, l.Usual)
	p.open("if (%s >= %s && %s < %s) {", to, end, v, end)
	p.partial(l, end, l.Usual)
	p.Line("%s = %s;", v, end)
	p.shut()
	p.Line("%s = %s;", from, end)
	p.shut()
	p.open("if (%s < %s) {", v, end)
	p.partial(l, end, l.Body)
	p.shut()
	p.shut()
}
