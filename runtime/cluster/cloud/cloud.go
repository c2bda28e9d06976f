// Package cloud is what stores and queues of all clouds share: connections that do not
// hang, which failures pass by themselves, and the error of a login that does not do.
//
// In: errors of a cloud's library. Out: whether to wait, or what to do. The packages
// below, one for each cloud, know the errors and the logins of its library; start at
// Fault of one of them.
package cloud

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
)

// LoginError is the failure of a request for want of credentials or rights. It does not
// pass by itself.
type LoginError struct {
	Err  error
	Hint string // what to give, or where to log in
}

func (e *LoginError) Error() string { return fmt.Sprintf("%v; %s", e.Err, e.Hint) }

// Unwrap gives what the library said.
func (e *LoginError) Unwrap() error { return e.Err }

// Refused reports whether a status says that the credentials do not do.
func Refused(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden
}

// Passing reports whether a failure is one of the network or of a server that is not
// well, which pass by themselves. Status is the server's answer, 0 for none.
func Passing(err error, status int) bool {
	var login *LoginError
	var certificate *tls.CertificateVerificationError
	var network net.Error
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded),
		errors.As(err, &login), errors.As(err, &certificate):
		return false
	case errors.As(err, &network), errors.Is(err, io.ErrUnexpectedEOF): // an answer may break off, too
		return true
	}
	return status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout
}
