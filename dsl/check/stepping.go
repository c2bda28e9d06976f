package check

import "github.com/courant-pde/courant/symbolic"

// stepping is what the statements of a step have computed so far.
type stepping struct {
	*scope
	missing map[*symbolic.Function][]box // where a next level that is computed is not known yet
	unsaved map[*symbolic.Function]bool  // histories whose frame is still to be written
	unclear bool                         // some faulty update may compute any wavefield
	next    string                       // what the steps compute: forward or backward
	stepped map[string]bool              // names of the wavefields that some statement computes
}
