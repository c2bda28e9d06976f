package machine

import (
	"os"

	"golang.org/x/sys/unix"
)

// inspect fills what Linux tells.
func (m *Machine) inspect() {
	var mask unix.CPUSet
	var threads []int
	if unix.SchedGetaffinity(0, &mask) == nil {
		for i := range len(mask) * 64 {
			if mask.IsSet(i) {
				threads = append(threads, i)
			}
		}
	}
	m.inspectFiles(os.DirFS("/"), threads)
}
