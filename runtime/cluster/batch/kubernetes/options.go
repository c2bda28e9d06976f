package kubernetes

import (
	"errors"
	"time"
)

// Options say where the elements of arrays run, and as what.
type Options struct {
	// Kubeconfig is the file that says how the cluster is reached; empty for that of the
	// variable KUBECONFIG, else ~/.kube/config, else the cluster in which this program runs.
	Kubeconfig string
	// Context is one of the file's contexts; empty for its current one.
	Context string
	// Namespace is where jobs are made; empty for that of the context.
	Namespace string

	// Image is the container image of the workers: the program, and a C compiler or kernels
	// that were compiled beforehand.
	Image string
	// Command is what an element runs, before the arguments of its array; empty for
	// courant.
	Command []string
	// Secrets are names of secrets of the namespace whose keys become variables of the
	// elements' environment, such as the access keys of the store.
	Secrets []string
	// ServiceAccount is whom the elements are to the cloud, where its store asks for that;
	// empty for the namespace's default. Those of a run that nobody drives submit arrays,
	// and need the rights of docs/kubernetes.md; others get no access to Kubernetes itself.
	ServiceAccount string

	// NodeSelector are labels that a node must have.
	NodeSelector map[string]string
	// Spot has elements run on spot machines alone: cheaper, and taken away at any time. The
	// machines are known by the labels that GKE, EKS, Karpenter and AKS give them.
	Spot bool
	// GPU is the resource that counts GPUs; empty for nvidia.com/gpu.
	GPU string
	// PriorityClass of the pods; empty for the cluster's default.
	PriorityClass string
	// Labels of jobs and pods, such as kueue.x-k8s.io/queue-name.
	Labels map[string]string

	// Grace is how long an element may take to leave when its node is taken away; 0 for
	// 30 s. A cloud may give it less.
	Grace time.Duration
	// Keep is for how long Kubernetes keeps what is over and was not forgotten; 0 for a day.
	Keep time.Duration
	// Permanent are exit codes of workers that no further attempt can mend.
	Permanent []int32
}

// check finds what cannot be.
func (o Options) check() error {
	var faults []error
	if o.Image == "" {
		faults = append(faults, errors.New("give the container image of the workers: see docs/kubernetes.md"))
	}
	if o.Grace < 0 || o.Keep < 0 {
		faults = append(faults, errors.New("the time that elements have to leave, and that for which jobs are kept, cannot be negative"))
	}
	for _, code := range o.Permanent {
		if code < 1 || code > 255 {
			faults = append(faults, errors.New("exit codes of failures are from 1 to 255"))
		}
	}
	return errors.Join(faults...)
}
