// Package google logs in to Google's services, and says of their errors whether they pass.
//
// In: the environment and the files of the gcloud tools. Out: tokens for clients of the
// services. Start at Tokens.
package google

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
	"google.golang.org/api/googleapi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/courant-pde/courant/runtime/cluster/cloud"
)

const hint = "give GOOGLE_APPLICATION_CREDENTIALS, a file of credentials, or log in by gcloud auth application-default login; on a machine of Google's, give it a service account"

// Tokens are those of whoever is logged in, for all services. Errors: nobody is, or the
// login has expired.
func Tokens(ctx context.Context) (oauth2.TokenSource, error) {
	found, err := google.FindDefaultCredentials(ctx, "https://www.googleapis.com/auth/cloud-platform")
	if err != nil {
		return nil, noCredentials(err)
	}
	source := tokens{found.TokenSource}
	_, err = source.Token() // now, as a connection that never comes to ask for one says nothing of it
	return source, err
}

// Client is an HTTP client that is logged in.
func Client(ctx context.Context) (*http.Client, error) {
	source, err := Tokens(ctx)
	if err != nil {
		return nil, err
	}
	c := cloud.Client()
	c.Transport = &oauth2.Transport{Source: source, Base: c.Transport}
	return c, nil
}

func noCredentials(err error) error {
	return &cloud.LoginError{Err: fmt.Errorf("no credentials for Google: %w", err), Hint: hint}
}

// tokens marks the errors of a login, which would pass for those of the network.
type tokens struct{ oauth2.TokenSource }

func (t tokens) Token() (*oauth2.Token, error) {
	found, err := t.TokenSource.Token()
	if err != nil {
		err = noCredentials(err)
	}
	return found, err
}

// Fault explains an error of a service, and reports whether it passes by itself.
func Fault(err error) (explained error, passes bool) {
	var login *cloud.LoginError
	if err == nil || errors.As(err, &login) {
		return err, false
	}
	answer := 0
	var response *googleapi.Error
	if errors.As(err, &response) {
		answer = response.Code
	}
	code := codes.OK
	var called interface{ GRPCStatus() *status.Status }
	if errors.As(err, &called) && called.GRPCStatus() != nil {
		code = called.GRPCStatus().Code()
	}
	switch {
	case cloud.Refused(answer), code == codes.Unauthenticated, code == codes.PermissionDenied:
		return &cloud.LoginError{Err: err, Hint: "credentials may have expired, or lack the rights in docs/clouds.md: " + hint}, false
	case code == codes.Unavailable, code == codes.ResourceExhausted, code == codes.DeadlineExceeded, code == codes.Internal, code == codes.Aborted:
		return err, true
	}
	return err, cloud.Passing(err, answer)
}
