//go:build !linux

package jit

import "syscall"

// endWithParent has no means to end a child with its parent here.
func endWithParent() *syscall.SysProcAttr { return nil }
