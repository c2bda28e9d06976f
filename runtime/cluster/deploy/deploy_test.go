//go:build linux

package deploy_test

import (
	"bytes"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/courant-pde/courant/runtime/cluster/batch/kubernetes"
	"github.com/courant-pde/courant/runtime/cluster/batch/kubernetes/kubernetestest"
	"github.com/courant-pde/courant/runtime/cluster/deploy"
)

var schemes = map[string]string{"kubernetes": "s3", "aws": "s3", "azure": "azblob", "gcp": "gs"}

// options do for a target.
func options(target string) deploy.Options {
	return deploy.Options{Name: "surveys", Image: "registry.example/courant:1", Store: schemes[target] + "://bucket/line-7", Region: "west", Project: "project", Every: 5 * time.Minute}
}

func text(t *testing.T, target string, o deploy.Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := deploy.Write(&b, target, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// objects are those of manifests.
func objects(t *testing.T, o deploy.Options) []*unstructured.Unstructured {
	t.Helper()
	var out []*unstructured.Unstructured
	for _, part := range bytes.Split(text(t, "kubernetes", o), []byte("---\n"))[1:] {
		x := &unstructured.Unstructured{}
		if err := yaml.UnmarshalStrict(part, &x.Object); err != nil {
			t.Fatal(err)
		}
		out = append(out, x)
	}
	return out
}

// The document, the program and the manifest state the same rights.
func TestRights(t *testing.T) {
	page, err := os.ReadFile("../../../docs/kubernetes.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n")
	shown, _, _ := strings.Cut(rest, "```")
	role := &rbacv1.Role{}
	if err := yaml.UnmarshalStrict([]byte(shown), role); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(role.Rules, kubernetes.Rules()) {
		t.Errorf("docs/kubernetes.md has\n%v\nand the program\n%v", role.Rules, kubernetes.Rules())
	}
	found := false
	for _, x := range objects(t, options("kubernetes")) {
		if x.GetKind() != "Role" {
			continue
		}
		found = true
		text, err := yaml.Marshal(x.Object)
		if err != nil {
			t.Fatal(err)
		}
		printed := &rbacv1.Role{}
		if err := yaml.Unmarshal(text, printed); err != nil || !reflect.DeepEqual(printed.Rules, kubernetes.Rules()) {
			t.Errorf("the manifest has\n%v (%v)", printed.Rules, err)
		}
	}
	if !found {
		t.Error("the manifests have no Role")
	}
}

// A real server takes the manifests as they are, without a field that it does not know.
func TestServerTakesManifests(t *testing.T) {
	c := kubernetestest.Start(t)
	o := options("kubernetes")
	o.User, o.LocalStore = "me", true
	kinds := c.Apply(t, string(text(t, "kubernetes", o)), true)
	for _, kind := range []string{"Namespace", "ServiceAccount", "Secret", "Service", "PersistentVolumeClaim", "Role", "RoleBinding", "CronJob", "Deployment"} {
		if kinds[kind] != 1 {
			t.Errorf("%d objects are a %s", kinds[kind], kind)
		}
	}
}

// A secret is named only where there is one, and keys are no constants.
func TestSecrets(t *testing.T) {
	o := options("kubernetes")
	if strings.Contains(string(text(t, "kubernetes", o)), "secretRef") {
		t.Error("without a secret the function asks for one")
	}
	if o.Secret = "keys"; !strings.Contains(string(text(t, "kubernetes", o)), "name: keys") {
		t.Error("the secret is not used")
	}
	o.LocalStore = true
	if a, b := text(t, "kubernetes", o), text(t, "kubernetes", o); bytes.Equal(a, b) {
		t.Error("two servers have the same keys")
	}
}

// Terraform's own parser reads each file, and what an expression names is there. The
// schemas of resources are their providers', and are not checked.
func TestTerraform(t *testing.T) {
	for _, target := range []string{"aws", "azure", "gcp"} {
		o := options(target)
		o.Image = `registry.example/"quoted" ${var.none}` // is a text, whatever is in it
		f, faults := hclsyntax.ParseConfig(text(t, target, o), target+".tf", hcl.InitialPos)
		if faults.HasErrors() {
			t.Errorf("%s: %v", target, faults)
			continue
		}
		body := f.Body.(*hclsyntax.Body)
		there := map[string]bool{}
		for _, b := range body.Blocks {
			switch b.Type {
			case "variable":
				there["var."+b.Labels[0]] = true
				if b.Labels[0] == "image" {
					v, faults := b.Body.Attributes["default"].Expr.Value(nil)
					if faults.HasErrors() || v.AsString() != o.Image {
						t.Errorf("%s: the image became %v, %v", target, v, faults)
					}
				}
			case "resource":
				there[b.Labels[0]+"."+b.Labels[1]] = true
			case "data":
				there["data."+b.Labels[0]+"."+b.Labels[1]] = true
			case "locals":
				for name := range b.Body.Attributes {
					there["local."+name] = true
				}
			}
		}
		used := map[string]bool{}
		names := 0
		_ = hclsyntax.VisitAll(body, func(n hclsyntax.Node) hcl.Diagnostics {
			x, ok := n.(*hclsyntax.ScopeTraversalExpr)
			if !ok {
				return nil
			}
			path := words(x.Traversal)
			length := map[string]int{"data": 3}[path[0]]
			if length == 0 {
				length = 2
			}
			if path[0] == "each" || path[0] == "pair" || len(path) < length {
				return nil // words of the language, such as the type string
			}
			name := strings.Join(path[:length], ".")
			used[name] = true
			if names++; !there[name] {
				t.Errorf("%s:%d: there is no %s", target, x.SrcRange.Start.Line, name)
			}
			return nil
		})
		if names < 20 {
			t.Errorf("%s: only %d names were found", target, names)
		}
		for name := range there {
			if strings.HasPrefix(name, "var.") && !used[name] {
				t.Errorf("%s: %s is used nowhere", target, name)
			}
		}
		if !strings.Contains(string(text(t, target, options(target))), `"function", "--all", var.store`) {
			t.Errorf("%s: nothing looks after runs", target)
		}
	}
}

func words(path hcl.Traversal) []string {
	var out []string
	for _, step := range path {
		switch s := step.(type) {
		case hcl.TraverseRoot:
			out = append(out, s.Name)
		case hcl.TraverseAttr:
			out = append(out, s.Name)
		}
	}
	return out
}

func TestRefused(t *testing.T) {
	if !slices.Equal(deploy.Targets(), []string{"aws", "azure", "gcp", "kubernetes"}) {
		t.Errorf("targets %q", deploy.Targets())
	}
	for _, v := range []struct {
		target string
		change func(o *deploy.Options)
		want   string
	}{
		{"ibm", func(*deploy.Options) {}, "there are aws, azure, gcp, kubernetes"},
		{"aws", func(o *deploy.Options) { o.Store = "gs://bucket" }, "the store of aws is s3://"},
		{"kubernetes", func(o *deploy.Options) { o.Store = "/folder" }, "see no folder"},
		{"kubernetes", func(o *deploy.Options) { o.Store, o.LocalStore = "gs://bucket", true }, "speaks S3"},
		{"azure", func(o *deploy.Options) { o.Region = "" }, "give the region"},
		{"gcp", func(o *deploy.Options) { o.Project = "" }, "give the project"},
		{"aws", func(o *deploy.Options) { o.Image = "" }, "give the image"},
		{"aws", func(o *deploy.Options) { o.Every = 7 * time.Minute }, "every 7m0s"},
		{"aws", func(o *deploy.Options) { o.Name = "A name" }, `"A name" is not possible`},
	} {
		o := options(v.target)
		v.change(&o)
		if err := deploy.Write(&bytes.Buffer{}, v.target, o); err == nil || !strings.Contains(err.Error(), v.want) {
			t.Errorf("want %q, got %v", v.want, err)
		}
	}
}
