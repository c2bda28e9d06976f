package kubernetes

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/courant-pde/courant/runtime/cluster/batch"
)

// looked is how many of an array's waiting pods are looked at: a sample is enough.
const looked = 500

// Doubts tells why elements of an array do not begin, each reason once with the number
// of elements and what to do: no node has room, the image cannot be pulled, a secret is
// missing, a quota is used up. Some of that passes, such as while nodes are started; none
// of it ends an element by itself.
func (s *System) Doubts(ctx context.Context, a batch.Array) ([]string, error) {
	which := labels.Set{batchv1.JobNameLabel: a.ID}.String()
	list, err := s.pods.List(ctx, metav1.ListOptions{LabelSelector: which, FieldSelector: "status.phase=Pending", Limit: looked})
	if err != nil {
		return nil, s.explain("list", "pods", err)
	}
	if len(list.Items) > 0 {
		return waiting(a, list), nil
	}
	job, err := s.jobs.Get(ctx, a.ID, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	} else if err != nil {
		return nil, s.explain("get", "jobs", err)
	}
	if job.Spec.Suspend != nil && *job.Spec.Suspend {
		return []string{a.ID + " is suspended: a queue of the cluster, such as Kueue, has not let it begin"}, nil
	}
	if n := job.Status; n.Active == 0 && n.Succeeded == 0 && n.Failed == 0 {
		return s.noPods(ctx, job), nil
	}
	return nil, nil
}

// waiting puts together the pods that wait for the same reason.
func waiting(a batch.Array, list *corev1.PodList) (doubts []string) {
	type group struct {
		elements int
		since    time.Time
	}
	groups := map[string]group{}
	for _, p := range list.Items {
		if why := doubt(p); why != "" {
			g, known := groups[why]
			if made := p.CreationTimestamp.Time; !known || made.Before(g.since) {
				g.since = made
			}
			g.elements++
			groups[why] = g
		}
	}
	atLeast := ""
	if list.Continue != "" {
		atLeast = "at least "
	}
	for _, why := range slices.Sorted(maps.Keys(groups)) {
		g := groups[why]
		doubts = append(doubts, fmt.Sprintf("%s: %s%d of %d elements wait, up to %v: %s", a.ID, atLeast, g.elements, a.Size, time.Since(g.since).Round(time.Second), why))
	}
	return doubts
}

// doubt is why a pod that waits may not begin; "" when that is not to be feared.
func doubt(p corev1.Pod) string {
	for _, c := range p.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse && c.Reason == corev1.PodReasonUnschedulable {
			return "no node takes them, look at what they need and at the nodes: " + c.Message
		}
	}
	for _, c := range p.Status.ContainerStatuses {
		w := c.State.Waiting
		if w == nil {
			continue
		}
		switch w.Reason {
		case "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError", "RegistryUnavailable", "SignatureValidationFailed":
			return fmt.Sprintf("the image %s cannot be had, look at its name and at the right to pull it: %s", p.Spec.Containers[0].Image, cmp.Or(w.Message, w.Reason))
		case "CreateContainerConfigError", "CreateContainerError", "RunContainerError":
			return "their container cannot be made, look at the secrets and the command: " + cmp.Or(w.Message, w.Reason)
		}
	}
	return ""
}

// noPods tells why a job has got no pods yet, which stands in its events alone.
func (s *System) noPods(ctx context.Context, job *batchv1.Job) []string {
	which := fields.Set{"involvedObject.uid": string(job.UID), "reason": "FailedCreate"}
	list, err := s.events.List(ctx, metav1.ListOptions{FieldSelector: which.String()})
	if err != nil {
		return []string{fmt.Sprintf("%s has no pods, and why cannot be read: %v", job.Name, s.explain("list", "events", err))}
	}
	if len(list.Items) == 0 {
		return nil // it has just been submitted
	}
	last := slices.MaxFunc(list.Items, func(x, y corev1.Event) int { return x.LastTimestamp.Compare(y.LastTimestamp.Time) })
	return []string{fmt.Sprintf("no pods can be made for %s: %s", job.Name, last.Message)}
}
