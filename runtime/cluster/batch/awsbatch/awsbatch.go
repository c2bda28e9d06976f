// Package awsbatch has the arrays of a batch run by AWS Batch, each as one array job.
//
// In: batch.Array, and Options that name the queue, the image and the roles. Out: a job of
// Amazon's, whose children are the elements. Nothing has to reach a container, nor a
// container this program. Start at New, and batch.Arrays, which makes a batch.Batch of it.
package awsbatch

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	api "github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/smithy-go"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/cloud/amazon"
)

// Options say where the elements of arrays run, and as what.
type Options struct {
	// Queue is the job queue, by its name or ARN. Whether its machines are spot machines, and
	// of which kind they are, its compute environments say.
	Queue string
	// Region is that of the queue; empty for that of the environment.
	Region string
	// Image is the container image of the workers, without an entry point.
	Image string
	// Command is what an element runs, before the arguments of its array; empty for courant.
	Command []string
	// JobRole is the ARN of the role as which the workers use the store and the queue; of a
	// run that nobody drives, the role that submits too.
	JobRole string
	// ExecutionRole is the ARN of the role that pulls the image and writes logs; Fargate
	// needs one.
	ExecutionRole string
	// LogGroup is where CloudWatch has what workers write; empty for /aws/batch/job.
	LogGroup string
}

// System is a job queue of AWS Batch. It implements batch.System.
type System struct {
	options Options
	jobs    *api.Client
	logs    *cloudwatchlogs.Client

	mu    sync.Mutex
	ended map[string]map[int]string // by the array's ID: as far as they were listed
}

// New reads how Amazon is reached, and asks it nothing. Errors: options that cannot be, and
// files of the AWS tools that cannot be read.
func New(ctx context.Context, o Options) (*System, error) {
	if o.Queue == "" || o.Image == "" {
		return nil, errors.New("give the job queue, as the host of the URL, and the container image of the workers by image: see docs/aws.md")
	}
	if len(o.Command) == 0 {
		o.Command = []string{"courant"}
	}
	if o.LogGroup == "" {
		o.LogGroup = "/aws/batch/job"
	}
	c, err := amazon.Config(ctx, o.Region)
	if err != nil {
		return nil, err
	}
	// Its limits are low, and whoever waits for a batch system is in no hurry.
	c.Retryer = func() aws.Retryer {
		return retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) {
			o.StandardOptions = append(o.StandardOptions, func(o *retry.StandardOptions) { o.MaxAttempts = 8 })
		})
	}
	return &System{options: o, jobs: api.NewFromConfig(c), logs: cloudwatchlogs.NewFromConfig(c), ended: map[string]map[int]string{}}, nil
}

// explain says of an error what is missing.
func explain(action string, err error) error {
	if err == nil {
		return nil
	}
	var denied smithy.APIError
	if errors.As(err, &denied) && strings.HasPrefix(denied.ErrorCode(), "AccessDenied") {
		return fmt.Errorf("AWS Batch refuses batch:%s; give the user, or the role of the workers of a run that nobody drives, the policy in docs/aws.md: %w", action, err)
	}
	err, passes := amazon.Fault(err)
	if passes {
		return batch.Away(fmt.Errorf("AWS Batch does not answer %s: %w", action, err))
	}
	return fmt.Errorf("AWS Batch: %s: %w", action, err)
}

// Most implements batch.System.
func (*System) Most() int { return 10_000 }

// mostOverrides is what an element's command and environment may have, in bytes.
const mostOverrides = 8192

