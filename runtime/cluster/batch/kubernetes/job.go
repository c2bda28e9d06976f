package kubernetes

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/courant-pde/courant/runtime/cluster/batch"
)

// container is the name of the only container of a pod.
const container = "courant"

// job is an array as Kubernetes has it: an element that fails for good ends none of the
// others.
func (s *System) job(a batch.Array) *batchv1.Job {
	o := s.options
	labels := map[string]string{"app.kubernetes.io/name": "courant", "app.kubernetes.io/managed-by": "courant"}
	maps.Copy(labels, o.Labels)
	size := new(int32(a.Size))
	return &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Name: a.Name, Labels: labels},
		Spec: batchv1.JobSpec{
			CompletionMode: new(batchv1.IndexedCompletion),
			Completions:    size, Parallelism: size,
			BackoffLimitPerIndex:    new(int32(max(1, a.Attempts) - 1)),
			PodFailurePolicy:        s.failures(),
			TTLSecondsAfterFinished: new(int32(cmp.Or(o.Keep, 24*time.Hour).Seconds())),
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels, Annotations: map[string]string{
					// A node that is hardly used is not emptied for that: the work would be lost.
					"cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
					"karpenter.sh/do-not-disrupt":                    "true",
				}},
				Spec: s.pod(a),
			},
		},
	}
}

// failures says of which ends of a pod the element is begun again. The first rule that
// fits decides; all other ends count as attempts.
func (s *System) failures() *batchv1.PodFailurePolicy {
	on := func(c corev1.PodConditionType) []batchv1.PodFailurePolicyOnPodConditionsPattern {
		return []batchv1.PodFailurePolicyOnPodConditionsPattern{{Type: c, Status: corev1.ConditionTrue}}
	}
	exit := func(codes ...int32) *batchv1.PodFailurePolicyOnExitCodesRequirement {
		slices.Sort(codes)
		return &batchv1.PodFailurePolicyOnExitCodesRequirement{Operator: batchv1.PodFailurePolicyOnExitCodesOpIn, Values: slices.Compact(codes)}
	}
	rules := []batchv1.PodFailurePolicyRule{
		{Action: batchv1.PodFailurePolicyActionFailIndex, OnPodConditions: on(cancelled)},
		// Its node was taken away, which is no fault of the element.
		{Action: batchv1.PodFailurePolicyActionIgnore, OnPodConditions: on(corev1.DisruptionTarget)},
		{Action: batchv1.PodFailurePolicyActionIgnore, OnExitCodes: exit(batch.Leaving)},
	}
	if codes := slices.Clone(s.options.Permanent); len(codes) > 0 {
		rules = append(rules, batchv1.PodFailurePolicyRule{Action: batchv1.PodFailurePolicyActionFailIndex, OnExitCodes: exit(codes...)})
	}
	return &batchv1.PodFailurePolicy{Rules: rules}
}

// pod is what an element runs in.
func (s *System) pod(a batch.Array) corev1.PodSpec {
	o := s.options
	environment := []corev1.EnvVar{{Name: batch.IndexVariable, ValueFrom: &corev1.EnvVarSource{
		FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.annotations['" + batchv1.JobCompletionIndexAnnotation + "']"},
	}}}
	for _, name := range slices.Sorted(maps.Keys(a.Environment)) {
		environment = append(environment, corev1.EnvVar{Name: name, Value: literal(a.Environment[name])})
	}
	var secrets []corev1.EnvFromSource
	for _, name := range o.Secrets {
		secrets = append(secrets, corev1.EnvFromSource{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: name}}})
	}
	command := o.Command
	if len(command) == 0 {
		command = []string{"courant"}
	}
	words := func(all []string) (literals []string) {
		for _, w := range all {
			literals = append(literals, literal(w))
		}
		return literals
	}
	spec := corev1.PodSpec{
		RestartPolicy:                 corev1.RestartPolicyNever, // the job begins elements again
		TerminationGracePeriodSeconds: new(int64(cmp.Or(o.Grace, 30*time.Second).Seconds())),
		ServiceAccountName:            o.ServiceAccount,
		AutomountServiceAccountToken:  new(a.Submits),
		EnableServiceLinks:            new(false),
		NodeSelector:                  o.NodeSelector,
		PriorityClassName:             o.PriorityClass,
		Containers: []corev1.Container{{
			Name:  container,
			Image: o.Image, Command: words(command), Args: words(a.Arguments),
			Env: environment, EnvFrom: secrets,
			Resources:                needs(a.Needs, cmp.Or(o.GPU, "nvidia.com/gpu")),
			TerminationMessagePolicy: corev1.TerminationMessageFallbackToLogsOnError,
		}},
	}
	if o.Spot {
		spec.Affinity, spec.Tolerations = spot()
	}
	return spec
}

// literal keeps Kubernetes from reading $(NAME) in a text as a variable.
func literal(text string) string { return strings.ReplaceAll(text, "$", "$$") }

// needs are the resources of an element, all ranks of which run in its pod. What it asks
// for is also its limit: no element has to share with another.
func needs(n batch.Resources, gpu string) corev1.ResourceRequirements {
	list := corev1.ResourceList{}
	if n.Threads > 0 {
		list[corev1.ResourceCPU] = *resource.NewQuantity(int64(n.Threads)*int64(max(1, n.Ranks)), resource.DecimalSI)
	}
	if n.Memory > 0 {
		list[corev1.ResourceMemory] = *resource.NewQuantity(n.Memory, resource.BinarySI)
	}
	if n.GPUs > 0 {
		list[corev1.ResourceName(gpu)] = *resource.NewQuantity(int64(n.GPUs), resource.DecimalSI)
	}
	return corev1.ResourceRequirements{Requests: list, Limits: list}
}
