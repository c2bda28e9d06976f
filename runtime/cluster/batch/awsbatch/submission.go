package awsbatch

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	api "github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/cloud/amazon"
)

// tries is how often a request is made that Amazon does not answer, or refuses as one too
// many.
const tries = 8

// Submit implements batch.System. Amazon takes any number of jobs of a name: one that is
// there is looked for first, so that two at the same moment may become two arrays.
func (s *System) Submit(ctx context.Context, a batch.Array) (id string, err error) {
	overrides, err := s.overrides(a)
	if err != nil {
		return "", err
	}
	definition, err := s.definition(ctx)
	if err != nil {
		return "", err
	}
	in := &api.SubmitJobInput{JobName: &a.Name, JobQueue: &s.options.Queue, JobDefinition: &definition, ContainerOverrides: overrides, RetryStrategy: attempts(a)}
	if a.Size > 1 {
		in.ArrayProperties = &types.ArrayProperties{Size: aws.Int32(int32(a.Size))}
	}
	wait := retry.NewExponentialJitterBackoff(20 * time.Second)
	for try := 1; ; try++ {
		if id, err := s.named(ctx, a.Name); id != "" || err != nil {
			return id, err
		}
		// Of a request that got lost nobody knows whether it was carried out: the name tells.
		out, err := s.jobs.SubmitJob(ctx, in, func(o *api.Options) { o.RetryMaxAttempts = 1 })
		if err == nil {
			return aws.ToString(out.JobId), nil
		}
		if _, passes := amazon.Fault(err); !passes || try == tries {
			return "", explain("batch:SubmitJob", err)
		}
		delay, _ := wait.BackoffDelay(try, err)
		select {
		case <-time.After(delay):
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
}

// named is the job of a name; "" where there is none.
func (s *System) named(ctx context.Context, name string) (id string, err error) {
	pages := api.NewListJobsPaginator(s.jobs, &api.ListJobsInput{JobQueue: &s.options.Queue, Filters: []types.KeyValuesPair{{Name: aws.String("JOB_NAME"), Values: []string{name}}}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", explain("batch:ListJobs", err)
		}
		if len(page.JobSummaryList) > 0 {
			return aws.ToString(page.JobSummaryList[0].JobId), nil
		}
	}
	return "", nil
}

// definition is the job definition of the options, which is registered unless it is
// there: its name is made of all that it says.
func (s *System) definition(ctx context.Context) (arn string, err error) {
	o := s.options
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
	text, err := json.Marshal(container)
	if err != nil {
		return "", err
	}
	name := fmt.Sprintf("courant-%x", sha256.Sum256(text))[:40]
	there, err := s.jobs.DescribeJobDefinitions(ctx, &api.DescribeJobDefinitionsInput{JobDefinitionName: &name, Status: aws.String("ACTIVE")})
	if err != nil {
		return "", explain("batch:DescribeJobDefinitions", err)
	}
	if len(there.JobDefinitions) > 0 {
		return aws.ToString(there.JobDefinitions[0].JobDefinitionArn), nil
	}
	made, err := s.jobs.RegisterJobDefinition(ctx, &api.RegisterJobDefinitionInput{JobDefinitionName: &name, Type: types.JobDefinitionTypeContainer, ContainerProperties: container})
	if err != nil {
		return "", explain("batch:RegisterJobDefinition", err)
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
	add(types.ResourceTypeVcpu, int64(n.Threads)*int64(max(1, n.Ranks)))
	add(types.ResourceTypeMemory, (n.Memory+1<<20-1)>>20) // MiB
	add(types.ResourceTypeGpu, int64(n.GPUs))
	return out
}

// mostOverrides is what Amazon takes of an element's overrides, in bytes of JSON, and
// ownOverrides how many of these are left to the variables that it adds itself. What is
// longer it accepts, and has every element fail.
const (
	mostOverrides = 8192
	ownOverrides  = 1024
)

// overrides are what the elements of an array have in place of what the definition says.
func (s *System) overrides(a batch.Array) (*types.ContainerOverrides, error) {
	o := &types.ContainerOverrides{Command: slices.Concat(s.options.Command, a.Arguments), ResourceRequirements: resources(a.Needs)}
	environment := maps.Clone(a.Environment)
	if environment == nil {
		environment = map[string]string{}
	}
	if a.Size > 1 {
		environment[batch.IndexFromVariable] = "AWS_BATCH_JOB_ARRAY_INDEX"
	} else { // an array of Amazon's has two elements at least
		environment[batch.IndexVariable] = "0"
	}
	longest := ""
	for _, name := range slices.Sorted(maps.Keys(environment)) {
		o.Environment = append(o.Environment, types.KeyValuePair{Name: aws.String(name), Value: aws.String(environment[name])})
		if len(environment[name]) > len(environment[longest]) {
			longest = name
		}
	}
	text, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	if len(text) > mostOverrides-ownOverrides {
		return nil, batch.Permanent(fmt.Errorf("the command and the environment of an element have %d bytes as JSON, and AWS Batch takes %d beside its own: give shorter ones; the longest variable is %s, with %d bytes", len(text), mostOverrides-ownOverrides, longest, len(environment[longest])))
	}
	return o, nil
}

// attempts has elements begun again whatever their end, until they were begun often
// enough: Amazon counts machines that were taken away too.
func attempts(a batch.Array) *types.RetryStrategy {
	again := func(e types.EvaluateOnExit) types.EvaluateOnExit {
		e.Action = types.RetryActionRetry
		return e
	}
	return &types.RetryStrategy{
		Attempts: aws.Int32(int32(min(max(a.Attempts, 1), 10))),
		EvaluateOnExit: []types.EvaluateOnExit{
			again(types.EvaluateOnExit{OnStatusReason: aws.String("Host EC2*")}),
			again(types.EvaluateOnExit{OnExitCode: aws.String(strconv.Itoa(batch.Leaving))}),
			again(types.EvaluateOnExit{OnReason: aws.String("*")}),
		},
	}
}
