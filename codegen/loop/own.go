package loop

import "fmt"

// own checks that a shared loop reads of its threads' own buffers only what it
// writes itself: an earlier loop may have been another thread's.
func (v *verifier) own(l *For, _ scope) error {
	written := map[string]bool{}
	var err error
	Visit([]Stmt{l}, func(s Stmt) {
		if e := ValueOf(s); e != nil {
			visitRefs(e, func(r *Ref) {
				if b := v.k.Buffer(r.Buffer); b != nil && !written[r.Buffer] && err == nil {
					err = fmt.Errorf("%s is read in loop %s before the loop writes it: what other loops wrote may be another thread's", r, l.Var)
				}
			})
		}
		if r := TargetOf(s); r != nil {
			written[r.Buffer] = true
		}
	})
	return err
}
