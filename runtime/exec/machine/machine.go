package machine

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/courant-pde/courant/runtime/exec/jit"
)

// Machine is what this process may use of the machine. A zero number or an
// empty text is unknown.
type Machine struct {
	System   string   // operating system and architecture, such as linux/amd64
	CPU      string   // model
	Features []string // the instruction set extensions that matter to kernels

	Threads int     // hardware threads, within the affinity mask
	Cores   int     // physical cores, within the affinity mask and the quota; at least 1
	Quota   float64 // processors that the cgroup grants; 0 if it sets no bound

	L1      int64 // bytes of a core's first-level data cache
	L2      int64 // bytes of one second-level cache
	L3      int64 // bytes of one third-level cache
	L3Total int64 // bytes of all third-level caches that the threads reach

	Memory    int64  // bytes, within the cgroup's limit
	Available int64  // bytes that can be taken without swapping
	HugePages string // transparent huge pages: always, madvise or never
}

// matter lists the features that kernels profit from.
var matter = []string{
	"sse4_2", "avx", "f16c", "fma", "avx2", "avx512f", "avx512vl", "avx512_bf16", "avx512_fp16", "amx_tile", // x86
	"asimd", "asimdhp", "sve", "sve2", // Arm
}

// Describe looks at this machine. It never fails: what cannot be found out is
// left unknown.
func Describe() Machine {
	m := Machine{System: runtime.GOOS + "/" + runtime.GOARCH, Threads: runtime.NumCPU()}
	cpu := jit.HostCPU()
	m.CPU = cpu.Model
	for _, feature := range matter {
		for _, has := range cpu.Features {
			if has == feature {
				m.Features = append(m.Features, feature)
			}
		}
	}
	m.inspect()
	if m.Cores == 0 {
		m.Cores = m.Threads
	}
	return m
}

// String lists everything, one item per line.
func (m Machine) String() string {
	var b strings.Builder
	line := func(name, value string) {
		if value == "" {
			value = "unknown"
		}
		fmt.Fprintf(&b, "%-12s %s\n", name, value)
	}
	line("system", m.System)
	line("cpu", m.CPU)
	line("features", strings.Join(m.Features, " "))
	cores := fmt.Sprintf("%d (%d hardware threads)", m.Cores, m.Threads)
	if m.Quota > 0 {
		cores += fmt.Sprintf(", quota of %.3g processors", m.Quota)
	}
	line("cores", cores)
	l3 := formatBytes(m.L3)
	if m.L3Total > m.L3 {
		l3 += " of " + formatBytes(m.L3Total) + " in all"
	}
	line("L1, L2, L3", strings.Join([]string{known(formatBytes(m.L1)), known(formatBytes(m.L2)), known(l3)}, ", "))
	memory := formatBytes(m.Memory)
	if m.Available > 0 {
		memory += ", " + formatBytes(m.Available) + " available"
	}
	line("memory", memory)
	line("huge pages", m.HugePages)
	return b.String()
}

func known(text string) string {
	if text == "" {
		return "unknown"
	}
	return text
}

// formatBytes gives a size in binary units, or nothing for 0.
func formatBytes(n int64) string {
	switch {
	case n <= 0:
		return ""
	case n >= 1<<30:
		return fmt.Sprintf("%.4g GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.4g MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.4g KiB", float64(n)/(1<<10))
}
