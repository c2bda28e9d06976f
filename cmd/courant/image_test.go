package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"github.com/courant-pde/courant/runtime/exec/jit"
)

// small is a survey of which an iteration takes a second.
const small = "../../testdata/shots/small.toml"

// rootOf unpacks the one image of an archive to a folder, as a container has it, and gives
// its environment.
func rootOf(t *testing.T, archive string) (dir string, environment []string) {
	t.Helper()
	unpacked := t.TempDir()
	if out, err := exec.Command("tar", "-xf", archive, "-C", unpacked).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	index, err := layout.ImageIndexFromPath(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	m, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	i, err := index.Image(m.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	config, err := i.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	files := mutate.Extract(i)
	defer files.Close()
	dir = t.TempDir()
	for r := tar.NewReader(files); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return dir, config.Config.Env
		}
		if err != nil {
			t.Fatal(err)
		}
		at := filepath.Join(dir, h.Name)
		switch h.Typeflag {
		case tar.TypeDir:
			err = os.MkdirAll(at, 0o755)
		case tar.TypeSymlink:
			err = os.Symlink(h.Linkname, at)
		default:
			var text []byte
			if text, err = io.ReadAll(r); err == nil {
				err = os.WriteFile(at, text, h.FileInfo().Mode().Perm())
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// contained prepares the program of an image in its root, where it sees nothing else of this
// machine but /proc and /dev/null, which every container has.
func contained(t *testing.T, root string, environment []string, args ...string) *exec.Cmd {
	t.Helper()
	for _, dir := range []string{"proc", "dev"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "dev/null"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	shell := fmt.Sprintf(`mount -t proc proc %[1]s/proc && mount --bind /dev/null %[1]s/dev/null && exec chroot %[1]s /usr/bin/courant "$@"`, root)
	c := exec.CommandContext(t.Context(), "unshare", append([]string{"--user", "--map-root-user", "--mount", "--pid", "--fork", "sh", "-c", shell, "courant"}, args...)...)
	c.Env = append([]string{"COURANT_TEST_PROGRAM=1"}, environment...)
	for i, v := range c.Env {
		if strings.HasPrefix(v, "PATH=") { // which the shell needs too; the image has no such folders
			c.Env[i] = v + ":/usr/sbin:/sbin"
		}
	}
	return c
}

// An inversion in an image, without a compiler and without any library of this machine,
// comes to the same bits as here, for each level that this processor is of.
func TestImage(t *testing.T) {
	if runtime.GOOS != "linux" || exec.Command("unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "true").Run() != nil {
		t.Skip("SKIPPED: there is no unshare, or it may not make a mount namespace")
	}
	here := t.TempDir()
	if _, errs, code := courant(t, "invert", small, "--workers", "1", "--out", here); code != 0 {
		t.Fatal(errs)
	}
	want, err := os.ReadFile(filepath.Join(here, "model_010.npy"))
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, l := range jit.Levels() {
		if l.Architecture != runtime.GOARCH {
			continue
		}
		archive := filepath.Join(t.TempDir(), "image.tar")
		if _, errs, code := courant(t, "image", small, "--level", l.Name, "--out", archive); code != 0 {
			t.Fatal(errs)
		}
		root, environment := rootOf(t, archive)
		for name, from := range map[string]string{"shots": "../../testdata/shots", "operators": "../../testdata/operators"} {
			if err := os.CopyFS(filepath.Join(root, "testdata", name), os.DirFS(from)); err != nil {
				t.Fatal(err)
			}
		}
		out, err := contained(t, root, environment, "invert", "/testdata/shots/small.toml", "--workers", "1", "--out", "/tmp/out").CombinedOutput()
		if strings.Contains(string(out), "which this processor") {
			t.Logf("SKIPPED for %s: %s", l.Name, out)
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v\n%s", l.Name, err, out)
		}
		ran++
		if got, err := os.ReadFile(filepath.Join(root, "tmp/out/model_010.npy")); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: the model differs from the one of this machine (%v)", l.Name, err)
		}
		// Another configuration than those of the image has no kernels there.
		out, err = contained(t, root, environment, "shot", "/testdata/shots/marmousi.toml", "--out", "/tmp/shot").CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != exitToolchain || !strings.Contains(string(out), "give its configuration to `courant image`") {
			t.Errorf("a configuration that is not in the image: %v\n%s", err, out)
		}
	}
	if ran == 0 {
		t.Skip("SKIPPED: this processor is of no level")
	}
}

func TestImageRefuses(t *testing.T) {
	other := map[string]string{"amd64": "arm64", "arm64": "amd64"}[runtime.GOARCH]
	out := filepath.Join(t.TempDir(), "image.tar")
	for _, v := range []struct {
		want string
		args []string
	}{
		{"give --out", []string{small}},
		{"there is no level \"x86-64-v9\"", []string{"--level", "x86-64-v9", "--out", out}},
		{"GOARCH=" + other, []string{"--arch", other, "--out", out}},
		{"none of the levels", []string{small, "--level", map[string]string{"amd64": "armv8-a", "arm64": "x86-64-v3"}[runtime.GOARCH], "--out", out}},
		{"it is ARCH=FILE", []string{"--program", "courant", "--out", out}},
		{"no OCI layout", []string{"--list", t.TempDir()}},
	} {
		if _, errs, code := courant(t, append([]string{"image"}, v.args...)...); code != exitUser || !strings.Contains(errs, v.want) {
			t.Errorf("%v: exit code %d, %s", v.args, code, errs)
		}
	}
}
