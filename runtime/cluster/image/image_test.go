package image_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/courant-pde/courant/runtime/cluster/image"
)

// part is of this machine, with the test in the place of the program.
func part(t *testing.T) image.Part {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: images hold programs for Linux, and this test is none")
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return image.Part{Architecture: runtime.GOARCH, Program: program, Library: library}
}

// library asks the compiler where a library is.
func library(name string) (string, error) {
	out, err := exec.Command("gcc", "-print-file-name="+name).Output()
	if path := strings.TrimSpace(string(out)); err == nil && filepath.IsAbs(path) {
		return path, nil
	}
	return "", fmt.Errorf("there is no library %s", name)
}

// compiled is a folder with a library that needs OpenMP and mathematics.
func compiled(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("SKIPPED: there is no gcc to compile a library")
	}
	dir := t.TempDir()
	source := filepath.Join(dir, "a.c")
	if err := os.WriteFile(source, []byte("#include <math.h>\n#include <omp.h>\ndouble f(double x) { return omp_get_max_threads() * pow(x, x); }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "level"), 0o700); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("gcc", "-fopenmp", "-fPIC", "-shared", "-o", filepath.Join(dir, "level", "a.so"), source, "-lm").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

func write(t *testing.T, base string, parts ...image.Part) (path, digest string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "image.tar")
	digest, err := image.Write(path, "registry.example:5000/team/courant:1", base, parts)
	if err != nil {
		t.Fatal(err)
	}
	return path, digest
}

// files are the names in the one image of an archive.
func files(t *testing.T, path string) (image.Contents, []string) {
	t.Helper()
	all, err := image.List(path)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d images, %v", len(all), err)
	}
	var names []string
	for _, f := range all[0].Files {
		names = append(names, f.Name)
	}
	return all[0], names
}

// An image on nothing has all that its programs and libraries need, down to the loader.
func TestNothingIsMissing(t *testing.T) {
	p := part(t)
	p.Kernels = compiled(t)
	path, digest := write(t, "", p)
	c, names := files(t, path)
	if c.Digest != digest || c.Architecture != runtime.GOARCH || c.User != "65532:65532" || !slices.Equal(c.Command, []string{"courant"}) || !slices.Contains(c.Environment, "COURANT_KERNELS=/"+image.Kernels) {
		t.Errorf("%+v", c)
	}
	for _, want := range []string{image.Program, image.Kernels + "/level/a.so", "lib/libgomp.so.1", "lib/libm.so.6", "lib/libc.so.6", "etc/passwd"} {
		if !slices.Contains(names, want) {
			t.Errorf("there is no %s in %q", want, names)
		}
	}
	// libm needs the loader, which is a library too.
	if !slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, "lib/ld-linux") }) {
		t.Errorf("there is no loader in %q", names)
	}
	for _, f := range c.Files {
		if f.User != 0 {
			t.Errorf("%s belongs to user %d, who could change it", f.Name, f.User)
		}
	}
	if c.Go != runtime.Version() || len(c.Modules) == 0 {
		t.Errorf("made by %s of %v", c.Go, c.Modules)
	}
	if _, err := exec.LookPath("dpkg-query"); err == nil && !slices.ContainsFunc(c.Packages, func(p image.Component) bool { return p.Name == "libc6" && p.Version != "" }) {
		t.Errorf("packages: %v", c.Packages)
	}
}

// Folders, users and times of the machine that makes it leave no trace.
func TestReproducible(t *testing.T) {
	p := part(t)
	p.Kernels = compiled(t)
	a, _ := write(t, "", p)
	copied := t.TempDir()
	if err := os.CopyFS(copied, os.DirFS(p.Kernels)); err != nil {
		t.Fatal(err)
	}
	p.Kernels = copied
	t.Setenv("TMPDIR", t.TempDir())
	b, _ := write(t, "", p)
	first, err := os.ReadFile(a)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := os.ReadFile(b); err != nil || !bytes.Equal(first, second) {
		t.Errorf("two archives of the same differ (%v)", err)
	}
	for r := tar.NewReader(bytes.NewReader(first)); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.ModTime.Unix() != 0 || h.Uid != 0 || h.Uname != "" {
			t.Errorf("%s: %v, user %d %q", h.Name, h.ModTime, h.Uid, h.Uname)
		}
	}
}

