package jit

import (
	"os"
	"strings"
	"sync"
)

// HostCPU identifies the processor of this machine.
var HostCPU = sync.OnceValue(func() CPU {
	cpu := parseCPU(firstProcessor())
	if cpu.Model == "" {
		return unknownCPU()
	}
	return cpu
})

func firstProcessor() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	defer f.Close()
	var text strings.Builder
	part := make([]byte, 4096)
	for !strings.Contains(text.String(), "\n\n") {
		n, err := f.Read(part)
		text.Write(part[:n])
		if err != nil {
			break
		}
	}
	return text.String()
}
