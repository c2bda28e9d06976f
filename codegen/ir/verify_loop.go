package ir

import (
	"fmt"
	"slices"
)

func (v verifier) loop(l *Loop, s scope) error {
	if l.Axis < 0 || l.Axis >= len(v.k.Axes) {
		return fmt.Errorf("loop %s runs along axis %d of %d", l.Var, l.Axis, len(v.k.Axes))
	}
	if !isName(l.Var) {
		return fmt.Errorf("loop %q: not a name", l.Var)
	}
	if len(l.Body) == 0 {
		return fmt.Errorf("loop %s is empty", l.Var)
	}
	for _, outer := range s.loops {
		if outer.Var == l.Var {
			return fmt.Errorf("loop variable %s is used twice", l.Var)
		}
		if outer.Axis == l.Axis && outer.Props.Block == l.Props.Block {
			return fmt.Errorf("loops %s and %s run along the same axis", outer.Var, l.Var)
		}
	}
	if err := v.extent(l, s); err != nil {
		return err
	}
	innermost := !slices.ContainsFunc(l.Body, isLoop)
	if l.Props.Block && innermost {
		return fmt.Errorf("block loop %s has no loop in it", l.Var)
	}
	if l.Props.Vector && !innermost {
		return fmt.Errorf("vector loop %s is not innermost", l.Var)
	}
	if err := v.shared(l, s); err != nil {
		return err
	}
	// Interpreter and lanes compute a whole row before they go on, and threads
	// take the iterations in any order.
	if len(s.loops) == 0 {
		if err := v.apart(l.Body, "iteration"); err != nil {
			return err
		}
	}
	return v.block(l.Body, s.within(l))
}

// extent checks that a loop runs over the grid by points, over the grid by
// blocks, or over the points of the block around it.
func (v verifier) extent(l *Loop, s scope) error {
	block := slices.IndexFunc(s.loops, func(o *Loop) bool { return o.Axis == l.Axis && o.Props.Block })
	whole := isEnd(l.Lo) && isEnd(l.Hi)
	switch {
	case l.Props.Block && l.Axis == len(v.k.Axes)-1:
		return fmt.Errorf("loop %s cuts rows into blocks", l.Var)
	case whole && (l.Lo.Kind == Zero && -l.Lo.Shift > v.k.Halo[l.Axis] || l.Hi.Kind == Size && l.Hi.Shift > v.k.Halo[l.Axis]):
		return fmt.Errorf("loop %s leaves the halo of %d points", l.Var, v.k.Halo[l.Axis])
	case l.Props.Block && whole && l.Step.Kind == BlockLen:
		return nil
	case l.Props.Block || l.Step.Kind != One:
		return fmt.Errorf("loop %s: only block loops run over the grid in steps of a block", l.Var)
	case block < 0 && whole:
		return nil
	case block < 0:
		return fmt.Errorf("loop %s: %s .. %s without a block loop along %s around it", l.Var, l.Lo, l.Hi, v.k.Axes[l.Axis])
	}
	name := s.loops[block].Var
	end := s.loops[block].Hi
	if l.Lo != (Bound{Kind: At, Var: name}) || l.Hi != (Bound{Kind: BlockEnd, Var: name, Shift: end.Shift, FromZero: end.Kind == Zero}) {
		return fmt.Errorf("loop %s does not run over its block %s", l.Var, name)
	}
	return nil
}

// shared checks what threads ask of a loop.
func (v verifier) shared(l *Loop, s scope) error {
	n := l.Props.Parallel
	if n == 0 {
		return nil
	}
	if n < 0 || len(s.loops) > 0 {
		return fmt.Errorf("parallel loop %s is not outermost", l.Var)
	}
	group := []string{l.Var}
	for inner := l; len(group) < n; {
		next, ok := inner.Body[0].(*Loop)
		if !ok || len(inner.Body) != 1 || len(next.Body) == 0 {
			return fmt.Errorf("parallel loop %s: %d loops are not perfectly nested", l.Var, n)
		}
		if slices.Contains(group, next.Lo.Var) || slices.Contains(group, next.Hi.Var) {
			return fmt.Errorf("parallel loop %s: the bounds of %s depend on it", l.Var, next.Var)
		}
		group = append(group, next.Var)
		inner = next
	}
	return nil
}

// apart checks that no iteration of statements reads, at another point, the
// buffer that some iteration writes.
func (v verifier) apart(body []Stmt, of string) error {
	written := map[string]bool{}
	VisitStmts(body, func(s Stmt) {
		if t := Target(s); t != nil {
			written[v.buffer(t)] = true
		}
	})
	var err error
	VisitStmts(body, func(s Stmt) {
		visitReads(s, func(a *Access) {
			for _, o := range a.Offset {
				if o != 0 && written[v.buffer(a)] {
					err = fmt.Errorf("%s is read while another %s writes its buffer", v.k.Text(a), of)
				}
			}
		})
	})
	return err
}

// buffer names the place of an access's level, "" for unknown arrays.
func (v verifier) buffer(a *Access) string {
	array := v.k.Array(a.Array)
	if array == nil {
		return ""
	}
	return fmt.Sprint(a.Array, "/", array.Buffer(a.Time))
}
