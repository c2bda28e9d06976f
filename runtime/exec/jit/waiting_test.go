package jit

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
)

// Threads look a while and sleep then as they wait, unless the user said otherwise; and the
// environment is the user's again behind that. The OpenMP library itself says
// what it understood.
func TestThreadsWaitAsleep(t *testing.T) {
	b := freshCache(t)
	if !b.Toolchain.OpenMP {
		t.Skip("SKIPPED: the compiler has no OpenMP")
	}
	// libgomp's policy shows in how often a thread looks before it sleeps.
	const display, asleep, awake = "GOMP_SPINCOUNT = ", "'0'", "'30000000000'"
	cases := []struct{ set, want string }{
		{"", display + "'" + spins + "'"},
		{"OMP_WAIT_POLICY=active", display + awake},
		{"OMP_WAIT_POLICY=passive", display + asleep},
		{"GOMP_SPINCOUNT=12345", display + "'12345'"},
	}
	if b.Toolchain.Family != "gcc" {
		cases = []struct{ set, want string }{
			{"", "KMP_BLOCKTIME='0'"},
			{"OMP_WAIT_POLICY=active", "KMP_BLOCKTIME='2147483647'"},
			{"KMP_BLOCKTIME=infinite", "KMP_BLOCKTIME='2147483647'"},
		}
	}
	for _, v := range cases {
		cmd := roleCommand("build")
		cmd.Env = append(slices.DeleteFunc(cmd.Env, func(s string) bool {
			return strings.HasPrefix(s, "OMP_") || strings.HasPrefix(s, "GOMP_") || strings.HasPrefix(s, "KMP_")
		}), "OMP_DISPLAY_ENV=verbose")
		if v.set != "" {
			cmd.Env = append(cmd.Env, v.set)
		}
		var said bytes.Buffer
		cmd.Stderr = &said
		if err := cmd.Run(); err != nil {
			t.Fatalf("%v\n%s", err, &said)
		}
		if got := said.String(); !strings.Contains(got, v.want) {
			t.Errorf("with %q: no %s in\n%s", v.set, v.want, got)
		}
		_, want, _ := strings.Cut(v.set, "OMP_WAIT_POLICY=")
		if !strings.Contains(said.String(), "policy in the end: "+want+";") {
			t.Errorf("with %q the environment has changed:\n%s", v.set, &said)
		}
	}
	if s := os.Getenv("OMP_WAIT_POLICY"); s == "passive" {
		t.Error("this process's environment has changed")
	}
}
