package tune_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/schedule"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/runtime/exec/tune"
)

// waves is the acoustic operator on a small grid in 3D, where every variation is
// legal, and counts what is compiled and tried.
func waves(t *testing.T) (c *tune.Case, compiled, tried *int) {
	t.Helper()
	t.Setenv("COURANT_CACHE", t.TempDir())
	compiled, tried = new(int), new(int)
	c = &tune.Case{Options: options(), Arguments: operator.Arguments{Shape: []int{24, 25, 40}, Spacing: []float64{10, 10, 10}, Dt: 1, Steps: 20,
		Constants: map[string]float64{"m": 0.25}, Fields: map[string]*field.Array{"u": pulse(24, 25, 40)}}}
	c.Compile = func(ctx context.Context, o codegen.Options) (*operator.Operator, error) {
		*compiled++
		return operator.Load(ctx, filepath.Join("..", "..", "..", "testdata", "operators", "acoustic.pde"), o)
	}
	c.Report = func(tune.Trial) { *tried++ }
	return c, compiled, tried
}

func options() codegen.Options {
	return codegen.Options{Dim: 3, SpaceOrder: 4, Target: c.Target{}}
}

func pulse(shape ...int) *field.Array {
	a := field.New32(shape...)
	for i := range a.F32 {
		a.F32[i] = float32(math.Sin(float64(i) / 7))
	}
	return a
}

func last(t *testing.T, op *operator.Operator, a operator.Arguments) *field.Array {
	t.Helper()
	for _, p := range op.Program.Signature.Points {
		if p.Inject {
			a.Points = map[string]operator.Points{p.Traces: {At: field.New64(0, 3), Traces: field.New64(a.Steps, 0)}}
		}
	}
	run, err := op.Apply(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	return run.Field("u")
}

// The operator that is found does what the default does, and is known the next time.
func TestBest(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles a dozen kernels")
	}
	search, compiled, tried := waves(t)
	plain, err := search.Best(t.Context(), tune.Off)
	if err != nil {
		t.Fatal(err)
	}
	if *compiled != 1 || *tried != 0 {
		t.Errorf("without a search %d operators were compiled and %d tried", *compiled, *tried)
	}
	want := last(t, plain, search.Arguments)
	found, err := search.Best(t.Context(), tune.Thorough)
	if err != nil {
		t.Fatal(err)
	}
	if *tried == 0 && plain.Program.Target.Vector > 0 {
		t.Error("a thorough search tried nothing")
	}
	got := last(t, found, search.Arguments)
	for i, v := range want.F32 {
		// Schedules differ in which products and sums are joined: at most the forty
		// roundings of a value of about 1, each 2^-24, in each of twenty steps: 5e-5.
		if d := math.Abs(float64(v - got.F32[i])); d > 1e-4 {
			t.Fatalf("the schedule that was found gives %g in place of %g", got.F32[i], v)
		}
	}
	text := found.Program.Schedule.String()
	*tried = 0
	again, err := search.Best(t.Context(), tune.Quick)
	if err != nil {
		t.Fatal(err)
	}
	if *tried != 0 || again.Program.Schedule.String() != text {
		t.Errorf("a schedule that is kept was searched again: %d trials,\n%s\nin place of\n%s", *tried, again.Program.Schedule, text)
	}
	// A grid of another class, and more effort, are another case.
	search.Arguments.Shape, search.Arguments.Fields = []int{70, 25, 40}, nil
	if _, err := search.Best(t.Context(), tune.Quick); err != nil {
		t.Fatal(err)
	}
	if *tried == 0 && plain.Program.Target.Vector > 0 {
		t.Error("what was found for one grid was taken for another")
	}
}

// What the caller says, and what is interpreted, is not searched.
func TestNothingToSearch(t *testing.T) {
	search, compiled, tried := waves(t)
	search.Options.Schedule = schedule.Default
	if _, err := search.Best(t.Context(), tune.Thorough); err != nil {
		t.Fatal(err)
	}
	search.Options.Schedule, search.Options.Target = nil, nil
	if _, err := search.Best(t.Context(), tune.Thorough); err != nil {
		t.Fatal(err)
	}
	if *compiled != 2 || *tried != 0 {
		t.Errorf("%d operators compiled, %d tried", *compiled, *tried)
	}
}

// What is left out by name stays out.
func TestDisabled(t *testing.T) {
	search, _, _ := waves(t)
	search.Options.Disable = []string{"wavefront", "prefetch"}
	search.Report = func(trial tune.Trial) {
		if strings.Contains(trial.Name, "pass") || strings.Contains(trial.Name, "memory") {
			t.Errorf("tried %s, though that is left out", trial)
		}
	}
	if _, err := search.Best(t.Context(), tune.Thorough); err != nil {
		t.Fatal(err)
	}
}

func TestEnds(t *testing.T) {
	search, _, _ := waves(t)
	ctx, cancel := context.WithCancel(t.Context())
	search.Report = func(tune.Trial) { cancel() }
	plain, err := search.Best(ctx, tune.Off)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := search.Best(ctx, tune.Thorough); plain.Program.Target.Vector > 0 && !errors.Is(err, context.Canceled) {
		t.Errorf("a search whose context ends gave %v", err)
	}
	if _, err := tune.ParseEffort("slow"); err == nil {
		t.Error("there is an effort that there is not")
	}
}
