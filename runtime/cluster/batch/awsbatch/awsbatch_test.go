package awsbatch_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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

// An element whose spot machine is taken away is begun again, as often as the array says
// and no oftener; what it wrote then is told.
func TestSpot(t *testing.T) {
	begun := filepath.Join(t.TempDir(), "begun")
	f := awsbatchtest.Start(t, "/bin/sh", "-c", `echo $AWS_BATCH_JOB_ARRAY_INDEX >> "$BEGUN"; echo out of luck; exec sleep 60`)
	s := system(t)
	a := batch.Array{Name: "courant-a", Size: 2, Attempts: 3, Environment: map[string]string{"BEGUN": begun}}
	var err error
	if a.ID, err = s.Submit(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	for attempt := range a.Attempts {
		for start := time.Now(); ; time.Sleep(10 * time.Millisecond) {
			text, _ := os.ReadFile(begun)
			if n := bytes.Count(text, []byte("\n")); n == a.Size*(attempt+1) {
				break
			} else if n > a.Size*(attempt+1) || time.Since(start) > time.Minute {
				t.Fatalf("attempt %d: %d elements were begun", attempt, n)
			}
		}
		if ended, err := s.Ended(t.Context(), a); err != nil || len(ended) != 0 {
			t.Errorf("attempt %d: %v, %v", attempt, ended, err)
		}
		time.Sleep(200 * time.Millisecond) // what was begun says so before the machine knows it
		if n := f.Kill(); n != a.Size {
			t.Fatalf("attempt %d: %d elements ran", attempt, n)
		}
	}
	for start := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		ended, err := s.Ended(t.Context(), a)
		if err == nil && len(ended) == a.Size && strings.HasPrefix(ended[1], "FAILED") {
			break
		} else if time.Since(start) > time.Minute {
			t.Fatalf("%v, %v", ended, err)
		}
	}
	if words := s.LastWords(t.Context(), a, 1); !strings.Contains(words, "out of luck") {
		t.Errorf("%q", words)
	}
}

func TestLastWords(t *testing.T) {
	awsbatchtest.Start(t, "/bin/sh", "-c", "echo out of memory; exit 3")
	s := system(t)
	for _, size := range []int{1, 2} {
		a := batch.Array{Name: fmt.Sprint("courant-", size), Size: size, Attempts: 1}
		var err error
		if a.ID, err = s.Submit(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		for start := time.Now(); ; time.Sleep(10 * time.Millisecond) {
			ended, err := s.Ended(t.Context(), a)
			if err == nil && len(ended) == size {
				break
			} else if time.Since(start) > time.Minute {
				t.Fatalf("%v, %v", ended, err)
			}
		}
		if words := s.LastWords(t.Context(), a, size-1); words != "exit status 3; Essential container exited; exit code 3; out of memory" {
			t.Errorf("%q", words)
		}
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
