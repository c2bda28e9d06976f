package awsbatch_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/batch/awsbatch"
	"github.com/courant-pde/courant/runtime/cluster/batch/awsbatch/awsbatchtest"
	"github.com/courant-pde/courant/runtime/cluster/batch/systemtest"
	"github.com/courant-pde/courant/runtime/cluster/cloud/amazon"
	"github.com/courant-pde/courant/runtime/cluster/cloud/cloudtest"
)

func TestMain(m *testing.M) {
	systemtest.Main()
	os.Exit(m.Run())
}

func system(t *testing.T) *awsbatch.System {
	t.Helper()
	s, err := awsbatch.New(t.Context(), awsbatch.Options{Queue: "queue", Image: "image"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestConformance(t *testing.T) {
	f := awsbatchtest.Start(t)
	f.Throttle.Store(3)
	systemtest.Run(t, system(t), true)
	if n := f.Requests("/v1/registerjobdefinition"); n != 1 {
		t.Errorf("%d definitions were registered of one content", n)
	}
	// Children are listed when others have ended, not each time.
	if lists, looks := f.Requests("/v1/listjobs"), f.Requests("/v1/describejobs"); lists > 2*looks {
		t.Errorf("%d lists, %d looks", lists, looks)
	}
}

// What Amazon is asked for begins an element again whose machine was taken away, and
// says what it needs.
func TestSubmission(t *testing.T) {
	f := awsbatchtest.Start(t)
	a := batch.Array{Name: "courant-a", Size: 3, Attempts: 40, Needs: batch.Resources{Threads: 4, Memory: 3<<30 + 1, GPUs: 2}}
	if _, err := system(t).Submit(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	text := f.Submitted()
	for _, want := range []string{
		`{"type":"VCPU","value":"4"}`, `{"type":"MEMORY","value":"3073"}`, `{"type":"GPU","value":"2"}`, `"attempts":10`,
		`{"action":"RETRY","onStatusReason":"Host EC2*"}`, `{"action":"RETRY","onExitCode":"75"}`, `{"name":"COURANT_INDEX_FROM","value":"AWS_BATCH_JOB_ARRAY_INDEX"}`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %s in %s", want, text)
		}
	}
	a.Name, a.Environment = "courant-b", map[string]string{"LARGE": strings.Repeat("x", 9000)}
	if _, err := system(t).Submit(t.Context(), a); err == nil || !strings.Contains(err.Error(), "AWS Batch takes 8192") {
		t.Errorf("%v", err)
	}
}

// A right that is missing is named.
func TestDenied(t *testing.T) {
	f := awsbatchtest.Start(t)
	f.Deny.Store(true)
	_, err := system(t).Submit(t.Context(), batch.Array{Name: "courant-a", Size: 1})
	if err == nil || !strings.Contains(err.Error(), "refuses batch:ListJobs") || !strings.Contains(err.Error(), "docs/aws.md") {
		t.Errorf("%v", err)
	}
	if _, err := awsbatch.New(t.Context(), awsbatch.Options{Queue: "queue"}); err == nil || !strings.Contains(err.Error(), "image") {
		t.Errorf("%v", err)
	}
}

// role makes one of an emulator that tells services apart by the signature's scope.
func role(t *testing.T, address string) string {
	t.Helper()
	form := url.Values{"Action": {"CreateRole"}, "Version": {"2010-05-08"}, "RoleName": {"batch"}, "AssumeRolePolicyDocument": {"{}"}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=b")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	_, arn, found := strings.Cut(string(text), "<Arn>")
	arn, _, _ = strings.Cut(arn, "</Arn>")
	if err != nil || !found {
		t.Fatalf("%v: %s", err, text)
	}
	return arn
}

// An emulator of Amazon's services takes what is sent. It runs no containers, and what it
// says of jobs has numbers such as 1.0 for whole ones, which Amazon's library refuses: so
// that is not looked at.
func TestMoto(t *testing.T) {
	server := cloudtest.Moto(t)
	r, err := http.Post("http://"+server.Address+"/moto-api/config", "application/json", strings.NewReader(`{"batch": {"use_docker": false}}`))
	if err != nil || r.StatusCode >= 300 {
		t.Fatal(r, err)
	}
	_ = r.Body.Close()
	c, err := amazon.Config(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	client := api.NewFromConfig(c)
	_, err = client.CreateComputeEnvironment(t.Context(), &api.CreateComputeEnvironmentInput{ComputeEnvironmentName: aws.String("machines"), Type: types.CETypeUnmanaged, State: types.CEStateEnabled, ServiceRole: aws.String(role(t, server.Address))})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.CreateJobQueue(t.Context(), &api.CreateJobQueueInput{JobQueueName: aws.String("queue"), Priority: aws.Int32(1), State: types.JQStateEnabled,
		ComputeEnvironmentOrder: []types.ComputeEnvironmentOrder{{ComputeEnvironment: aws.String("machines"), Order: aws.Int32(1)}}})
	if err != nil {
		t.Fatal(err)
	}
	s := system(t)
	for _, size := range []int{1, 3} {
		a := batch.Array{Name: fmt.Sprint("courant-", size), Size: size, Attempts: 2, Needs: batch.Resources{Threads: 1, Memory: 1 << 30}, Arguments: []string{"worker"}, Environment: map[string]string{"A": "b"}}
		for range 2 { // the second time it is there
			id, err := s.Submit(t.Context(), a)
			if err != nil || a.ID != "" && id != a.ID {
				t.Fatalf("%s, where it was %s: %v", id, a.ID, err)
			}
			a.ID = id
		}
		if err := s.Cancel(t.Context(), a, -1); err != nil {
			t.Errorf("what has ended is cancelled: %v", err)
		}
	}
}
