package loop_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/codegen/schedule"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
)

// The kernels of all operators of the library, under the default schedule and
// the trivial one, print and parse back, and are well formed before and after.
func TestKernelsRoundTrip(t *testing.T) {
	files, err := filepath.Glob("../../testdata/operators/*.pde")
	if err != nil || len(files) == 0 {
		t.Fatal("no operators", err)
	}
	orders := []int{2, 4, 8, 16}
	if testing.Short() {
		orders = []int{8}
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".pde"), func(t *testing.T) {
			t.Parallel()
			file, err := dsl.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			kernels := 0
			for dim := 1; dim <= 3; dim++ {
				for _, so := range orders {
					for border := 0; border <= 10; border += 10 { // without layers and with them
						if border > 0 && so != orders[0] {
							continue // many more statements, but of the same kinds
						}
						for _, v := range []struct {
							name  string
							maker schedule.Maker
						}{{"default", schedule.Default}, {"trivial", schedule.Trivial}} {
							p, err := codegen.Compile(file, codegen.Options{Dim: dim, SpaceOrder: so, Border: border, Precision: signature.F32, Schedule: v.maker})
							if err != nil {
								if !dsl.IsUser(err) {
									t.Errorf("%dD so %d, %s: %v", dim, so, v.name, err)
								}
								continue // an operator may name its axes
							}
							kernels++
							back := roundTrip(t, p.Kernel)
							for what, k := range map[string]*loop.Kernel{"made": p.Kernel, "read": back} {
								if err := loop.Verify(k); err != nil {
									t.Fatalf("%s, %s: %v\n%s", v.name, what, err, k)
								}
							}
						}
					}
				}
			}
			if kernels == 0 {
				t.Error("compiles for no grid")
			}
		})
	}
}

// So do those of the schedules that use all that loops can say.
func TestScheduledKernelsRoundTrip(t *testing.T) {
	const source = `operator a {
    order space 4, time 2
    field m
    field b
    wavefield u
    wavefield v
    solve m*u.dt2 = div(b*grad(u)) for u.forward
    solve v.dt2 = laplace(u.forward) for v.forward
    inject src*dt^2/m into u.forward
    sample rec from u + v
}
`
	file, err := dsl.Parse("a.pde", source)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct{ name, schedule, want string }{
		{"steps", "group LABELS steps 3 { tile x 8 skew tile z 16 skew threads points lanes 4 jam 2 }", " step 3 {"},
		{"lanes", "EACH { tile x auto threads tiles dynamic lanes 8 jam 3 }", " lanes 8 {"},
		{"device", "EACH { tile x 4 tile z 32 threads device }", " block {"},
	} {
		t.Run(v.name, func(t *testing.T) {
			p, err := codegen.Compile(file, codegen.Options{Dim: 2, Schedule: schedule.Trivial})
			if err != nil {
				t.Fatal(err)
			}
			text := "schedule a\n"
			head, options, each := strings.Cut(v.schedule, "EACH")
			if !each {
				text += strings.Replace(v.schedule, "LABELS", strings.Join(p.Stencil.Labels(), " "), 1)
			}
			for i, label := range p.Stencil.Labels() {
				if !each {
					break
				}
				text += head + "group " + label
				if fmt.Sprintf("%T", p.Stencil.Step[i]) == "*stencil.Compute" {
					text += options
				}
				text += "\n"
			}
			s, err := schedule.Parse(text)
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			k, _, err := schedule.Apply(p.Stencil, s)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(k.String(), v.want) {
				t.Errorf("%q is not in\n%s", v.want, k)
			}
			back := roundTrip(t, k)
			for _, k := range []*loop.Kernel{k, back} {
				if err := loop.Verify(k); err != nil {
					t.Fatalf("%v\n%s", err, k)
				}
			}
		})
	}
}
