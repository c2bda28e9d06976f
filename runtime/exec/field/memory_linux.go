package field

import "golang.org/x/sys/unix"

// adviseHuge is advice only: a system without huge pages says no, and the
// memory works as well.
func adviseHuge(b []byte) { _ = unix.Madvise(b, unix.MADV_HUGEPAGE) }
