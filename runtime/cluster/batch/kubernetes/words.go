package kubernetes

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/courant-pde/courant/runtime/cluster/batch"
)

// podsOf are the pods of an element that there still are, the latest first.
func (s *System) podsOf(ctx context.Context, a batch.Array, index int) ([]corev1.Pod, error) {
	which := labels.Set{batchv1.JobNameLabel: a.ID, batchv1.JobCompletionIndexAnnotation: fmt.Sprint(index)}
	list, err := s.pods.List(ctx, metav1.ListOptions{LabelSelector: which.String()})
	if err != nil {
		return nil, s.explain("list", "pods", err)
	}
	slices.SortFunc(list.Items, func(p, q corev1.Pod) int { return q.CreationTimestamp.Compare(p.CreationTimestamp.Time) })
	return list.Items, nil
}

// How much of an element's output is shown.
const (
	tailLines = 40
	tailBytes = 4096
)

// LastWords implements batch.System: on which node the latest attempt ended, with which
// exit code, and the end of what it wrote.
func (s *System) LastWords(ctx context.Context, a batch.Array, index int) string {
	pods, err := s.podsOf(ctx, a, index)
	if err != nil || len(pods) == 0 {
		return ""
	}
	p := pods[0]
	how, text := p.Status.Message, ""
	for _, c := range p.Status.ContainerStatuses {
		if t := c.State.Terminated; t != nil {
			how = fmt.Sprintf("on node %s, exit code %d (%s)", p.Spec.NodeName, t.ExitCode, t.Reason)
			text = t.Message
		}
	}
	if text == "" {
		text = s.output(ctx, p.Name)
	}
	return strings.TrimSuffix(how+": "+strings.TrimSpace(text), ": ")
}

// output is the end of what a pod wrote; "" where that cannot be had, as without its node.
func (s *System) output(ctx context.Context, pod string) string {
	r, err := s.pods.GetLogs(pod, &corev1.PodLogOptions{Container: container, TailLines: new(int64(tailLines))}).Stream(ctx)
	if err != nil {
		return ""
	}
	defer r.Close()
	text, _ := io.ReadAll(io.LimitReader(r, 1<<20)) // as much as came
	return string(text[max(0, len(text)-tailBytes):])
}
