package loop

import (
	"fmt"
	"slices"
)

// access is an element that a loop's body touches.
type access struct {
	ref   *Ref
	write bool
	vars  []variable // within the loop
}

// parallel proves that no two iterations of a loop touch one element with a
// write. Collapsed loops are each parallel by themselves.
func (v *verifier) parallel(l *For, s scope) error {
	loops := []*For{l}
	for inner := l; len(loops) < l.Collapse; {
		inner = inner.Body[0].(*For)
		loops = append(loops, inner)
	}
	for _, x := range loops {
		shared := func(b *Buffer) bool { return !private(b, l) }
		all := append(v.accesses(x.Body, nil, shared), v.accesses(x.Rest, nil, shared)...)
		for i, a := range all {
			if !a.write {
				continue
			}
			for j, b := range all {
				if j < i && b.write || a.ref.Buffer != b.ref.Buffer || v.slot(a.ref.Buffer, a.ref.Level) != v.slot(b.ref.Buffer, b.ref.Level) {
					continue
				}
				if !v.apart(x, a, b, s) {
					return fmt.Errorf("iterations of loop %s may touch one element: one writes %s, another one %s", x.Var, a.ref, b.ref)
				}
			}
		}
	}
	return nil
}

// private reports whether each iteration that runs beside others has a buffer of
// its own: threads have, and lanes have not.
func private(b *Buffer, l *For) bool {
	return l.Lanes == 0 && (b.Space == Thread || l.Kind == Grid)
}

// accesses lists what statements touch of arrays, of samples that are taken apart
// and of buffers that are shared, the same element once.
func (v *verifier) accesses(body []Stmt, vars []variable, shared func(*Buffer) bool) []access {
	var out []access
	seen := map[string]bool{}
	nodes := false
	add := func(r *Ref, write bool, vars []variable) {
		if b := v.k.Buffer(r.Buffer); b != nil && !shared(b) {
			return
		}
		c := Ref{Buffer: r.Buffer, Level: r.Level, Index: r.Index}
		key := c.Key()
		if write {
			key = "=" + key
		}
		if nodes || !seen[key] { // nodes have bounds of their own
			seen[key] = true
			out = append(out, access{&c, write, vars})
		}
	}
	for _, s := range body {
		within := vars
		nodes = false
		switch x := s.(type) {
		case *For:
			inner := append(slices.Clip(vars), variable{x.Var, x.Lo, x.Hi, max(1, x.Step.Const)})
			if x.Rest == nil {
				inner[len(inner)-1].step = 1
			}
			out = append(out, v.accesses(x.Body, inner, shared)...)
			out = append(out, v.accesses(x.Rest, append(slices.Clip(vars), variable{x.Var, x.Lo, x.Hi, 1}), shared)...)
			continue
		case *If:
			out = append(out, v.accesses(x.Body, vars, shared)...)
			continue
		case *Inject:
			nodes = true
			within = append(slices.Clip(vars), v.node(x.Within)...)
			add(x.To, false, within)
		case *Sample:
			nodes = true
			within = append(slices.Clip(vars), v.node(x.Within)...)
			if x.Stage == Take {
				add(v.taken(x), true, within)
			}
		case *Exchange:
			if x.Phase == Wait { // writes all of a halo
				add(&Ref{Buffer: x.Buffer, Level: x.Level}, true, vars)
			}
		}
		if e := ValueOf(s); e != nil {
			visitRefs(e, func(r *Ref) { add(r, false, within) })
		}
		if r := TargetOf(s); r != nil {
			add(r, true, within)
		}
	}
	return out
}

// apart proves that two accesses of different iterations of a loop are to
// different elements: along some dimension each stays within the part of its
// own iteration, or they never meet at all.
func (v *verifier) apart(l *For, a, b access, s scope) bool {
	self := Symbol{Var, l.Var}
	for i := range a.ref.Index {
		if v.wraps(a.ref, i) {
			continue
		}
		x, y := a.ref.Index[i], b.ref.Index[i]
		if d := x.Add(-1, y); d.IsConst() && d.Const != 0 && !mentions(x, a.vars) && x.Coef(self) == 0 {
			return true
		}
		if v.behind(self, x, y, a, b, s) || v.behind(self, y, x, b, a, s) {
			return true
		}
		for _, lo := range v.reduced(x, a.vars, false) {
			for _, hi := range v.reduced(x, a.vars, true) {
				for _, lo2 := range v.reduced(y, b.vars, false) {
					for _, hi2 := range v.reduced(y, b.vars, true) {
						if lo.Coef(self) != 1 || hi.Coef(self) != 1 || lo2.Coef(self) != 1 || hi2.Coef(self) != 1 {
							continue
						}
						// In steps of step, both stay within less than a step.
						room := l.Step.Plus(-1)
						if v.atLeastZero(room.Add(-1, hi).Add(1, lo2), s.vars) && v.atLeastZero(room.Add(-1, hi2).Add(1, lo), s.vars) {
							return true
						}
					}
				}
			}
		}
	}
	return false
}

// behind proves that an index of one access lies behind that of another, by bounds
// that are the same for all iterations of a loop: parts of a field near the two ends
// of an axis, as those of absorbing layers, never meet.
func (v *verifier) behind(self Symbol, x, y Affine, a, b access, s scope) bool {
	for _, lo := range v.reduced(x, a.vars, false) {
		for _, hi := range v.reduced(y, b.vars, true) {
			if lo.Coef(self) == 0 && hi.Coef(self) == 0 && v.atLeastZero(lo.Add(-1, hi).Plus(-1), s.vars) {
				return true
			}
		}
	}
	return false
}

// wraps reports whether a dimension of a buffer is a ring.
func (v *verifier) wraps(r *Ref, dim int) bool {
	b := v.k.Buffer(r.Buffer)
	return b != nil && b.Dims[dim].Ring
}

// taken is the memory of the samples that are taken apart at a node, in the form
// of an array over the grid: different nodes have different places in it.
func (v *verifier) taken(x *Sample) *Ref {
	r := &Ref{Buffer: "samples of " + x.Points, Level: x.Step}
	for _, name := range v.k.Axes {
		r.Index = append(r.Index, V(name))
	}
	return r
}

// disjoint proves that two accesses never meet, whatever iterations they are of:
// along some dimension one stays behind the other.
func (v *verifier) disjoint(a, b access, s scope) bool {
	behind := func(x, y access, i int) bool {
		for _, lo := range v.reduced(x.ref.Index[i], x.vars, false) {
			for _, hi := range v.reduced(y.ref.Index[i], y.vars, true) {
				if v.atLeastZero(lo.Add(-1, hi).Plus(-1), s.vars) {
					return true
				}
			}
		}
		return false
	}
	for i := range min(len(a.ref.Index), len(b.ref.Index)) {
		if !v.wraps(a.ref, i) && (behind(a, b, i) || behind(b, a, i)) {
			return true
		}
	}
	return false
}
