package google

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"testing"

	"google.golang.org/api/googleapi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/courant-pde/courant/runtime/cluster/cloud"
)

func TestFault(t *testing.T) {
	for _, v := range []struct {
		err           error
		passes, login bool
	}{
		{nil, false, false},
		{&googleapi.Error{Code: 503}, true, false},
		{fmt.Errorf("behind four tries: %w", &googleapi.Error{Code: 429}), true, false},
		{&googleapi.Error{Code: 404}, false, false},
		{&googleapi.Error{Code: 412}, false, false},
		{&googleapi.Error{Code: 403}, false, true},
		{&url.Error{Op: "Get", Err: io.EOF}, true, false},
		// The library of the login gives its error to the one of the network.
		{&url.Error{Op: "Get", Err: noCredentials(&url.Error{Op: "Post", Err: io.EOF})}, false, true},
		{status.Error(codes.Unavailable, "no"), true, false},
		{status.Error(codes.ResourceExhausted, "no"), true, false},
		{status.Error(codes.NotFound, "no"), false, false},
		{status.Error(codes.InvalidArgument, "no"), false, false},
		{status.Error(codes.Unauthenticated, "no"), false, true},
		{status.Error(codes.PermissionDenied, "no"), false, true},
	} {
		var login *cloud.LoginError
		if got, passes := Fault(v.err); passes != v.passes || errors.As(got, &login) != v.login {
			t.Errorf("%v: passes is %v, and the error is %v", v.err, passes, got)
		}
	}
}
