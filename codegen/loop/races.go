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
	step := l.Step
	all := v.accesses(l.Body, nil, l.Kind)
	if l.Rest != nil {
		all = append(all, v.accesses(l.Rest, nil, l.Kind)...)
	}
	loops := []*For{l}
	for inner := l; len(loops) < l.Collapse; {
		inner = inner.Body[0].(*For)
		loops = append(loops, inner)
	}
	for n, x := range loops {
		if n > 0 {
			step = x.Step
			all = v.accesses(x.Body, nil, l.Kind)
		}
		if x.Lanes > 0 {
			step = Int(1)
		}
		for i, a := range all {
			if !a.write {
				continue
			}
			for j, b := range all {
				if j < i && b.write || a.ref.Buffer != b.ref.Buffer || v.slot(a.ref.Buffer, a.ref.Level) != v.slot(b.ref.Buffer, b.ref.Level) {
					continue
				}
				if !v.apart(x, step, a, b, s) {
					return fmt.Errorf("iterations of loop %s may touch one element: one writes %s, another one %s", x.Var, a.ref, b.ref)
				}
			}
		}
	}
	return nil
}

// accesses lists what statements touch that threads share, the same element
// once.
func (v *verifier) accesses(body []Stmt, vars []variable, kind Kind) []access {
	var out []access
	seen := map[string]bool{}
	nodes := false
	add := func(r *Ref, write bool, vars []variable) {
		if b := v.k.Buffer(r.Buffer); b != nil && (kind == Threads || kind == Grid) {
			return // each has its own
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
			out = append(out, v.accesses(x.Body, inner, kind)...)
			out = append(out, v.accesses(x.Rest, append(slices.Clip(vars), variable{x.Var, x.Lo, x.Hi, 1}), kind)...)
			continue
		case *If:
			out = append(out, v.accesses(x.Body, vars, kind)...)
			continue
		case *Inject:
			nodes = true
			within = append(slices.Clip(vars), v.node(x.Within)...)
			add(x.To, false, within)
		case *Sample:
			nodes = true
			within = append(slices.Clip(vars), v.node(x.Within)...)
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
func (v *verifier) apart(l *For, step Affine, a, b access, s scope) bool {
	_, _, ring, err := v.dims(a.ref.Buffer)
	if err != nil {
		return false
	}
	self := Symbol{Var, l.Var}
	for i := range a.ref.Index {
		if ring[i] {
			continue
		}
		x, y := a.ref.Index[i], b.ref.Index[i]
		if d := x.Add(-1, y); d.IsConst() && d.Const != 0 && !mentions(x, a.vars) && x.Coef(self) == 0 {
			return true
		}
		for _, lo := range v.reduced(x, a.vars, false, self) {
			for _, hi := range v.reduced(x, a.vars, true, self) {
				for _, lo2 := range v.reduced(y, b.vars, false, self) {
					for _, hi2 := range v.reduced(y, b.vars, true, self) {
						if lo.Coef(self) != 1 || hi.Coef(self) != 1 || lo2.Coef(self) != 1 || hi2.Coef(self) != 1 {
							continue
						}
						// In steps of step, both stay within less than a step.
						room := step.Plus(-1)
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
