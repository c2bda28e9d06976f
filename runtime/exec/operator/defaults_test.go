package operator

import (
	"context"
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/dsl"
)

// What default values lack is said once each, by the names of the file: profiles of
// layers, which are the compiler's, are no one's to give.
func TestMissingBehindDefaults(t *testing.T) {
	file, err := dsl.Parse("test.pde", `operator a { axes x, z  field speed  field m = 1/speed^2  wavefield u
		absorb layer^2*max(speed)/layer_width, peak_frequency
		solve m*u.dt2 = laplace(u) for u.forward }`)
	if err != nil {
		t.Fatal(err)
	}
	op, err := Compile(context.Background(), file, codegen.Options{Dim: 2, Border: 5})
	if err != nil {
		t.Fatal(err)
	}
	const peak = "needs the peak frequency of the sources"
	for _, c := range []struct {
		constants map[string]float64
		steps     int
		want      []string // one for each line
	}{
		{map[string]float64{"speed": 2}, 5, []string{peak}},
		{map[string]float64{"speed": 2, "peak_frequency": 12}, 5, []string{"peak_frequency 12 is not possible with a time step of 1"}},
		{map[string]float64{"speed": 2, "peak_frequency": -0.01}, 5, []string{"peak_frequency -0.01 is not possible"}},
		{map[string]float64{"peak_frequency": 0.01}, 5, []string{"m = 1/speed[x, z]^2; field speed is not given", "field speed is not given"}},
		{nil, 2, []string{"2 time levels leave no step"}}, // what follows waits
	} {
		a := Arguments{Shape: []int{21, 21}, Spacing: []float64{10, 10}, Dt: 1, Steps: c.steps, Constants: c.constants}
		_, err := op.Bind(a)
		if err == nil {
			t.Errorf("%v: no error", c.constants)
			continue
		}
		lines := strings.Split(err.Error(), "\n")
		if len(lines) != len(c.want) {
			t.Errorf("%v: %d faults, not %d:\n%v", c.constants, len(lines), len(c.want), err)
			continue
		}
		for i, want := range c.want {
			if !strings.Contains(lines[i], want) {
				t.Errorf("%v: %s\nnot %q", c.constants, lines[i], want)
			}
		}
	}
}
