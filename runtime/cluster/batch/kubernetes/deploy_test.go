package kubernetes_test

import (
	"os"
	"reflect"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/yaml"

	"github.com/courant-pde/courant/runtime/cluster/batch/kubernetes"
	"github.com/courant-pde/courant/runtime/cluster/batch/kubernetes/kubernetestest"
)

// The Role that the documentation shows is the one that the manifests have.
func TestRoleOfTheDocumentation(t *testing.T) {
	page, err := os.ReadFile("../../../../docs/kubernetes.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(page), "```yaml\n")
	text, _, _ = strings.Cut(text, "```")
	role := &rbacv1.Role{}
	if err := yaml.UnmarshalStrict([]byte(text), role); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(role.Rules, kubernetes.Rules()) {
		t.Errorf("the page has %+v\nthe manifests %+v", role.Rules, kubernetes.Rules())
	}
}

// A real control plane takes the manifests.
func TestManifests(t *testing.T) {
	if _, err := kubernetes.Manifests(kubernetes.Deployment{Store: "s3://a"}); err == nil {
		t.Error("a timer without an image")
	}
	c := kubernetestest.Start(t)
	config, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig(t, kubernetestest.Admin, "default"))
	if err != nil {
		t.Fatal(err)
	}
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	text, err := kubernetes.Manifests(kubernetes.Deployment{Namespace: "surveys", Image: "courant", Store: "s3://bucket", Secret: "keys", User: "somebody"})
	if err != nil {
		t.Fatal(err)
	}
	kinds := 0
	for _, document := range strings.Split(string(text), "---\n") {
		o := &unstructured.Unstructured{}
		if err := yaml.UnmarshalStrict([]byte(document), &o.Object); err != nil {
			t.Fatal(err)
		}
		v := o.GroupVersionKind()
		r := client.Resource(schema.GroupVersionResource{Group: v.Group, Version: v.Version, Resource: strings.ToLower(v.Kind) + "s"})
		if v.Kind == "Namespace" {
			_, err = r.Create(t.Context(), o, metav1.CreateOptions{FieldValidation: "Strict"})
		} else {
			_, err = r.Namespace(o.GetNamespace()).Create(t.Context(), o, metav1.CreateOptions{FieldValidation: "Strict"})
		}
		if err != nil {
			t.Errorf("%s: %v\n%s", v.Kind, err, document)
		}
		kinds++
	}
	if kinds != 5 {
		t.Errorf("%d documents", kinds)
	}
	if _, err := c.Client.CoreV1().ServiceAccounts("surveys").Get(t.Context(), kubernetes.Account, metav1.GetOptions{}); err != nil {
		t.Error(err)
	}
}
