package c_test

import (
	"flag"
	"os"
	"testing"

	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/schedule"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/adjoint"
)

var update = flag.Bool("update", false, "write the golden files anew")

// heat is the smallest operator with a temporary, a reduction and a boundary.
const heat = `operator heat "heat in a rod" {
    order space 4, time 1
    axes x, z
    field     kappa "diffusivity"
    wavefield u     "temperature"
    boundary u even at first z
    solve u.dt = div(kappa*grad(u)) for u.forward
    reduce energy from norm(u)
}`

// The C of small operators stays as it is, and stays pleasant to read.
func TestGolden(t *testing.T) {
	acoustic := read(t, "acoustic")
	small, err := dsl.Parse("heat.pde", heat)
	if err != nil {
		t.Fatal(err)
	}
	two := codegen.Options{Dim: 2, SpaceOrder: 2}
	half := two
	half.Half = []string{"m", "u"}
	for _, v := range []struct {
		golden   string
		file     *dsl.File
		o        codegen.Options
		schedule string
		derive   func(*symbolic.Problem) (*symbolic.Problem, error)
	}{
		{golden: "acoustic_2d_so2.c", file: acoustic, o: two},
		{golden: "diffusion_1d_so4.c", file: read(t, "diffusion"), o: codegen.Options{Dim: 1, SpaceOrder: 4, Precision: signature.F64}},
		{golden: "acoustic_3d_so2.c", file: acoustic, o: codegen.Options{Dim: 3, SpaceOrder: 2}},
		{golden: "acoustic_2d_so2_backward.c", file: acoustic, o: two, derive: adjoint.Adjoint},
		{golden: "acoustic_2d_so2_ranks.c", file: acoustic, o: two, schedule: `schedule acoustic ranks x
			group u { threads points lanes auto overlap exchange }
			group src group rec`},
		{golden: "acoustic_2d_so2_parts.c", file: acoustic, o: two, schedule: `schedule acoustic
			group u src rec steps 2 { tile x 16 skew  threads parts  lanes 8  prefetch 64 }`},
		{golden: "acoustic_2d_so2_half.c", file: acoustic, o: half, schedule: `schedule acoustic
			group u { lanes 8 } group src group rec`},
		{golden: "heat_reduction.c", file: small, o: codegen.Options{}},
		{golden: "heat_ring.c", file: small, o: codegen.Options{}, schedule: `schedule heat
			group w0 u { tile x 1 skew  local w0 ring x  local w1 ring x  lanes auto }
			group energy group halo_u`},
	} {
		v.o.Target = c.Target{}
		problem, err := check.Problem(v.file, v.o.Check())
		if err != nil {
			t.Fatal(err)
		}
		if v.derive != nil {
			if problem, err = v.derive(problem); err != nil {
				t.Fatal(err)
			}
		}
		if v.schedule != "" {
			s, err := schedule.Parse(v.schedule)
			if err != nil {
				t.Fatal(err)
			}
			v.o.Schedule = schedule.Given(s)
		}
		p, err := codegen.CompileProblem(problem, v.o)
		if err != nil {
			t.Fatalf("%s: %v", v.golden, err)
		}
		again, err := codegen.CompileProblem(problem, v.o)
		if err != nil || again.Source.Text != p.Source.Text {
			t.Errorf("%s: compiling again gives another text", v.golden)
		}
		path := "testdata/" + v.golden
		if *update {
			if err := os.WriteFile(path, []byte(p.Source.Text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(want) != p.Source.Text {
			t.Errorf("%s is now\n%s\ngo test ./backends/c -update accepts it", v.golden, p.Source.Text)
		}
	}
}

// read reads an operator of the library.
func read(t *testing.T, name string) *dsl.File {
	t.Helper()
	file, err := dsl.ParseFile("../../testdata/operators/" + name + ".pde")
	if err != nil {
		t.Fatal(err)
	}
	return file
}
