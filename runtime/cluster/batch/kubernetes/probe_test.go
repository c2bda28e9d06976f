//go:build linux

package kubernetes_test

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/batch/kubernetes"
	"github.com/courant-pde/courant/runtime/cluster/batch/kubernetes/kubernetestest"
)

// A probe tells each right that is missing, submits nothing, and is content with the Rules.
func TestProbe(t *testing.T) {
	c := kubernetestest.Start(t, "somebody")
	ctx := t.Context()
	probe := func(namespace string) ([]string, error) {
		s, err := kubernetes.New(kubernetes.Options{Image: "courant", Kubeconfig: c.Kubeconfig(t, "somebody", namespace)})
		if err != nil {
			t.Fatal(err)
		}
		var p batch.Prober = s
		return p.Probe(ctx, batch.Array{Name: "courant-probe", Size: 1})
	}
	_, err := probe("default")
	if err == nil {
		t.Fatal("nothing is missing for somebody without rights")
	}
	for _, r := range kubernetes.Rules() {
		for _, verb := range r.Verbs {
			if want := "we may not " + verb + " " + r.Resources[0]; !strings.Contains(err.Error(), want) {
				t.Errorf("it does not say %q:\n%v", want, err)
			}
		}
	}
	role := &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Name: "courant"}, Rules: kubernetes.Rules()}
	if _, err := c.Client.RbacV1().Roles("default").Create(ctx, role, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	binding := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "courant"}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "courant"},
		Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "User", Name: "somebody"}},
	}
	if _, err := c.Client.RbacV1().RoleBindings("default").Create(ctx, binding, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	var notes []string
	for start := time.Now(); time.Since(start) < 20*time.Second; time.Sleep(100 * time.Millisecond) { // until the server has heard of the rights
		if notes, err = probe("default"); err == nil {
			break
		}
	}
	if err != nil || !strings.Contains(strings.Join(notes, ""), "not ours to see") {
		t.Errorf("with the rules: %q, %v", notes, err)
	}
	// Quotas are told to those who may see them.
	role.Rules = append(role.Rules, rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"resourcequotas"}, Verbs: []string{"list"}})
	if _, err := c.Client.RbacV1().Roles("default").Update(ctx, role, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	quota := &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Name: "team"}, Spec: corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{"pods": resource.MustParse("7")}}}
	if _, err := c.Client.CoreV1().ResourceQuotas("default").Create(ctx, quota, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	for start := time.Now(); time.Since(start) < 20*time.Second; time.Sleep(100 * time.Millisecond) {
		if notes, err = probe("default"); strings.Join(notes, "") == "quota team: pods 0 of 7" {
			break
		}
	}
	if err != nil || strings.Join(notes, "") != "quota team: pods 0 of 7" {
		t.Errorf("with a quota: %q, %v", notes, err)
	}
	if jobs, err := c.Client.BatchV1().Jobs("default").List(ctx, metav1.ListOptions{}); err != nil || len(jobs.Items) > 0 {
		t.Errorf("a probe left %d jobs, %v", len(jobs.Items), err)
	}
}
