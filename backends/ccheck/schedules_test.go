package ccheck

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/schedule"
	"github.com/courant-pde/courant/dsl"
)

// What schedules add to the C is as clean as the rest: vectors, memory of
// threads, exchanges.
func TestSchedulesAreClean(t *testing.T) {
	paths, err := filepath.Glob("../../testdata/schedules/*.schedule")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no schedules: %v", err)
	}
	for _, path := range paths {
		if strings.Contains(path, "_device") {
			continue // its C is for a device
		}
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		s, err := schedule.Parse(string(source))
		if err != nil {
			t.Fatal(err)
		}
		file, err := dsl.ParseFile("../../testdata/operators/" + s.Operator + ".pde")
		if err != nil {
			t.Fatal(err)
		}
		o := codegen.Options{Dim: 2, SpaceOrder: 4, Target: c.Target{}, Schedule: schedule.Given(s)}
		if strings.Contains(path, "_3d_") {
			o.Dim = 3
		}
		if strings.Contains(path, "_layers") {
			o.Border = 3
		}
		p, err := codegen.Compile(file, o)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if err := Check(p.Source.File, p.Source.Text, p.Source.Headers); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}
