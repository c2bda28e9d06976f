package deploy

import (
	"crypto/rand"
	"fmt"
	"io"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/yaml"

	"github.com/courant-pde/courant/runtime/cluster/batch/kubernetes"
)

// writeKubernetes writes manifests: a namespace of the name, a service account with the
// rights of kubernetes.Rules, and a function that is called by the clock.
func writeKubernetes(w io.Writer, o Options) error {
	objects := []runtime.Object{o.namespace(), o.account(), o.role(), o.binding()}
	if o.LocalStore {
		if o.Secret == "" {
			o.Secret = storeName
		}
		objects = append(objects, o.server()...)
	}
	objects = append(objects, o.timer())
	for _, x := range objects {
		text, err := manifest(x)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "---\n%s", text); err != nil {
			return err
		}
	}
	return nil
}

// manifest is an object as text, without what only the server sets.
func manifest(x runtime.Object) ([]byte, error) {
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(x)
	if err != nil {
		return nil, err
	}
	delete(fields, "status")
	return yaml.Marshal(fields)
}

func kind(version, kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: version, Kind: kind}
}

func (o Options) meta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Namespace: o.Name, Labels: map[string]string{"app.kubernetes.io/name": "courant", "app.kubernetes.io/managed-by": "courant"}}
}

func (o Options) namespace() *corev1.Namespace {
	m := o.meta(o.Name)
	m.Namespace = ""
	m.Labels["pod-security.kubernetes.io/enforce"] = "baseline" // no pod gets more of its node than processor and memory
	return &corev1.Namespace{TypeMeta: kind("v1", "Namespace"), ObjectMeta: m}
}

// accountName is whom workers are that submit arrays.
const accountName = "courant"

func (o Options) account() *corev1.ServiceAccount {
	return &corev1.ServiceAccount{TypeMeta: kind("v1", "ServiceAccount"), ObjectMeta: o.meta(accountName), AutomountServiceAccountToken: new(false)}
}

func (o Options) role() *rbacv1.Role {
	return &rbacv1.Role{TypeMeta: kind("rbac.authorization.k8s.io/v1", "Role"), ObjectMeta: o.meta(accountName), Rules: kubernetes.Rules()}
}

func (o Options) binding() *rbacv1.RoleBinding {
	b := &rbacv1.RoleBinding{
		TypeMeta: kind("rbac.authorization.k8s.io/v1", "RoleBinding"), ObjectMeta: o.meta(accountName),
		RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: accountName},
		Subjects: []rbacv1.Subject{{Kind: "ServiceAccount", Name: accountName, Namespace: o.Name}},
	}
	if o.User != "" {
		b.Subjects = append(b.Subjects, rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: "User", Name: o.User})
	}
	return b
}

// secret is where a container gets variables from.
func (o Options) secret() []corev1.EnvFromSource {
	if o.Secret == "" {
		return nil
	}
	return []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: o.Secret}}}}
}

// confined is a container that can write nothing but /tmp, and become nobody else.
func confined() *corev1.SecurityContext {
	return &corev1.SecurityContext{
		RunAsNonRoot: new(true), AllowPrivilegeEscalation: new(false), ReadOnlyRootFilesystem: new(true),
		Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}}, SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
	}
}

