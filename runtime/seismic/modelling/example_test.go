package modelling_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/runtime/seismic/modelling"
	"github.com/courant-pde/courant/runtime/seismic/survey"
)

// The records of a shot, from its configuration. Without a backend the operator is
// interpreted; c.Target{} compiles it.
func Example() {
	config, remove := configuration()
	defer remove()
	ctx := context.Background()
	setup, err := modelling.Open(config, nil)
	check(err)
	op, err := operator.CompileProblem(ctx, setup.Problem, setup.Options)
	check(err)
	geometry, err := config.Geometry(setup.Model)
	check(err)
	check(setup.Discretise(ctx, op, operator.Margin, geometry.Receivers.Shape[0]))
	arguments, err := setup.Arguments(setup.Whole())
	check(err)
	setup.Place(&arguments, geometry, func(source int, times []float64) []float64 {
		out := make([]float64, len(times))
		for i, t := range times {
			out[i] = setup.Wavelet.At(t)
		}
		return out
	})
	run, err := op.Apply(ctx, arguments)
	check(err)
	defer run.Close()
	fmt.Println("sources", setup.Sources, "records", setup.Records, "the model gives", setup.Main)
	fmt.Println("grid with layers", arguments.Shape)
	fmt.Println(run.Traces("rec"), setup.Steps)
	// Output:
	// sources [src] records [rec] the model gives vp
	// grid with layers [71 56]
	// f32 (22, 7) 22
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// configuration is a small shot, in a folder of its own until that is removed.
func configuration() (config *survey.Config, remove func()) {
	folder, err := os.MkdirTemp("", "modelling")
	check(err)
	file, err := filepath.Abs("../../../testdata/operators/acoustic.pde")
	check(err)
	path := filepath.Join(folder, "shot.toml")
	check(os.WriteFile(path, fmt.Appendf(nil, `
operator    = %q
space_order = 4
time        = 60.0 # ms

[model]
synthetic = "constant"
from      = 2.0 # km/s
shape     = [31, 16]
spacing   = [10.0]

[wavelet]
peak_hz = 25.0

[source]
position = [150.0, 20.0]

[receivers]
from  = [0.0, 20.0]
to    = [300.0, 20.0]
count = 7
`, file), 0o644))
	config, err = survey.LoadConfig(path)
	check(err)
	return config, func() { os.RemoveAll(folder) }
}
