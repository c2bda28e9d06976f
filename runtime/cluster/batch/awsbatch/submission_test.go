package awsbatch_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/batch/awsbatch"
	"github.com/courant-pde/courant/runtime/cluster/batch/awsbatch/awsbatchtest"
)

// An array says what it needs, and which of Amazon's variables has the index.
func TestSubmission(t *testing.T) {
	f := awsbatchtest.Start(t)
	a := batch.Array{Name: "courant-a", Size: 3, Attempts: 40, Needs: batch.Resources{Threads: 4, Memory: 3<<30 + 1, GPUs: 2}}
	if _, err := system(t).Submit(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	text := f.Submitted()
	for _, want := range []string{
		`{"type":"VCPU","value":"4"}`, `{"type":"MEMORY","value":"3073"}`, `{"type":"GPU","value":"2"}`, `"attempts":10`,
		`{"name":"COURANT_INDEX_FROM","value":"AWS_BATCH_JOB_ARRAY_INDEX"}`, `"arrayProperties":{"size":3}`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %s in %s", want, text)
		}
	}
	a.Name, a.Size = "courant-b", 1
	if _, err := system(t).Submit(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if text := f.Submitted(); !strings.Contains(text, `{"name":"COURANT_INDEX","value":"0"}`) || strings.Contains(text, "arrayProperties") {
		t.Errorf("one element: %s", text)
	}
}

// What Amazon would accept, and then have all elements fail, is told before: its limit is
// one of JSON.
func TestOverrides(t *testing.T) {
	f := awsbatchtest.Start(t)
	a := batch.Array{Name: "courant-a", Size: 2, Environment: map[string]string{}, Arguments: []string{strings.Repeat("a", 6900)}}
	if _, err := system(t).Submit(t.Context(), a); err != nil {
		t.Error(err)
	}
	var sent struct{ ContainerOverrides json.RawMessage }
	if err := json.Unmarshal([]byte(f.Submitted()), &sent); err != nil || len(sent.ContainerOverrides) < 6900 || len(sent.ContainerOverrides) > 8192-1024 {
		t.Errorf("%d bytes: %v", len(sent.ContainerOverrides), err)
	}
	// 2100 bytes of names and values, which are 7 kB as JSON.
	a.Name, a.Arguments = "courant-b", nil
	for i := range 210 {
		a.Environment["VARIABLE"+strings.Repeat("x", i%10)+string(rune('a'+i/10))] = "v"
	}
	a.Environment["LARGE"] = strings.Repeat("x", 100)
	_, err := system(t).Submit(t.Context(), a)
	if !errors.Is(err, batch.ErrPermanent) || !strings.Contains(err.Error(), "AWS Batch takes 7168 beside its own") || !strings.Contains(err.Error(), "LARGE, with 100 bytes") {
		t.Errorf("%v", err)
	}
}

// A submission whose answer gets lost, and those that are refused as too many, become one
// job. That it has one later is known by its name.
func TestLost(t *testing.T) {
	f := awsbatchtest.Start(t)
	f.Lose.Store(1)
	s := system(t)
	a := batch.Array{Name: "courant-a", Size: 2, Needs: batch.Resources{Threads: 1}}
	id, err := s.Submit(t.Context(), a)
	if err != nil || id != "id-courant-a" {
		t.Fatalf("%q, %v", id, err)
	}
	f.Throttle.Store(2)
	if again, err := s.Submit(t.Context(), a); err != nil || again != id {
		t.Errorf("%q, %v", again, err)
	}
	if n := f.Requests("/v1/submitjob"); n != 1 {
		t.Errorf("%d were submitted", n)
	}
}

// Each right that is missing is named, and stands in the policy of docs/aws.md.
func TestDenied(t *testing.T) {
	f := awsbatchtest.Start(t, "/bin/sh", "-c", "exit 3")
	policy, err := os.ReadFile("../../../../docs/aws.md")
	if err != nil {
		t.Fatal(err)
	}
	s, err := awsbatch.New(t.Context(), awsbatch.Options{Queue: "queue", Image: "image", JobRole: "arn:aws:iam::1:role/courant-worker"})
	if err != nil {
		t.Fatal(err)
	}
	submit := func() error {
		_, err := s.Submit(t.Context(), batch.Array{Name: "courant-a", Size: 1, Attempts: 1})
		return err
	}
	a := batch.Array{Name: "courant-a", ID: "id-courant-a", Size: 1}
	for _, v := range []struct {
		right string
		do    func() error
	}{
		// In this order, as what is registered is not registered again.
		{"batch:DescribeJobDefinitions", submit}, {"batch:RegisterJobDefinition", submit}, {"iam:PassRole", submit}, {"batch:ListJobs", submit}, {"batch:SubmitJob", submit},
		{"batch:DescribeJobs", func() error { _, err := s.Ended(t.Context(), a); return err }},
		{"batch:TerminateJob", func() error { return s.Cancel(t.Context(), a, -1) }},
		{"logs:GetLogEvents", func() error {
			f.Denied.Store("")
			if err := submit(); err != nil {
				return err
			}
			f.Denied.Store("logs:GetLogEvents")
			return errors.New(s.LastWords(t.Context(), a, 0))
		}},
	} {
		f.Denied.Store(v.right)
		err := v.do()
		if err == nil || !strings.Contains(err.Error(), "AWS refuses "+v.right+":") || !strings.Contains(err.Error(), "docs/aws.md") || errors.Is(err, batch.ErrAway) {
			t.Errorf("%s: %v", v.right, err)
		}
		if !strings.Contains(string(policy), `"`+v.right+`"`) {
			t.Errorf("there is no %s in docs/aws.md", v.right)
		}
	}
}

func TestOptions(t *testing.T) {
	awsbatchtest.Start(t)
	if _, err := awsbatch.New(t.Context(), awsbatch.Options{Queue: "queue"}); err == nil || !strings.Contains(err.Error(), "image") {
		t.Errorf("%v", err)
	}
	for name, value := range map[string]string{"AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_CONFIG_FILE": os.DevNull} {
		t.Setenv(name, value)
	}
	if _, err := awsbatch.New(t.Context(), awsbatch.Options{Queue: "queue", Image: "image"}); err == nil || !strings.Contains(err.Error(), "give region in the URL") {
		t.Errorf("%v", err)
	}
}