// timer calls the function: one at a time, and never for longer than ten minutes.
func (o Options) timer() *batchv1.CronJob {
	command := o.function()
	return &batchv1.CronJob{
		TypeMeta: kind("batch/v1", "CronJob"), ObjectMeta: o.meta("courant-function"),
		Spec: batchv1.CronJobSpec{
			Schedule: fmt.Sprintf("*/%d * * * *", int(o.Every.Minutes())), ConcurrencyPolicy: batchv1.ForbidConcurrent,
			SuccessfulJobsHistoryLimit: new(int32(1)), FailedJobsHistoryLimit: new(int32(3)),
			JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{
				BackoffLimit: new(int32(0)), ActiveDeadlineSeconds: new(int64(600)), TTLSecondsAfterFinished: new(int32(86400)),
				Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
					RestartPolicy: corev1.RestartPolicyNever, ServiceAccountName: accountName, AutomountServiceAccountToken: new(true),
					Containers: []corev1.Container{{
						Name: "courant", Image: o.Image, Command: command[:1], Args: command[1:],
						Env: []corev1.EnvVar{{Name: "HOME", Value: "/tmp"}}, EnvFrom: o.secret(),
						Resources: corev1.ResourceRequirements{
							Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("100m"), corev1.ResourceMemory: resource.MustParse("256Mi")},
							Limits:   corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("2Gi")},
						},
						SecurityContext: confined(),
						VolumeMounts:    []corev1.VolumeMount{{Name: "tmp", MountPath: "/tmp"}},
					}},
					Volumes: []corev1.Volume{{Name: "tmp", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}},
				}},
			}},
		},
	}
}

// The server of a store in the cluster, which speaks S3 and knows conditional writes.
const (
	storeName  = "store"
	storeImage = "versity/versitygw:v1.8.0"
	storePort  = 7070
	// storeRegion is what the server calls its place; clients have to say the same.
	storeRegion = "us-east-1"
)

// server is a store for trying things out: one pod on one volume, with keys made up now.
func (o Options) server() []runtime.Object {
	labels := map[string]string{"app.kubernetes.io/name": "courant-store"}
	access, key := rand.Text(), rand.Text()+rand.Text()
	from := func(variable, key string) corev1.EnvVar {
		return corev1.EnvVar{Name: variable, ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: o.Secret}, Key: key}}}
	}
	// The volume is the bucket: folders are buckets there.
	mount := "/data/" + o.bucket()
	return []runtime.Object{
		&corev1.Secret{TypeMeta: kind("v1", "Secret"), ObjectMeta: o.meta(o.Secret), StringData: map[string]string{
			"AWS_ACCESS_KEY_ID": access, "AWS_SECRET_ACCESS_KEY": key, "AWS_REGION": storeRegion,
			"AWS_ENDPOINT_URL": fmt.Sprintf("http://%s.%s:%d", storeName, o.Name, storePort),
		}},
		&corev1.PersistentVolumeClaim{TypeMeta: kind("v1", "PersistentVolumeClaim"), ObjectMeta: o.meta(storeName), Spec: corev1.PersistentVolumeClaimSpec{
			AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
			Resources:   corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("10Gi")}},
		}},
		&corev1.Service{TypeMeta: kind("v1", "Service"), ObjectMeta: o.meta(storeName), Spec: corev1.ServiceSpec{
			Selector: labels, Ports: []corev1.ServicePort{{Port: storePort, TargetPort: intstr.FromInt32(storePort)}},
		}},
		&appsv1.Deployment{TypeMeta: kind("apps/v1", "Deployment"), ObjectMeta: o.meta(storeName), Spec: appsv1.DeploymentSpec{
			Replicas: new(int32(1)), Selector: &metav1.LabelSelector{MatchLabels: labels},
			Strategy: appsv1.DeploymentStrategy{Type: appsv1.RecreateDeploymentStrategyType}, // two on one volume would not know of each other
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: corev1.PodSpec{
				AutomountServiceAccountToken: new(false),
				Containers: []corev1.Container{{
					Name: "store", Image: storeImage, Command: []string{"versitygw"}, Args: []string{"posix", "/data"},
					Env:            []corev1.EnvVar{from("ROOT_ACCESS_KEY", "AWS_ACCESS_KEY_ID"), from("ROOT_SECRET_KEY", "AWS_SECRET_ACCESS_KEY"), {Name: "VGW_PORT", Value: fmt.Sprintf(":%d", storePort)}},
					Ports:          []corev1.ContainerPort{{ContainerPort: storePort}},
					ReadinessProbe: &corev1.Probe{ProbeHandler: corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(storePort)}}},
					VolumeMounts:   []corev1.VolumeMount{{Name: "data", MountPath: mount}},
				}},
				Volumes: []corev1.Volume{{Name: "data", VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: storeName}}}},
			}},
		}},
	}
}
