//go:build linux

package kubernetestest

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	clientset "k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

// NoImage is an image that no registry has.
const NoImage = "courant.example/missing"

// Kubelet is a node of a cluster. Containers are processes of this machine that see
// its files; images are not looked at, except NoImage.
type Kubelet struct {
	Name string
	// Container runs one in place of a process, unless it is nil, and returns its exit code
	// and what it wrote.
	Container func(ctx context.Context, p *corev1.Pod) (code int, output string)

	client   *clientset.Clientset
	stop     context.CancelFunc
	requests chan struct{} // a place for each that may be made at once
	mu       sync.Mutex
	pods     map[types.UID]*pod
	leaving  bool // the node is being taken away
	dead     bool // it is away
}

// pod is one that was bound to this node.
type pod struct {
	*corev1.Pod
	process *process // while it runs
	cancel  context.CancelFunc
	asked   bool // to end
	over    bool
	output  string // when it has ended
}

// Join makes a node of a kubelet, with room for as many pods and threads, and with labels.
// It works until the end of the test, or until Leave or Die.
func (c *Cluster) Join(t testing.TB, k *Kubelet, room int64, labels map[string]string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	k.client, k.stop, k.pods, k.requests = c.Client, stop, map[types.UID]*pod{}, make(chan struct{}, 50)
	server := httptest.NewTLSServer(http.HandlerFunc(k.serveLogs))
	q := func(n int64) resource.Quantity { return *resource.NewQuantity(n, resource.DecimalSI) }
	all := corev1.ResourceList{corev1.ResourceCPU: q(room), corev1.ResourcePods: q(room), corev1.ResourceMemory: q(64 << 30), "nvidia.com/gpu": q(2)}
	node := &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: k.Name, Labels: labels},
		Status: corev1.NodeStatus{
			Capacity: all, Allocatable: all,
			Addresses:       []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: "127.0.0.1"}},
			DaemonEndpoints: corev1.NodeDaemonEndpoints{KubeletEndpoint: corev1.DaemonEndpoint{Port: int32(server.Listener.Addr().(*net.TCPAddr).Port)}},
		},
	}
	if _, err := k.client.CoreV1().Nodes().Create(ctx, node, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := k.ready(ctx); err != nil {
		t.Fatal(err)
	}
	go func() {
		for ctx.Err() == nil {
			time.Sleep(10 * time.Second)
			_ = k.ready(ctx) // again in 10 s
		}
	}()
	mine := cache.NewListWatchFromClient(k.client.CoreV1().RESTClient(), "pods", "", fields.OneTermEqualSelector("spec.nodeName", k.Name))
	_, pods := cache.NewInformerWithOptions(cache.InformerOptions{
		ListerWatcher: mine, ObjectType: &corev1.Pod{},
		Handler: cache.ResourceEventHandlerFuncs{
			AddFunc:    func(o any) { k.see(ctx, o.(*corev1.Pod)) },
			UpdateFunc: func(_, o any) { k.see(ctx, o.(*corev1.Pod)) },
			DeleteFunc: func(o any) {
				if p, ok := o.(*corev1.Pod); ok {
					k.end(p.UID, 0)
				}
			},
		},
	})
	go pods.RunWithContext(ctx)
	t.Cleanup(func() {
		k.Die()
		server.Close()
	})
}

// ready tells that the node lives.
func (k *Kubelet) ready(ctx context.Context) error {
	now := metav1.Now()
	_, err := k.client.CoreV1().Nodes().PatchStatus(ctx, k.Name, change("", map[string]any{"conditions": []corev1.NodeCondition{{
		Type: corev1.NodeReady, Status: corev1.ConditionTrue, LastHeartbeatTime: now, LastTransitionTime: now, Reason: "KubeletReady",
	}}}))
	return err
}

// change is a patch of a status, of the pod alone that has an UID unless that is empty.
func change(uid types.UID, status map[string]any) []byte {
	all := map[string]any{"status": status}
	if uid != "" {
		all["metadata"] = map[string]any{"uid": uid}
	}
	patch, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	return patch
}

// status changes that of a pod.
func (k *Kubelet) status(ctx context.Context, p *corev1.Pod, status map[string]any) {
	k.insist(ctx, func() error {
		_, err := k.client.CoreV1().Pods(p.Namespace).Patch(ctx, p.Name, types.StrategicMergePatchType, change(p.UID, status), metav1.PatchOptions{}, "status")
		return err
	})
}

// insist repeats a request about a pod until it succeeds or there is no such pod any
// more. Only so many are made at once as the API server answers in time.
func (k *Kubelet) insist(ctx context.Context, request func() error) {
	k.requests <- struct{}{}
	defer func() { <-k.requests }()
	for err := request(); err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) && ctx.Err() == nil; err = request() {
		time.Sleep(time.Second)
	}
}

// container is the state of the only container of a pod, as a part of its status.
func container(p *corev1.Pod, state corev1.ContainerState) []corev1.ContainerStatus {
	c := p.Spec.Containers[0]
	return []corev1.ContainerStatus{{Name: c.Name, Image: c.Image, State: state, Ready: state.Running != nil}}
}

