package awsbatch

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/courant-pde/courant/runtime/cluster/batch"
)

// lastEvents is how many lines of an element's log are shown.
const lastEvents = 20

// LastWords implements batch.System: why the element ended as Amazon sees it, and the end
// of the log of its last attempt, or why that cannot be read.
func (s *System) LastWords(ctx context.Context, a batch.Array, index int) string {
	out, err := s.jobs.DescribeJobs(ctx, &api.DescribeJobsInput{Jobs: []string{child(a, index)}})
	if err != nil {
		return explain("batch:DescribeJobs", err).Error()
	}
	if len(out.Jobs) == 0 {
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
			words = append(words, s.log(ctx, *c.LogStreamName)...)
		}
	}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), "; ")
}

// log is the end of a stream of the log group.
func (s *System) log(ctx context.Context, stream string) (lines []string) {
	events, err := s.logs.GetLogEvents(ctx, &cloudwatchlogs.GetLogEventsInput{LogGroupName: &s.options.LogGroup, LogStreamName: &stream, Limit: aws.Int32(lastEvents)})
	if err != nil {
		return []string{"its log cannot be read: " + explain("logs:GetLogEvents", err).Error()}
	}
	for _, e := range events.Events {
		lines = append(lines, aws.ToString(e.Message))
	}
	return lines
}
