package batch

import "context"

// Prober is a System that can say whether it would take an array without being given it.
type Prober interface {
	System
	// Probe asks whether all is there that an array needs: rights, room, what its elements
	// are made of. It submits nothing. notes are what is worth knowing and no fault, such as
	// quotas; the error joins all that is missing, each with what to do.
	Probe(ctx context.Context, a Array) (notes []string, err error)
}
