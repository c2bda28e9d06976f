package awsbatch_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/courant-pde/courant/runtime/cluster/batch"
)

// Of an array as large as there is, whose elements end all the time, lists are few, and
// complete in the end.
func TestLarge(t *testing.T) {
	const size, pageSize = 10_000, 100
	var succeeded, failed, lists atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct{ JobStatus, NextToken string }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			t.Error(err)
		}
		out := map[string]any{}
		good, bad := int(succeeded.Load()), int(failed.Load())
		switch r.URL.Path {
		case "/v1/describejobs":
			status := "PENDING"
			if good+bad == size {
				status = "FAILED"
			}
			out["jobs"] = []any{map[string]any{"jobId": "a", "status": status, "arrayProperties": map[string]any{"size": size, "statusSummary": map[string]int{"SUCCEEDED": good, "FAILED": bad}}}}
		case "/v1/listjobs":
			// An answer this quick may come before the library has put its request away, and is
			// asked for again: that is not counted.
			if strings.HasPrefix(r.Header.Get("Amz-Sdk-Request"), "attempt=1;") {
				lists.Add(1)
			}
			from, to := 0, good // those that failed have the last indices
			if in.JobStatus == "FAILED" {
				from, to = size-bad, size
			}
			skip, _ := strconv.Atoi(in.NextToken)
			list := []any{}
			for i := from + skip; i < min(from+skip+pageSize, to); i++ {
				list = append(list, map[string]any{"jobId": fmt.Sprint("a:", i), "arrayProperties": map[string]any{"index": i}})
			}
			out["jobSummaryList"] = list
			if from+skip+pageSize < to {
				out["nextToken"] = strconv.Itoa(skip + pageSize)
			}
		}
		_ = json.NewEncoder(w).Encode(out)
	}))
	defer server.Close()
	t.Setenv("AWS_ENDPOINT_URL_BATCH", server.URL)
	t.Setenv("AWS_REGION", "eu-west-1")
	t.Setenv("AWS_ACCESS_KEY_ID", "a")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "b")
	s := system(t)
	a := batch.Array{Name: "courant-a", ID: "a", Size: size}
	look := func() map[int]string {
		ended, err := s.Ended(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		return ended
	}
	succeeded.Store(9000)
	failed.Store(10)
	if ended := look(); len(ended) != 9010 || ended[8999] != "SUCCEEDED" || ended[size-1] != "FAILED" {
		t.Fatalf("%d have ended", len(ended))
	}
	if n := lists.Load(); n != 91 {
		t.Errorf("%d lists, where 90 pages and one are there", n)
	}
	// One list takes 91 requests, and is made after ten times its time: that of some 900.
	for range 100 {
		succeeded.Add(1)
		look()
	}
	if n := lists.Load(); n > 2*92 {
		t.Errorf("%d lists in 100 looks", n)
	}
	before := lists.Load()
	succeeded.Store(size - 10)
	if ended := look(); len(ended) != size || ended[size-11] != "SUCCEEDED" || ended[size-10] != "FAILED" {
		t.Errorf("%d have ended", len(ended))
	}
	look()
	if n := lists.Load() - before; n != 100 {
		t.Errorf("%d lists of the end, where 100 pages of what succeeded are new", n)
	}
}
