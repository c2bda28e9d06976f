package operator

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/backends/interp"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/schedule"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/runtime/exec/jit"
)

// Every schedule of testdata/schedules gives the bits of the trivial one, by
// the interpreter and by C without fused multiplications, with one thread and
// with three.
func TestSchedules(t *testing.T) {
	paths, err := filepath.Glob("../../../testdata/schedules/*.schedule")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no schedules: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".schedule"), func(t *testing.T) {
			t.Parallel()
			source, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			s, err := schedule.Parse(string(source))
			if err != nil {
				t.Fatal(err)
			}
			file, err := dsl.ParseFile("../../../testdata/operators/" + s.Operator + ".pde")
			if err != nil {
				t.Fatal(err)
			}
			if s.Ranks != nil {
				t.Skip("it takes several ranks: see TestRanksInC")
			}
			o := codegen.Options{Dim: 2, SpaceOrder: 4, Precision: signature.F64, Target: interp.Target{}}
			if strings.Contains(path, "_3d_") {
				o.Dim = 3
			}
			if strings.Contains(path, "_layers") {
				o.Border = 3
			}
			trivial := o
			trivial.Schedule = schedule.Trivial
			oracle, err := Compile(t.Context(), file, trivial)
			if err != nil {
				t.Fatal(err)
			}
			o.Schedule = schedule.Given(s)
			interpreted, err := Compile(t.Context(), file, o)
			if err != nil {
				t.Fatal(err)
			}
			a := randomArguments(t, interpreted.Program, rand.New(rand.NewPCG(7, 8)))
			want := outcome(t, oracle, a)
			compare(t, "interp", outcome(t, interpreted, a), want, 0)
			if s.Groups[0].Threads == schedule.Device {
				return // its C is for a device: see backends/cuda
			}
			o.Target, trivial.Target = c.Target{}, c.Target{}
			want = outcome(t, exact(t, file, trivial), a) // Go and C round sines in their own ways
			native := exact(t, file, o)
			for _, threads := range []int{1, 3} {
				a.Threads = threads
				compare(t, "c", outcome(t, native, a), want, 0)
			}
		})
	}
}

// exact compiles an operator to C that rounds every operation, as the
// interpreter does.
func exact(t *testing.T, file *dsl.File, o codegen.Options) *Operator {
	t.Helper()
	program, err := codegen.Compile(file, o)
	if err != nil {
		t.Fatal(err)
	}
	builder, err := jit.NewBuilder()
	if err != nil {
		t.Fatal(err)
	}
	f := flags()
	f.Extra = append(f.Extra, "-ffp-contract=off")
	library, err := builder.Build(t.Context(), jit.Source{Name: program.Source.Name, C: program.Source.Text}, f)
	if err != nil {
		t.Fatal(err)
	}
	return &Operator{Program: program, Library: library}
}
