package check

import (
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// grid is the grid that an operator is checked for, and what is declared on it.
type grid struct {
	dim      int // axes
	problem  *symbolic.Problem
	present  []*dsl.Statement              // of the operator, those that exist on this grid
	spelling map[*symbolic.Function]string // how the language writes a function, v.x for v_x
}
