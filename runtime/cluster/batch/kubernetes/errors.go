package kubernetes

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/courant-pde/courant/runtime/cluster/batch"
)

// away says that Kubernetes was out of reach or overloaded. What it asks to be tried
// again after a while, the client has already tried again.
func away(err error) bool {
	var network net.Error
	var request *url.Error
	return errors.As(err, &network) || errors.As(err, &request) ||
		apierrors.IsTooManyRequests(err) || apierrors.IsServerTimeout(err) || apierrors.IsTimeout(err) ||
		apierrors.IsServiceUnavailable(err) || apierrors.IsInternalError(err)
}

// explain says what to do about the error of a request, and whether waiting or another
// attempt may mend it.
func (s *System) explain(verb, resource string, err error) error {
	say := func(format string, args ...any) error {
		return fmt.Errorf("namespace %s of Kubernetes: %s: %w", s.namespace, fmt.Sprintf(format, args...), err)
	}
	switch {
	case away(err):
		return batch.Away(say("it is out of reach or overloaded"))
	case apierrors.IsUnauthorized(err):
		return batch.Permanent(say("it does not know who we are: log in to the cluster again"))
	case apierrors.IsForbidden(err) && strings.Contains(err.Error(), "exceeded quota"):
		return say("its quota of %s is used up: delete finished ones, or raise it", resource)
	case apierrors.IsForbidden(err):
		return batch.Permanent(say("we may not %s %s: a Role must allow that, see docs/kubernetes.md", verb, resource))
	case apierrors.IsNotFound(err) && verb == "create":
		return batch.Permanent(say("there is no such namespace: create it, or give another"))
	case apierrors.IsInvalid(err), apierrors.IsBadRequest(err):
		return batch.Permanent(say("the job is refused"))
	}
	return say("cannot %s %s", verb, resource)
}
