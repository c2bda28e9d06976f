//go:build linux

package main

import (
	"bytes"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/courant-pde/courant/runtime/cluster/batch/kubernetes/kubernetestest"
	"github.com/courant-pde/courant/runtime/cluster/cloud/cloudtest"
)

// What docs/deploy.md shows, as far as it goes without containers: an image, what a cluster
// has to have, and an inversion that goes on by itself. Workers, and whoever submits, are
// the service account that was deployed, and have the image's kernels and no compiler. When
// all workers are taken away, the function that was deployed goes on.
func TestFromNothingToAnImage(t *testing.T) {
	c := kubernetestest.Start(t)
	server := cloudtest.S3(t)
	c.Join(t, &kubernetestest.Kubelet{Name: "node"}, 8, nil)
	dir := t.TempDir()
	config := shorter(t, dir)

	// Here, with a compiler.
	if _, errs, code := courant(t, "invert", config, "--workers", "1", "--threads", "1", "--out", filepath.Join(dir, "here")); code != 0 {
		t.Fatal(errs)
	}
	want := secondModel(t, filepath.Join(dir, "here"))

	archive := filepath.Join(dir, "image.tar")
	if _, errs, code := courant(t, "image", config, "--out", archive); code != 0 {
		t.Fatal(errs)
	}
	root, _ := rootOf(t, archive)

	// Containers are processes, which find this program as courant.
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "courant"), fmt.Appendf(nil, "#!/bin/sh\nexport COURANT_TEST_PROGRAM=1\nexec %s \"$@\"\n", program), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))

	const store = "s3://bucket/first"
	manifests, errs, code := courant(t, "deploy", "kubernetes", "--name", "surveys", "--image", "courant:latest", "--store", store, "--secret", "store")
	if code != 0 {
		t.Fatal(errs)
	}
	c.Apply(t, manifests, false)
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "store"}, StringData: map[string]string{
		"COURANT_KERNELS": filepath.Join(root, "usr/share/courant/kernels"), "COURANT_CACHE": filepath.Join(dir, "cache"), "CC": "none",
	}}
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"} {
		secret.StringData[name] = os.Getenv(name)
	}
	ctx := t.Context()
	if _, err := c.Client.CoreV1().Secrets("surveys").Create(ctx, secret, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	options := url.Values{"image": {"courant:latest"}, "secret": {"store"}, "service_account": {"courant"}, "kubeconfig": {c.Account(t, "surveys", "courant")}}
	batch := "kubernetes://surveys?" + options.Encode()
	var out string
	for start := time.Now(); ; time.Sleep(200 * time.Millisecond) { // until the server has heard of the rights
		if out, errs, code = courant(t, "doctor", "--store", store, "--batch", batch); code == 0 {
			break
		}
		if time.Since(start) > time.Minute {
			t.Fatalf("with %s: exit code %d\n%s%s", server.Address, code, out, errs)
		}
	}

	// All pods of the first array are taken away with their job.
	jobs := c.Client.BatchV1().Jobs("surveys")
	folder := filepath.Join(dir, "there")
	if out, errs, code = courant(t, "invert", config, "--store", store, "--batch", batch, "--threads", "1", "--detach", "--out", folder); code != 0 || !strings.Contains(out, "goes on by itself") {
		t.Fatalf("exit code %d\n%s%s", code, out, errs)
	}
	with := metav1.DeletePropagationBackground
	for start := time.Now(); ; time.Sleep(200 * time.Millisecond) {
		all, err := jobs.List(ctx, metav1.ListOptions{})
		if err != nil || time.Since(start) > time.Minute {
			t.Fatal(err, len(all.Items))
		}
		pods, err := c.Client.CoreV1().Pods("surveys").List(ctx, metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if len(all.Items) == 0 && len(pods.Items) == 0 {
			break
		}
		for _, j := range all.Items {
			_ = jobs.Delete(ctx, j.Name, metav1.DeleteOptions{PropagationPolicy: &with})
		}
	}
	if out, _, _ = courant(t, "status", folder); strings.Contains(out, "done after") {
		t.Fatalf("it was done before its workers were taken away:\n%s", out)
	}

	// The function, as its timer has it called.
	timer, err := c.Client.BatchV1().CronJobs("surveys").Get(ctx, "courant-function", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	call := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: "call"}, Spec: timer.Spec.JobTemplate.Spec}
	if _, err := jobs.Create(ctx, call, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	for start := time.Now(); !strings.Contains(out, "done after"); time.Sleep(500 * time.Millisecond) {
		if out, errs, code = courant(t, "status", folder); code != 0 || time.Since(start) > time.Minute {
			pods, _ := c.Client.CoreV1().Pods("surveys").List(ctx, metav1.ListOptions{})
			for _, p := range pods.Items {
				for _, s := range p.Status.ContainerStatuses {
					t.Logf("%s: %s %+v", p.Name, p.Status.Phase, s.State)
				}
			}
			t.Fatalf("exit code %d after %v\n%s%s", code, time.Since(start), out, errs)
		}
	}
	if _, errs, code := courant(t, "resume", folder); code != 0 {
		t.Fatal(errs)
	}
	if !bytes.Equal(secondModel(t, folder), want) {
		t.Error("the cluster makes another model than this machine")
	}
}

// shorter is the configuration small with two iterations, in a folder.
func shorter(t *testing.T, dir string) string {
	t.Helper()
	text, err := os.ReadFile(small)
	if err != nil {
		t.Fatal(err)
	}
	operators, err := filepath.Abs("../../testdata/operators")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "shorter.toml")
	changed := strings.NewReplacer("iterations = 10", "iterations = 2", "../operators", operators).Replace(string(text))
	if err := os.WriteFile(path, []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// secondModel is the model of the second iteration.
func secondModel(t *testing.T, folder string) []byte {
	t.Helper()
	model, err := os.ReadFile(filepath.Join(folder, "model_002.npy"))
	if err != nil {
		t.Fatal(err)
	}
	return model
}
