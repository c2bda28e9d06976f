package field_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// An array is filled, written as a .npy file, which NumPy reads too, and read back.
func ExampleArray() {
	folder, err := os.MkdirTemp("", "field")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	vp := field.New32(3, 4) // x, z: depth last and fastest
	for i := range vp.Len() {
		vp.Set(i, 1.5+0.5*float64(vp.Index(i)[1])) // faster with depth
	}
	path := filepath.Join(folder, "vp.npy")
	if err := field.WriteNPY(path, vp); err != nil {
		panic(err)
	}
	again, err := field.ReadNPY(path)
	if err != nil {
		panic(err)
	}
	least, greatest := again.Range()
	fmt.Println(again, "from", least, "to", greatest)
	fmt.Println("at the greatest depth", again.At(again.Offset(0, 3)))
	fmt.Println("difference", field.Difference(again, vp))
	// Output:
	// f32 (3, 4) from 1.5 to 3
	// at the greatest depth 3
	// difference 0
}

// A layout places a grid with its halo in the memory that kernels work on.
func ExampleLayout() {
	layout, err := field.NewLayout([]int{3, 4}, [][2]int{{2, 2}, {2, 2}}, 4)
	if err != nil {
		panic(err)
	}
	memory, err := field.Allocate(layout.Len, 4)
	if err != nil {
		panic(err)
	}
	defer memory.Free()
	buffer := field.Numbers[float32](memory)
	from, to := field.NewNoise().Array(3, 4), field.New32(3, 4)
	field.Scatter(layout, buffer, from.F32, true) // the halo takes the nearest value
	field.Gather(layout, buffer, to.F32)
	fmt.Println("difference", field.Difference(to, from), "halo filled:", buffer[layout.Origin-1] == from.F32[0])
	// Output:
	// difference 0 halo filled: true
}