// definition is the job definition of the options, which is registered unless it is
// there: its name is made of all that it says.
func (s *System) definition(ctx context.Context) (string, error) {
	o := s.options
	text, err := json.Marshal([]any{o.Image, o.JobRole, o.ExecutionRole, o.LogGroup})
	if err != nil {
		return "", err
	}
	name := fmt.Sprintf("courant-%x", sha256.Sum256(text))[:40]
	there, err := s.jobs.DescribeJobDefinitions(ctx, &api.DescribeJobDefinitionsInput{JobDefinitionName: &name, Status: aws.String("ACTIVE")})
	if err != nil {
		return "", explain("DescribeJobDefinitions", err)
	}
	if len(there.JobDefinitions) > 0 {
		return aws.ToString(there.JobDefinitions[0].JobDefinitionArn), nil
	}
	container := &types.ContainerProperties{
		Image: &o.Image, LogConfiguration: &types.LogConfiguration{LogDriver: types.LogDriverAwslogs, Options: map[string]string{"awslogs-group": o.LogGroup}},
		ResourceRequirements: resources(batch.Resources{Threads: 1, Memory: 2 << 30}),
	}
	if o.JobRole != "" {
		container.JobRoleArn = &o.JobRole
	}
	if o.ExecutionRole != "" {
		container.ExecutionRoleArn = &o.ExecutionRole
	}
	made, err := s.jobs.RegisterJobDefinition(ctx, &api.RegisterJobDefinitionInput{JobDefinitionName: &name, Type: types.JobDefinitionTypeContainer, ContainerProperties: container})
	if err != nil {
		return "", explain("RegisterJobDefinition", err)
	}
	return aws.ToString(made.JobDefinitionArn), nil
}

// resources are what an element needs, as far as it says.
func resources(n batch.Resources) (out []types.ResourceRequirement) {
	add := func(kind types.ResourceType, value int64) {
		if value > 0 {
			out = append(out, types.ResourceRequirement{Type: kind, Value: aws.String(strconv.FormatInt(value, 10))})
		}
	}
	add(types.ResourceTypeVcpu, int64(n.Threads*max(1, n.Ranks)))
	add(types.ResourceTypeMemory, (n.Memory+1<<20-1)>>20)
	add(types.ResourceTypeGpu, int64(n.GPUs))
	return out
}

// Submit implements batch.System. Amazon takes any number of jobs of a name: one that is
// there is looked for first, so that two at the same moment may become two arrays.
func (s *System) Submit(ctx context.Context, a batch.Array) (id string, err error) {
	known, err := s.jobs.ListJobs(ctx, &api.ListJobsInput{JobQueue: &s.options.Queue, Filters: []types.KeyValuesPair{{Name: aws.String("JOB_NAME"), Values: []string{a.Name}}}})
	if err != nil {
		return "", explain("ListJobs", err)
	}
	if len(known.JobSummaryList) > 0 {
		return aws.ToString(known.JobSummaryList[0].JobId), nil
	}
	definition, err := s.definition(ctx)
	if err != nil {
		return "", err
	}
	environment := maps.Clone(a.Environment)
	if environment == nil {
		environment = map[string]string{}
	}
	// An array has two elements at least.
	if a.Size > 1 {
		environment[batch.IndexFromVariable] = "AWS_BATCH_JOB_ARRAY_INDEX"
	} else {
		environment[batch.IndexVariable] = "0"
	}
	overrides := &types.ContainerOverrides{Command: slices.Concat(s.options.Command, a.Arguments), ResourceRequirements: resources(a.Needs)}
	bytes := len(strings.Join(overrides.Command, " "))
	for _, name := range slices.Sorted(maps.Keys(environment)) {
		overrides.Environment = append(overrides.Environment, types.KeyValuePair{Name: aws.String(name), Value: aws.String(environment[name])})
		bytes += len(name) + len(environment[name])
	}
	if bytes > mostOverrides {
		return "", fmt.Errorf("command and environment of an element have %d bytes; AWS Batch takes %d", bytes, mostOverrides)
	}
	again := func(e types.EvaluateOnExit) types.EvaluateOnExit {
		e.Action = types.RetryActionRetry
		return e
	}
	in := &api.SubmitJobInput{
		JobName: &a.Name, JobQueue: &s.options.Queue, JobDefinition: &definition, ContainerOverrides: overrides,
		RetryStrategy: &types.RetryStrategy{
			// Amazon counts machines that are taken away as attempts too.
			Attempts: aws.Int32(int32(min(max(a.Attempts, 1), 10))),
			EvaluateOnExit: []types.EvaluateOnExit{
				again(types.EvaluateOnExit{OnStatusReason: aws.String("Host EC2*")}),
				again(types.EvaluateOnExit{OnExitCode: aws.String(strconv.Itoa(batch.Leaving))}),
				again(types.EvaluateOnExit{OnReason: aws.String("*")}),
			},
		},
	}
	if a.Size > 1 {
		in.ArrayProperties = &types.ArrayProperties{Size: aws.Int32(int32(a.Size))}
	}
	out, err := s.jobs.SubmitJob(ctx, in)
	if err != nil {
		return "", explain("SubmitJob", err)
	}
	return aws.ToString(out.JobId), nil
}

