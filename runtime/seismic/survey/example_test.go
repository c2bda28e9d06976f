package survey_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/courant-pde/courant/runtime/seismic/survey"
)

// A configuration is read, and the model, the places and the wavelet are made of it.
// The operator file is not read: package modelling does that.
func ExampleLoadConfig() {
	folder, err := os.MkdirTemp("", "survey")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "shot.toml")
	if err := os.WriteFile(path, []byte(configuration), 0o644); err != nil {
		panic(err)
	}
	config, err := survey.LoadConfig(path)
	if err != nil {
		panic(err)
	}
	model, err := config.Model(1000) // the operator's velocities are in km/s
	if err != nil {
		panic(err)
	}
	geometry, err := config.Geometry(model)
	if err != nil {
		panic(err)
	}
	wavelet, err := config.Wavelet(0.001) // and its times in ms
	if err != nil {
		panic(err)
	}
	fmt.Println("model", model.Values, "ends at", model.End(), "m")
	fmt.Println(geometry.Receivers.Shape[0], "receivers, source at", geometry.Sources.F64, "m")
	fmt.Println(wavelet.Name, "greatest at", wavelet.Delay, "ms:", wavelet.At(wavelet.Delay))
	// Output:
	// model f32 (81, 61) ends at [800 600] m
	// 11 receivers, source at [400 20] m
	// ricker greatest at 40 ms: 1
}

const configuration = `
operator = "acoustic.pde"
time     = 300.0 # ms

[model]
synthetic = "layers"
shape     = [81, 61]
spacing   = [10.0]

[wavelet]
name    = "ricker"
peak_hz = 25.0

[source]
position = [400.0, 20.0]

[receivers]
from  = [0.0, 20.0]
to    = [800.0, 20.0]
count = 11
`
