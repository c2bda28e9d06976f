package machine

import (
	"strings"
	"testing"
	"testing/fstest"
)

func files(content map[string]string) fstest.MapFS {
	root := fstest.MapFS{}
	for name, text := range content {
		root[name] = &fstest.MapFile{Data: []byte(text + "\n")}
	}
	return root
}

// cpuFiles describes a processor as /sys does.
func cpuFiles(content map[string]string, cpu, siblings, l3, sharers string) {
	dir := "sys/devices/system/cpu/" + cpu + "/"
	content[dir+"topology/core_cpus_list"] = siblings
	for i, c := range [][4]string{{"1", "Data", "32K", siblings}, {"1", "Instruction", "64K", siblings}, {"2", "Unified", "512K", siblings}, {"3", "Unified", l3, sharers}} {
		cache := dir + "cache/index" + string(rune('0'+i)) + "/"
		content[cache+"level"], content[cache+"type"], content[cache+"size"], content[cache+"shared_cpu_list"] = c[0], c[1], c[2], c[3]
	}
}

const meminfo = "MemTotal:       16000000 kB\nMemFree:        1000000 kB\nMemAvailable:   12000000 kB"

func TestProcessors(t *testing.T) {
	content := map[string]string{"proc/meminfo": meminfo, "sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never"}
	// Two chiplets of two cores with two threads each; the mask leaves out
	// the second thread of the last core.
	cpuFiles(content, "cpu0", "0,4", "32768K", "0-1,4-5")
	cpuFiles(content, "cpu1", "1,5", "32768K", "0-1,4-5")
	cpuFiles(content, "cpu2", "2,6", "32768K", "2-3,6-7")
	cpuFiles(content, "cpu3", "3,7", "32768K", "2-3,6-7")
	cpuFiles(content, "cpu4", "0,4", "32768K", "0-1,4-5")
	cpuFiles(content, "cpu5", "1,5", "32768K", "0-1,4-5")
	cpuFiles(content, "cpu6", "2,6", "32768K", "2-3,6-7")
	var m Machine
	m.inspectFiles(files(content), []int{0, 1, 2, 3, 4, 5, 6})
	if m.Threads != 7 || m.Cores != 4 || m.L1 != 32<<10 || m.L2 != 512<<10 || m.L3 != 32<<20 || m.L3Total != 64<<20 {
		t.Errorf("%+v", m)
	}
	if m.Memory != 16000000<<10 || m.Available != 12000000<<10 || m.HugePages != "madvise" || m.Quota != 0 {
		t.Errorf("%+v", m)
	}
	var part Machine
	part.inspectFiles(files(content), []int{1, 5})
	if part.Threads != 2 || part.Cores != 1 || part.L3Total != 32<<20 {
		t.Errorf("within a mask of one core: %+v", part)
	}
}

func TestControlGroups(t *testing.T) {
	for name, v := range map[string]struct {
		content           map[string]string
		quota             float64
		cores             int
		memory, available int64
	}{
		"none": {nil, 0, 4, 16000000 << 10, 12000000 << 10},
		"version 2, the tighter limit is outside": {map[string]string{
			"proc/self/cgroup":                    "0::/pod/job",
			"sys/fs/cgroup/pod/job/cpu.max":       "max 100000",
			"sys/fs/cgroup/pod/cpu.max":           "250000 100000",
			"sys/fs/cgroup/pod/job/memory.max":    "8000000000",
			"sys/fs/cgroup/pod/memory.max":        "4000000000",
			"sys/fs/cgroup/pod/memory.current":    "3000000000",
			"sys/fs/cgroup/pod/memory.stat":       "anon 5\ninactive_file 2000000000\nactive_file 1",
			"sys/fs/cgroup/pod/job/memory.stat":   "anon 5",
			"sys/fs/cgroup/pod/job/memory.events": "low 0",
		}, 2.5, 2, 4000000000, 3000000000},
		"version 2 in a container": {map[string]string{
			"proc/self/cgroup":             "0::/name/outside/only",
			"sys/fs/cgroup/cpu.max":        "50000 100000",
			"sys/fs/cgroup/memory.max":     "1000000",
			"sys/fs/cgroup/memory.current": "2000000",
		}, 0.5, 1, 1000000, 0},
		"version 1": {map[string]string{
			"proc/self/cgroup": "4:memory:/x\n2:cpu,cpuacct:/y\n1:name=systemd:/",
			"sys/fs/cgroup/memory/x/memory.limit_in_bytes":   "2000000000",
			"sys/fs/cgroup/memory/x/memory.usage_in_bytes":   "500000000",
			"sys/fs/cgroup/memory/memory.limit_in_bytes":     "9223372036854771712",
			"sys/fs/cgroup/cpu,cpuacct/y/cpu.cfs_quota_us":   "300000",
			"sys/fs/cgroup/cpu,cpuacct/y/cpu.cfs_period_us":  "100000",
			"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us":     "-1",
			"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us":    "100000",
			"sys/fs/cgroup/memory/x/memory.stat":             "total_inactive_file 0",
			"sys/fs/cgroup/memory/x/memory.kmem.usage_bytes": "1",
		}, 3, 3, 2000000000, 1500000000},
		"damaged": {map[string]string{
			"proc/self/cgroup":         "nonsense\n0::\n::::\n",
			"sys/fs/cgroup/cpu.max":    "x y z",
			"sys/fs/cgroup/memory.max": "much",
		}, 0, 4, 16000000 << 10, 12000000 << 10},
	} {
		content := map[string]string{"proc/meminfo": meminfo}
		for file, text := range v.content {
			content[file] = text
		}
		var m Machine
		m.inspectFiles(files(content), []int{0, 1, 2, 3})
		if m.Quota != v.quota || m.Cores != v.cores || m.Memory != v.memory || m.Available != v.available {
			t.Errorf("%s: got %+v, want %+v", name, m, v)
		}
	}
}

func TestEmptySystem(t *testing.T) {
	m := Machine{Threads: 3}
	m.inspectFiles(files(nil), nil)
	if m.Threads != 3 || m.Cores != 3 || m.L1 != 0 || m.Memory != 0 || m.HugePages != "" {
		t.Errorf("%+v", m)
	}
	text := m.String()
	for _, want := range []string{"cpu          unknown", "memory       unknown", "unknown, unknown, unknown", "huge pages   unknown"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing from:\n%s", want, text)
		}
	}
}

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{"32K": 32 << 10, "1M": 1 << 20, "2G": 2 << 30, "64": 64, "": 0, "x": 0} {
		if got := parseSize(text); got != want {
			t.Errorf("%q is %d, want %d", text, got, want)
		}
	}
}

func TestDescribe(t *testing.T) {
	m := Describe()
	t.Logf("\n%v", m)
	if m.Cores < 1 || m.Threads < m.Cores || m.CPU == "" {
		t.Errorf("%+v", m)
	}
}
