package check

import (
	"testing"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

const acoustic = `operator acoustic {
    order  space 8, time 2
    field  m     "squared slowness"  [s^2/km^2]
    field  damp  "sponge"            [ms/m^2]
    wavefield u  "pressure"
    solve  m*u.dt2 - laplace(u) + damp*u.dt = 0  for u.forward
    inject src * dt^2/m  into u.forward
    sample rec           from u
}`

func TestAcoustic(t *testing.T) {
	f, err := dsl.Parse("acoustic.pde", acoustic)
	if err != nil {
		t.Fatal(err)
	}
	for dim := 1; dim <= 3; dim++ {
		p, err := Problem(f, Options{Dim: dim})
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Statements) != 3 || len(p.Points) != 2 || !p.Points[0].Inject {
			t.Errorf("%+v", p)
		}
		u := p.Statements[0].(*symbolic.Update)
		t.Log(u.Left, u.Source)
	}
}

func TestFaults(t *testing.T) {
	for _, src := range []string{
		"operator a { wavefield u  solve u.dt2 - laplac(u) = 0 for u.forward }",
		"operator a { wavefield u  solve u.dt2 - u.dq = 0 for u.forward }",
		"operator a { wavefield u  solve laplace(u) = 0 for u.forward }",
		"operator a { wavefield u  solve u.dt2^2 = 0 for u.forward }",
		"operator a { wavefield u field m [km/s] field v [m/s]  solve u.dt2 = (m+v)*u for u.forward }",
		"operator a { wavefield u field m [s^2/km^2] solve m*u.dt = laplace(u) for u.forward }",
		"operator a { wavefield u order time 1 solve u.dt2 = laplace(u) for u.forward }",
		"operator a { wavefield u wavefield v order time 1 u.forward = v.forward + u v.forward = u }",
	} {
		f, err := dsl.Parse("a.pde", src)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Problem(f, Options{Dim: 2})
		if err == nil {
			t.Errorf("accepted: %s", src)
		}
		t.Logf("%v", err)
	}
}
