package image

import (
	"archive/tar"
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
)

// needs are what a program and its kernels need of a system: Courant loads kernels by the
// system's loader, and calls no cgo, but even so it is not static.
type needs struct {
	loader    string              // path in the image
	libraries map[string]versions // by name
}

// versions are those of a library's symbols that are needed, such as GLIBC_2.34.
type versions map[string]bool

// machines are the processors of ELF files, by what Go calls them.
var machines = map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}

// needs reads those of the program and of all kernels.
func (p Part) needs() (needs, error) {
	n := needs{libraries: map[string]versions{}}
	err := n.add(p.Architecture, p.Program, true)
	if err != nil || p.Kernels == "" {
		return n, err
	}
	return n, filepath.WalkDir(p.Kernels, func(name string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".so" {
			return err
		}
		return n.add(p.Architecture, name, false)
	})
}

func (n *needs) add(architecture, name string, program bool) error {
	f, err := elf.Open(name)
	if err != nil {
		return fmt.Errorf("%s is no program for Linux: %w", name, err)
	}
	defer f.Close()
	if f.Machine != machines[architecture] {
		return fmt.Errorf("%s is for another processor, %v; build it by `CGO_ENABLED=0 GOARCH=%s go build ./cmd/courant`", name, f.Machine, architecture)
	}
	libraries, err := f.ImportedLibraries()
	if err != nil {
		return err
	}
	for _, l := range libraries {
		if n.libraries[l] == nil {
			n.libraries[l] = versions{}
		}
	}
	if f.SectionByType(elf.SHT_GNU_VERNEED) != nil {
		tables, err := f.DynamicVersionNeeds()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for _, t := range tables {
			for _, v := range t.Needs {
				if n.libraries[t.Name] != nil {
					n.libraries[t.Name][v.Dep] = true
				}
			}
		}
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP && program {
			text, err := io.ReadAll(p.Open())
			if err != nil {
				return err
			}
			n.loader = strings.TrimPrefix(strings.TrimRight(string(text), "\x00"), "/")
		}
	}
	return nil
}

// system is what stands in place of a base: the loader and the libraries, with what they
// need in turn, from this machine; a user, and a folder for temporary files.
func (p Part) system(n needs) (tree, error) {
	t := tree{
		"etc/passwd": {text: fmt.Appendf(nil, "root:x:0:0:root:/:/sbin/nologin\ncourant:x:%d:%[1]d:courant:/%s:/sbin/nologin\n", user, home), mode: 0o644},
		"etc/group":  {text: fmt.Appendf(nil, "root:x:0:\ncourant:x:%d:\n", user), mode: 0o644},
		"tmp":        {folder: true, mode: 0o1777},
		// Loaders look in /lib or in /lib64, as their distribution has it.
		"lib64": {link: "lib"},
	}
	found := map[string]string{}
	var missing []error
	for todo := slices.Sorted(maps.Keys(n.libraries)); len(todo) > 0; todo = todo[1:] {
		name := todo[0]
		if _, done := found[name]; done {
			continue
		}
		at, err := p.Library(name)
		if err != nil {
			missing = append(missing, err)
			found[name] = ""
			continue
		}
		found[name] = at
		more := needs{libraries: map[string]versions{}}
		if err := more.add(p.Architecture, at, false); err != nil {
			return nil, err
		}
		todo = append(todo, slices.Sorted(maps.Keys(more.libraries))...)
	}
	if n.loader != "" {
		name := path.Base(n.loader)
		at, err := p.Library(name)
		if err != nil {
			missing = append(missing, err)
		}
		found[name] = at
	}
	if len(missing) > 0 {
		return nil, errors.Join(missing...)
	}
	for name, at := range found {
		t["lib/"+name] = file{path: at, mode: 0o755}
		for name, f := range packageOf(at) {
			t[name] = f
		}
	}
	return t, nil
}

// packageOf are the record and the terms of the Debian package that a file is of, where
// tools that look for packages in images find them; none elsewhere.
func packageOf(name string) tree {
	query := func(args ...string) string {
		out, err := exec.Command("dpkg-query", args...).Output()
		if err != nil {
			return ""
		}
		return string(out)
	}
	real, err := filepath.EvalSymlinks(name)
	if err != nil {
		return nil
	}
	for _, n := range []string{real, strings.TrimPrefix(real, "/usr")} { // packages may not know that /lib is /usr/lib
		pkg, _, ok := strings.Cut(query("-S", n), ": ")
		if !ok {
			continue
		}
		plain, _, _ := strings.Cut(pkg, ":")
		t := tree{"var/lib/dpkg/status.d/" + plain: {text: []byte(query("-W", "-f", "Package: ${Package}\nVersion: ${Version}\nArchitecture: ${Architecture}\nSource: ${source:Package}\nStatus: install ok installed\n", pkg)), mode: 0o644}}
		if terms, err := os.ReadFile("/usr/share/doc/" + plain + "/copyright"); err == nil {
			t["usr/share/doc/"+plain+"/copyright"] = file{text: terms, mode: 0o644}
		}
		return t
	}
	return nil
}

// within checks that a base has all.
func (n needs) within(base v1.Image) error {
	missing := maps.Clone(n.libraries)
	if n.loader != "" {
		missing[path.Base(n.loader)] = nil
	}
	var old []error
	content := mutate.Extract(base)
	defer content.Close()
	for r := tar.NewReader(content); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		delete(missing, path.Base(h.Name))
		if wanted := n.wanted(h.Name); wanted != nil && h.Typeflag == tar.TypeReg {
			if err := wanted.within(h.Name, r); err != nil {
				old = append(old, err)
			}
		}
	}
	if len(missing) == 0 {
		return errors.Join(old...)
	}
	hint := ""
	if _, lacks := missing["libgomp.so.1"]; lacks {
		hint = "; libgomp.so.1 is in the package libgomp1 (Debian, Ubuntu) or libgomp (Fedora), and comes with gcc"
	}
	if _, lacks := missing["libc.so.6"]; lacks {
		hint += "; the C library has to be glibc, which Alpine does not have"
	}
	return fmt.Errorf("the base lacks %s%s", strings.Join(slices.Sorted(maps.Keys(missing)), ", "), hint)
}

// wanted are the versions of the library that a file in a base is, whose full name may go on
// behind that of the library; nil for other files.
func (n needs) wanted(file string) versions {
	for l, v := range n.libraries {
		if name := path.Base(file); name == l || strings.HasPrefix(name, l+".") {
			return v
		}
	}
	return nil
}

// within checks that a library has all versions.
func (v versions) within(name string, r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	f, err := elf.NewFile(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("/%s of the base: %w", name, err)
	}
	missing := maps.Clone(v)
	if f.SectionByType(elf.SHT_GNU_VERDEF) != nil {
		has, err := f.DynamicVersions()
		if err != nil {
			return fmt.Errorf("/%s of the base: %w", name, err)
		}
		for _, h := range has {
			delete(missing, h.Name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("/%s of the base lacks %s: it is older than that of this machine; take a newer base, or make the image on an older machine", name, strings.Join(slices.Sorted(maps.Keys(missing)), ", "))
	}
	return nil
}
