// Package kubernetes has the arrays of a batch run by Kubernetes, each as one Indexed
// Job.
//
// In: batch.Array, and Options that say as what and on which nodes. Out: a Job, whose
// status tells in one object which of its elements are over. Nothing has to reach a
// pod, nor a pod this program. Start at New, and batch.Arrays, which makes a batch.Batch
// of it.
package kubernetes

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	authorizationclient "k8s.io/client-go/kubernetes/typed/authorization/v1"
	batchclient "k8s.io/client-go/kubernetes/typed/batch/v1"
	coreclient "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/retry"

	"github.com/courant-pde/courant/runtime/cluster/batch"
)

// System is a namespace of a Kubernetes that is reached from here. It implements
// batch.System.
type System struct {
	options   Options
	namespace string
	jobs      batchclient.JobInterface
	pods      coreclient.PodInterface
	events    coreclient.EventInterface
	quotas    coreclient.ResourceQuotaInterface
	reviews   authorizationclient.SelfSubjectAccessReviewInterface
}

// New reads how a cluster is reached, and asks it nothing. Errors: options that cannot
// be, a kubeconfig that cannot be read.
func New(o Options) (*System, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = o.Kubeconfig
	from := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{CurrentContext: o.Context})
	config, err := from.ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("how Kubernetes is reached is not known: give a kubeconfig, or run inside of the cluster: %w", err)
	}
	namespace := o.Namespace
	if namespace == "" {
		if namespace, _, err = from.Namespace(); err != nil {
			return nil, fmt.Errorf("give a namespace: %w", err)
		}
	}
	config.UserAgent = "courant"
	config.QPS, config.Burst = 20, 100 // a request for each array now and then, and one for each element that fails
	jobs, err := batchclient.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	core, err := coreclient.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	rights, err := authorizationclient.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	return &System{o, namespace, jobs.Jobs(namespace), core.Pods(namespace), core.Events(namespace), core.ResourceQuotas(namespace), rights.SelfSubjectAccessReviews()}, nil
}

// Most implements batch.System. Kubernetes itself takes ten times as many, but a job's
// pods are all there at once, and of more than this the control planes of clouds grow slow.
func (*System) Most() int { return 10_000 }

// Submit implements batch.System: the name of the job is that of the array.
func (s *System) Submit(ctx context.Context, a batch.Array) (id string, err error) {
	job := s.job(a)
	// Of a request that got lost nobody knows whether it was carried out: the name tells.
	again := wait.Backoff{Duration: time.Second, Factor: 2, Jitter: 0.2, Steps: 4}
	err = retry.OnError(again, func(err error) bool { return ctx.Err() == nil && away(err) }, func() error {
		_, err := s.jobs.Create(ctx, job, metav1.CreateOptions{})
		return err
	})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return "", s.explain("create", "jobs", err)
	}
	return a.Name, nil
}

// Ended implements batch.System.
func (s *System) Ended(ctx context.Context, a batch.Array) (map[int]string, error) {
	ended := map[int]string{}
	job, err := s.jobs.Get(ctx, a.ID, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		all(ended, a.Size, "Kubernetes has no such job any more")
		return ended, nil
	} else if err != nil {
		return nil, s.explain("get", "jobs", err)
	}
	for _, c := range job.Status.Conditions {
		if (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed) && c.Status == corev1.ConditionTrue {
			all(ended, a.Size, "the whole job is over: "+cmp.Or(c.Message, string(c.Type)))
		}
	}
	var failed string
	if job.Status.FailedIndexes != nil {
		failed = *job.Status.FailedIndexes
	}
	return ended, errors.Join(
		mark(ended, job.Status.CompletedIndexes, a.Size, "completed"),
		mark(ended, failed, a.Size, "failed"),
	)
}

func all(ended map[int]string, size int, how string) {
	for i := range size {
		ended[i] = how
	}
}

// cancelled is a condition of pods that are not begun again: see failures.
const cancelled corev1.PodConditionType = "CourantCancelled"

// Cancel implements batch.System. A job is deleted. Of one element the pod is, when it
// says that it is not to be replaced; an element that has no pod at the moment, as it
// waits for its next attempt, goes on.
func (s *System) Cancel(ctx context.Context, a batch.Array, index int) error {
	if index < 0 {
		return s.Forget(ctx, a)
	}
	pods, err := s.podsOf(ctx, a, index)
	if err != nil {
		return err
	}
	for _, p := range pods {
		if p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed {
			continue
		}
		patch, err := json.Marshal(map[string]any{
			"metadata": map[string]any{"uid": p.UID},
			"status": map[string]any{"conditions": []corev1.PodCondition{{
				Type: cancelled, Status: corev1.ConditionTrue, Reason: "Cancelled", LastTransitionTime: metav1.Now(),
			}}},
		})
		if err != nil {
			return err
		}
		if _, err := s.pods.Patch(ctx, p.Name, types.StrategicMergePatchType, patch, metav1.PatchOptions{}, "status"); err != nil && !gone(err) {
			return s.explain("patch", "pods/status", err)
		}
		if err := s.pods.Delete(ctx, p.Name, metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &p.UID}}); err != nil && !gone(err) {
			return s.explain("delete", "pods", err)
		}
	}
	return nil
}

// Forget implements batch.System: it deletes the job, with its pods.
func (s *System) Forget(ctx context.Context, a batch.Array) error {
	with := metav1.DeletePropagationBackground
	if err := s.jobs.Delete(ctx, a.ID, metav1.DeleteOptions{PropagationPolicy: &with}); err != nil && !gone(err) {
		return s.explain("delete", "jobs", err)
	}
	return nil
}

// gone says that what was to be deleted is there no more, or is another of that name.
func gone(err error) bool { return apierrors.IsNotFound(err) || apierrors.IsConflict(err) }
