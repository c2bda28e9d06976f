package amazon

import (
	"context"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
)

// InLambda reports whether this process is a function of AWS Lambda.
func InLambda() bool { return os.Getenv("AWS_LAMBDA_RUNTIME_API") != "" }

// ServeLambda answers the calls of AWS Lambda by a function of a JSON value that gives a
// JSON value, and does not return.
func ServeLambda[In, Out any](ctx context.Context, f func(context.Context, In) (Out, error)) {
	lambda.StartWithOptions(f, lambda.WithContext(ctx))
}
