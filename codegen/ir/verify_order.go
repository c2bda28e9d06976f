package ir

import "fmt"

// order checks that a run knows each value when it reads it: scratch arrays
// and levels t+1 are computed first, and levels that t+1 overwrites are not
// read behind that.
func (v verifier) order() error {
	done := map[string]bool{}
	if err := v.sequence(v.k.Prepare, done); err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	if err := v.sequence(v.k.Step, done); err != nil {
		return fmt.Errorf("step: %w", err)
	}
	return nil
}

func (v verifier) sequence(body []Stmt, done map[string]bool) error {
	var err error
	read := func(a *Access) {
		array := v.k.Array(a.Array)
		future := array.Role == Scratch || (array.Role == State && a.Time == 1)
		switch {
		case err != nil || array.Role == Param:
		case future && !done[a.Array]:
			err = fmt.Errorf("%s is read before it is computed", v.k.Text(a))
		case !future && done[a.Array] && array.Buffer(a.Time) == array.Buffer(1):
			err = fmt.Errorf("%s is read after %s[t+1] took its place", v.k.Text(a), a.Array)
		}
	}
	VisitStmts(body, func(s Stmt) {
		visitReads(s, read)
		switch x := s.(type) {
		case *Inject:
			read(x.Target) // it adds to what is there
		case *Assign:
			if a := v.k.Array(x.Target.Array); a.Role == Scratch || x.Target.Time == 1 {
				done[x.Target.Array] = true
			}
		}
	})
	return err
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
