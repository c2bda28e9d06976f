package check

import (
	"fmt"
	"strings"
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
		if u.Source.Line != 6 || u.Source.Text != "solve m*u.dt2 - laplace(u) + damp*u.dt = 0 for u.forward" {
			t.Errorf("source %v", u.Source)
		}
	}
}

// What looks unusual but has a meaning is accepted, on every grid.
func TestAccepted(t *testing.T) {
	for _, body := range []string{
		// A let may read the next level before the statement that solves for it.
		"let loss = m*u.dt  solve u.dt2 - laplace(u) + loss = 0 for u.forward",
		// The number 0 is a vector too.
		"solve u.dt2 - div(grad(u) + 0) - div(0 - grad(u)) = 0 for u.forward",
		// The number 0 has any unit.
		"field c [m/s]  scalar q [1]  solve u.dt2 = q*u.dt2 + max(0, c)*0 for u.forward",
		// Definitions may stand behind what uses them, and parameters hide names.
		"solve f(u) = 0 for u.forward  def f(m) = m.dt2 - two*laplace(m)  let two = 2",
		// A difference of stored levels only.
		"solve u.dt2 - laplace(u + dt*u.dtl(order 1)) = 0 for u.forward",
		// The equation may be nonlinear in all but its target.
		"solve sin(u)*u.dt2 - exp(m)*u.dx^2 = abs(u) for u.forward",
		// Later statements read the new level, also at neighbouring points.
		"wavefield v  solve u.dt2 - laplace(u) = 0 for u.forward  v.forward = u.forward.dx",
		// One set of points feeds several levels; an undeclared name is one.
		"u.forward = u  inject src into u.forward  inject 2*src*m into u.forward  sample rec from u.forward",
		// A vector has as many components as the grid has axes.
		"vector wavefield v staggered  v.forward = v + dt*grad(u)  u.forward = u + dt*div(v.forward)",
		// An equation of vectors is solved component by component, whatever its two sides are made of.
		"vector wavefield v  tensor field c  u.forward = u  solve v.dt2 = dot(c, laplace(v)) + div(grad(v)) - v.dt for v.forward",
		// A matrix is as symmetric as its equation.
		"tensor wavefield e  vector field v  u.forward = u  solve e.dt - grad(v) = transpose(grad(v)) for e.forward",
		// Profiles along each axis add up.
		"vector field d on its axis staggered  solve u.dt2 + sum(d)*u.dt - sum(hadamard(d, grad(u))) = 0 for u.forward",
		// Regions may overlap, as long as nothing is left out, and be computed again, also from themselves.
		"region a = first 10 along x  region b = all but first 5 along x  u.forward = u in a  u.forward = 2*u in b  u.forward = u.forward/2 in a",
		// A history that is not saved is given; one that is saved can be read behind that.
		"history before every 3  image g  u.forward = u + before  save us from u.forward every 3  g += us*before every 3",
		// An image may read itself at the same point.
		"vector image g  scalar n  u.forward = u  g += grad(u) - g every n",
		// Derivatives of what lies at another place are taken there.
		"wavefield w staggered x  solve u.dt2 - w.dx - laplace(w) = 0 for u.forward  w.forward = w.dx(at 1/2) + u.dx2(weights 1, -1, -1, 1)",
		// Three and four levels.
		"order time 4  solve u.dt2 - u.dt3l(order 4) - laplace(u.backward.backward.backward) = 0 for u.forward",
		// Words that are read at fixed places are names elsewhere.
		"scalar first  scalar both  scalar all  scalar faces = 2  region inner = inner 2 along x  u.forward = first*both*all*faces*u  reduce last from min(u) in inner",
		"image g  boundary m, g even at both x  u.forward = u  g += u",
	} {
		f, err := dsl.Parse("a.pde", "operator a { wavefield u  field m  "+body+" }")
		if err != nil {
			t.Error(err)
			continue
		}
		for dim := 1; dim <= 3; dim++ {
			if _, err := Problem(f, Options{Dim: dim}); err != nil {
				t.Errorf("%dD: %v", dim, err)
			}
		}
	}
}

func TestBadGrid(t *testing.T) {
	f, err := dsl.Parse("acoustic.pde", acoustic)
	if err != nil {
		t.Fatal(err)
	}
	for _, dim := range []int{-1, 4} {
		if _, err := Problem(f, Options{Dim: dim}); err == nil {
			t.Errorf("a grid with %d axes was accepted", dim)
		}
	}
}

// A file of nothing but faults, statements or operators is refused at once,
// and says how much of it there is.
func TestFloodsAreRefused(t *testing.T) {
	const head, solve = "operator a { field m wavefield u ", "solve m*u.dt2 - laplace(u) = 0 for u.forward "
	for _, v := range []struct{ source, want string }{
		{head + strings.Repeat("sample r from v\n", 400) + solve + "}", "more faults are not shown"},
		{strings.Repeat("let a = 1\n", 4000) + head + solve + "}", "3949 more faults are not shown"},
		{"operator " + strings.Repeat("a", 300) + " { field m wavefield u " + solve + "}", "name has 300 letters"},
		{head + strings.Repeat(solve, 2000) + "}", "2002 statements: at most 500"},
		{strings.Repeat(head+solve+"}\n", 2000), "1949 more faults are not shown"},
		{strings.Repeat("operator a { }", 4000), "more faults are not shown"},
	} {
		file, err := dsl.Parse("flood.pde", v.source)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Problem(file, Options{Dim: 2})
		faults, _ := err.(dsl.Errors)
		if len(faults) == 0 || len(faults) > maxFaults || !strings.Contains(err.Error(), v.want) {
			t.Errorf("%.40q...: %d faults, want %q: %.2000v", v.source, len(faults), v.want, err)
		}
	}
	var many strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&many, "operator a%d { }\n", i)
	}
	file, err := dsl.Parse("many.pde", many.String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Problem(file, Options{Dim: 2, Operator: "a3"}); err == nil || !strings.Contains(err.Error(), "2000 operators: at most 100") {
		t.Errorf("2000 operators: %v", err)
	}
}
