package jit

import (
	"sync"
	"syscall"
	"unsafe"

	"github.com/ebitengine/purego"
)

// Go meets a fault in foreign code with the stacks of all goroutines and exit
// status 2, which tells a parent little and a user less. While kernels run in
// a child of Isolate, faults therefore have the system's default action: they
// end the process, and the parent learns the signal.
var faults = [...]syscall.Signal{syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGILL, syscall.SIGFPE}

// sigaction is C's structure of that name, or more. All zero it is the
// default action; otherwise it is only handed back.
type sigaction [256]byte

var exposed struct {
	sync.Mutex
	kernels int // running
	before  [len(faults)]sigaction
}

var setSignal = sync.OnceValue(func() uintptr {
	address, err := purego.Dlsym(purego.RTLD_DEFAULT, "sigaction")
	if err != nil {
		return 0 // faults stay Go's
	}
	return address
})

func exposeFaults() {
	set := setSignal()
	if set == 0 {
		return
	}
	exposed.Lock()
	defer exposed.Unlock()
	if exposed.kernels++; exposed.kernels > 1 {
		return
	}
	defaults := new(sigaction)
	for i, s := range faults {
		purego.SyscallN(set, uintptr(s), uintptr(unsafe.Pointer(defaults)), uintptr(unsafe.Pointer(&exposed.before[i])))
	}
}

func hideFaults() {
	set := setSignal()
	if set == 0 {
		return
	}
	exposed.Lock()
	defer exposed.Unlock()
	if exposed.kernels--; exposed.kernels > 0 {
		return
	}
	for i, s := range faults {
		purego.SyscallN(set, uintptr(s), uintptr(unsafe.Pointer(&exposed.before[i])), 0)
	}
}
