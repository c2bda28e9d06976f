package jit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/courant-pde/courant/backends/abi"
)

// Source is the C text of one library.
type Source struct {
	Name    string // of the kernel, a C identifier
	C       string
	Headers []Header // besides abi.Header, which is always there
}

// Header is a file that a source may include by its name.
type Header struct {
	Name string // without folders
	Text string
}

// Builder compiles and loads libraries with one compiler and one cache.
type Builder struct {
	Toolchain *Toolchain // nil where there is none, and Level has kernels of before
	Cache     *Cache
	Level     *Level // that kernels are for; nil for this processor

	missing error // why there is no compiler
}

// NewBuilder uses the compiler that Find finds and the cache that OpenCache
// opens, for HostLevel; the errors are theirs. Where there are kernels that were compiled
// beforehand, no compiler is needed.
func NewBuilder() (*Builder, error) {
	cache, err := OpenCache()
	if err != nil {
		return nil, err
	}
	return NewBuilderWith(cache)
}

// NewBuilderWith uses the compiler that Find finds and a given cache.
func NewBuilderWith(cache *Cache) (*Builder, error) {
	b := &Builder{Cache: cache}
	b.Level, _ = HostLevel()
	if b.Toolchain, b.missing = find(cache); b.missing != nil && b.Level == nil {
		if text := misfits(); text != "" {
			return nil, fmt.Errorf("%s%w", text, b.missing)
		}
		return nil, b.missing
	}
	return b, nil
}

// NewBuilderFor compiles for a level, of any architecture, into a folder that HostLevel will
// find: b.Compile. The compiler is the one of this machine, or a cross compiler. Errors: a
// *NoCompilerError, and those of the folder.
func NewBuilderFor(l Level, folder string) (*Builder, error) {
	cache, err := OpenCacheIn(filepath.Join(folder, l.Name))
	if err != nil {
		return nil, err
	}
	own, err := OpenCache() // knows compilers
	if err != nil {
		return nil, err
	}
	t, err := findFor(own, l.Architecture)
	if err != nil {
		return nil, err
	}
	return &Builder{Toolchain: t, Cache: cache, Level: &l}, nil
}

// Compiler says what makes libraries.
func (b *Builder) Compiler() string {
	switch {
	case b.Level == nil:
		return b.Toolchain.String()
	case b.Toolchain == nil:
		return "none; compiled beforehand for " + b.Level.Name
	}
	return b.Toolchain.String() + " for " + b.Level.Name
}

// OpenMP reports whether libraries have several threads.
func (b *Builder) OpenMP() bool { return b.Toolchain == nil || b.Toolchain.OpenMP }

// Compile is Build for a machine elsewhere: nothing is loaded. It gives the path of the
// library.
func (b *Builder) Compile(ctx context.Context, source Source, flags Flags) (string, error) {
	if err := source.check(); err != nil {
		return "", err
	}
	path, _, err := b.provide(ctx, b.key(source, flags), source, flags)
	return path, err
}

// Build is Builder.Build with the default compiler and cache.
func Build(ctx context.Context, source Source, flags Flags) (*Library, error) {
	b, err := NewBuilder()
	if err != nil {
		return nil, err
	}
	return b.Build(ctx, source, flags)
}

// Build gives the library for a source: from this process if it is loaded,
// from the cache, or from the compiler. Errors: a *CompileError if the
// compiler refuses the source, ctx's error if that ends first, and those of
// the file system and the dynamic linker.
func (b *Builder) Build(ctx context.Context, source Source, flags Flags) (*Library, error) {
	if err := source.check(); err != nil {
		return nil, err
	}
	key := b.key(source, flags)
	for attempt := 0; ; attempt++ {
		if library := shared(key); library != nil {
			return library, nil
		}
		path, took, err := b.provide(ctx, key, source, flags)
		if err != nil {
			return nil, err
		}
		library, err := load(key, source.Name, path)
		if err == nil {
			library.Compiled = took
			return library, nil
		}
		// Another process may have cleared the cache just now. Once is bad
		// luck, twice is not.
		if _, gone := os.Stat(path); gone == nil || attempt > 0 {
			return nil, err
		}
	}
}

var (
	identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,99}$`)
	headerName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$`)
	comment    = regexp.MustCompile(`(?s)/\*.*?\*/`)
)

func (s Source) check() error {
	if !identifier.MatchString(s.Name) {
		return fmt.Errorf("jit: kernel name %q is not a C identifier", s.Name)
	}
	for _, h := range s.Headers {
		if !headerName.MatchString(h.Name) || h.Name == abi.HeaderName {
			return fmt.Errorf("jit: kernel %s: header name %q is not a plain new file name", s.Name, h.Name)
		}
	}
	return nil
}

