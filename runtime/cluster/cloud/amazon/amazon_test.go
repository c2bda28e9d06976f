package amazon

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/courant-pde/courant/runtime/cluster/cloud"
)

func TestFault(t *testing.T) {
	status := func(code int, err error) error {
		return &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: &http.Response{StatusCode: code}}, Err: err}
	}
	named := func(code string) error { return &smithy.GenericAPIError{Code: code} }
	for _, err := range []error{
		&net.OpError{Op: "dial", Err: errors.New("refused")}, &smithyhttp.RequestSendError{Err: io.EOF}, io.ErrUnexpectedEOF,
		status(500, errors.New("no")), status(503, named("SlowDown")), status(429, errors.New("no")), status(400, named("ThrottlingException")), status(400, named("RequestThrottled")),
	} {
		if got, passes := Fault(err); !passes || !errors.Is(got, err) {
			t.Errorf("%v does not pass", err)
		}
	}
	for _, err := range []error{nil, status(404, errors.New("no")), status(412, errors.New("no")), &smithyhttp.RequestSendError{Err: context.Canceled}, errors.New("no space left on device")} {
		var login *cloud.LoginError
		if got, passes := Fault(err); passes || errors.As(got, &login) {
			t.Errorf("%v passes, or is one of the login", err)
		}
	}
	// Those of a login are no outage, whatever their status.
	for _, err := range []error{status(403, errors.New("no")), status(400, named("ExpiredToken")), status(400, named("ExpiredTokenException")), status(400, named("InvalidClientTokenId"))} {
		var login *cloud.LoginError
		if got, passes := Fault(err); passes || !errors.As(got, &login) {
			t.Errorf("%v: %v", err, got)
		}
	}
}
