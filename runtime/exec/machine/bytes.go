package machine

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// PeakMemory is the most that this process has taken, 0 where the system does
// not tell.
func PeakMemory() int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kilobytes, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			if err == nil {
				return kilobytes << 10
			}
		}
	}
	return 0
}

// ParseBytes reads an amount of memory, such as 2GiB; nothing is 0. Error: it is none.
func ParseBytes(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	for _, u := range []struct {
		suffix string
		size   float64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1}} {
		number, ok := strings.CutSuffix(text, u.suffix)
		if !ok {
			continue
		}
		if v, err := strconv.ParseFloat(strings.TrimSpace(number), 64); err == nil && v > 0 && v*u.size < 1<<62 {
			return int64(v * u.size), nil
		}
		break
	}
	return 0, fmt.Errorf("%q is no amount of memory; write for example 2GiB or 500MiB", text)
}
