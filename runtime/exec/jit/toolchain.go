package jit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// Toolchain is a C compiler and what it can do.
type Toolchain struct {
	Path    string   // the compiler, absolute
	Args    []string // arguments that $CC gives after the compiler's name
	Family  string   // "gcc" or "clang"
	Version string   // such as "12.2.0"
	Banner  string   // first line of its --version
	OpenMP  bool     // it compiles and links -fopenmp
	Advice  string   // what to install for OpenMP; empty if nothing is missing
}

// String gives the family, version and path.
func (t *Toolchain) String() string {
	return fmt.Sprintf("%s %s (%s)", t.Family, t.Version, strings.Join(append([]string{t.Path}, t.Args...), " "))
}

// NoCompilerError says that no C compiler was found.
type NoCompilerError struct {
	Tried []string // one line per candidate: its name and why it will not do
}

func (e *NoCompilerError) Error() string {
	return "no C compiler was found; tried\n  " + strings.Join(e.Tried, "\n  ") + "\n" +
		"Courant compiles its kernels with GCC or Clang. Install one:\n" +
		"  Debian, Ubuntu   apt install gcc libc6-dev\n" +
		"  Fedora, RHEL     dnf install gcc\n" +
		"  Alpine           apk add gcc musl-dev\n" +
		"  macOS            brew install gcc (and set CC=gcc-15, or the version you got)\n" +
		"or set CC to the compiler's path."
}

// Find discovers the C compiler: $CC, which may carry arguments, or else the
// first of cc, gcc and clang in $PATH. What it learns from running the
// compiler is kept in the cache, so that this happens once per compiler.
// The error is a *NoCompilerError, or that of OpenCache.
func Find() (*Toolchain, error) {
	cache, err := OpenCache()
	if err != nil {
		return nil, err
	}
	return find(cache)
}

// FindFor is Find for the code of an architecture, as Go names it: for another one than this
// machine's it is a cross compiler.
func FindFor(architecture string) (*Toolchain, error) {
	cache, err := OpenCache()
	if err != nil {
		return nil, err
	}
	return findFor(cache, architecture)
}

// Library is the path of a shared library that the compiler links, by its name. Error: it
// knows none.
func (t *Toolchain) Library(name string) (string, error) {
	out, err := t.run(append(slices.Clone(t.Args), "-print-file-name="+name)...)
	if err != nil {
		return "", err
	}
	if path := strings.TrimSpace(out); filepath.IsAbs(path) {
		return filepath.Clean(path), nil
	}
	return "", fmt.Errorf("%s knows no library %s", t, name)
}

func find(cache *Cache) (*Toolchain, error) { return findFor(cache, runtime.GOARCH) }

// crossCompilers are those for other machines than this one, as distributions name them.
var crossCompilers = map[string]string{"amd64": "x86_64-linux-gnu-gcc", "arm64": "aarch64-linux-gnu-gcc"}

// findFor is find for the code of an architecture, as Go names it.
func findFor(cache *Cache, architecture string) (*Toolchain, error) {
	if architecture != runtime.GOARCH {
		t, err := examine(cache, []string{crossCompilers[architecture]})
		if err != nil {
			return nil, &NoCompilerError{Tried: []string{crossCompilers[architecture] + ": " + err.Error() + "; apt install gcc-" + strings.TrimSuffix(strings.ReplaceAll(crossCompilers[architecture], "_", "-"), "-gcc") + " (Debian, Ubuntu)"}}
		}
		return t, nil
	}
	candidates := [][]string{{"cc"}, {"gcc"}, {"clang"}}
	if cc := strings.Fields(os.Getenv("CC")); len(cc) > 0 {
		// A compiler that was asked for by name is never silently replaced.
		candidates = [][]string{cc}
	}
	missing := &NoCompilerError{}
	for _, words := range candidates {
		t, err := examine(cache, words)
		if err == nil {
			return t, nil
		}
		name := words[0]
		if len(candidates) == 1 {
			name = "CC=" + strings.Join(words, " ")
		}
		missing.Tried = append(missing.Tried, name+": "+err.Error())
	}
	return nil, missing
}

var (
	examinedMutex sync.Mutex
	examined      = map[string]*Toolchain{} // by stamp
)