// see begins a pod, or ends one that is deleted.
func (k *Kubelet) see(ctx context.Context, p *corev1.Pod) {
	k.mu.Lock()
	defer k.mu.Unlock()
	known := k.pods[p.UID]
	switch {
	case known == nil && p.DeletionTimestamp == nil && p.Status.Phase == corev1.PodPending && !k.leaving:
		ctx, cancel := context.WithCancel(ctx)
		known = &pod{Pod: p, cancel: cancel}
		k.pods[p.UID] = known
		go k.run(ctx, known)
	case p.DeletionTimestamp == nil:
	case known == nil || known.over:
		go k.remove(ctx, p)
	default:
		go k.end(p.UID, time.Duration(*p.DeletionGracePeriodSeconds)*time.Second)
	}
}

// remove lets a pod go whose container has ended, or never began.
func (k *Kubelet) remove(ctx context.Context, p *corev1.Pod) {
	if p.Status.Phase == corev1.PodPending || p.Status.Phase == corev1.PodRunning {
		k.status(ctx, p, map[string]any{"phase": corev1.PodFailed})
	}
	k.insist(ctx, func() error {
		return k.client.CoreV1().Pods(p.Namespace).Delete(ctx, p.Name, metav1.DeleteOptions{GracePeriodSeconds: new(int64(0)), Preconditions: &metav1.Preconditions{UID: &p.UID}})
	})
}

// run is the life of a pod.
func (k *Kubelet) run(ctx context.Context, p *pod) {
	code, output := 0, ""
	begun := metav1.Now()
	running := map[string]any{"phase": corev1.PodRunning, "startTime": begun, "containerStatuses": container(p.Pod, corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: begun}})}
	if k.Container != nil {
		k.status(ctx, p.Pod, running)
		code, output = k.Container(ctx, p.Pod)
	} else {
		process, reason, err := k.begin(ctx, p.Pod)
		if err != nil {
			k.status(ctx, p.Pod, map[string]any{"containerStatuses": container(p.Pod, corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: err.Error()}})})
			k.mu.Lock()
			p.over = true
			k.mu.Unlock()
			return // until it is deleted
		}
		k.mu.Lock()
		p.process = process
		asked := p.asked
		k.mu.Unlock()
		if asked {
			process.kill(syscall.SIGKILL)
		}
		k.status(ctx, p.Pod, running)
		code, output = process.wait()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if p.process, p.over, p.output = nil, true, output; k.dead {
		return
	}
	phase, reason := corev1.PodSucceeded, "Completed"
	if code != 0 {
		phase, reason = corev1.PodFailed, "Error"
	}
	ended := &corev1.ContainerStateTerminated{ExitCode: int32(code), Reason: reason, StartedAt: begun, FinishedAt: metav1.Now()}
	if code != 0 && p.Spec.Containers[0].TerminationMessagePolicy == corev1.TerminationMessageFallbackToLogsOnError {
		ended.Message = output[max(0, len(output)-2048):]
	}
	status := map[string]any{"phase": phase, "containerStatuses": container(p.Pod, corev1.ContainerState{Terminated: ended})}
	if k.leaving {
		status["phase"], status["reason"], status["message"] = corev1.PodFailed, "Terminated", "Pod was terminated in response to imminent node shutdown."
		status["conditions"] = []corev1.PodCondition{{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue, Reason: corev1.PodReasonTerminationByKubelet, LastTransitionTime: metav1.Now()}}
	}
	asked := p.asked
	go func() {
		k.status(ctx, p.Pod, status)
		if asked && !k.leaving {
			k.remove(ctx, p.Pod)
		}
	}()
}

// end asks a pod's process to end, and kills it some time later.
func (k *Kubelet) end(uid types.UID, grace time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	p := k.pods[uid]
	if p == nil || p.over || p.asked {
		return
	}
	p.asked = true
	if k.Container != nil {
		p.cancel()
		return
	}
	if process := p.process; process != nil {
		process.kill(syscall.SIGTERM)
		time.AfterFunc(grace, func() { process.kill(syscall.SIGKILL) })
	}
}

// Leave shuts the node down as a spot machine is that is taken away: no pods are begun
// any more, and those that run are asked to end within some time, for which it is no fault
// of theirs.
func (k *Kubelet) Leave(grace time.Duration) {
	k.mu.Lock()
	k.leaving = true
	var all []types.UID
	for uid := range k.pods {
		all = append(all, uid)
	}
	k.mu.Unlock()
	patch := []byte(`{"spec":{"unschedulable":true}}`)
	_, _ = k.client.CoreV1().Nodes().Patch(context.Background(), k.Name, types.StrategicMergePatchType, patch, metav1.PatchOptions{})
	for _, uid := range all {
		k.end(uid, grace)
	}
}

// Die takes the node away without a word, with all that runs there. The cluster still has
// it, until somebody deletes it.
func (k *Kubelet) Die() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.dead = true
	k.stop()
	for _, p := range k.pods {
		if p.process != nil {
			p.process.kill(syscall.SIGKILL)
		}
	}
}

// serveLogs answers the API server that asks what a pod has written.
func (k *Kubelet) serveLogs(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/") // containerLogs/NAMESPACE/POD/CONTAINER
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, p := range k.pods {
		if len(parts) == 4 && p.Namespace == parts[1] && p.Name == parts[2] {
			text := p.output
			if p.process != nil {
				text = p.process.output.String()
			}
			fmt.Fprint(w, text)
			return
		}
	}
	http.NotFound(w, r)
}
