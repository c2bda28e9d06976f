package store

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// staleDraft is the age behind which the draft of another machine is left over: a
// writer adds to its draft without pausing, and no object takes a day.
const staleDraft = 24 * time.Hour

// machine tells the processes that share numbers: those of one system, since it was
// started, in one container.
var machine = sync.OnceValue(func() string {
	host, _ := os.Hostname()
	boot, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	space, _ := os.Readlink("/proc/self/ns/pid")
	sum := sha256.Sum256([]byte(host + "\n" + string(boot) + "\n" + space))
	return fmt.Sprintf("%x", sum[:6])
})

// owner begins the names of the drafts of this process.
func owner() string { return fmt.Sprintf("%s-%d-", machine(), os.Getpid()) }

// tidy removes drafts whose writers are no more. That it cannot does no harm.
func tidy(folder string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, e := range entries {
		about, err := e.Info()
		if err == nil && about.Mode().IsRegular() && (orphan(e.Name()) || time.Since(about.ModTime()) > staleDraft) {
			_ = os.Remove(filepath.Join(folder, e.Name()))
		}
	}
}

// orphan reports whether a draft is one of a process of this machine that has ended.
func orphan(name string) bool {
	rest, ours := strings.CutPrefix(name, machine()+"-")
	number, _, _ := strings.Cut(rest, "-")
	pid, err := strconv.Atoi(number)
	return ours && err == nil && pid > 0 && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}
