//go:build linux

package kubernetestest

import (
	"bytes"
	"path/filepath"
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/yaml"
)

// Apply creates the objects of manifests, which begin with --- each, as Admin; a field that
// the server does not know is an error. On trial the server only says whether it would,
// but for namespaces. It gives how many objects there are of each kind.
func (c *Cluster) Apply(t testing.TB, manifests string, trial bool) (kinds map[string]int) {
	t.Helper()
	groups, err := restmapper.GetAPIGroupResources(c.Client.Discovery())
	if err != nil {
		t.Fatal(err)
	}
	mapper := restmapper.NewDiscoveryRESTMapper(groups)
	client, err := dynamic.NewForConfig(c.config)
	if err != nil {
		t.Fatal(err)
	}
	kinds = map[string]int{}
	for _, part := range bytes.Split([]byte(manifests), []byte("---\n"))[1:] {
		x := &unstructured.Unstructured{}
		if err := yaml.UnmarshalStrict(part, &x.Object); err != nil {
			t.Fatalf("%v\n%s", err, part)
		}
		kinds[x.GetKind()]++
		kind := x.GroupVersionKind()
		at, err := mapper.RESTMapping(kind.GroupKind(), kind.Version)
		if err != nil {
			t.Fatal(err)
		}
		how := metav1.CreateOptions{FieldValidation: metav1.FieldValidationStrict}
		var to dynamic.ResourceInterface = client.Resource(at.Resource)
		if at.Scope.Name() == meta.RESTScopeNameNamespace {
			if to = client.Resource(at.Resource).Namespace(x.GetNamespace()); trial {
				how.DryRun = []string{metav1.DryRunAll}
			}
		}
		if _, err := to.Create(t.Context(), x, how); err != nil && !apierrors.IsAlreadyExists(err) {
			t.Errorf("%s %s: %v", x.GetKind(), x.GetName(), err)
		}
	}
	return kinds
}

// Account writes how a service account reaches its namespace, and returns the file.
func (c *Cluster) Account(t testing.TB, namespace, name string) string {
	t.Helper()
	token, err := c.Client.CoreV1().ServiceAccounts(namespace).CreateToken(t.Context(), name, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	config := clientcmdapi.NewConfig()
	config.Clusters["test"] = &clientcmdapi.Cluster{Server: c.config.Host, InsecureSkipTLSVerify: true}
	config.AuthInfos[name] = &clientcmdapi.AuthInfo{Token: token.Status.Token}
	config.Contexts["test"] = &clientcmdapi.Context{Cluster: "test", AuthInfo: name, Namespace: namespace}
	config.CurrentContext = "test"
	path := filepath.Join(c.folder, "account-"+name)
	if err := clientcmd.WriteToFile(*config, path); err != nil {
		t.Fatal(err)
	}
	return path
}
