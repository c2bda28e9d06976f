package machine

import (
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// inspectFiles reads /proc and /sys below root. threads are the hardware
// threads of the affinity mask; none means that the mask is unknown.
func (m *Machine) inspectFiles(root fs.FS, threads []int) {
	if len(threads) == 0 {
		for i := range m.Threads {
			threads = append(threads, i)
		}
	}
	m.Threads = len(threads)
	m.inspectProcessors(root, threads)
	m.inspectMemory(root)
	m.inspectControlGroup(root)
	// "always [madvise] never": the one in force is in brackets.
	_, rest, _ := strings.Cut(read(root, "sys/kernel/mm/transparent_hugepage/enabled"), "[")
	m.HugePages, _, _ = strings.Cut(rest, "]")
}

// inspectProcessors counts cores and caches. Threads of one core, and threads
// that share a cache, name the same list of siblings.
func (m *Machine) inspectProcessors(root fs.FS, threads []int) {
	cores := map[string]bool{}
	third := map[string]bool{}
	for _, thread := range threads {
		cpu := fmt.Sprintf("sys/devices/system/cpu/cpu%d/", thread)
		siblings := read(root, cpu+"topology/core_cpus_list")
		if siblings == "" {
			siblings = read(root, cpu+"topology/thread_siblings_list") // before Linux 5.3
		}
		if siblings == "" {
			siblings = strconv.Itoa(thread)
		}
		cores[siblings] = true
		for index := range 8 {
			cache := fmt.Sprintf("%scache/index%d/", cpu, index)
			size := parseSize(read(root, cache+"size"))
			if size == 0 || read(root, cache+"type") == "Instruction" {
				continue
			}
			switch read(root, cache+"level") {
			case "1":
				m.L1 = max(m.L1, size)
			case "2":
				m.L2 = max(m.L2, size)
			case "3":
				m.L3 = max(m.L3, size)
				if sharers := read(root, cache+"shared_cpu_list"); !third[sharers] {
					third[sharers] = true
					m.L3Total += size
				}
			}
		}
	}
	m.Cores = len(cores)
}

func (m *Machine) inspectMemory(root fs.FS) {
	m.Memory = tableValue(read(root, "proc/meminfo"), "MemTotal:") << 10
	m.Available = tableValue(read(root, "proc/meminfo"), "MemAvailable:") << 10
}

// inspectControlGroup applies the limits of this process's control group and
// of all groups around it, in version 2 and version 1.
func (m *Machine) inspectControlGroup(root fs.FS) {
	for line := range strings.Lines(read(root, "proc/self/cgroup")) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		controllers := strings.Split(parts[1], ",")
		// A container may see its group under a name that exists only
		// outside; the walk up then reaches the mount, which is that group.
		for group := path.Clean("/" + parts[2]); ; group = path.Dir(group) {
			if parts[1] == "" {
				m.limitsV2(root, path.Join("sys/fs/cgroup", group))
			}
			for _, controller := range controllers {
				switch controller {
				case "cpu":
					m.quotaV1(root, path.Join("sys/fs/cgroup", parts[1], group))
				case "memory":
					m.memoryV1(root, path.Join("sys/fs/cgroup", parts[1], group))
				}
			}
			if group == "/" {
				break
			}
		}
	}
	if m.Quota > 0 {
		// Threads beyond the quota only take turns.
		m.Cores = max(1, min(m.Cores, int(m.Quota)))
	}
}

func (m *Machine) limitsV2(root fs.FS, dir string) {
	if words := strings.Fields(read(root, dir+"/cpu.max")); len(words) == 2 {
		m.limitQuota(number(words[0]), number(words[1])) // "max" is no number
	}
	m.limitMemory(number(read(root, dir+"/memory.max")), number(read(root, dir+"/memory.current")),
		tableValue(read(root, dir+"/memory.stat"), "inactive_file"))
}

func (m *Machine) quotaV1(root fs.FS, dir string) {
	m.limitQuota(number(read(root, dir+"/cpu.cfs_quota_us")), number(read(root, dir+"/cpu.cfs_period_us")))
}

func (m *Machine) memoryV1(root fs.FS, dir string) {
	m.limitMemory(number(read(root, dir+"/memory.limit_in_bytes")), number(read(root, dir+"/memory.usage_in_bytes")),
		tableValue(read(root, dir+"/memory.stat"), "total_inactive_file"))
}

func (m *Machine) limitQuota(quota, period int64) {
	if quota <= 0 || period <= 0 {
		return
	}
	if q := float64(quota) / float64(period); m.Quota == 0 || q < m.Quota {
		m.Quota = q
	}
}

// limitMemory bounds the memory by a group's. Files that were read long ago
// count as used by the group, but make room when asked.
func (m *Machine) limitMemory(limit, used, reclaimable int64) {
	if limit <= 0 || m.Memory > 0 && limit >= m.Memory {
		return // no limit is a huge number in version 1
	}
	m.Memory = limit
	if free := max(0, limit-max(0, used-reclaimable)); m.Available == 0 || free < m.Available {
		m.Available = free
	}
}

// read gives a file's text without the final line break, or nothing.
func read(root fs.FS, name string) string {
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// tableValue finds the number behind a name in lines of "name number ...".
func tableValue(table, name string) int64 {
	for line := range strings.Lines(table) {
		if words := strings.Fields(line); len(words) >= 2 && words[0] == name {
			return number(words[1])
		}
	}
	return 0
}

func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// parseSize reads sizes such as 32K and 1M.
func parseSize(text string) int64 {
	shift := 0
	switch {
	case strings.HasSuffix(text, "K"):
		shift = 10
	case strings.HasSuffix(text, "M"):
		shift = 20
	case strings.HasSuffix(text, "G"):
		shift = 30
	}
	return number(strings.TrimRight(text, "KMG")) << shift
}
