package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// The scripts of testdata: what somebody types, and what the program says. Beside the
// commands of testscript there is
//
//	exits CODE ARGUMENTS...    courant with these arguments ends with this exit code
//	refuses TEXT ARGUMENTS...  it ends with exit code 2 and says TEXT on stderr; an
//	                           argument with spaces, as a variable has, is several
//	array FILE SHAPE VALUES... a .npy file of double precision; the last value goes on
//
// of which the first two leave output for stdout and stderr.
func TestScripts(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	library, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("COURANT_TEST_PROGRAM", program)
			e.Setenv("LIBRARY", library)
			for _, name := range []string{"COURANT_CACHE", "HOME", "XDG_CACHE_HOME"} { // kernels that are compiled already
				if v, ok := os.LookupEnv(name); ok {
					e.Setenv(name, v)
				}
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "refuses": refuses, "array": array},
	})
}

// exits runs the program and compares its exit code.
func exits(ts *testscript.TestScript, not bool, args []string) {
	if not || len(args) < 2 {
		ts.Fatalf("exits CODE ARGUMENTS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	ended(ts, want, args[1:])
}

// refuses runs the program and looks for a text on stderr.
func refuses(ts *testscript.TestScript, not bool, args []string) {
	if not || len(args) < 2 {
		ts.Fatalf("refuses TEXT ARGUMENTS...")
	}
	ended(ts, exitUser, strings.Fields(strings.Join(args[1:], " ")))
	said := ts.ReadFile("stderr")
	if !strings.Contains(said, args[0]) || strings.Contains(said, "goroutine ") {
		ts.Fatalf("it does not say %q", args[0])
	}
}

// array writes a .npy file.
func array(ts *testscript.TestScript, not bool, args []string) {
	if not || len(args) < 3 {
		ts.Fatalf("array FILE SHAPE VALUES...")
	}
	var shape []int
	for word := range strings.SplitSeq(args[1], ",") {
		n, err := strconv.Atoi(word)
		ts.Check(err)
		shape = append(shape, n)
	}
	a := field.New64(shape...)
	for i := range a.F64 {
		v, err := strconv.ParseFloat(args[min(2+i, len(args)-1)], 64)
		ts.Check(err)
		a.F64[i] = v
	}
	ts.Check(field.WriteNPY(ts.MkAbs(args[0]), a))
}

// ended runs the program, which is to end with an exit code.
func ended(ts *testscript.TestScript, want int, args []string) {
	code := 0
	err := ts.Exec(ts.Getenv("COURANT_TEST_PROGRAM"), args...)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}
