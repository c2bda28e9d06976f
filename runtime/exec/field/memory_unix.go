//go:build unix

package field

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

const hugePage = 2 << 20

// reserve maps anonymous memory, and gives the whole mapping besides the part
// to use. Blocks of a huge page or more begin at the start of one and ask for
// huge pages: a stencil touches dozens of distant rows in turn, and each would
// cost a table entry; and the first touch of small pages takes longer than a
// step.
func reserve(bytes int64) (mapping, block []byte, err error) {
	bytes = max(bytes, 1)
	if bytes < hugePage {
		mapping, err = unix.Mmap(-1, 0, int(bytes), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
		return mapping, mapping, err
	}
	whole := (bytes + hugePage - 1) / hugePage * hugePage
	mapping, err = unix.Mmap(-1, 0, int(whole+hugePage), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil, nil, err
	}
	skip := -int64(uintptr(unsafe.Pointer(&mapping[0]))) & (hugePage - 1)
	block = mapping[skip : skip+whole]
	adviseHuge(block)
	return mapping, block[:bytes], nil
}

func release(mapping []byte) error { return unix.Munmap(mapping) }
