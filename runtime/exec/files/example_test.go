package files_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/files"
	"github.com/courant-pde/courant/runtime/exec/operator"
)

// A shot whose coordinates and traces are files, and whose record becomes one. Without
// a Target the operator is interpreted.
func ExampleRun_Apply() {
	folder, err := os.MkdirTemp("", "files")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	file := func(name string, shape []int, values ...float64) string {
		path := filepath.Join(folder, name)
		a := field.New64(shape...)
		copy(a.F64, values)
		if err := field.WriteNPY(path, a); err != nil {
			log.Fatal(err)
		}
		return path
	}
	record := filepath.Join(folder, "record.npy")
	_, err = files.Run{
		Operator:  "../../../testdata/operators/acoustic.pde",
		Compile:   codegen.Options{SpaceOrder: 4},
		Arguments: operator.Arguments{Shape: []int{41, 41}, Spacing: []float64{10}, Steps: 60, Dt: 2},
		Set:       []string{"vp=2"},
		Points: []string{
			"src=" + file("source.npy", []int{1, 2}, 200, 200) + ":" + file("wavelet.npy", []int{60, 1}, 0, 0, 1),
			"rec=" + file("receivers.npy", []int{2, 2}, 150, 200, 250, 200),
		},
		Out: []string{"rec=" + record},
	}.Apply(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	a, err := field.ReadNPY(record)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(a)
	fmt.Println(a.At(59*2) == a.At(59*2+1)) // both are as far from the source
	// Output:
	// f32 (60, 2)
	// true
}
