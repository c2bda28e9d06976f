package schedule

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
)

// nest makes the loops of one compute. Outer says that no loops stand around
// it but that of time.
func (a *applier) nest(c *stencil.Compute, b spans, step int, outer bool) []loop.Stmt {
	g := &a.plan.Group
	last := c.Axes[len(c.Axes)-1]
	rows := len(c.Axes) > 1 && g.jam() > 1 && b[c.Axes[len(c.Axes)-2]].holds(g.jam())
	nest := a.body(c, b[last], step, 1)
	var rest []loop.Stmt
	if rows {
		nest, rest = a.body(c, b[last], step, g.jam()), nest
	}
	for i := len(c.Axes) - 2; i >= 0; i-- {
		axis := c.Axes[i]
		l := &loop.For{Var: a.p.Axes[axis], Axis: axis, Lo: b[axis].lo, Hi: b[axis].hi, Step: loop.Int(1), Body: nest}
		if rows && i == len(c.Axes)-2 {
			l.Step, l.Rest = loop.Int(g.jam()), rest
		}
		nest = []loop.Stmt{l}
	}
	first := nest[len(nest)-1].(*loop.For)
	if outer {
		first.Notes = notes(c)
	}
	switch {
	case g.Threads == Points:
		first.Kind = loop.Threads
	case g.Threads == None && outer:
		first.Kind = loop.Single
	case g.Threads == Device:
		lanes(nest)
		nest = append(nest, &loop.Barrier{})
	}
	return nest
}

// holds reports whether there may be so many points between the bounds.
func (s span) holds(n int) bool {
	for _, lo := range s.lo {
		for _, hi := range s.hi {
			if d := hi.Add(-1, lo); d.IsConst() && d.Const < n {
				return false
			}
		}
	}
	return true
}

// lanes gives the points of a nest to the threads of a block.
func lanes(nest []loop.Stmt) {
	for _, s := range nest {
		if l, ok := s.(*loop.For); ok {
			l.Kind, l.Lanes = loop.InBlock, 0
			lanes(l.Body)
		}
	}
}

// body makes the innermost loop of a compute over so many rows together, and
// the pointers to the rows in front of it.
func (a *applier) body(c *stencil.Compute, b span, step, rows int) []loop.Stmt {
	g := &a.plan.Group
	last := c.Axes[len(c.Axes)-1]
	var parts [][]loop.Stmt // one loop each
	if rows == 1 {
		parts = a.parts(c, step)
	} else {
		parts = [][]loop.Stmt{a.together(c, step, rows)}
	}
	bodies := parts
	if usual := a.usual(c, step); usual != nil && rows == 1 {
		bodies = append(slices.Clip(parts), usual)
	}
	var pointers []loop.Stmt
	if last == len(a.p.Axes)-1 && g.Threads != Device {
		pointers = a.pointers(bodies, last)
	}
	x := a.p.Axes[last]
	if len(parts) == 1 {
		l := &loop.For{Var: x, Axis: last, Lo: b.lo, Hi: b.hi, Step: loop.Int(1), Lanes: g.Lanes, Body: parts[0]}
		for _, r := range a.prefetches(c, parts[0], step) {
			l.Prefetch = append(l.Prefetch, r)
			for n := 1; n < rows; n++ { // of rows that are computed together it is the last one
				l.Prefetch = append(l.Prefetch, moved(r, a.p.Axes[c.Axes[len(c.Axes)-2]], -n))
			}
		}
		if len(bodies) > 1 {
			l.Usual = bodies[1]
		}
		l.Aligned = g.Lanes > 1 && rows == 1 && l.Usual == nil && len(b.lo) == 1 && b.lo[0].IsConst() && b.lo[0].Const%g.Lanes != 0 && !readsItself(c)
		if len(c.Axes) == 1 { // pointers stand in a loop, even where it is the only one
			l.Body = append(pointers, l.Body...)
			return []loop.Stmt{l}
		}
		return append(pointers, l)
	}
	strip := x + "s"
	for slices.Contains(a.p.Axes, strip) {
		strip += "_"
	}
	begin := loop.V(strip)
	outer := &loop.For{Var: strip, Axis: last, Lo: b.lo, Hi: b.hi, Step: loop.Int(g.Strip)}
	for _, part := range a.carried(parts, begin, x) {
		outer.Body = append(outer.Body, &loop.For{Var: x, Axis: last, Lo: []loop.Affine{begin}, Hi: append([]loop.Affine{begin.Plus(g.Strip)}, b.hi...), Step: loop.Int(1), Lanes: g.Lanes, Body: part})
	}
	if len(c.Axes) == 1 {
		outer.Body = append(pointers, outer.Body...)
		return []loop.Stmt{outer}
	}
	return append(pointers, outer)
}

