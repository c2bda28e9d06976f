package shot_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/seismic/shot"
	"github.com/courant-pde/courant/runtime/seismic/survey"
)

// A shot in one dimension, from its configuration to its record. Without a Target the
// operator is interpreted; c.Target{} compiles it.
func ExampleRun() {
	folder, err := os.MkdirTemp("", "shot")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	operator, err := filepath.Abs("../../../testdata/operators/acoustic.pde")
	if err != nil {
		panic(err)
	}
	path := filepath.Join(folder, "shot.toml")
	if err := os.WriteFile(path, fmt.Appendf(nil, configuration, operator), 0o644); err != nil {
		panic(err)
	}
	config, err := survey.LoadConfig(path)
	if err != nil {
		panic(err)
	}
	summary, err := shot.Run(context.Background(), config, filepath.Join(folder, "out"), shot.Options{Threads: 1})
	if err != nil {
		panic(err)
	}
	record, err := field.ReadNPY(filepath.Join(folder, "out", "record.npy"))
	if err != nil {
		panic(err)
	}
	fmt.Println(summary.Operator, "in a model of", summary.Shape, "points")
	fmt.Println(summary.Files)
	fmt.Println(record, record.Shape[0] == summary.Steps)
	// Output:
	// acoustic in a model of [61] points
	// [record.npy record.sgy record.png wavelet.png shot.json]
	// f32 (16, 7) true
}

const configuration = `
operator    = %q
space_order = 4
time        = 60.0 # ms

[model]
synthetic = "constant"
from      = 2.0 # km/s
shape     = [61]
spacing   = [10.0]

[wavelet]
peak_hz = 25.0

[source]
position = [20.0]

[receivers]
from  = [0.0]
to    = [600.0]
count = 7
`
