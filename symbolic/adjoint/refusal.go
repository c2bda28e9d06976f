package adjoint

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/courant-pde/courant/symbolic"
)

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

// acts says through which fields another one acts that no equation reads: those
// whose default values hold it.
func acts(p *symbolic.Problem, name string) string {
	var through []string
	for _, f := range p.Functions {
		if f.Default == nil {
			continue
		}
		symbolic.Visit(f.Default, func(e symbolic.Expr) {
			if a, ok := e.(*symbolic.Access); ok && a.Func.Name == name {
				through = append(through, fmt.Sprintf("%s = %s", f.Name, f.Default))
			}
		})
	}
	if through == nil {
		return ""
	}
	slices.Sort(through)
	return fmt.Sprintf("; it acts through %s: derive by what the equations hold, or let courant gradient carry it on", strings.Join(slices.Compact(through), ", "))
}
