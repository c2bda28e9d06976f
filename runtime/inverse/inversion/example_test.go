package inversion_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/courant-pde/courant/runtime/cluster/workflow"
	"github.com/courant-pde/courant/runtime/exec/gradient"
	"github.com/courant-pde/courant/runtime/inverse/inversion"
)

// An inversion from a Go program: carried out, watched, and its model taken.
func Example() {
	config, folder := example()
	defer os.RemoveAll(folder)
	ctx := context.Background()
	tasks := 0
	in, err := inversion.Open(ctx, inversion.Options{Config: config, Folder: folder, Event: func(e workflow.Event) {
		if e.Kind == "task" {
			tasks++
		}
	}})
	if err != nil {
		panic(err)
	}
	updates, err := in.Drive(ctx)
	if err != nil {
		panic(err)
	}
	model, err := in.Result(len(updates) - 1)
	if err != nil {
		panic(err)
	}
	fmt.Println(len(updates)-1, "iterations, at least 18 tasks:", tasks >= 18)
	fmt.Println("model", model, "misfit fell:", updates[len(updates)-1].Misfit < 0.9)
	// Output:
	// 2 iterations, at least 18 tasks: true
	// model f64 (81, 51) misfit fell: true
}

// A misfit of one's own judges records in place of the one that the file names.
func ExampleOptions_misfit() {
	config, folder := example()
	defer os.RemoveAll(folder)
	in, err := inversion.Open(context.Background(), inversion.Options{
		Config: config, Folder: folder, MisfitName: "envelope",
		Misfit: func(d gradient.Data) gradient.Misfit { return gradient.Envelope{Data: d} },
	})
	if err != nil {
		panic(err)
	}
	updates, err := in.Drive(context.Background())
	if err != nil {
		panic(err)
	}
	f, err := inversion.OpenFolder(context.Background(), folder, nil)
	if err != nil {
		panic(err)
	}
	status, err := f.Status(context.Background())
	if err != nil {
		panic(err)
	}
	fmt.Println(status.Phase, len(status.Iterations)-1, "iterations, misfit fell:", updates[len(updates)-1].Misfit < 0.9)
	// Output:
	// done 2 iterations, misfit fell: true
}

// example is a small survey that takes two iterations, and a folder for its results.
func example() (config, folder string) {
	folder, err := os.MkdirTemp("", "inversion")
	if err != nil {
		panic(err)
	}
	operator, err := filepath.Abs("../../../testdata/operators/acoustic.pde")
	if err != nil {
		panic(err)
	}
	config = filepath.Join(folder, "small.toml")
	text := fmt.Sprintf(`operator    = %q
space_order = 4
time        = 600.0 # ms
border      = 15

[model]
synthetic = "layers"
shape     = [81, 51]
spacing   = [20.0]

[wavelet]
name    = "ricker"
peak_hz = 8.0

[sources]
from  = [200.0, 20.0]
to    = [1400.0, 20.0]
count = 6

[receivers]
from  = [0.0, 40.0]
to    = [1600.0, 40.0]
count = 41

[inversion]
method     = "fwi"
iterations = 2
smooth     = 100.0
water      = 60.0
`, operator)
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		panic(err)
	}
	return config, folder
}
