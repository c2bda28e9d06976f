// Package jit turns C source into functions that run in this process: it finds a
// compiler, builds a shared library once per source, flags, compiler and CPU, keeps it
// in a cache on disk, and calls it without cgo.
//
// In: a Source, which is C text such as backends/c prints, and Flags. Out: a Library,
// whose entry points Library.Call runs on the arguments of the ABI; or a *CompileError
// with the command and what the compiler said. Start at Build; library.go loads and
// calls, cache.go keeps.
//
//	lib, err := jit.Build(ctx, jit.Source{Name: "acoustic", C: text}, jit.DefaultFlags())
//	if err != nil {
//		return err
//	}
//	code, err := lib.Call("courant_run", &args)
//
// Everything works with CGO_ENABLED=0, on Linux and macOS. A fault in a library ends the
// process it runs in; a program that must outlive one begins with [Isolate].
package jit
