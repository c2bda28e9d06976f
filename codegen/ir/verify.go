package ir

import (
	"fmt"
)

// Verify checks that a kernel is well formed: names are defined before use,
// accesses stay within rank and halo, loops nest as their properties say, and
// no parallel loop reads what another of its iterations writes. It runs after
// every pass; an error names the fault and is a fault of the pass.
func Verify(k *Kernel) error {
	if len(k.Halo) != len(k.Axes) {
		return fmt.Errorf("%d halo widths for %d axes", len(k.Halo), len(k.Axes))
	}
	names := map[string]bool{}
	for _, a := range k.Arrays {
		if names[a.Name] {
			return fmt.Errorf("array %s is declared twice", a.Name)
		}
		names[a.Name] = true
		if a.Buffers < 1 || (a.Role != State && a.Buffers != 1) || a.Buffers > max(a.Levels, 1) {
			return fmt.Errorf("array %s: %d buffers for %d levels", a.Name, a.Buffers, a.Levels)
		}
	}
	v := verifier{k: k, scalars: map[string]bool{}}
	for _, s := range k.Scalars {
		v.scalars[s] = true
	}
	wide := map[string]bool{}
	if err := v.block(k.Prepare, wide, nil); err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	if err := v.block(k.Step, wide, nil); err != nil {
		return fmt.Errorf("step: %w", err)
	}
	return nil
}

type verifier struct {
	k       *Kernel
	scalars map[string]bool
}

// block checks statements in order; locals is extended by the lets of this
// block, and loops are the loops around it.
func (v *verifier) block(body []Stmt, locals map[string]bool, loops []*Loop) error {
	for _, s := range body {
		if e := Value(s); e != nil {
			if err := v.expr(e, locals, loops); err != nil {
				return err
			}
		}
		if t := Target(s); t != nil {
			if err := v.access(t, loops); err != nil {
				return err
			}
			for _, o := range t.Offset {
				if o != 0 {
					return fmt.Errorf("%s is written at an offset", Key(t))
				}
			}
			if a := v.k.Array(t.Array); a.Role == Param {
				return fmt.Errorf("%s is written, but it is given by the caller", t.Array)
			}
		}
		switch x := s.(type) {
		case *Let:
			if locals[x.Name] {
				return fmt.Errorf("%%%s is defined twice", x.Name)
			}
			locals[x.Name] = true
		case *Assign:
			if len(loops) == 0 {
				return fmt.Errorf("%s is assigned outside of loops", Key(x.Target))
			}
		case *Inject:
			if p := v.k.PointSet(x.Points); p == nil || !p.Inject {
				return fmt.Errorf("inject of unknown points %s", x.Points)
			}
		case *Sample:
			if p := v.k.PointSet(x.Points); p == nil || p.Inject {
				return fmt.Errorf("sample at unknown points %s", x.Points)
			}
		case *HaloExchange:
			if v.k.Array(x.Array) == nil || len(x.Width) != len(v.k.Axes) {
				return fmt.Errorf("exchange of %s", x.Array)
			}
		case *Row:
			if v.k.Array(x.Array) == nil {
				return fmt.Errorf("row of unknown array %s", x.Array)
			}
		case *Loop:
			if err := v.loop(x, locals, loops); err != nil {
				return err
			}
		}
	}
	return nil
}

func (v *verifier) loop(l *Loop, locals map[string]bool, loops []*Loop) error {
	if l.Axis < 0 || l.Axis >= len(v.k.Axes) {
		return fmt.Errorf("loop %s runs along axis %d of %d", l.Var, l.Axis, len(v.k.Axes))
	}
	for _, outer := range loops {
		if outer.Var == l.Var {
			return fmt.Errorf("loop variable %s is used twice", l.Var)
		}
	}
	if l.Props.Vector && Innermost(l) != l {
		return fmt.Errorf("vector loop %s is not innermost", l.Var)
	}
	if n := l.Props.Parallel; n > 0 {
		inner := l
		for range n - 1 {
			next, ok := inner.Body[0].(*Loop)
			if !ok || len(inner.Body) != 1 {
				return fmt.Errorf("parallel loop %s: %d loops are not perfectly nested", l.Var, n)
			}
			inner = next
		}
		if err := v.independent(l); err != nil {
			return err
		}
	}
	own := map[string]bool{}
	for n := range locals {
		own[n] = true
	}
	return v.block(l.Body, own, append(loops[:len(loops):len(loops)], l))
}

// independent checks that no iteration reads, at another point, the buffer
// that some iteration writes.
func (v *verifier) independent(l *Loop) error {
	written := map[string]bool{}
	buffer := func(a *Access) string {
		array := v.k.Array(a.Array)
		return fmt.Sprint(a.Array, "/", ((a.Time%array.Buffers)+array.Buffers)%array.Buffers)
	}
	VisitStmts(l.Body, func(s Stmt) {
		if t := Target(s); t != nil {
			written[buffer(t)] = true
		}
	})
	var err error
	VisitStmts(l.Body, func(s Stmt) {
		e := Value(s)
		if e == nil {
			return
		}
		VisitExpr(e, func(e Expr) {
			a, ok := e.(*Access)
			if !ok || !written[buffer(a)] {
				return
			}
			for _, o := range a.Offset {
				if o != 0 {
					err = fmt.Errorf("%s is read while other iterations of loop %s write its buffer", Key(a), l.Var)
				}
			}
		})
	})
	return err
}

func (v *verifier) expr(e Expr, locals map[string]bool, loops []*Loop) error {
	var err error
	VisitExpr(e, func(e Expr) {
		if err != nil {
			return
		}
		switch x := e.(type) {
		case Scalar:
			if !v.scalars[string(x)] {
				err = fmt.Errorf("unknown scalar $%s", string(x))
			}
		case Local:
			if !locals[string(x)] {
				err = fmt.Errorf("%%%s is used before it is defined", string(x))
			}
		case *Access:
			err = v.access(x, loops)
		case *Add:
			if len(x.Args) != len(x.Sub) || len(x.Args) == 0 {
				err = fmt.Errorf("malformed sum")
			}
		case negated:
			err = fmt.Errorf("a subtraction outside of a sum")
		}
	})
	return err
}

func (v *verifier) access(a *Access, loops []*Loop) error {
	array := v.k.Array(a.Array)
	if array == nil {
		return fmt.Errorf("unknown array %s", a.Array)
	}
	if len(a.Offset) != len(v.k.Axes) {
		return fmt.Errorf("%s has %d offsets on %d axes", Key(a), len(a.Offset), len(v.k.Axes))
	}
	for axis, o := range a.Offset {
		if o > v.k.Halo[axis] || -o > v.k.Halo[axis] {
			return fmt.Errorf("%s reaches beyond the halo of %d points along %s", Key(a), v.k.Halo[axis], v.k.Axes[axis])
		}
		if o != 0 && !array.Spans(axis) {
			return fmt.Errorf("%s is offset along %s, which it does not span", Key(a), v.k.Axes[axis])
		}
	}
	if array.Role != State && a.Time != 0 {
		return fmt.Errorf("%s: %s does not vary in time", Key(a), a.Array)
	}
	if array.Role == State && (a.Time > 1 || a.Time < 2-array.Levels) {
		return fmt.Errorf("%s is outside the %d levels of %s", Key(a), array.Levels, a.Array)
	}
	return nil
}