// key is the hash of all that the library depends on.
func (b *Builder) key(s Source, flags Flags) string {
	h := sha256.New()
	text := s.C
	if b.Level != nil {
		// Comments say from which line of which file a statement is, which differs where the
		// same operator comes from another file.
		text = comment.ReplaceAllString(text, "")
	}
	fmt.Fprintf(h, "%d %q %q %q\n", abi.Version, abi.Header, s.Name, text) // quoted: no two lists run together
	for _, header := range s.Headers {
		fmt.Fprintf(h, "%q %q\n", header.Name, header.Text)
	}
	if b.Level != nil {
		// Whatever compiler made it, a machine without one can tell the name.
		fmt.Fprintf(h, "%q %d %t %q\n", b.Level.Name, flags.Optimize, flags.OpenMP, flags.Extra)
	} else {
		t, cpu := b.Toolchain, HostCPU()
		fmt.Fprintf(h, "%q %q %q %q\n", t.Path, t.Args, t.Banner, flags.arguments(t, nil))
		fmt.Fprintf(h, "%q %q\n", cpu.Model, cpu.Features)
	}
	return hex.EncodeToString(h.Sum(nil))[:keyLength]
}

// provide gives the path of the library and what compiling it took, which is
// zero if it was there.
func (b *Builder) provide(ctx context.Context, key string, s Source, flags Flags) (path string, took time.Duration, err error) {
	if path, ok := b.Cache.lookup(key); ok {
		return path, 0, nil
	}
	if b.Toolchain == nil {
		_, folder := HostLevel()
		return "", 0, &NotCompiledError{Kernel: s.Name, Folder: folder, Level: b.Level.Name, Err: b.missing}
	}
	unlock, err := b.Cache.lock(ctx, key)
	if err != nil {
		return "", 0, err
	}
	defer unlock()
	if path, ok := b.Cache.lookup(key); ok { // built while this process waited
		return path, 0, nil
	}
	return b.compile(ctx, key, s, flags)
}

// lock lets one process at a time compile a source. It only saves work: where
// locks do not function, several compile, and each installs a whole library.
func (c *Cache) lock(ctx context.Context, key string) (unlock func(), err error) {
	name := filepath.Join(c.dir, lockPrefix+key)
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, cacheError(err)
	}
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err != unix.EWOULDBLOCK && err != unix.EINTR {
			break
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	return func() {
		_ = os.Remove(name)
		f.Close()
	}, nil
}

// compile builds in a folder of its own, within the cache so that the
// result's disk is the one that was written and sources of failed builds are
// easy to find.
func (b *Builder) compile(ctx context.Context, key string, s Source, flags Flags) (path string, took time.Duration, err error) {
	if err := ctx.Err(); err != nil {
		return "", 0, err
	}
	dir, err := os.MkdirTemp(b.Cache.dir, buildPrefix)
	if err != nil {
		return "", 0, cacheError(err)
	}
	defer os.RemoveAll(dir)
	sourceName := s.Name + ".c"
	for _, h := range append([]Header{{sourceName, s.C}, {abi.HeaderName, abi.Header}}, s.Headers...) {
		if err := os.WriteFile(filepath.Join(dir, h.Name), []byte(h.Text), 0o600); err != nil {
			return "", 0, cacheError(err)
		}
	}

	args := append(append([]string{}, b.Toolchain.Args...), flags.arguments(b.Toolchain, b.Level)...)
	args = append(args, "-o", s.Name+".so", sourceName, "-lm")
	cmd := exec.CommandContext(ctx, b.Toolchain.Path, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LC_ALL=C", "TMPDIR="+dir)
	// The compiler is a driver with children: they end together.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 2 * time.Second
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	cmd.Stdout = io.Discard

	start := time.Now()
	err = cmd.Run()
	took = time.Since(start)
	if ctx.Err() != nil {
		return "", 0, ctx.Err()
	}
	command := append([]string{b.Toolchain.Path}, args...)
	if err != nil {
		return "", 0, b.Cache.compileError(key, s.Name, dir, command, complaints.String(), err)
	}
	about := description{
		Name:     s.Name,
		Compiler: b.Toolchain.Family + " " + b.Toolchain.Version,
		CPU:      HostCPU().Model,
		Command:  command,
		Seconds:  took.Seconds(),
	}
	if b.Level != nil { // the same on all machines
		about.CPU, about.Command, about.Seconds = b.Level.Name, args, 0
	}
	path, err = b.Cache.install(key, filepath.Join(dir, sourceName), filepath.Join(dir, s.Name+".so"), about)
	if err != nil {
		return "", 0, err
	}
	// A cache that is somewhat too large is no reason to fail a build.
	_, _, _ = b.Cache.Prune()
	return path, took, nil
}

// quoteCommand prints a command for a shell.
func quoteCommand(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		if w == "" || strings.ContainsAny(w, " \t\n'\"\\$&|;<>()*?[]#~`!{}") {
			w = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
		quoted[i] = w
	}
	return strings.Join(quoted, " ")
}