// over are the states of a job that is.
var over = []types.JobStatus{types.JobStatusSucceeded, types.JobStatusFailed}

// Ended implements batch.System. Children are listed only when others have ended.
func (s *System) Ended(ctx context.Context, a batch.Array) (map[int]string, error) {
	out, err := s.jobs.DescribeJobs(ctx, &api.DescribeJobsInput{Jobs: []string{a.ID}})
	if err != nil {
		return nil, explain("DescribeJobs", err)
	}
	all := func(how string) map[int]string {
		ended := make(map[int]string, a.Size)
		for i := range a.Size {
			ended[i] = how
		}
		return ended
	}
	if len(out.Jobs) == 0 { // as a day after its end
		return all("AWS Batch knows it no more"), nil
	}
	job := out.Jobs[0]
	whole := slices.Contains(over, job.Status)
	if a.Size == 1 || job.ArrayProperties == nil {
		if !whole {
			return nil, nil
		}
		return all(string(job.Status)), nil
	}
	count := 0
	for _, status := range over {
		count += int(job.ArrayProperties.StatusSummary[string(status)])
	}
	s.mu.Lock()
	ended := s.ended[a.ID]
	s.mu.Unlock()
	if len(ended) < count {
		if ended, err = s.list(ctx, a); err != nil {
			return nil, err
		}
		s.mu.Lock()
		s.ended[a.ID] = ended
		s.mu.Unlock()
	}
	if whole { // those that were never begun are over with it
		rest := all(string(job.Status))
		maps.Copy(rest, ended)
		return rest, nil
	}
	return maps.Clone(ended), nil
}

// list are the children of an array that are over.
func (s *System) list(ctx context.Context, a batch.Array) (map[int]string, error) {
	ended := map[int]string{}
	for _, status := range over {
		pages := api.NewListJobsPaginator(s.jobs, &api.ListJobsInput{ArrayJobId: &a.ID, JobStatus: status})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, explain("ListJobs", err)
			}
			for _, j := range page.JobSummaryList {
				if j.ArrayProperties != nil && j.ArrayProperties.Index != nil {
					ended[int(*j.ArrayProperties.Index)] = strings.TrimSpace(string(status) + " " + aws.ToString(j.StatusReason))
				}
			}
		}
	}
	return ended, nil
}

// child is the name of an element's job.
func child(a batch.Array, index int) string {
	if a.Size == 1 {
		return a.ID
	}
	return fmt.Sprintf("%s:%d", a.ID, index)
}

// lastEvents is how many lines of an element's log are shown.
const lastEvents = 20

// LastWords implements batch.System.
func (s *System) LastWords(ctx context.Context, a batch.Array, index int) string {
	out, err := s.jobs.DescribeJobs(ctx, &api.DescribeJobsInput{Jobs: []string{child(a, index)}})
	if err != nil || len(out.Jobs) == 0 {
		return ""
	}
	job := out.Jobs[0]
	words := []string{aws.ToString(job.StatusReason)}
	if n := len(job.Attempts); n > 0 && job.Attempts[n-1].Container != nil {
		c := job.Attempts[n-1].Container
		words = append(words, aws.ToString(c.Reason))
		if c.ExitCode != nil {
			words = append(words, fmt.Sprintf("exit code %d", *c.ExitCode))
		}
		if c.LogStreamName != nil {
			events, err := s.logs.GetLogEvents(ctx, &cloudwatchlogs.GetLogEventsInput{LogGroupName: &s.options.LogGroup, LogStreamName: c.LogStreamName, Limit: aws.Int32(lastEvents)})
			if err == nil {
				for _, e := range events.Events {
					words = append(words, aws.ToString(e.Message))
				}
			}
		}
	}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), "; ")
}

// Cancel implements batch.System.
func (s *System) Cancel(ctx context.Context, a batch.Array, index int) error {
	job := a.ID
	if index >= 0 {
		job = child(a, index)
	}
	_, err := s.jobs.TerminateJob(ctx, &api.TerminateJobInput{JobId: &job, Reason: aws.String("courant gave it up")})
	return explain("TerminateJob", err)
}

// Forget implements batch.System: Amazon forgets jobs by itself, a day after their end.
func (s *System) Forget(_ context.Context, a batch.Array) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.ended, a.ID)
	return nil
}
