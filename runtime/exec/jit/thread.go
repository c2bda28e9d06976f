package jit

import (
	"runtime"
	"sync"
)

// OpenMP keeps a team of threads for every system thread that starts a
// parallel region, and memory is near the thread that touched it first. Go
// moves goroutines between system threads, so kernels that ran wherever their
// caller happened to be would leave teams behind and lose that nearness.
// Kernels run on threads of their own instead: as many as there were calls at
// the same time, most often one.

type kernelThread chan func()

var (
	idleMutex sync.Mutex
	idle      []kernelThread // the last used is last, and used next
)

// onKernelThread runs f on a kernel thread and waits for it. Handing over
// costs some microseconds.
func onKernelThread(f func()) {
	idleMutex.Lock()
	var t kernelThread
	if n := len(idle); n > 0 {
		t, idle = idle[n-1], idle[:n-1]
	}
	idleMutex.Unlock()
	if t == nil {
		t = make(kernelThread)
		go t.serve()
	}
	done := make(chan struct{})
	t <- func() {
		defer close(done)
		f()
	}
	<-done
	idleMutex.Lock()
	idle = append(idle, t)
	idleMutex.Unlock()
}

func (t kernelThread) serve() {
	runtime.LockOSThread()
	for f := range t {
		f()
	}
}
