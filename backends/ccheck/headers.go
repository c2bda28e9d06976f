package ccheck

import (
	"embed"
	"io/fs"
	"maps"
	"slices"

	"golang.org/x/tools/txtar"
)

//go:embed include
var include embed.FS

// Places in the file system of a check.
const (
	given    = "given"    // the caller's headers
	standard = "include"  // ours
	source   = "checked " // the text itself; no header can have this name
	tail     = "<tail>"   // what follows it
)

// tailText is a declaration after the last one. The front end skips what it
// does not understand after a * up to a word like these, and without one it
// skips for ever.
const tailText = "static int courant_tail_;\n"

// predefined are the macros that the headers and the front end's list of
// builtins expect from a compiler. No processor is named, so the portable
// branches are the ones that are checked.
const predefined = `#define __STDC_VERSION__ 201112L
#define _OPENMP 201511
#define __SIZE_TYPE__ unsigned long
#define __PTRDIFF_TYPE__ long
#define __UINT16_TYPE__ unsigned short
#define __UINT32_TYPE__ unsigned
#define __UINT64_TYPE__ unsigned long
#define __WCHAR_TYPE__ int
`

// fileSystem holds the caller's headers and ours, and nothing of the machine's.
func fileSystem(headers map[string]string) (fs.FS, error) {
	var all txtar.Archive
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		all.Files = append(all.Files, txtar.File{Name: given + "/" + name, Data: []byte(headers[name])})
	}
	ours, err := include.ReadDir(standard)
	if err != nil {
		return nil, err
	}
	for _, f := range ours {
		path := standard + "/" + f.Name()
		text, err := include.ReadFile(path)
		if err != nil {
			return nil, err
		}
		all.Files = append(all.Files, txtar.File{Name: path, Data: text})
	}
	return txtar.FS(&all)
}