// readsItself reports whether a compute reads a field that it writes.
func readsItself(c *stencil.Compute) (itself bool) {
	written := map[string]bool{}
	for _, t := range c.Targets() {
		written[t.Field] = true
	}
	stencil.Reads(c, func(x *stencil.Access) { itself = itself || written[x.Field] })
	return itself
}

// parts are the statements of a body at one point, cut behind the locals at
// which the group splits loops.
func (a *applier) parts(c *stencil.Compute, step int) [][]loop.Stmt {
	parts := [][]loop.Stmt{nil}
	for i, s := range c.Body {
		n := len(parts) - 1
		switch x := s.(type) {
		case *stencil.Let:
			parts[n] = append(parts[n], &loop.Let{Name: x.Name, Value: a.value(x.Value, step, c)})
			if slices.Contains(a.plan.Fission, x.Name) && i < len(c.Body)-1 {
				parts = append(parts, nil)
			}
		case *stencil.Assign:
			parts[n] = append(parts[n], &loop.Store{To: a.ref(x.Target, step, c), Value: a.value(x.Value, step, c)})
		}
	}
	return parts
}

// carried takes values from one part of a split body to the next: each is kept
// in a strip of a row.
func (a *applier) carried(parts [][]loop.Stmt, begin loop.Affine, x string) [][]loop.Stmt {
	used := func(name string, parts ...[]loop.Stmt) bool {
		for _, part := range parts {
			for _, s := range part {
				if v := loop.ValueOf(s); v != nil && expr.Uses(v, name) {
					return true
				}
			}
		}
		return false
	}
	at := []loop.Affine{loop.V(x).Add(-1, begin)}
	line := func(name string) string {
		line := name + "_line"
		if a.k.Buffer(line) == nil {
			a.k.Buffers = append(a.k.Buffers, &loop.Buffer{Name: line, Dims: []loop.Dim{{Extent: loop.Int(a.plan.Strip)}}})
		}
		return line
	}
	out := make([][]loop.Stmt, len(parts))
	for i, part := range parts {
		for _, earlier := range parts[:i] {
			for _, s := range earlier {
				if l, ok := s.(*loop.Let); ok && used(l.Name, part) {
					out[i] = append(out[i], &loop.Let{Name: l.Name, Value: &loop.Ref{Buffer: line(l.Name), Index: at}})
				}
			}
		}
		for _, s := range part {
			l, ok := s.(*loop.Let)
			switch later := ok && used(l.Name, parts[i+1:]...); {
			case later && used(l.Name, part):
				out[i] = append(out[i], s, &loop.Store{To: &loop.Ref{Buffer: line(l.Name), Index: at}, Value: expr.Local(l.Name)})
			case later:
				out[i] = append(out[i], &loop.Store{To: &loop.Ref{Buffer: line(l.Name), Index: at}, Value: l.Value})
			default:
				out[i] = append(out[i], s)
			}
		}
	}
	return out
}

