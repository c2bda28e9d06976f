//go:build linux

package kubernetes_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/batch/kubernetes"
	"github.com/courant-pde/courant/runtime/cluster/batch/kubernetes/kubernetestest"
	"github.com/courant-pde/courant/runtime/cluster/batch/systemtest"
)

// This program is its own worker when it is told so.
func TestMain(m *testing.M) {
	systemtest.Main()
	if folder := os.Getenv(folderVariable); folder != "" {
		os.Exit(work(folder, os.Args[1:]))
	}
	os.Exit(m.Run())
}

const folderVariable = "COURANT_KUBERNETES_TEST"

// work is an element that notes in a folder that it begins, and when it is begun for the
// first time follows the order of its index: hang, leave, which is to hang until it may
// leave, or the exit code with which it ends. Otherwise it ends well.
func work(folder string, orders []string) int {
	_, index, _, err := batch.Element()
	if err != nil || index >= len(orders) {
		fmt.Fprintln(os.Stderr, "no order", err)
		return 1
	}
	told := make(chan os.Signal, 1)
	if orders[index] == "leave" {
		signal.Notify(told, syscall.SIGTERM)
	}
	begun := beginnings(folder, index)
	if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%d-%d", index, begun)), []byte(strings.Join(os.Environ(), "\n")), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	var code int
	switch n, _ := fmt.Sscan(orders[index], &code); {
	case n == 1:
		fmt.Println("it ends with", code)
		return code
	case begun > 0:
	case orders[index] == "hang":
		time.Sleep(5 * time.Minute)
	case orders[index] == "leave":
		<-told
		return batch.Leaving
	}
	return 0
}

// beginnings is how often an element has begun.
func beginnings(folder string, index int) int {
	all, _ := filepath.Glob(filepath.Join(folder, fmt.Sprintf("%d-*", index)))
	return len(all)
}

const namespace = "surveys"

// cluster is one whose nodes with the label runs=processes run this program.
type cluster struct{ *kubernetestest.Cluster }

// TestKubernetes tests arrays with a real control plane. Its user has the rights that
// the documentation asks for.
func TestKubernetes(t *testing.T) {
	c := cluster{kubernetestest.Start(t, "courant", "stranger")}
	c.Join(t, &kubernetestest.Kubelet{Name: "steady"}, 64, map[string]string{"runs": "processes"})
	c.namespace(t, namespace)

	t.Run("conformance", func(t *testing.T) { systemtest.Run(t, c.system(t, kubernetes.Options{}), true) })
	t.Run("all at once", func(t *testing.T) {
		for name, test := range map[string]func(*testing.T){
			"without a right it says which":                         c.noRight,
			"an element that is told to leave is begun again":       c.deleted,
			"an element that is evicted is begun again":             c.evicted,
			"elements of a node that is taken away are begun again": c.left,
			"elements of a node that has vanished are begun again":  c.vanished,
			"a worker that fails for good is not begun again":       c.permanent,
			"a worker that dies too often harms nobody":             c.dies,
			"one element is cancelled":                              c.cancelled,
			"what is written for a worker reaches it":               c.environment,
			"spot nodes":                            c.spot,
			"elements for which there is no node":   c.unschedulable,
			"elements whose image is missing":       c.noImage,
			"elements whose secret is missing":      c.noSecret,
			"a job that gets no pods":               c.noPods,
			"what is over is removed after a while": c.kept,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t)
			})
		}
	})
}

// namespace makes one in which the user courant has the Role of the documentation.
func (c cluster) namespace(t *testing.T, name string) {
	t.Helper()
	if _, err := c.Client.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../../../docs/kubernetes.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(page), "```yaml\n")
	text, _, _ = strings.Cut(text, "```")
	role := &rbacv1.Role{}
	if err := yaml.UnmarshalStrict([]byte(text), role); err != nil {
		t.Fatalf("the Role of docs/kubernetes.md: %v", err)
	}
	if _, err := c.Client.RbacV1().Roles(name).Create(t.Context(), role, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	binding := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "courant"}, RoleRef: rbacv1.RoleRef{Kind: "Role", Name: role.Name},
		Subjects: []rbacv1.Subject{{Kind: "User", Name: "courant"}},
	}
	if _, err := c.Client.RbacV1().RoleBindings(name).Create(t.Context(), binding, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	// Without its default service account a namespace gets no pods.
	c.until(t, "the service account", func() bool {
		_, err := c.Client.CoreV1().ServiceAccounts(name).Get(t.Context(), "default", metav1.GetOptions{})
		return err == nil
	})
}

