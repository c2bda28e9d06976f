package loop

import (
	"fmt"
	"slices"
)

// Threads wait for each other at barriers, and those of a team also where a loop
// ends that they share. In between one of them may be ahead of another: what one
// statement writes, no other may read or write before they wait.

// waits checks that of what a team does or, in a tile, the threads of a block.
func (v *verifier) waits(body []Stmt, s scope) error {
	w := &waiting{v: v, s: s}
	return w.walk(body, nil)
}

type waiting struct {
	v     *verifier
	s     scope
	since []touch // since threads last waited
	times int     // that they waited
}

// touch is an access, by threads that are not in step with others.
type touch struct {
	access
	by    string
	moved bool // in an earlier step: its level is another one by now
}

func (w *waiting) walk(body []Stmt, vars []variable) error {
	for _, s := range body {
		switch x := s.(type) {
		case *Barrier:
			w.wait()
			continue
		case *If: // all threads or none
			before, times := slices.Clip(w.since), w.times
			if err := w.walk(x.Body, vars); err != nil {
				return err
			}
			if w.times > times {
				w.since = append(before, w.since...)
			}
			continue
		case *For:
			if x.Kind != Sequential {
				break
			}
			before, times := slices.Clip(w.since), w.times
			inner := append(slices.Clip(vars), variable{x.Var, x.Lo, x.Hi, 1})
			for range 2 { // an iteration meets the one before it
				if err := w.walk(x.Body, inner); err != nil {
					return err
				}
				if err := w.walk(x.Rest, inner); err != nil {
					return err
				}
				for i := range w.since {
					w.since[i].moved = w.since[i].moved || x.Var == "t"
				}
			}
			if w.times > times { // unless it has no iteration
				w.since = append(before, w.since...)
			}
			continue
		}
		if err := w.meet(s, vars); err != nil {
			return err
		}
		if !w.s.grid && together(s) {
			w.wait()
		}
	}
	return nil
}

func (w *waiting) wait() { w.since, w.times = nil, w.times+1 }

// together reports whether threads of a team share a statement, and wait for
// each other behind it.
func together(s Stmt) bool {
	switch s.(type) {
	case *For, *Inject, *Sample, *Reduce, *Exchange:
		return true
	}
	return false
}

// meet checks a statement against what may not be done yet, or done already.
func (w *waiting) meet(s Stmt, vars []variable) error {
	if !w.s.grid && together(s) && len(w.since) == 0 {
		return nil // threads wait in front of it and behind it
	}
	by := called(s)
	var all []touch
	for _, a := range w.v.accesses([]Stmt{s}, vars, func(b *Buffer) bool { return w.s.grid && b.Space == Shared }) {
		all = append(all, touch{access: a, by: by})
	}
	for _, a := range all {
		for _, b := range w.since {
			same := a.ref.Buffer == b.ref.Buffer && (b.moved || w.v.slot(a.ref.Buffer, a.ref.Level) == w.v.slot(b.ref.Buffer, b.ref.Level))
			if !same || !a.write && !b.write || w.v.disjoint(a.access, b.access, w.s) {
				continue
			}
			return fmt.Errorf("%s %s %s, and %s %s %s: threads do not wait for each other in between", b.by, does(b), b.ref, a.by, does(a), a.ref)
		}
	}
	w.since = append(w.since, all...)
	return nil
}

func does(x touch) string {
	if x.write {
		return "writes"
	}
	return "reads"
}

// called is what messages call a statement.
func called(s Stmt) string {
	switch x := s.(type) {
	case *For:
		return "loop " + x.Var
	case *Let:
		return "%" + x.Name
	case *Inject:
		return "inject " + x.Points
	case *Sample:
		return stageWords[x.Stage] + " " + x.Points
	case *Exchange:
		return phaseWords[x.Phase] + " exchange"
	}
	return "a statement"
}