// examine learns what a compiler is, from memory, from the cache, or by
// running it.
func examine(cache *Cache, words []string) (*Toolchain, error) {
	path, err := exec.LookPath(words[0])
	if err != nil {
		return nil, errors.New("not found in $PATH")
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	stamp, err := stampOf(path, words[1:])
	if err != nil {
		return nil, err
	}
	examinedMutex.Lock()
	defer examinedMutex.Unlock()
	if t := examined[stamp]; t != nil {
		return t, nil
	}
	t := new(Toolchain)
	record := "compiler-" + stamp
	if _, ok := cache.ReadRecord(record, t); !ok {
		t = &Toolchain{Path: path, Args: words[1:]}
		if err := t.identify(); err != nil {
			return nil, err
		}
		t.probeOpenMP()
		// Losing the record only costs the next process the same work.
		_ = cache.WriteRecord(record, t)
	}
	examined[stamp] = t
	return t, nil
}

// stampOf changes whenever the compiler does. Arguments that name programs
// count too: in CC="ccache gcc" the compiler is the second word.
func stampOf(path string, args []string) (string, error) {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q\n", path, args)
	for i, word := range append([]string{path}, args...) {
		program, err := exec.LookPath(word)
		if err == nil {
			program, err = filepath.EvalSymlinks(program)
		}
		var info os.FileInfo
		if err == nil {
			info, err = os.Stat(program)
		}
		if err != nil {
			if i == 0 {
				return "", err
			}
			continue
		}
		fmt.Fprintf(h, "%q %d %d\n", program, info.Size(), info.ModTime().UnixNano())
	}
	return hex.EncodeToString(h.Sum(nil))[:keyLength], nil
}

// probeTime bounds what a compiler may take to print its version or to build
// an empty file.
const probeTime = 30 * time.Second

var versionNumber = regexp.MustCompile(`\d+\.\d+(\.\d+)?`)

// identify asks for the version. The program's name says nothing: cc may be
// either compiler, and gcc is Clang on macOS.
func (t *Toolchain) identify() error {
	text, err := t.run(append(append([]string{}, t.Args...), "--version")...)
	if err != nil {
		return fmt.Errorf("%s --version failed: %w", t.Path, err)
	}
	t.Banner, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	switch {
	case strings.Contains(text, "clang"), strings.Contains(text, "oneAPI"):
		t.Family = "clang"
	case strings.Contains(text, "Free Software Foundation"):
		t.Family = "gcc"
	default:
		return fmt.Errorf("%s is neither GCC nor Clang: it calls itself %q", t.Path, t.Banner)
	}
	// GCC's first line may begin with the packager's version in brackets.
	numbers := versionNumber.FindAllString(t.Banner, -1)
	switch {
	case len(numbers) == 0:
		t.Version = "unknown"
	case t.Family == "gcc":
		t.Version = numbers[len(numbers)-1]
	default:
		t.Version = numbers[0]
	}
	return nil
}

// probeOpenMP links a shared library the way kernels are linked: Clang
// accepts -fopenmp even where its run-time library is missing.
func (t *Toolchain) probeOpenMP() {
	dir, err := os.MkdirTemp("", "courant-probe-")
	if err != nil {
		t.Advice = "whether the compiler can do OpenMP is unknown (" + err.Error() + "), so kernels run on one thread"
		return
	}
	defer os.RemoveAll(dir)
	source := filepath.Join(dir, "probe.c")
	const text = "#include <omp.h>\nint threads(void);\nint threads(void) { return omp_get_max_threads(); }\n"
	if err = os.WriteFile(source, []byte(text), 0o600); err == nil {
		args := append(append([]string{}, t.Args...), "-std=c11", "-fopenmp", "-fPIC", "-shared", "-o", filepath.Join(dir, "probe.so"), source)
		_, err = t.run(args...)
	}
	if t.OpenMP = err == nil; t.OpenMP {
		return
	}
	install := "apt install libgomp1 (Debian, Ubuntu) or dnf install libgomp (Fedora)"
	if t.Family == "clang" {
		install = "apt install libomp-dev (Debian, Ubuntu), dnf install libomp-devel (Fedora) or brew install libomp (macOS), or set CC=gcc"
	}
	t.Advice = fmt.Sprintf("%s %s cannot build OpenMP programs, so kernels run on one thread; for all cores: %s", t.Family, t.Version, install)
}

// run gives the compiler's standard output; its errors carry its complaints.
func (t *Toolchain) run(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), probeTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, t.Path, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return "", fmt.Errorf("no answer within %v", probeTime)
	case errors.As(err, &exit) && len(exit.Stderr) > 0:
		return "", fmt.Errorf("%v: %s", err, strings.TrimSpace(string(exit.Stderr)))
	}
	return string(out), err
}