// system is one with options, whose elements are this program.
func (c cluster) system(t *testing.T, o kubernetes.Options) *kubernetes.System {
	t.Helper()
	if o.Kubeconfig == "" {
		o.Kubeconfig = c.Kubeconfig(t, "courant", namespace)
	}
	if o.Image == "" {
		o.Image = "courant"
	}
	if o.NodeSelector == nil && !o.Spot {
		o.NodeSelector = map[string]string{"runs": "processes"}
	}
	program, err := filepath.Abs(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	o.Command = []string{program}
	s, err := kubernetes.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// array submits one whose elements follow orders, in a folder of their own.
func (c cluster) array(t *testing.T, s *kubernetes.System, attempts int, orders ...string) (batch.Array, string) {
	t.Helper()
	folder := t.TempDir()
	a := batch.Array{
		Name: name(), Size: len(orders), Attempts: attempts, Needs: batch.Resources{Threads: 1},
		Arguments: orders, Environment: map[string]string{folderVariable: folder, batch.ArrayVariable: "any"},
	}
	return submit(t, s, a), folder
}

func submit(t *testing.T, s *kubernetes.System, a batch.Array) batch.Array {
	t.Helper()
	var err error
	if a.ID, err = s.Submit(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	return a
}

func name() string { return fmt.Sprintf("courant-%d", time.Now().UnixNano()) }

// until waits until something is so.
func (c cluster) until(t *testing.T, what string, so func() bool) {
	t.Helper()
	for start := time.Now(); !so(); time.Sleep(200 * time.Millisecond) {
		if time.Since(start) > 3*time.Minute {
			t.Fatalf("%s: not within 3 min", what)
		}
	}
}

// begun waits until an element has begun so often.
func (c cluster) begun(t *testing.T, folder string, index, n int) {
	t.Helper()
	c.until(t, fmt.Sprintf("element %d begins %d times", index, n), func() bool { return beginnings(folder, index) >= n })
}

// ended waits until elements have ended, and compares how.
func (c cluster) ended(t *testing.T, s *kubernetes.System, a batch.Array, want map[int]string) {
	t.Helper()
	var last string
	defer func() {
		if t.Failed() {
			t.Log("ended:", last)
		}
	}()
	c.until(t, "the elements end", func() bool {
		ended, err := s.Ended(t.Context(), a)
		last = fmt.Sprint(ended, err)
		return err == nil && last == fmt.Sprint(want, nil)
	})
}

// pod is that of an element which runs or waits.
func (c cluster) pod(t *testing.T, a batch.Array, index int) corev1.Pod {
	t.Helper()
	var found corev1.Pod
	c.until(t, "the element has a pod", func() bool {
		list, err := c.Client.CoreV1().Pods(namespace).List(t.Context(), metav1.ListOptions{LabelSelector: fmt.Sprintf("job-name=%s,batch.kubernetes.io/job-completion-index=%d", a.ID, index)})
		if err != nil {
			return false
		}
		for _, p := range list.Items {
			if p.Status.Phase == corev1.PodRunning || p.Status.Phase == corev1.PodPending {
				found = p
				return true
			}
		}
		return false
	})
	return found
}

func (c cluster) noRight(t *testing.T) {
	s := c.system(t, kubernetes.Options{Kubeconfig: c.Kubeconfig(t, "stranger", namespace)})
	a := batch.Array{Name: name(), ID: "courant-x", Size: 1}
	_, err := s.Submit(t.Context(), a)
	if err == nil || !errors.Is(err, batch.ErrPermanent) || !strings.Contains(err.Error(), "we may not create jobs") {
		t.Errorf("%v", err)
	}
	if _, err := s.Ended(t.Context(), a); err == nil || !strings.Contains(err.Error(), "we may not get jobs") {
		t.Errorf("%v", err)
	}
	if err := s.Cancel(t.Context(), a, 0); err == nil || !strings.Contains(err.Error(), "we may not list pods") {
		t.Errorf("%v", err)
	}
	if err := s.Forget(t.Context(), a); err == nil || !strings.Contains(err.Error(), "we may not delete jobs") {
		t.Errorf("%v", err)
	}
	nobody := c.system(t, kubernetes.Options{Kubeconfig: c.Kubeconfig(t, "nobody", namespace)})
	if _, err := nobody.Submit(t.Context(), a); err == nil || !errors.Is(err, batch.ErrPermanent) || !strings.Contains(err.Error(), "log in") {
		t.Errorf("%v", err)
	}
	// The administrator may make jobs, where there is a namespace.
	nowhere := c.system(t, kubernetes.Options{Kubeconfig: c.Kubeconfig(t, kubernetestest.Admin, "nowhere")})
	if _, err := nowhere.Submit(t.Context(), a); err == nil || !errors.Is(err, batch.ErrPermanent) || !strings.Contains(err.Error(), "no such namespace") {
		t.Errorf("%v", err)
	}
	if _, err := c.system(t, kubernetes.Options{}).Submit(t.Context(), batch.Array{Name: "NOT A NAME", Size: 1}); err == nil || !errors.Is(err, batch.ErrPermanent) || !strings.Contains(err.Error(), "refused") {
		t.Errorf("%v", err)
	}
}

func (c cluster) deleted(t *testing.T) {
	s := c.system(t, kubernetes.Options{})
	a, folder := c.array(t, s, 1, "leave")
	c.begun(t, folder, 0, 1)
	if err := c.Client.CoreV1().Pods(namespace).Delete(t.Context(), c.pod(t, a, 0).Name, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	c.begun(t, folder, 0, 2)
	c.ended(t, s, a, map[int]string{0: "completed"})
}

func (c cluster) evicted(t *testing.T) {
	s := c.system(t, kubernetes.Options{})
	a, folder := c.array(t, s, 1, "hang")
	c.begun(t, folder, 0, 1)
	eviction := &policyv1.Eviction{ObjectMeta: metav1.ObjectMeta{Name: c.pod(t, a, 0).Name, Namespace: namespace}}
	if err := c.Client.CoreV1().Pods(namespace).EvictV1(t.Context(), eviction); err != nil {
		t.Fatal(err)
	}
	c.begun(t, folder, 0, 2)
	c.ended(t, s, a, map[int]string{0: "completed"})
}

// moved has an element begin on one node, and after an event on another.
func (c cluster) moved(t *testing.T, label, order string, event func(k *kubernetestest.Kubelet)) {
	here := map[string]string{"runs": label}
	first := &kubernetestest.Kubelet{Name: label + "-1"}
	c.Join(t, first, 4, here)
	s := c.system(t, kubernetes.Options{NodeSelector: here})
	a, folder := c.array(t, s, 1, order)
	c.begun(t, folder, 0, 1)
	event(first)
	c.Join(t, &kubernetestest.Kubelet{Name: label + "-2"}, 4, here)
	c.begun(t, folder, 0, 2)
	c.ended(t, s, a, map[int]string{0: "completed"})
	list, err := c.Client.CoreV1().Pods(namespace).List(t.Context(), metav1.ListOptions{LabelSelector: "job-name=" + a.ID, FieldSelector: "status.phase=Succeeded"})
	if err != nil || len(list.Items) != 1 || list.Items[0].Spec.NodeName != label+"-2" {
		t.Errorf("%v, %v", list.Items, err)
	}
}

func (c cluster) left(t *testing.T) {
	c.moved(t, "leaving", "hang", func(k *kubernetestest.Kubelet) { k.Leave(time.Second) })
}

func (c cluster) vanished(t *testing.T) {
	c.moved(t, "vanishing", "hang", func(k *kubernetestest.Kubelet) {
		k.Die()
		// As a cloud does that finds no machine for a node.
		if err := c.Client.CoreV1().Nodes().Delete(t.Context(), k.Name, metav1.DeleteOptions{}); err != nil {
			t.Fatal(err)
		}
	})
}

func (c cluster) permanent(t *testing.T) {
	s := c.system(t, kubernetes.Options{Permanent: []int32{9, 2, 2}})
	a, folder := c.array(t, s, 3, "2")
	c.until(t, "it ends", func() bool { ended, err := s.Ended(t.Context(), a); return err == nil && len(ended) == 1 })
	if n := beginnings(folder, 0); n != 1 {
		t.Errorf("it was begun %d times", n)
	}
	if words := s.LastWords(t.Context(), a, 0); !strings.Contains(words, "on node steady, exit code 2 (Error): it ends with 2") {
		t.Errorf("%q", words)
	}
}

func (c cluster) dies(t *testing.T) {
	s := c.system(t, kubernetes.Options{})
	a, folder := c.array(t, s, 2, "3", "hang", "0", "0", "0")
	c.ended(t, s, a, map[int]string{0: "failed", 2: "completed", 3: "completed", 4: "completed"})
	if n := beginnings(folder, 0); n != 2 {
		t.Errorf("element 0 was begun %d times", n)
	}
	if words := s.LastWords(t.Context(), a, 0); !strings.Contains(words, "exit code 3") {
		t.Errorf("%q", words)
	}
	if words := s.LastWords(t.Context(), a, 2); !strings.Contains(words, "it ends with 0") {
		t.Errorf("the output of what ended well: %q", words)
	}
	if err := s.Cancel(t.Context(), a, -1); err != nil {
		t.Error(err)
	}
	c.until(t, "all pods end", func() bool {
		list, err := c.Client.CoreV1().Pods(namespace).List(t.Context(), metav1.ListOptions{LabelSelector: "job-name=" + a.ID})
		return err == nil && len(list.Items) == 0
	})
	ended, err := s.Ended(t.Context(), a)
	if err != nil || len(ended) != 5 {
		t.Errorf("%v, %v", ended, err)
	}
}

func (c cluster) cancelled(t *testing.T) {
	s := c.system(t, kubernetes.Options{})
	a, folder := c.array(t, s, 3, "leave", "hang", "hang")
	for index := range 3 {
		c.begun(t, folder, index, 1)
	}
	for _, index := range []int{0, 2} {
		for range 2 { // a second time is no error
			if err := s.Cancel(t.Context(), a, index); err != nil {
				t.Fatal(err)
			}
		}
	}
	c.ended(t, s, a, map[int]string{0: "failed", 2: "failed"})
	time.Sleep(12 * time.Second) // longer than until it would be begun again, which is 10 s
	for index := range 3 {
		if n := beginnings(folder, index); n != 1 {
			t.Errorf("element %d was begun %d times", index, n)
		}
	}
	if err := s.Forget(t.Context(), a); err != nil {
		t.Error(err)
	}
}

func (c cluster) environment(t *testing.T) {
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "keys"}, StringData: map[string]string{"STORE_KEY": "hidden"}}
	if _, err := c.Client.CoreV1().Secrets(namespace).Create(t.Context(), secret, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	s := c.system(t, kubernetes.Options{Secrets: []string{"keys"}, Grace: 7 * time.Second, Labels: map[string]string{"team": "waves"}})
	folder := t.TempDir()
	a := submit(t, s, batch.Array{
		Name: name(), Size: 1, Attempts: 1, Needs: batch.Resources{Threads: 2, Ranks: 3, GPUs: 1, Memory: 1 << 30}, Arguments: []string{"0", "$(HOME) $$ $"},
		Environment: map[string]string{folderVariable: folder, batch.ArrayVariable: "any", "ODD": "$(COURANT_INDEX) $$ $"},
	})
	c.until(t, "it ends", func() bool { ended, err := s.Ended(t.Context(), a); return err == nil && len(ended) == 1 })
	text, err := os.ReadFile(filepath.Join(folder, "0-0"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"COURANT_INDEX=0", "STORE_KEY=hidden", "ODD=$(COURANT_INDEX) $$ $"} {
		if !strings.Contains("\n"+string(text)+"\n", "\n"+line+"\n") {
			t.Errorf("no %s in %s", line, text)
		}
	}
	list, err := c.Client.CoreV1().Pods(namespace).List(t.Context(), metav1.ListOptions{LabelSelector: "team=waves,job-name=" + a.ID})
	if err != nil || len(list.Items) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	p := list.Items[0]
	for _, r := range []corev1.ResourceList{p.Spec.Containers[0].Resources.Requests, p.Spec.Containers[0].Resources.Limits} {
		gpus := r["nvidia.com/gpu"]
		if r.Cpu().Value() != 6 || r.Memory().Value() != 1<<30 || gpus.Value() != 1 {
			t.Errorf("%v", r)
		}
	}
	if *p.Spec.TerminationGracePeriodSeconds != 7 || p.Status.QOSClass != corev1.PodQOSGuaranteed {
		t.Errorf("%d s, %s", *p.Spec.TerminationGracePeriodSeconds, p.Status.QOSClass)
	}
}

func (c cluster) spot(t *testing.T) {
	k := &kubernetestest.Kubelet{Name: "spot", Container: func(context.Context, *corev1.Pod) (int, string) { return 0, "" }}
	c.Join(t, k, 4, map[string]string{"cloud.google.com/gke-spot": "true"})
	taint := []byte(`{"spec":{"taints":[{"key":"cloud.google.com/gke-spot","value":"true","effect":"NoSchedule"}]}}`)
	if _, err := c.Client.CoreV1().Nodes().Patch(t.Context(), "spot", types.MergePatchType, taint, metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	s := c.system(t, kubernetes.Options{Spot: true})
	a, _ := c.array(t, s, 1, "0", "0", "0")
	c.until(t, "they end", func() bool { ended, err := s.Ended(t.Context(), a); return err == nil && len(ended) == 3 })
	list, err := c.Client.CoreV1().Pods(namespace).List(t.Context(), metav1.ListOptions{LabelSelector: "job-name=" + a.ID})
	if err != nil || len(list.Items) != 3 {
		t.Fatalf("%v, %v", list, err)
	}
	for _, p := range list.Items {
		if p.Spec.NodeName != "spot" {
			t.Errorf("an element ran on %s", p.Spec.NodeName)
		}
	}
}

// doubts waits for one that says something, and cancels the array.
func (c cluster) doubts(t *testing.T, s *kubernetes.System, a batch.Array, words ...string) {
	t.Helper()
	var last []string
	defer func() {
		if t.Failed() {
			t.Logf("doubts: %q", last)
		}
	}()
	c.until(t, fmt.Sprintf("it doubts that %q", words), func() bool {
		var err error
		if last, err = s.Doubts(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		all := len(last) == 1
		for _, w := range words {
			all = all && strings.Contains(last[0], w)
		}
		return all
	})
	if err := s.Cancel(t.Context(), a, -1); err != nil {
		t.Error(err)
	}
}

func (c cluster) unschedulable(t *testing.T) {
	s := c.system(t, kubernetes.Options{})
	a := submit(t, s, batch.Array{Name: name(), Size: 3, Attempts: 1, Needs: batch.Resources{Threads: 1000}})
	c.doubts(t, s, a, ": 3 of 3 elements", "no node takes them", "Insufficient cpu")

	// One that waits is cancelled too.
	a = submit(t, s, batch.Array{Name: name(), Size: 3, Attempts: 2, Needs: batch.Resources{Threads: 1000}})
	c.pod(t, a, 1)
	if err := s.Cancel(t.Context(), a, 1); err != nil {
		t.Fatal(err)
	}
	c.ended(t, s, a, map[int]string{1: "failed"})
	if err := s.Cancel(t.Context(), a, -1); err != nil {
		t.Error(err)
	}
}

func (c cluster) noImage(t *testing.T) {
	s := c.system(t, kubernetes.Options{Image: kubernetestest.NoImage})
	a, _ := c.array(t, s, 1, "0", "0")
	c.doubts(t, s, a, ": 2 of 2 elements", "the image "+kubernetestest.NoImage+" cannot be had", "not found")
}

func (c cluster) noSecret(t *testing.T) {
	s := c.system(t, kubernetes.Options{Secrets: []string{"forgotten"}})
	a, _ := c.array(t, s, 1, "0")
	c.doubts(t, s, a, ": 1 of 1 elements", `"forgotten" not found`)
}

func (c cluster) noPods(t *testing.T) {
	c.namespace(t, "poor")
	quota := &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Name: "team"}, Spec: corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{corev1.ResourcePods: resource.MustParse("0")}}}
	if _, err := c.Client.CoreV1().ResourceQuotas("poor").Create(t.Context(), quota, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	c.until(t, "the quota", func() bool {
		q, err := c.Client.CoreV1().ResourceQuotas("poor").Get(t.Context(), "team", metav1.GetOptions{})
		return err == nil && len(q.Status.Hard) > 0
	})
	s := c.system(t, kubernetes.Options{Kubeconfig: c.Kubeconfig(t, "courant", "poor")})
	a, _ := c.array(t, s, 1, "0")
	c.doubts(t, s, a, "no pods can be made", "exceeded quota: team")

	waiting := c.system(t, kubernetes.Options{})
	a, _ = c.array(t, waiting, 1, "hang")
	suspend := []byte(`{"spec":{"suspend":true}}`)
	if _, err := c.Client.BatchV1().Jobs(namespace).Patch(t.Context(), a.ID, types.MergePatchType, suspend, metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	c.doubts(t, waiting, a, "is suspended")
}

func (c cluster) kept(t *testing.T) {
	s := c.system(t, kubernetes.Options{Keep: 2 * time.Second})
	a, _ := c.array(t, s, 1, "0")
	c.ended(t, s, a, map[int]string{0: "Kubernetes has no such job any more"})
}
