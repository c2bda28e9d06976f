package kubernetes

import (
	"fmt"
	"strconv"
	"strings"
)

// mark notes how the indexes ended that the status of a job lists, such as "0,2-5,9".
// Errors: what is no such list.
func mark(ended map[int]string, list string, size int, how string) error {
	for part := range strings.SplitSeq(list, ",") {
		if part == "" {
			continue
		}
		from, to, several := strings.Cut(part, "-")
		if !several {
			to = from
		}
		first, err := strconv.Atoi(from)
		last, err2 := strconv.Atoi(to)
		if err != nil || err2 != nil || first < 0 || last < first || last >= size {
			return fmt.Errorf("the job of %d elements says that %.100q are over, which are none of them", size, part)
		}
		for i := first; i <= last; i++ {
			ended[i] = how
		}
	}
	return nil
}
