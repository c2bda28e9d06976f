package store

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"

	"net/http"

	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// A server that is out of reach or unwell is away; one that refuses is not.
func TestAway(t *testing.T) {
	status := func(code int) error {
		return &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: &http.Response{StatusCode: code}}, Err: errors.New("no")}
	}
	for _, err := range []error{&net.OpError{Op: "dial", Err: errors.New("refused")}, &smithyhttp.RequestSendError{Err: io.EOF}, io.ErrUnexpectedEOF, status(500), status(503), status(429)} {
		if !errors.Is(away(err), ErrAway) || !errors.Is(away(err), err) {
			t.Errorf("%v is not away", err)
		}
	}
	for _, err := range []error{nil, status(403), status(404), status(412), context.Canceled, errors.New("no space left on device")} {
		if errors.Is(away(err), ErrAway) {
			t.Errorf("%v is away", err)
		}
	}
}
