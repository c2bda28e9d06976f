package ir

import "fmt"

// order checks that a run knows each value when it reads it: scratch and
// temporary arrays and levels t+1 are computed first, over a box that holds
// all that is read of them, and levels that t+1 overwrites are not read behind
// that.
func (v verifier) order() error {
	o := sequence{v: v, done: map[string][]extent{}}
	if err := o.block(v.k.Prepare, nil); err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	if err := o.block(v.k.Step, nil); err != nil {
		return fmt.Errorf("step: %w", err)
	}
	return nil
}

// sequence is the state of a run between two statements.
type sequence struct {
	v    verifier
	done map[string][]extent // per axis, the box over which an array is computed
}

func (o sequence) block(body []Stmt, loops []*Loop) error {
	for _, s := range body {
		var err error
		visitReads(s, func(a *Access) {
			if err == nil {
				err = o.read(a, loops)
			}
		})
		switch x := s.(type) {
		case *Loop:
			err = o.block(x.Body, append(loops[:len(loops):len(loops)], x))
		case *Every:
			err = o.block(x.Body, loops)
		case *Inject: // it adds to what is there
			if err == nil {
				err = o.read(x.Target, loops)
			}
		case *Assign:
			o.written(x.Target, loops)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (o sequence) written(t *Access, loops []*Loop) {
	a := o.v.k.Array(t.Array)
	if a.Role != Scratch && a.Role != Temp && t.Time != 1 {
		return
	}
	boxes := make([]extent, len(o.v.k.Axes))
	for axis := range boxes {
		boxes[axis] = box(loops, axis)
	}
	o.done[t.Array] = boxes
}

func (o sequence) read(a *Access, loops []*Loop) error {
	array := o.v.k.Array(a.Array)
	made := array.Role == Scratch || array.Role == Temp
	future := made || array.Role == State && a.Time == 1
	box, done := o.done[a.Array]
	switch {
	case future && !done:
		return fmt.Errorf("%s is read before it is computed", o.v.k.Text(a))
	case array.Role == State && !future && done && array.Buffer(a.Time) == array.Buffer(1):
		return fmt.Errorf("%s is read after %s[t+1] took its place", o.v.k.Text(a), a.Array)
	}
	if !made {
		return nil
	}
	for axis, offset := range a.Offset {
		r := reach(loops, axis, offset)
		if array.Spans(axis) && (r.first > box[axis].first || r.last > box[axis].last) {
			return fmt.Errorf("%s is read where it is not computed", o.v.k.Text(a))
		}
	}
	return nil
}

// visitReads calls f for all accesses in the value of a statement.
func visitReads(s Stmt, f func(*Access)) {
	e := Value(s)
	if e == nil {
		return
	}
	VisitExpr(e, func(e Expr) {
		if a, ok := e.(*Access); ok {
			f(a)
		}
	})
}
