package kubernetes_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/batch/kubernetes"
)

// serve is a system whose API server is a function.
func serve(t *testing.T, h http.HandlerFunc) (*kubernetes.System, *httptest.Server) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	config := clientcmdapi.NewConfig()
	config.Clusters["test"] = &clientcmdapi.Cluster{Server: server.URL}
	config.Contexts["test"] = &clientcmdapi.Context{Cluster: "test"}
	path := filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*config, path); err != nil {
		t.Fatal(err)
	}
	s, err := kubernetes.New(kubernetes.Options{Kubeconfig: path, Context: "test", Namespace: "surveys", Image: "courant"})
	if err != nil {
		t.Fatal(err)
	}
	return s, server
}

// status answers as Kubernetes does that refuses something.
func status(w http.ResponseWriter, code int, reason, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","message":%q,"reason":%q,"code":%d}`, message, reason, code)
}

func TestOverloaded(t *testing.T) {
	requests := 0
	var first, second time.Time
	s, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if requests++; requests == 1 {
			first = time.Now()
			w.Header().Set("Retry-After", "1")
			status(w, http.StatusTooManyRequests, "TooManyRequests", "slow down")
			return
		}
		second = time.Now()
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"kind":"Job","apiVersion":"batch/v1","status":{"completedIndexes":"0,2","failedIndexes":"1"}}`)
	})
	ended, err := s.Ended(t.Context(), batch.Array{ID: "courant-x", Size: 4})
	if err != nil || fmt.Sprint(ended) != "map[0:completed 1:failed 2:completed]" {
		t.Errorf("%v, %v", ended, err)
	}
	if d := second.Sub(first); requests != 2 || d < time.Second {
		t.Errorf("%d requests, the second after %v", requests, d)
	}
}

// A job whose making is not answered is found by its name.
func TestAnswerIsLost(t *testing.T) {
	made := 0
	s, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if made++; made == 1 {
			panic(http.ErrAbortHandler)
		}
		status(w, http.StatusConflict, "AlreadyExists", `jobs.batch "courant-x" already exists`)
	})
	id, err := s.Submit(t.Context(), batch.Array{Name: "courant-x", Size: 1})
	if err != nil || id != "courant-x" || made != 2 {
		t.Errorf("%q, %v, made %d times", id, err, made)
	}
}

func TestOutOfReach(t *testing.T) {
	s, server := serve(t, nil)
	server.Close()
	a := batch.Array{Name: "courant-x", ID: "courant-x", Size: 1}
	if _, err := s.Submit(t.Context(), a); !errors.Is(err, batch.ErrAway) || !strings.Contains(err.Error(), "out of reach") {
		t.Errorf("%v", err)
	}
	if _, err := s.Ended(t.Context(), a); !errors.Is(err, batch.ErrAway) {
		t.Errorf("%v", err)
	}
	if words := s.LastWords(t.Context(), a, 0); words != "" {
		t.Errorf("%q", words)
	}
}

func TestOptions(t *testing.T) {
	for want, o := range map[string]kubernetes.Options{
		"container image":         {},
		"cannot be negative":      {Image: "courant", Keep: -1},
		"exit codes":              {Image: "courant", Permanent: []int32{0}},
		"how Kubernetes is reach": {Image: "courant", Kubeconfig: "/nowhere"},
	} {
		if _, err := kubernetes.New(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}
