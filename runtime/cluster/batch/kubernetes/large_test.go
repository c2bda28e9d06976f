//go:build linux

package kubernetes_test

import (
	"context"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/batch/kubernetes"
	"github.com/courant-pde/courant/runtime/cluster/batch/kubernetes/kubernetestest"
)

// TestLarge has large arrays run by a real control plane, with containers that end at
// once. Every third element fails, which makes the lists of the job's status as long as
// they get. COURANT_KUBERNETES_ELEMENTS says how many elements, 1000 otherwise.
func TestLarge(t *testing.T) {
	size := 1000
	if text := os.Getenv("COURANT_KUBERNETES_ELEMENTS"); text != "" {
		var err error
		if size, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	c := cluster{kubernetestest.Start(t, "courant")}
	c.namespace(t, namespace)
	here := map[string]string{"runs": "nothing"}
	s := c.system(t, kubernetes.Options{NodeSelector: here})

	// There is no node yet, and all of them wait.
	start := time.Now()
	a := submit(t, s, batch.Array{Name: name(), Size: size, Attempts: 1, Needs: batch.Resources{Threads: 1}})
	t.Logf("%d elements are submitted after %v", size, time.Since(start))
	c.until(t, "all elements have pods", func() bool {
		job, err := c.Client.BatchV1().Jobs(namespace).Get(t.Context(), a.ID, metav1.GetOptions{})
		return err == nil && int(job.Status.Active) == size
	})
	t.Logf("they have pods after %v", time.Since(start))
	c.until(t, "they are doubted", func() bool {
		start := time.Now()
		doubts, err := s.Doubts(t.Context(), a)
		if err == nil && len(doubts) == 1 {
			t.Logf("after %v of asking: %s", time.Since(start), doubts[0])
		}
		return err == nil && len(doubts) == 1
	})

	start = time.Now()
	c.Join(t, &kubernetestest.Kubelet{Name: "nothing", Container: func(_ context.Context, p *corev1.Pod) (int, string) {
		if index, err := strconv.Atoi(p.Annotations["batch.kubernetes.io/job-completion-index"]); err != nil || index%3 == 0 {
			return 1, "out of luck"
		}
		return 0, ""
	}}, int64(size), here)
	var before, after runtime.MemStats
	var ended map[int]string
	for len(ended) < size {
		if time.Since(start) > 10*time.Minute {
			t.Fatalf("%d have ended", len(ended))
		}
		time.Sleep(time.Second)
		var err error
		if ended, err = s.Ended(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	d := time.Since(start)
	t.Logf("they have ended %v after there is a node: %v each", d, d/time.Duration(size))

	asked := time.Now()
	runtime.ReadMemStats(&before)
	ended, err := s.Ended(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	t.Logf("which is asked in %v with %d kB of memory", time.Since(asked), (after.TotalAlloc-before.TotalAlloc)>>10)
	for i := range size {
		want := "completed"
		if i%3 == 0 {
			want = "failed"
		}
		if ended[i] != want {
			t.Fatalf("element %d: %q", i, ended[i])
		}
	}
	if words := s.LastWords(t.Context(), a, 3); words != "on node nothing, exit code 1 (Error): out of luck" {
		t.Errorf("%q", words)
	}
	if err := s.Forget(t.Context(), a); err != nil {
		t.Error(err)
	}
}
