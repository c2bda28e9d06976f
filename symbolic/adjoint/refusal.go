package adjoint

import "errors"

// Refusal says why nothing is derived of an operator: a fault of the file, or of
// what was asked for.
type Refusal struct{ Err error }

func (r *Refusal) Error() string { return r.Err.Error() }

func (r *Refusal) Unwrap() error { return r.Err }

// ErrIndependent says that the records do not depend on a field.
var ErrIndependent = errors.New("nothing that the operator records depends on")

// refuse makes a Refusal of an error, if there is one.
func refuse(err *error) {
	if *err != nil {
		*err = &Refusal{*err}
	}
}
