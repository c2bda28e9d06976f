package kubernetes

import (
	"bytes"
	"errors"
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// Deployment says what a namespace is made for.
type Deployment struct {
	Namespace string // "" for courant
	// Image is that of the timer that looks after runs which nobody drives, and Store the
	// name of their store; "" for no timer.
	Image, Store string
	// Secret is the name of a secret of the namespace with the keys of the store, for the
	// timer; "" for none.
	Secret string
	// User submits from outside of the cluster; "" for nobody.
	User string
}

// Account is the service account of workers of runs that nobody drives.
const Account = "courant"

// Manifests are what a cluster needs, for kubectl apply: a namespace, a service account
// for workers that submit, a Role with no more than Rules, its bindings, and a CronJob that
// calls courant function every five minutes.
func Manifests(d Deployment) ([]byte, error) {
	if d.Namespace == "" {
		d.Namespace = "courant"
	}
	if (d.Image == "") != (d.Store == "") {
		return nil, errors.New("the timer needs both: the image with the program, and the store that it looks after")
	}
	about := func(name string) metav1.ObjectMeta {
		return metav1.ObjectMeta{Name: name, Namespace: d.Namespace, Labels: map[string]string{"app.kubernetes.io/name": "courant"}}
	}
	kind := func(version, kind string) metav1.TypeMeta { return metav1.TypeMeta{APIVersion: version, Kind: kind} }
	whole := about(d.Namespace)
	whole.Namespace = ""
	subjects := []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Name: Account, Namespace: d.Namespace}}
	if d.User != "" {
		subjects = append(subjects, rbacv1.Subject{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: d.User})
	}
	all := []any{
		&corev1.Namespace{TypeMeta: kind("v1", "Namespace"), ObjectMeta: whole},
		&corev1.ServiceAccount{TypeMeta: kind("v1", "ServiceAccount"), ObjectMeta: about(Account), AutomountServiceAccountToken: new(false)},
		&rbacv1.Role{TypeMeta: kind("rbac.authorization.k8s.io/v1", "Role"), ObjectMeta: about("courant"), Rules: Rules()},
		&rbacv1.RoleBinding{
			TypeMeta: kind("rbac.authorization.k8s.io/v1", "RoleBinding"), ObjectMeta: about("courant"), Subjects: subjects,
			RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "courant"},
		},
	}
	if d.Store != "" {
		container := corev1.Container{Name: "courant", Image: d.Image, Command: []string{"courant", "function", "--all", d.Store}}
		if d.Secret != "" {
			container.EnvFrom = []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: d.Secret}}}}
		}
		all = append(all, &batchv1.CronJob{
			TypeMeta: kind("batch/v1", "CronJob"), ObjectMeta: about("courant"),
			Spec: batchv1.CronJobSpec{
				Schedule: "*/5 * * * *", ConcurrencyPolicy: batchv1.ForbidConcurrent,
				JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{
					BackoffLimit: new(int32(1)), TTLSecondsAfterFinished: new(int32(3600)),
					Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
						ServiceAccountName: Account, AutomountServiceAccountToken: new(true),
						RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{container},
					}},
				}},
			},
		})
	}
	var out bytes.Buffer
	for i, o := range all {
		text, err := yaml.Marshal(o)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			fmt.Fprintln(&out, "---")
		}
		// Types of Kubernetes write a status that nobody has yet.
		for line := range bytes.Lines(text) {
			if !bytes.HasPrefix(line, []byte("status: {}")) {
				out.Write(line)
			}
		}
	}
	return out.Bytes(), nil
}
