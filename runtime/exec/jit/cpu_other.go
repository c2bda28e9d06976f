//go:build !linux

package jit

import "sync"

// HostCPU identifies the processor of this machine.
var HostCPU = sync.OnceValue(unknownCPU)
