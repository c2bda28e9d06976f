package jit

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/ebitengine/purego"

	"github.com/courant-pde/courant/backends/abi"
)

// Library is one user's hold on compiled code.
//
// All libraries of the same key share one copy, which is loaded once and
// stays until the process ends: threads of the OpenMP run-time library may
// still be inside code that the dynamic linker would unload. A process that
// makes the same operator again and again therefore does not grow.
type Library struct {
	Key      string
	Name     string        // of the kernel
	Path     string        // of the shared library
	Source   string        // path of the C source
	Compiled time.Duration // what the compiler took; 0 if the library was there

	code   *code
	closed atomic.Bool
}

// code is a loaded library.
type code struct {
	name, path string
	handle     uintptr
	mutex      sync.Mutex
	symbols    map[string]uintptr
}

var (
	loadedMutex sync.Mutex
	loaded      = map[string]*code{} // by key
)

// shared gives a hold on a library that is loaded, or nil.
func shared(key string) *Library {
	loadedMutex.Lock()
	defer loadedMutex.Unlock()
	if c := loaded[key]; c != nil {
		return c.hold(key)
	}
	return nil
}

func (c *code) hold(key string) *Library {
	return &Library{Key: key, Name: c.name, Path: c.path, Source: strings.TrimSuffix(c.path, ".so") + ".c", code: c}
}

// load maps a library into the process and checks its ABI version.
func load(key, name, path string) (*Library, error) {
	loadedMutex.Lock()
	defer loadedMutex.Unlock()
	if c := loaded[key]; c != nil {
		return c.hold(key), nil
	}
	handle, err := openQuietly(path)
	if err != nil {
		return nil, loadError(name, path, err)
	}
	c := &code{name: name, path: path, handle: handle, symbols: map[string]uintptr{}}
	version, err := c.symbol("courant_abi")
	if err != nil {
		return nil, err
	}
	if v, _, _ := purego.SyscallN(version); int32(v) != abi.Version {
		return nil, fmt.Errorf("kernel %s speaks version %d of the kernel interface, this program version %d; generate it anew", name, int32(v), abi.Version)
	}
	loaded[key] = c
	return c.hold(key), nil
}

func loadError(name, path string, err error) error {
	hint := "`courant cache clear` builds it anew"
	switch text := err.Error(); {
	case strings.Contains(text, "failed to map segment"):
		hint = fmt.Sprintf("programs may not run from %s (mounted noexec?); set COURANT_CACHE to a folder on another file system", filepath.Dir(path))
	case strings.Contains(text, "libgomp"), strings.Contains(text, "libomp"):
		hint = "the OpenMP library is missing: apt install libgomp1 libomp5"
	}
	return fmt.Errorf("kernel %s cannot be loaded: %w\n%s", name, err, hint)
}

func (c *code) symbol(name string) (uintptr, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if address := c.symbols[name]; address != 0 {
		return address, nil
	}
	address, err := purego.Dlsym(c.handle, name)
	if err != nil || address == 0 {
		return 0, fmt.Errorf("kernel %s has no function %s (library %s)", c.name, name, c.path)
	}
	c.symbols[name] = address
	return address, nil
}

// Symbol gives the address of a function or variable. It fails if there is
// none of that name, or after Close.
func (l *Library) Symbol(name string) (uintptr, error) {
	if l.closed.Load() {
		return 0, fmt.Errorf("kernel %s is closed", l.Name)
	}
	return l.code.symbol(name)
}

// Call runs an entry point on the arguments and gives what it returns, 0 for
// success.
//
// Whatever args points to must be memory from Go's heap that is reachable
// through it (which stays where it is while the call lasts), or memory from
// outside Go that outlives the call. Several goroutines may call at once;
// calls that follow one another run on the same system thread.
func (l *Library) Call(name string, args *abi.Args) (int, error) {
	if args == nil {
		return 0, fmt.Errorf("kernel %s: %s was called without arguments", l.Name, name)
	}
	return l.Invoke(name, unsafe.Pointer(args))
}

// Invoke is Call for entry points that take another structure,
// int name(void *). The same rules hold for what p points to.
func (l *Library) Invoke(name string, p unsafe.Pointer) (int, error) {
	if p == nil {
		return 0, errors.New("jit: Invoke needs an argument")
	}
	address, err := l.Symbol(name)
	if err != nil {
		return 0, err
	}
	var pin runtime.Pinner
	pin.Pin(p) // does nothing for memory from outside Go
	defer pin.Unpin()
	var result uintptr
	enterKernel(l)
	onKernelThread(func() { result, _, _ = purego.SyscallN(address, uintptr(p)) })
	leaveKernel(l)
	return int(int32(result)), nil
}

// Close ends this use: further calls fail. The code itself stays loaded.
func (l *Library) Close() error {
	l.closed.Store(true)
	return nil
}
