// Package awsbatch has the arrays of a batch run by AWS Batch, each as one array job.
//
// In: batch.Array, and Options that name the queue, the image and the roles. Out: a job of
// Amazon's, whose children are the elements. Nothing has to reach a container, nor a
// container this program. Start at New, and batch.Arrays, which makes a batch.Batch of it.
package awsbatch

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	api "github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/cloud/amazon"
)

// System is a job queue of AWS Batch. It implements batch.System.
type System struct {
	options Options
	jobs    *api.Client
	logs    *cloudwatchlogs.Client

	mu   sync.Mutex
	seen map[string]*children // by the array's ID
}

// children are those of an array that are over, by how they ended, as far as they were
// listed.
type children struct {
	sync.Mutex
	ended map[types.JobStatus]map[int]string
	next  time.Time // when they may be listed again
}

// New reads how Amazon is reached, and asks it nothing. Errors: options that cannot be, no
// region, and files of the AWS tools that cannot be read.
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
	if c.Region == "" {
		return nil, errors.New("the region of the job queue is not known: give region in the URL, or AWS_REGION")
	}
	// Its limits are low, and whoever waits for a batch system is in no hurry.
	c.Retryer = func() aws.Retryer {
		return retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) {
			o.StandardOptions = append(o.StandardOptions, func(o *retry.StandardOptions) { o.MaxAttempts = tries })
		})
	}
	return &System{options: o, jobs: api.NewFromConfig(c), logs: cloudwatchlogs.NewFromConfig(c), seen: map[string]*children{}}, nil
}

// Most implements batch.System.
func (*System) Most() int { return 10_000 }

// over are the states of a job that is.
var over = []types.JobStatus{types.JobStatusSucceeded, types.JobStatusFailed}

// Ended implements batch.System: how many children are over takes one request.
func (s *System) Ended(ctx context.Context, a batch.Array) (map[int]string, error) {
	out, err := s.jobs.DescribeJobs(ctx, &api.DescribeJobsInput{Jobs: []string{a.ID}})
	if err != nil {
		return nil, explain("batch:DescribeJobs", err)
	}
	all := func(how string) map[int]string {
		ended := make(map[int]string, a.Size)
		for i := range a.Size {
			ended[i] = how
		}
		return ended
	}
	if len(out.Jobs) == 0 { // as some days after its end
		return all("AWS Batch knows it no more"), nil
	}
	job := out.Jobs[0]
	whole := slices.Contains(over, job.Status)
	ended := map[int]string{}
	if whole { // those that were never begun are over with it
		ended = all(how(job.Status, job.StatusReason))
	}
	if a.Size == 1 || job.ArrayProperties == nil { // a single job
		return ended, nil
	}
	return ended, s.children(ctx, a, job.ArrayProperties.StatusSummary, whole, ended)
}

// children adds those of an array that are over. They are listed only where the summary,
// which has their number by status, tells of others; and as a list of thousands takes many
// requests, for a tenth of the time at most, until the whole array is over.
func (s *System) children(ctx context.Context, a batch.Array, summary map[string]int32, whole bool, ended map[int]string) error {
	s.mu.Lock()
	known := s.seen[a.ID]
	if known == nil {
		known = &children{ended: map[types.JobStatus]map[int]string{}}
		s.seen[a.ID] = known
	}
	s.mu.Unlock()
	known.Lock()
	defer known.Unlock()
	if begun := time.Now(); whole || begun.After(known.next) {
		for _, status := range over {
			if len(known.ended[status]) >= int(summary[string(status)]) {
				continue
			}
			listed, err := s.list(ctx, a, status)
			if err != nil {
				return err
			}
			known.ended[status] = listed
		}
		known.next = time.Now().Add(9 * time.Since(begun))
	}
	for _, listed := range known.ended {
		maps.Copy(ended, listed)
	}
	return nil
}

// list are the children of an array with a status.
func (s *System) list(ctx context.Context, a batch.Array, status types.JobStatus) (map[int]string, error) {
	listed := map[int]string{}
	pages := api.NewListJobsPaginator(s.jobs, &api.ListJobsInput{ArrayJobId: &a.ID, JobStatus: status})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain("batch:ListJobs", err)
		}
		for _, j := range page.JobSummaryList {
			if j.ArrayProperties != nil && j.ArrayProperties.Index != nil {
				listed[int(*j.ArrayProperties.Index)] = how(status, j.StatusReason)
			}
		}
	}
	return listed, nil
}

// how is the end of a job in Amazon's words.
func how(status types.JobStatus, reason *string) string {
	return strings.TrimSpace(string(status) + " " + aws.ToString(reason))
}

// child is the name of an element's job.
func child(a batch.Array, index int) string {
	if a.Size == 1 {
		return a.ID
	}
	return fmt.Sprintf("%s:%d", a.ID, index)
}

// Cancel implements batch.System.
func (s *System) Cancel(ctx context.Context, a batch.Array, index int) error {
	job := a.ID
	if index >= 0 {
		job = child(a, index)
	}
	_, err := s.jobs.TerminateJob(ctx, &api.TerminateJobInput{JobId: &job, Reason: aws.String("courant gave it up")})
	return explain("batch:TerminateJob", err)
}

// Forget implements batch.System: Amazon forgets jobs by itself, some days after their end.
// Their definition stays for the next array.
func (s *System) Forget(_ context.Context, a batch.Array) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.seen, a.ID)
	return nil
}