// A base is kept as it is, and must have what is needed.
func TestBase(t *testing.T) {
	p := part(t)
	bare := p
	bare.Library = library
	base, _ := write(t, "", bare)
	above, _ := write(t, base, p)
	_, below := files(t, base)
	c, names := files(t, above)
	if !slices.Equal(below, names) {
		t.Errorf("the base had %q, and the image on it %q", below, names)
	}
	if len(c.Command) != 1 {
		t.Errorf("command %q", c.Command)
	}
	p.Kernels = compiled(t)
	out := filepath.Join(t.TempDir(), "image.tar")
	if _, err := image.Write(out, "courant", base, []image.Part{p}); err == nil || !strings.Contains(err.Error(), "the base lacks libgomp.so.1, libm.so.6") {
		t.Errorf("a base without OpenMP: %v", err)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("an image that failed was left")
	}
}

// A base whose C library is too old is refused by the version that it lacks.
func TestOldBase(t *testing.T) {
	p := part(t)
	dir := compiled(t)
	old := filepath.Join(dir, "libc.so.6") // has no versions at all
	if out, err := exec.Command("gcc", "-shared", "-fPIC", "-nostdlib", "-Wl,-soname,libc.so.6", "-o", old, filepath.Join(dir, "a.c")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	p.Library = func(name string) (string, error) {
		if name == "libc.so.6" {
			return old, nil
		}
		return library(name)
	}
	base, _ := write(t, "", p)
	_, err := image.Write(filepath.Join(t.TempDir(), "image.tar"), "courant", base, []image.Part{p})
	if err == nil || !strings.Contains(err.Error(), "/lib/libc.so.6 of the base lacks GLIBC_2.") {
		t.Errorf("got %v", err)
	}
}

func TestRefused(t *testing.T) {
	p := part(t)
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("no program"), 0o600); err != nil {
		t.Fatal(err)
	}
	other := map[string]string{"amd64": "arm64", "arm64": "amd64"}[runtime.GOARCH]
	base, _ := write(t, "", p)
	for _, v := range []struct {
		base string
		part image.Part
		want string
	}{
		{"", image.Part{Architecture: other, Program: p.Program, Library: library}, "GOARCH=" + other},
		{"", image.Part{Architecture: runtime.GOARCH, Program: text, Library: library}, "no program for Linux"},
		{text, p, "no tar archive"},
		{t.TempDir(), p, "no OCI layout"},
		{base, image.Part{Architecture: other, Program: p.Program, Library: library}, "no image for " + other},
		{"nowhere.tar", p, "nowhere.tar"},
	} {
		out := filepath.Join(t.TempDir(), "image.tar")
		if _, err := image.Write(out, "courant", v.base, []image.Part{v.part}); err == nil || !strings.Contains(err.Error(), v.want) {
			t.Errorf("want %q, got %v", v.want, err)
		}
	}
}

// Others read it.
func TestSkopeo(t *testing.T) {
	if _, err := exec.LookPath("skopeo"); err != nil {
		t.Skip("SKIPPED: there is no skopeo to read the archive")
	}
	path, digest := write(t, "", part(t))
	out, err := exec.Command("skopeo", "inspect", "oci-archive:"+path).CombinedOutput()
	if err != nil || !strings.Contains(string(out), digest) {
		t.Errorf("%v\n%s", err, out)
	}
	to := t.TempDir()
	for _, from := range []string{"oci-archive:" + path, "docker-archive:" + path} { // as newer and older versions of Docker do
		if out, err := exec.Command("skopeo", "copy", from, "dir:"+to).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", from, err, out)
		}
	}
}
