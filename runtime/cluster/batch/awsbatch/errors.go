package awsbatch

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/smithy-go"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/cloud/amazon"
)

// refused finds the right that is missing in what Amazon says: it may be another than
// that of the request, as to register a definition with a role takes iam:PassRole.
var refused = regexp.MustCompile(`not authorized to perform: ([a-z0-9-]+:[A-Za-z]+)`)

// explain says what to do about the error of a request, which takes the right such as
// batch:ListJobs, and whether waiting may mend it.
func explain(right string, err error) error {
	if err == nil {
		return nil
	}
	var said smithy.APIError
	if errors.As(err, &said) {
		named := refused.FindStringSubmatch(said.ErrorMessage())
		if named != nil {
			right = named[1]
		}
		if named != nil || strings.HasPrefix(said.ErrorCode(), "AccessDenied") {
			return fmt.Errorf("AWS refuses %s: give that right to the user, or to the job role of a run that nobody drives, by the policy in docs/aws.md: %w", right, err)
		}
	}
	err, passes := amazon.Fault(err)
	if passes {
		return batch.Away(fmt.Errorf("AWS does not answer %s: %w", right, err))
	}
	return fmt.Errorf("AWS: %s: %w", right, err)
}
