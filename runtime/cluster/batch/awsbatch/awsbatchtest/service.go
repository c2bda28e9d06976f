// Package awsbatchtest has a service that speaks as AWS Batch does, as far as package
// awsbatch uses it, and runs the elements of its jobs as processes of this machine.
package awsbatchtest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
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
	Lose     atomic.Int32 // so many submissions that come are carried out, and not answered
	Denied   atomic.Value // a right, such as batch:ListJobs, that is missing

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
	fail := func(status int, code, message string) {
		w.Header().Set("X-Amzn-Errortype", code)
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(object{"message": message})
	}
	if s.Throttle.Add(-1) >= 0 {
		fail(http.StatusTooManyRequests, "TooManyRequestsException", "Too Many Requests")
		return
	}
	var in struct {
		JobName, JobQueue, JobDefinition, JobDefinitionName, ArrayJobId, JobStatus, JobId string

		Jobs            []string
		Filters         []struct{ Values []string }
		ArrayProperties struct{ Size int }
		RetryStrategy   struct {
			Attempts       int
			EvaluateOnExit []rule
		}
		ContainerOverrides struct {
			Command     []string
			Environment []struct{ Name, Value string }
		}
		ContainerProperties struct{ Image, JobRoleArn string }
		NextToken           string
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
	if denied, _ := s.Denied.Load().(string); denied != "" && slices.Contains(rights(r, in.ContainerProperties.JobRoleArn), strings.ToLower(denied)) {
		fail(http.StatusForbidden, "AccessDeniedException", "User: arn:aws:iam::1:user/a is not authorized to perform: "+denied+" on resource: *")
		return
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
		if !begins(in.RetryStrategy.EvaluateOnExit) {
			a.Attempts = 1
		}
		if _, err := s.Submit(r.Context(), a); err != nil {
			s.t.Error(err)
		}
		s.jobs[a.ID] = a
		if s.Lose.Add(-1) >= 0 {
			panic(http.ErrAbortHandler)
		}
		out = object{"jobId": a.ID, "jobName": a.Name}
	case "/v1/listjobs":
		list := s.list(in.ArrayJobId, in.JobStatus, in.Filters)
		from, _ := strconv.Atoi(in.NextToken)
		to := min(from+page, len(list))
		if out["jobSummaryList"] = list[from:to]; to < len(list) {
			out["nextToken"] = strconv.Itoa(to)
		}
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

// page is how many jobs are listed at a time: few, so that tests see several pages.
const page = 2

// rights are those that a request takes, in lower case.
func rights(r *http.Request, role string) (all []string) {
	if _, logs, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "."); ok {
		return []string{"logs:" + strings.ToLower(logs)}
	}
	all = []string{"batch:" + strings.TrimPrefix(r.URL.Path, "/v1/")}
	if role != "" {
		all = append(all, "iam:passrole")
	}
	return all
}

// rule says what follows of some ends of an element. The first that fits decides; where
// none does, the element is begun again.
type rule struct{ Action, OnStatusReason, OnReason, OnExitCode string }

func (r rule) fits(statusReason, reason, exitCode string) bool {
	for pattern, text := range map[string]string{r.OnStatusReason: statusReason, r.OnReason: reason, r.OnExitCode: exitCode} {
		start, open := strings.CutSuffix(pattern, "*")
		if pattern != "" && text != pattern && !(open && strings.HasPrefix(text, start)) {
			return false
		}
	}
	return true
}

// begins reports whether elements are begun again whose machine was taken away, that were
// told to leave, and that died.
func begins(rules []rule) bool {
	for _, end := range [][3]string{
		{"Host EC2 (instance i-0a1b2c3d4e5f) terminated.", "", ""},
		{"Essential container in task exited", "", "75"},
		{"Essential container in task exited", "OutOfMemoryError: Container killed due to memory usage", "137"},
		{"Essential container in task exited", "", "3"},
	} {
		first := slices.IndexFunc(rules, func(r rule) bool { return r.fits(end[0], end[1], end[2]) })
		if first >= 0 && rules[first].Action != "RETRY" {
			return false
		}
	}
	return true
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
		exit := 0
		_, _ = fmt.Sscanf(ended[at], "exit status %d", &exit)
		j["attempts"] = []object{{"container": object{"exitCode": exit, "reason": "Essential container exited", "logStreamName": fmt.Sprint(id, "/", at)}}}
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
