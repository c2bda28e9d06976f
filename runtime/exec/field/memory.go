package field

import (
	"fmt"
	"unsafe"

	"github.com/courant-pde/courant/backends/abi"
)

// Memory is a block of zeroed numbers outside the garbage collector's heap, in
// huge pages where the system has them. It must be freed.
type Memory struct{ mapping, bytes []byte }

// Allocate reserves n numbers of size bytes each. The pages are filled when
// they are first touched, so it succeeds even when the memory runs out later:
// compare with the memory available first.
func Allocate(n int64, size int) (*Memory, error) {
	mapping, block, err := reserve(n * int64(size))
	if err != nil {
		return nil, fmt.Errorf("cannot reserve %d bytes for grid arrays: %w", n*int64(size), err)
	}
	return &Memory{mapping, block}, nil
}

// Free gives the memory back. Nothing may use it afterwards.
func (m *Memory) Free() error {
	if m.bytes == nil {
		return nil
	}
	mapping := m.mapping
	m.mapping, m.bytes = nil, nil
	return release(mapping)
}

// Bytes is the length of the memory.
func (m *Memory) Bytes() int64 { return int64(len(m.bytes)) }

// Clear sets n bytes from a place on to zero.
func (m *Memory) Clear(from, n int64) { clear(m.bytes[from : from+n]) }

// Pointer is the address of element i of numbers of size bytes.
func (m *Memory) Pointer(i int64, size int) unsafe.Pointer {
	return unsafe.Pointer(&m.bytes[i*int64(size)])
}

// Numbers views the memory as numbers of one type.
func Numbers[T float32 | float64 | abi.Half](m *Memory) []T {
	var zero T
	if len(m.bytes) == 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&m.bytes[0])), len(m.bytes)/int(unsafe.Sizeof(zero)))
}
