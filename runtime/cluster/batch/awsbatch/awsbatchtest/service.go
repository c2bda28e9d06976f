// Package awsbatchtest has a service that speaks as AWS Batch does, as far as package
// awsbatch uses it, and runs the elements of its jobs as processes of this machine.
package awsbatchtest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/batch/systemtest"
)

type object = map[string]any

// Service is the job queue "queue", whose elements a Machine runs.
type Service struct {
	*systemtest.Machine
	Throttle atomic.Int32 // so many requests that come are refused as too many
	Deny     atomic.Bool  // all are refused for want of a right

	t           testing.TB
	mu          sync.Mutex
	definitions map[string]bool
	jobs        map[string]batch.Array // by ID
	submitted   object                 // the last submission
	requests    map[string]int         // by path
}

// Submitted is the last submission, as JSON.
func (s *Service) Submitted() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, err := json.Marshal(s.submitted)
	if err != nil {
		s.t.Error(err)
	}
	return string(text)
}

// Requests is how many there were of a path.
func (s *Service) Requests(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests[path]
}

// Start starts it until the end of the test, and sets the environment by which clients of
// AWS Batch find it. Command is what elements run, empty for this program, in place of
// the program courant of the image "image".
func Start(t *testing.T, command ...string) *Service {
	m := &systemtest.Machine{Folder: systemtest.Folder{Path: t.TempDir()}, Command: command, Index: "AWS_BATCH_JOB_ARRAY_INDEX"}
	m.Start(t)
	s := &Service{t: t, Machine: m, definitions: map[string]bool{}, jobs: map[string]batch.Array{}, requests: map[string]int{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_BATCH": server.URL, "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": server.URL, "AWS_REGION": "eu-west-1",
		"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
	return s
}

// ServeHTTP implements http.Handler.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fail := func(status int, code string) {
		w.Header().Set("X-Amzn-Errortype", code)
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(object{"message": "so it is"})
	}
	if s.Throttle.Add(-1) >= 0 {
		fail(http.StatusTooManyRequests, "TooManyRequestsException")
		return
	}
	if s.Deny.Load() {
		fail(http.StatusForbidden, "AccessDeniedException")
		return
	}
	var in struct {
		JobName, JobQueue, JobDefinition, JobDefinitionName, ArrayJobId, JobStatus, JobId string

		Jobs               []string
		Filters            []struct{ Values []string }
		ArrayProperties    struct{ Size int }
		RetryStrategy      struct{ Attempts int }
		ContainerOverrides struct {
			Command     []string
			Environment []struct{ Name, Value string }
		}
		ContainerProperties struct{ Image string }
	}
	text := json.NewDecoder(r.Body)
	var raw object
	if err := text.Decode(&raw); err != nil {
		s.t.Error(err)
	}
	again, _ := json.Marshal(raw)
	if err := json.Unmarshal(again, &in); err != nil {
		s.t.Error(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests[r.URL.Path]++
	out := object{}
	switch r.URL.Path {
	case "/v1/describejobdefinitions":
		list := []object{}
		if s.definitions[in.JobDefinitionName] {
			list = append(list, object{"jobDefinitionArn": "arn:" + in.JobDefinitionName, "revision": 1, "jobDefinitionName": in.JobDefinitionName, "type": "container"})
		}
		out["jobDefinitions"] = list
	case "/v1/registerjobdefinition":
		if in.ContainerProperties.Image != "image" {
			s.t.Errorf("the image %q", in.ContainerProperties.Image)
		}
		s.definitions[in.JobDefinitionName] = true
		out = object{"jobDefinitionArn": "arn:" + in.JobDefinitionName, "jobDefinitionName": in.JobDefinitionName, "revision": 1}
	case "/v1/submitjob":
		s.submitted = raw
		a := batch.Array{Name: in.JobName, ID: "id-" + in.JobName, Size: max(1, in.ArrayProperties.Size), Attempts: in.RetryStrategy.Attempts, Arguments: in.ContainerOverrides.Command[1:], Environment: map[string]string{}}
		for _, e := range in.ContainerOverrides.Environment {
			a.Environment[e.Name] = e.Value
		}
		if in.JobQueue != "queue" || !strings.HasPrefix(in.JobDefinition, "arn:courant-") || in.ContainerOverrides.Command[0] != "courant" || a.Size == 1 && in.ArrayProperties.Size == 1 {
			s.t.Errorf("this is submitted: %v", raw)
		}
		if _, err := s.Submit(r.Context(), a); err != nil {
			s.t.Error(err)
		}
		s.jobs[a.ID] = a
		out = object{"jobId": a.ID, "jobName": a.Name}
	case "/v1/listjobs":
		out["jobSummaryList"] = s.list(in.ArrayJobId, in.JobStatus, in.Filters)
	case "/v1/describejobs":
		list := []object{}
		for _, id := range in.Jobs {
			if j := s.describe(id); j != nil {
				list = append(list, j)
			}
		}
		out["jobs"] = list
	case "/v1/terminatejob":
		id, index, one := strings.Cut(in.JobId, ":")
		at := -1
		if a := s.jobs[id]; one {
			_, _ = fmt.Sscan(index, &at)
		} else if a.Size == 1 {
			at = 0
		}
		if err := s.Cancel(r.Context(), s.jobs[id], at); err != nil {
			s.t.Error(err)
		}
	default:
		if r.Header.Get("X-Amz-Target") != "Logs_20140328.GetLogEvents" {
			s.t.Errorf("a request of %s", r.URL.Path)
		}
		stream, _ := raw["logStreamName"].(string)
		id, index, _ := strings.Cut(stream, "/")
		var at int
		_, _ = fmt.Sscan(index, &at)
		out["events"] = []object{{"message": s.LastWords(r.Context(), s.jobs[id], at), "timestamp": 1}}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out)
}

// state is that of an element.
func state(ended map[int]string, index int) string {
	switch how, over := ended[index]; {
	case !over:
		return "RUNNING"
	case how == "ended well":
		return "SUCCEEDED"
	}
	return "FAILED"
}

func (s *Service) list(array, status string, filters []struct{ Values []string }) []object {
	out := []object{}
	if len(filters) > 0 {
		for id, a := range s.jobs {
			if a.Name == filters[0].Values[0] {
				out = append(out, object{"jobId": id, "jobName": a.Name})
			}
		}
		return out
	}
	a := s.jobs[array]
	ended, err := s.Ended(context.Background(), a)
	if err != nil {
		s.t.Error(err)
	}
	for i := range a.Size {
		if state(ended, i) == status {
			out = append(out, object{"jobId": fmt.Sprint(array, ":", i), "jobName": a.Name, "arrayProperties": object{"index": i, "size": 0}, "statusReason": ended[i]})
		}
	}
	return out
}

func (s *Service) describe(id string) object {
	id, index, one := strings.Cut(id, ":")
	a, ok := s.jobs[id]
	if !ok {
		return nil
	}
	ended, err := s.Ended(context.Background(), a)
	if err != nil {
		s.t.Error(err)
	}
	j := object{"jobId": id, "jobName": a.Name, "jobQueue": "queue", "jobDefinition": "d", "startedAt": 1, "status": "RUNNING"}
	if one || a.Size == 1 {
		at := 0
		_, _ = fmt.Sscan(index, &at)
		j["status"], j["statusReason"] = state(ended, at), ended[at]
		j["attempts"] = []object{{"container": object{"exitCode": 3, "reason": "Essential container exited", "logStreamName": fmt.Sprint(id, "/", at)}}}
		return j
	}
	counts := map[string]int{}
	for i := range a.Size {
		counts[state(ended, i)]++
	}
	if counts["RUNNING"] == 0 {
		j["status"] = "FAILED"
	}
	j["arrayProperties"] = object{"size": a.Size, "statusSummary": counts}
	return j
}
