package jit

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"testing"
)

// processSize gives the resident memory in bytes and the number of threads.
func processSize(t *testing.T) (memory, threads int) {
	t.Helper()
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("SKIPPED, the size of this process is unknown: ", err)
	}
	for line := range strings.Lines(string(text)) {
		fmt.Sscanf(line, "VmRSS: %d", &memory)
		fmt.Sscanf(line, "Threads: %d", &threads)
	}
	return memory << 10, threads
}
