// Package amazon logs in to Amazon's services, and says of their errors whether they pass.
//
// In: the environment and the files of the AWS tools. Out: a configuration for clients of
// the services. Start at Config.
package amazon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/courant-pde/courant/runtime/cluster/cloud"
)

const hint = "give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, with AWS_SESSION_TOKEN where keys have one, or AWS_PROFILE, or log in by aws sso login; on a machine of Amazon's, give it a role"

// Config is that of the environment and the files of the AWS tools. Region overrules
// theirs unless it is "". Errors: files that cannot be read.
func Config(ctx context.Context, region string) (aws.Config, error) {
	options := []func(*config.LoadOptions) error{
		config.WithLogger(logging.Nop{}), // it tells of tries that are made again
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTransportOptions(cloud.Watch)),
		config.WithRetryer(func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxBackoff = 2 * time.Second
				o.RateLimiter = ratelimit.None // whoever waits for a store that is away goes slow
				o.Retryables = append(o.Retryables, retry.IsErrorRetryableFunc(brokenOff))
			})
		}),
	}
	if region != "" {
		options = append(options, config.WithRegion(region))
	}
	c, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return c, err
	}
	if c.Credentials != nil {
		c.Credentials = credentials{c.Credentials}
	}
	return c, nil
}

// brokenOff has a request tried again whose answer broke off.
func brokenOff(err error) aws.Ternary {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return aws.TrueTernary
	}
	return aws.UnknownTernary
}

// credentials marks the errors of a login: that of a machine without any fails as the
// network does.
type credentials struct{ aws.CredentialsProvider }

func (c credentials) Retrieve(ctx context.Context) (aws.Credentials, error) {
	found, err := c.CredentialsProvider.Retrieve(ctx)
	if err != nil && ctx.Err() == nil {
		err = &cloud.LoginError{Err: fmt.Errorf("no credentials for Amazon: %w", err), Hint: hint}
	}
	return found, err
}

// refused are the codes of errors by which services refuse credentials with a status
// of any kind.
var refused = map[string]bool{
	"ExpiredToken": true, "ExpiredTokenException": true, "InvalidToken": true, "InvalidClientTokenId": true,
	"InvalidAccessKeyId": true, "SignatureDoesNotMatch": true, "UnrecognizedClientException": true,
}

// Fault explains an error of a service, and reports whether it passes by itself.
func Fault(err error) (explained error, passes bool) {
	var login *cloud.LoginError
	if err == nil || errors.As(err, &login) {
		return err, false
	}
	var api smithy.APIError
	code := ""
	if errors.As(err, &api) {
		code = api.ErrorCode()
	}
	status := 0
	var response interface{ HTTPStatusCode() int }
	if errors.As(err, &response) {
		status = response.HTTPStatusCode()
	}
	if refused[code] || cloud.Refused(status) {
		return &cloud.LoginError{Err: err, Hint: "credentials may have expired, or lack the rights in docs/clouds.md: " + hint}, false
	}
	if _, throttled := retry.DefaultThrottleErrorCodes[code]; throttled {
		return err, true
	}
	var send *smithyhttp.RequestSendError
	if errors.As(err, &send) && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return err, true
	}
	return err, cloud.Passing(err, status)
}