// together are the statements of a body for several rows. What rows read in
// common is read once; where the body assigns once, all rows are computed
// before the first is written.
func (a *applier) together(c *stencil.Compute, step, rows int) []loop.Stmt {
	across := c.Axes[len(c.Axes)-2]
	var lets, stores []loop.Stmt
	for row := range rows {
		suffix := fmt.Sprintf("_%d", row)
		own := map[string]bool{}
		value := func(e expr.Expr) expr.Expr {
			return expr.MapLeaves(a.value(e, step, c), func(e expr.Expr) expr.Expr {
				switch x := e.(type) {
				case *loop.Ref:
					return moved(x, a.p.Axes[across], row)
				case expr.Local:
					if own[string(x)] {
						return expr.Local(string(x) + suffix)
					}
				}
				return e
			})
		}
		for _, s := range c.Body {
			switch x := s.(type) {
			case *stencil.Let:
				lets = append(lets, &loop.Let{Name: x.Name + suffix, Value: value(x.Value)})
				own[x.Name] = true
			case *stencil.Assign:
				to := moved(a.ref(x.Target, step, c), a.p.Axes[across], row)
				if len(c.Targets()) > 1 {
					lets = append(lets, &loop.Store{To: to, Value: value(x.Value)})
					continue
				}
				name := fmt.Sprintf("v%s", suffix)
				for own[name] || slices.ContainsFunc(a.p.Setup, func(s stencil.Stmt) bool { l, ok := s.(*stencil.Let); return ok && l.Name == name }) {
					name += "_"
				}
				lets = append(lets, &loop.Let{Name: name, Value: value(x.Value)})
				stores = append(stores, &loop.Store{To: to, Value: expr.Local(name)})
			}
		}
	}
	if len(stores) == 0 {
		return lets
	}
	return append(shared(lets), stores...)
}

// shared names what several values read, in front of them.
func shared(lets []loop.Stmt) []loop.Stmt {
	count := map[string]int{}
	for _, s := range lets {
		expr.Visit(loop.ValueOf(s), func(e expr.Expr) {
			if r, ok := e.(*loop.Ref); ok {
				count[r.Key()]++
			}
		})
	}
	named := map[string]expr.Local{}
	var out []loop.Stmt
	for _, s := range lets {
		l := s.(*loop.Let)
		v := expr.MapLeaves(l.Value, func(e expr.Expr) expr.Expr {
			r, ok := e.(*loop.Ref)
			if !ok || count[r.Key()] < 2 {
				return e
			}
			name, done := named[r.Key()]
			if !done {
				name = expr.Local(fmt.Sprintf("q%d", len(named)))
				named[r.Key()] = name
				out = append(out, &loop.Let{Name: string(name), Value: r})
			}
			return name
		})
		out = append(out, &loop.Let{Name: l.Name, Value: v})
	}
	return out
}

// moved is a ref so many points further along a loop.
func moved(r *loop.Ref, variable string, n int) *loop.Ref {
	c := *r
	c.Index = slices.Clone(r.Index)
	for i := range c.Index {
		c.Index[i] = c.Index[i].Plus(n * c.Index[i].Coef(loop.Symbol{Kind: loop.Var, Name: variable}))
	}
	return &c
}

// value is an expression in terms of buffers.
func (a *applier) value(e expr.Expr, step int, c *stencil.Compute) expr.Expr {
	return expr.MapLeaves(e, func(e expr.Expr) expr.Expr {
		if x, ok := e.(*stencil.Access); ok {
			return a.ref(x, step, c)
		}
		return e
	})
}

