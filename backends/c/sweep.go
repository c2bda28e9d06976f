package c

import "github.com/courant-pde/courant/codegen/ir"

// lineLength is the number of points that sweeps cover before they start over
// with the next points of the row: what passes from one sweep to the next
// waits in buffers of that length, which fit the stack and stay in the
// first-level cache.
const lineLength = 1024

func isSweep(s ir.Stmt) bool {
	_, ok := s.(*ir.Sweep)
	return ok
}

// sweeps prints an innermost loop that is cut into sweeps: one loop for each,
// within a loop over pieces of the row.
func (p *printer) sweeps(l *ir.Loop) {
	v := p.variable(l)
	from, to := p.name("from "+v, v+"_from"), p.name("to "+v, v+"_to")
	lo, hi := p.bound(l.Lo, l.Axis), p.bound(l.Hi, l.Axis)
	p.line("for (int64_t %s = %s; %s < %s; %s += %d) {", from, lo, from, hi, from, lineLength)
	p.indent++
	p.line("const int64_t %s = least(%s + %d, %s);", to, from, lineLength, hi)
	parts := cutAtSweeps(l.Body)
	pass := map[string]bool{} // locals that a later sweep uses
	for i, part := range parts {
		for _, s := range part {
			if let, ok := s.(*ir.Let); ok && usedIn(let.Name, parts[i+1:]) {
				pass[let.Name] = true
				p.line("real %s[%d];", p.lineBuffer(let.Name), lineLength)
			}
		}
	}
	for i, part := range parts {
		if l.Props.Vector {
			p.line("#pragma omp simd")
		}
		p.line("for (int64_t %s = %s; %s < %s; ++%s) {", v, from, v, to, v)
		p.indent++
		for _, earlier := range parts[:i] {
			for _, s := range earlier {
				if let, ok := s.(*ir.Let); ok && pass[let.Name] && usedIn(let.Name, parts[i:i+1]) {
					p.line("const real %s = %s[%s - %s];", p.local(let.Name), p.lineBuffer(let.Name), v, from)
				}
			}
		}
		for _, s := range part {
			let, ok := s.(*ir.Let)
			switch {
			case ok && pass[let.Name] && usedIn(let.Name, [][]ir.Stmt{part}):
				p.statement(s)
				p.line("%s[%s - %s] = %s;", p.lineBuffer(let.Name), v, from, p.local(let.Name))
			case ok && pass[let.Name]:
				p.line("%s[%s - %s] = %s;", p.lineBuffer(let.Name), v, from, p.expr(let.Value, 0, false))
			default:
				p.statement(s)
			}
		}
		p.indent--
		p.line("}")
	}
	p.indent--
	p.line("}")
}

func (p *printer) lineBuffer(local string) string {
	return p.name("line "+local, p.local(local)+"_line")
}

func cutAtSweeps(body []ir.Stmt) [][]ir.Stmt {
	parts := [][]ir.Stmt{nil}
	for _, s := range body {
		if isSweep(s) {
			parts = append(parts, nil)
		} else {
			parts[len(parts)-1] = append(parts[len(parts)-1], s)
		}
	}
	return parts
}

// usedIn reports whether statements read a local.
func usedIn(local string, parts [][]ir.Stmt) bool {
	used := false
	for _, part := range parts {
		for _, s := range part {
			if e := ir.Value(s); e != nil {
				ir.VisitExpr(e, func(e ir.Expr) { used = used || e == ir.Expr(ir.Local(local)) })
			}
		}
	}
	return used
}
