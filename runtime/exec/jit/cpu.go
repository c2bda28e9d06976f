package jit

import (
	"os"
	"runtime"
	"strings"
)

// CPU identifies the processor as far as -march=native can tell one from
// another: libraries built for one CPU are never looked up on a different one.
type CPU struct {
	Model    string   // as the system prints it, or "unknown ..."
	Features []string // instruction set extensions, in the system's order
}

// parseCPU reads the first processor of a /proc/cpuinfo. Processors of one
// machine share their instruction set, and producing the text for all of a
// large machine costs the kernel milliseconds.
func parseCPU(text string) CPU {
	if i := strings.Index(text, "\n\n"); i >= 0 {
		text = text[:i]
	}
	field := map[string]string{}
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(line, ":"); ok {
			field[strings.TrimSpace(key)] = strings.TrimSpace(value)
		}
	}
	var model []string
	for _, key := range []string{
		"model name", "cpu family", "model", "stepping", // x86
		"CPU implementer", "CPU architecture", "CPU variant", "CPU part", "CPU revision", // Arm
		"cpu", "revision", "isa", "uarch", // Power, RISC-V
	} {
		if value := field[key]; value != "" {
			if key != "model name" {
				value = strings.TrimPrefix(key, "CPU ") + " " + value
			}
			model = append(model, value)
		}
	}
	features := field["flags"]
	if features == "" {
		features = field["Features"]
	}
	return CPU{Model: strings.Join(model, ", "), Features: strings.Fields(features)}
}

// unknownCPU names the machine instead of its processor, so that a cache on a
// shared file system stays right even where the processor cannot be read.
func unknownCPU() CPU {
	host, err := os.Hostname()
	if err != nil {
		host = "unnamed host"
	}
	return CPU{Model: "unknown " + runtime.GOARCH + " processor of " + host}
}