// ref is the element of an access in a step of a time tile; c is the compute
// around it, nil at points.
func (a *applier) ref(x *stencil.Access, step int, c *stencil.Compute) *loop.Ref {
	array := a.p.Array(x.Field)
	r := &loop.Ref{Buffer: x.Field, Level: x.Time}
	switch {
	case array.Computed():
		r.Level += step
	case array.Given(), array.Role == signature.History:
		r.Level += a.ahead(step)
	}
	if dims, ok := a.local[x.Field]; ok {
		for _, d := range dims {
			r.Index = append(r.Index, loop.V(a.p.Axes[d.axis]).Plus(x.Offset[d.axis]).Add(-1, d.begin))
		}
		return r
	}
	array = a.k.Array(x.Field)
	for _, axis := range array.Axes {
		i := loop.V(a.p.Axes[axis]).Plus(x.Offset[axis])
		if array.Slabs != nil && !array.Slabs[axis].Whole() && c != nil && c.Box[axis].Lo.End {
			// Points near the last one are stored behind those near the first.
			i = i.Add(-1, loop.Of(loop.Size, a.p.Axes[axis])).Plus(array.Slabs[axis].Extent(0))
		}
		r.Index = append(r.Index, i)
	}
	return r
}

// pointers names the rows that a body touches, and lets refs go through them.
// Levels that share a buffer share a row, so that a target sees that they are
// the same place.
func (a *applier) pointers(parts [][]loop.Stmt, last int) []loop.Stmt {
	type key struct {
		buffer string
		level  int
		index  string
	}
	var out []loop.Stmt
	named := map[key]*loop.Pointer{}
	reach := map[*loop.Pointer][2][]int{} // the least and the greatest offsets of its refs
	taken := map[string]bool{}
	through := func(r *loop.Ref, write bool) *loop.Ref {
		array, rings := a.k.Array(r.Buffer), []loop.Dim(nil)
		k := key{buffer: r.Buffer}
		name := r.Buffer + "_row"
		if array != nil {
			k.level = array.Buffer(r.Level)
			switch {
			case array.Keeps():
				name += signature.Relative(k.level)
			case array.Role == signature.State:
				name += strconv.Itoa(k.level)
			}
		} else {
			rings = a.k.Buffer(r.Buffer).Dims
		}
		n := len(r.Index) - 1
		if array != nil && !array.Spans(last) {
			n = len(r.Index) // a profile along other axes: one element for all of the row
		}
		for i, x := range r.Index[:n] {
			if rings == nil || !rings[i].Ring {
				x.Const = 0 // what differs by a number of rows has one pointer
			}
			k.index += x.String() + ","
		}
		p := named[k]
		if p == nil {
			for i := 0; taken[name]; i++ {
				name = fmt.Sprintf("%s_row_%d", r.Buffer, i)
			}
			taken[name] = true
			p = &loop.Pointer{Name: name, Buffer: r.Buffer, Level: r.Level, Index: slices.Clone(r.Index[:n])}
			named[k] = p
			out = append(out, p)
			for _, x := range p.Index {
				reach[p] = [2][]int{append(reach[p][0], x.Const), append(reach[p][1], x.Const)}
			}
		}
		for i := range p.Index {
			// Of the rows between those of its refs, which the array has, the one at
			// offset 0 or next to it.
			lo, hi := reach[p][0], reach[p][1]
			lo[i], hi[i] = min(lo[i], r.Index[i].Const), max(hi[i], r.Index[i].Const)
			p.Index[i].Const = min(max(0, lo[i]), hi[i])
		}
		p.Write = p.Write || write
		c := *r
		c.Pointer = p.Name
		return &c
	}
	line := func(r *loop.Ref) bool { b := a.k.Buffer(r.Buffer); return b != nil && len(b.Dims) == 1 }
	for _, part := range parts {
		for i, s := range part {
			v := expr.MapLeaves(loop.ValueOf(s), func(e expr.Expr) expr.Expr {
				if r, ok := e.(*loop.Ref); ok && !line(r) {
					return through(r, false)
				}
				return e
			})
			switch x := s.(type) {
			case *loop.Let:
				part[i] = &loop.Let{Name: x.Name, Value: v}
			case *loop.Store:
				part[i] = &loop.Store{To: x.To, Value: v}
			}
		}
	}
	for _, part := range parts {
		for i, s := range part {
			if x, ok := s.(*loop.Store); ok && !line(x.To) {
				part[i] = &loop.Store{To: through(x.To, true), Value: x.Value}
			}
		}
	}
	return out
}
