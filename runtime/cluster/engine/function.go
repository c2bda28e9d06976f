package engine

import (
	"context"

	"github.com/courant-pde/courant/runtime/cluster/cloud/amazon"
)

// InLambda reports whether this process is a function of AWS Lambda.
func InLambda() bool { return amazon.InLambda() }

// ServeLambda answers the calls of AWS Lambda, and does not return; see
// amazon.ServeLambda.
func ServeLambda[In, Out any](ctx context.Context, f func(context.Context, In) (Out, error)) {
	amazon.ServeLambda(ctx, f)
}
