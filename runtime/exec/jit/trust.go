package jit

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// What lies in the cache is loaded and runs as the user, so nobody else may
// have put it there: folder and file belong to the user or to root, and only
// their owner may write to them.

// DistrustedError says that others can put programs where this process would
// run them from.
type DistrustedError struct {
	Path string
	Why  string // what is wrong with its owner or mode
	Do   string // the way out
}

func (e *DistrustedError) Error() string {
	return fmt.Sprintf("compiled kernels are not run from %s: %s\n%s", e.Path, e.Why, e.Do)
}

// trusted returns a *DistrustedError unless only the user and root can have
// written what is at path, which is not followed if it is a link.
func trusted(path string) error {
	var st unix.Stat_t
	if err := unix.Lstat(path, &st); err != nil {
		return &os.PathError{Op: "lstat", Path: path, Err: err}
	}
	user := os.Geteuid()
	switch {
	case int(st.Uid) != user && st.Uid != 0:
		return &DistrustedError{path, fmt.Sprintf("it belongs to user %d, and this is user %d", st.Uid, user), "set COURANT_CACHE to a folder of your own"}
	case st.Mode&unix.S_IFMT == unix.S_IFLNK:
		return &DistrustedError{path, "it is a link", "name the folder that it leads to"}
	case st.Mode&0o022 != 0:
		return &DistrustedError{path, fmt.Sprintf("others may write to it (mode %04o)", st.Mode&0o7777), "chmod go-w " + quoteCommand([]string{path}) + ", if all in it is yours; or set COURANT_CACHE to another folder"}
	}
	return nil
}
