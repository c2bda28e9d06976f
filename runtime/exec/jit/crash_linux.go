package jit

import "syscall"

// endWithParent has a child ended when its parent is.
func endWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
}
