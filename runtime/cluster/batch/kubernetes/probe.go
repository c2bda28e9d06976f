package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/courant-pde/courant/runtime/cluster/batch"
)

// Rules are the rights that a System needs in its namespace, and no more.
func Rules() []rbacv1.PolicyRule {
	return []rbacv1.PolicyRule{
		{APIGroups: []string{"batch"}, Resources: []string{"jobs"}, Verbs: []string{"create", "get", "delete"}},
		{APIGroups: []string{""}, Resources: []string{"pods"}, Verbs: []string{"list", "delete"}},
		{APIGroups: []string{""}, Resources: []string{"pods/status"}, Verbs: []string{"patch"}},
		{APIGroups: []string{""}, Resources: []string{"pods/log"}, Verbs: []string{"get"}},
		{APIGroups: []string{""}, Resources: []string{"events"}, Verbs: []string{"list"}},
	}
}

// Probe implements batch.Prober: the server says which of the Rules we have, and takes a job
// as a trial. The notes tell the quotas of the namespace, where we may see them.
func (s *System) Probe(ctx context.Context, a batch.Array) (notes []string, err error) {
	var faults []error
	for _, r := range Rules() {
		for _, verb := range r.Verbs {
			if err := s.may(ctx, r.APIGroups[0], r.Resources[0], verb); err != nil {
				faults = append(faults, err)
			}
		}
	}
	if _, err := s.jobs.Create(ctx, s.job(a), metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}}); err != nil {
		faults = append(faults, s.explain("create", "jobs", err))
	}
	quotas, err := s.quotas.List(ctx, metav1.ListOptions{})
	switch {
	case apierrors.IsForbidden(err):
		notes = append(notes, "whether namespace "+s.namespace+" has quotas is not ours to see")
	case err != nil:
		faults = append(faults, s.explain("list", "resourcequotas", err))
	default:
		for _, q := range quotas.Items {
			var used []string
			for _, name := range slices.Sorted(maps.Keys(q.Status.Hard)) {
				u, most := q.Status.Used[name], q.Status.Hard[name]
				used = append(used, fmt.Sprintf("%s %s of %s", name, u.String(), most.String()))
			}
			notes = append(notes, fmt.Sprintf("quota %s: %s", q.Name, strings.Join(used, ", ")))
		}
	}
	return notes, errors.Join(faults...)
}

// may asks for one right.
func (s *System) may(ctx context.Context, group, resource, verb string) error {
	name, part, _ := strings.Cut(resource, "/")
	review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{
		ResourceAttributes: &authorizationv1.ResourceAttributes{Namespace: s.namespace, Group: group, Resource: name, Subresource: part, Verb: verb},
	}}
	answer, err := s.reviews.Create(ctx, review, metav1.CreateOptions{})
	if err != nil {
		return s.explain("ask for our rights on", resource, err)
	}
	if !answer.Status.Allowed {
		return fmt.Errorf("namespace %s of Kubernetes: we may not %s %s: apply what `courant deploy kubernetes` prints, see docs/kubernetes.md", s.namespace, verb, resource)
	}
	return nil
}
