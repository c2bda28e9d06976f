//go:build unix

package field

import "golang.org/x/sys/unix"

// reserve maps anonymous memory. Blocks of a huge page or more ask for huge
// pages: a stencil touches dozens of distant rows in turn, and each would
// cost a table entry.
func reserve(bytes int64) ([]byte, error) {
	b, err := unix.Mmap(-1, 0, int(max(bytes, 1)), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err == nil {
		adviseHuge(b)
	}
	return b, err
}

func release(b []byte) error { return unix.Munmap(b) }
