//go:build linux

package operator

import (
	"math/rand/v2"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/courant-pde/courant/backends/abi"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/runtime/exec/field"
)

// Indices of generated code do not overflow on grids of more than 2^31
// points. The grid of this test is small, but its rows lie 2^31 elements
// apart and its time buffers 2^35, in memory that is reserved without being
// there, as every index of a large grid would find them: the results must be
// those of the same grid laid out closely.
func TestLargeIndices(t *testing.T) {
	op := compile(t, `operator a { order space 4, time 2
		field m
		wavefield u
		solve m*u.dt2 - laplace(u) = 0 for u.forward
		inject src*dt^2/m into u.forward
		sample rec from u }`, 2, signature.F32, true)
	r := rand.New(rand.NewPCG(1, 1))
	a := randomArguments(t, op.Program, r)
	want := outcome(t, op, a)

	run, err := op.Bind(a)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	n, ok := run.engine.(*native)
	if !ok {
		t.Fatal("the operator is interpreted")
	}
	const halo, row, buffer = 2, 1<<31 + 32, 1 << 35
	n.stride = []int64{row, 1}
	n.args.Stride = unsafe.SliceData(n.stride)
	for i, p := range run.points {
		n.points[i] = p.abiPoints(n.stride)
	}
	var far []farArray
	for i, s := range run.arrays {
		bytes := int64(4) * (buffer*int64(s.array.Buffers-1) + row*int64(a.Shape[0]+2*halo))
		memory, err := unix.Mmap(-1, 0, int(bytes), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE|unix.MAP_NORESERVE)
		if err != nil {
			t.Skipf("the system does not reserve %d GB of address space: %v", bytes/1e9, err)
		}
		defer unix.Munmap(memory)
		f := farArray{memory, halo*row + 16}
		far = append(far, f)
		n.arrays[i] = abi.Array{Data: f.at(0), Buffer: buffer, Stride: unsafe.SliceData(n.stride)}
		near := numbers[float32](s, 0)
		for b := range int64(s.array.Buffers) {
			if b > 0 {
				near = numbers[float32](s, b)
			}
			for x := -halo; x < a.Shape[0]+halo; x++ {
				for z := -halo; z < a.Shape[1]+halo; z++ {
					*(*float32)(f.at(b*buffer + int64(x)*row + int64(z))) = near[s.layout.Origin+int64(x)*s.layout.Stride[0]+int64(z)]
				}
			}
		}
	}
	if err := n.steps(run.First, run.Last, run.blocks.best); err != nil {
		t.Fatal(err)
	}
	got := field.New32(a.Shape...)
	for i, s := range run.arrays {
		if s.array.Name != "u" {
			continue
		}
		for x := range a.Shape[0] {
			for z := range a.Shape[1] {
				got.F32[x*a.Shape[1]+z] = *(*float32)(far[i].at(s.bufferOf(run.Last+1)*buffer + int64(x)*row + int64(z)))
			}
		}
	}
	compare(t, "far apart", map[string]*field.Array{"u": got, "rec": run.Traces("rec")}, want, 0)
}

// farArray is memory of which few pages are ever touched.
type farArray struct {
	memory []byte
	origin int64 // element of the first interior point
}

func (f farArray) at(i int64) unsafe.Pointer { return unsafe.Pointer(&f.memory[4*(f.origin+i)]) }
