package cuda_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/backends/cuda"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/schedule"
	"github.com/courant-pde/courant/codegen/stencil"
	"github.com/courant-pde/courant/dsl"
)

// assembled makes PTX, the assembler of NVIDIA's processors, of a source, with
// clang and without the CUDA toolkit.
func assembled(t *testing.T, s *backends.Source) string {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{s.File: s.Text}
	for name, text := range s.Headers {
		files[name] = text
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	header, err := filepath.Abs("testdata/device.h")
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command("clang", "-x", "cuda", "--cuda-device-only", "-nocudainc", "-nocudalib", "--cuda-gpu-arch=sm_70", "-S", "-O1", "-Wall", "-Wno-unknown-cuda-version",
		"-include", header, "-I", dir, filepath.Join(dir, s.File), "-o", "-")
	var messages strings.Builder
	c.Stderr = &messages
	out, err := c.Output()
	if err != nil {
		t.Fatalf("clang: %v\n%s\n%s", err, messages.String(), s.Text)
	}
	return string(out)
}

func needsClang(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("clang"); err != nil {
		t.Skip("there is no clang, which makes PTX of CUDA C; install clang to run this test")
	}
}

// Every operator of the library becomes PTX under the default schedule, in half
// precision too.
func TestLibraryBecomesPTX(t *testing.T) {
	needsClang(t)
	paths, err := filepath.Glob("../../testdata/operators/*.pde")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no operators: %v", err)
	}
	for _, path := range paths {
		for dim := 1; dim <= 3; dim++ {
			if testing.Short() && dim != 2 {
				continue
			}
			t.Run(fmt.Sprintf("%s %dD", filepath.Base(path), dim), func(t *testing.T) {
				t.Parallel()
				file, err := dsl.ParseFile(path)
				if err != nil {
					t.Fatal(err)
				}
				for _, half := range [][]string{nil, {stencil.AllParameters, stencil.AllWavefields}} {
					p, err := codegen.Compile(file, codegen.Options{Dim: dim, SpaceOrder: 4, Half: half, Target: cuda.Target{}})
					if dsl.IsUser(err) {
						return // an operator may name its axes
					}
					if err != nil {
						t.Fatal(err)
					}
					if ptx := assembled(t, p.Source); !strings.Contains(ptx, ".entry") {
						t.Errorf("no entry in\n%s", ptx)
					}
				}
			})
		}
	}
}

// A temporary that blocks keep for a tile lies in shared memory, and threads
// wait for each other before they read it.
func TestSharedMemory(t *testing.T) {
	source, err := os.ReadFile("../../testdata/schedules/diffusion_2d_device.schedule")
	if err != nil {
		t.Fatal(err)
	}
	s, err := schedule.Parse(string(source))
	if err != nil {
		t.Fatal(err)
	}
	file, err := dsl.ParseFile("../../testdata/operators/diffusion.pde")
	if err != nil {
		t.Fatal(err)
	}
	p, err := codegen.Compile(file, codegen.Options{Dim: 2, SpaceOrder: 4, Target: cuda.Target{}, Schedule: schedule.Given(s)})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"__shared__ real w0[432];", "__syncthreads();", "blockIdx.y*8"} {
		if !strings.Contains(p.Source.Text, want) {
			t.Errorf("no %s in\n%s", want, p.Source.Text)
		}
	}
	needsClang(t)
	ptx := assembled(t, p.Source)
	for _, want := range []string{".shared", "bar.sync", "st.shared", "ld.shared"} {
		if !strings.Contains(ptx, want) {
			t.Errorf("no %s in\n%s", want, ptx)
		}
	}
}

// What a device cannot do is refused by name.
func TestRefused(t *testing.T) {
	file, err := dsl.ParseFile("../../testdata/operators/diffusion.pde")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"schedule diffusion group w0 group u { threads points lanes 8 } group src group rec":                                          "vectors of several numbers",
		"schedule diffusion ranks x group w0 group u group src group rec":                                                             "exchanges between ranks",
		"schedule diffusion group w0 u { tile x 64 overlap tile z 256 overlap local w0 local w1 threads device } group src group rec": "a block has 49152",
		"schedule diffusion group w0 u { tile x 8 overlap local w0 local w1 threads device } group src group rec":                     "tile all axes",
	} {
		s, err := schedule.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		_, err = codegen.Compile(file, codegen.Options{Dim: 2, SpaceOrder: 4, Target: cuda.Target{}, Schedule: schedule.Given(s)})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// Where one thread takes all tiles, it takes all sources and receivers in them too; the
// threads of a block share them only where blocks take tiles.
func TestPointsInTilesOfOneThread(t *testing.T) {
	file, err := dsl.ParseFile("../../testdata/operators/acoustic.pde")
	if err != nil {
		t.Fatal(err)
	}
	s, err := schedule.Parse("schedule acoustic group u src rec steps 2 { tile x 8 skew }")
	if err != nil {
		t.Fatal(err)
	}
	p, err := codegen.Compile(file, codegen.Options{Dim: 2, SpaceOrder: 2, Target: cuda.Target{}, Schedule: schedule.Given(s)})
	if err != nil {
		t.Fatal(err)
	}
	nodes := 0
	for _, line := range strings.Split(p.Source.Text, "\n") {
		if strings.Contains(line, "= first_plane(") {
			nodes++
			if strings.Contains(line, "threadIdx") || strings.Contains(line, "my_index") {
				t.Errorf("threads share the nodes of a tile that one of them has: %s", line)
			}
		}
	}
	if nodes != 4 {
		t.Errorf("%d loops over nodes, want one for the source and one for the receivers in each step", nodes)
	}
	needsClang(t)
	assembled(t, p.Source)
}
