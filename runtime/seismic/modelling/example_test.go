package modelling_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/courant-pde/courant/runtime/seismic/modelling"
	"github.com/courant-pde/courant/runtime/seismic/survey"
)

// The records of a shot, from its configuration. Without a backend the operator is
// interpreted; c.Target{} compiles it.
func Example() {
	config, remove := configuration()
	defer remove()
	ctx := context.Background()
	shot, err := modelling.OpenShot(ctx, config, nil, 0, nil)
	check(err)
	run, err := shot.Operator.Apply(ctx, shot.Arguments)
	check(err)
	defer run.Close()
	fmt.Println("sources", shot.Sources, "records", shot.Records, "the model gives", shot.Main)
	fmt.Println("grid with layers", shot.Arguments.Shape)
	fmt.Println(run.Traces("rec"), shot.Steps)
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
