// Courant compiles wave equations from operator files to fast stencil code
// and runs them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	_ "golang.org/x/crypto/x509roots/fallback" // for containers that have no certificates

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/schedule"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/exec/jit"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/runtime/inverse/inversion"
	"github.com/courant-pde/courant/runtime/seismic/survey"
	"github.com/courant-pde/courant/symbolic/adjoint"
)

// The exit codes of the program; `courant help` documents them.
const (
	exitOther       = 1
	exitUser        = 2
	exitUnsupported = 3
	exitToolchain   = 4
	exitDiverged    = 5
	exitSlower      = 6
	exitOurs        = 70
	exitInterrupted = 130
)

const exitCodes = `Exit codes:
  0  done
  1  something outside failed: a file, the network, the system
  2  the operator file, an argument or an input is wrong
  3  the target does not support what was asked for
  4  the C compiler is missing or failed
  5  a wavefield became NaN or infinite
  6  courant bench --slower-than: a case is slower than its baseline
  70 a fault of Courant itself; please report it
  128+n the run was ended by signal n; 130 is Ctrl-C`

func main() { os.Exit(run()) }

func run() (code int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends what does not heed the first
	defer func() {
		if fault := recover(); fault != nil {
			fmt.Fprintf(os.Stderr, "courant: this is a fault of Courant, not yours: %v\nPlease report it with the command and its files.\n\n%s", fault, debug.Stack())
			code = exitOurs
		}
	}()
	ends.Store(&ending{5 * time.Second, exitInterrupted})
	context.AfterFunc(ctx, end)
	started := false
	err := newRoot(&started).ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	var exit *exitError
	if errors.As(err, &exit) {
		if exit.err != nil {
			fmt.Fprintln(os.Stderr, "courant:", message(exit.err))
		}
		return exit.code
	}
	fmt.Fprintln(os.Stderr, "courant:", message(err))
	if !started {
		return exitUser // an unknown command, a missing flag
	}
	return exitCode(ctx, err)
}

// ending says how the program ends that was told to end and has not within some time:
// what reads or allocates does not look whether it should go on. All that is left
// behind is as after a kill.
type ending struct {
	within time.Duration
	code   int
}

// ends is how this program does; commands may store their own.
var ends atomic.Pointer[ending]

func end() {
	e := ends.Load()
	time.Sleep(e.within)
	fmt.Fprintln(os.Stderr, "courant: ended as it was told to")
	os.Exit(e.code)
}

// exitError carries the exit code of a child process.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// message is the text of an error, with a next step in place of the system's words for a
// file that is not there.
func message(err error) string {
	text := err.Error()
	if missing := (*fs.PathError)(nil); errors.As(err, &missing) && errors.Is(missing, fs.ErrNotExist) {
		here, _ := os.Getwd()
		text = strings.Replace(text, missing.Error(), fmt.Sprintf("there is no file or folder %s; look for a slip in its path, which counts from %s", missing.Path, here), 1)
	}
	return text
}

// usageError marks what the caller of the program got wrong.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

func exitCode(ctx context.Context, err error) int {
	var (
		use         usageError
		arguments   operator.BadArguments
		option      codegen.BadOption
		inverse     inversion.BadOptions
		unsupported *backends.Unsupported
		compile     *jit.CompileError
		missing     *jit.NoCompilerError
		diverged    *operator.Diverged
		config      *survey.Fault
		refusal     *adjoint.Refusal
		illegal     *schedule.Illegal
	)
	switch {
	case ctx.Err() != nil:
		return exitInterrupted
	case dsl.IsUser(err), errors.As(err, &use), errors.As(err, &arguments), errors.As(err, &option), errors.As(err, &inverse), errors.As(err, &config), errors.As(err, &refusal), errors.As(err, &illegal), errors.Is(err, batch.ErrPermanent):
		return exitUser
	case errors.Is(err, fs.ErrNotExist):
		return exitUser
	case errors.As(err, &unsupported):
		return exitUnsupported
	case errors.As(err, &compile), errors.As(err, &missing):
		return exitToolchain
	case errors.As(err, &diverged):
		return exitDiverged
	}
	return exitOther
}

// formerFlags are other spellings of flags, such as Devito's words, and those of here.
var formerFlags = map[string][]string{"so": {"space-order"}, "nt": {"steps"}, "nbl": {"pad", "border"}, "dtype": {"precision"}, "disable-pass": {"disable"}, "slurm": {"batch"}}

// spellings makes each of them an error that names the flag of the command.
func spellings(c *cobra.Command) {
	for old, all := range formerFlags {
		for _, now := range all {
			if c.Flags().Lookup(now) != nil && c.Flags().Lookup(old) == nil {
				c.Flags().Func(old, "", func(string) error { return fmt.Errorf("say --%s", now) })
				_ = c.Flags().MarkHidden(old)
			}
		}
	}
	for _, sub := range c.Commands() {
		spellings(sub)
	}
}

// newRoot makes the whole command line. started is set when a command runs:
// errors before that are the caller's.
func newRoot(started *bool) *cobra.Command {
	root := &cobra.Command{
		Use:   "courant",
		Short: "Compile wave equations to fast stencil code, and run them",
		Long: `Courant turns a wave equation written in a text file into fast code for this
machine and runs it.

` + exitCodes,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usage("%w\nsee `%s --help`", err, c.CommandPath())
	})
	root.AddCommand(newCheck(), newFmt(), newExplain(), newDerive(), newTest(), newGradient(), newModel(), newWavelet(), newInvert(), newStatus(), newServe(), newCancel(), newResume(), newResult(), newWorker(), newReduce(), newQueue(), newWorkflow(), newFunction(), newExperiment(), newExperimentWorker(), newGen(), newImage(), newDeploy(), newApply(), newShot(), newSEGY(), newBench(), newPasses(), newCache(), newDoctor())
	var mark func(*cobra.Command)
	mark = func(c *cobra.Command) {
		if run := c.RunE; run != nil {
			c.RunE = func(c *cobra.Command, args []string) error {
				*started = true
				return run(c, args)
			}
		}
		for _, sub := range c.Commands() {
			mark(sub)
		}
	}
	mark(root)
	spellings(root)
	explainArguments(root)
	return root
}

// isolated is a command that runs in a child process, so that a crash of generated
// code is reported rather than suffered.
func isolated(command func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		code, done, err := jit.Isolate(c.Context())
		if !done {
			return command(c, args)
		}
		if code == 0 && err == nil {
			return nil
		}
		return &exitError{code, err}
	}
}
