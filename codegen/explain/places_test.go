package explain

import (
	"testing"

	"github.com/courant-pde/courant/symbolic"
)

// velocityStress is an elastic medium: the components of the velocity on the
// edges, shear stresses on the faces.
func velocityStress(axes ...string) *symbolic.Problem {
	g := &symbolic.Grid{Axes: axes, SpaceOrder: 4, TimeOrder: 1}
	p := &symbolic.Problem{Name: "elastic", Grid: g}
	add := func(name string, role symbolic.Role, half ...int) {
		f := &symbolic.Function{Name: name, Grid: g, Role: role, Stagger: make([]bool, len(axes))}
		for axis := range axes {
			f.Axes = append(f.Axes, axis)
		}
		for _, axis := range half {
			f.Stagger[axis] = true
		}
		p.Functions = append(p.Functions, f)
	}
	add("lam", symbolic.Field)
	add("mu", symbolic.Field)
	for i, x := range axes {
		add("v_"+x, symbolic.Wavefield, i)
	}
	for i, x := range axes {
		for j, y := range axes[i:] {
			if j == 0 {
				add("tau_"+x+y, symbolic.Wavefield)
			} else {
				add("tau_"+x+y, symbolic.Wavefield, i, i+j)
			}
		}
	}
	return p
}

func TestCells(t *testing.T) {
	for _, c := range []struct {
		axes []string
		want string
	}{
		{[]string{"x"}, `o-------a-------o    o  x      node            lam, mu, tau_xx
                     a  x+1/2  centre          v_x

                     x right
`},
		{[]string{"x", "z"}, `o-------a-------o    o  x, z          node            lam, mu, tau_xx, tau_zz
|               |    a  x+1/2, z      edge along x    v_x
|               |    b  x, z+1/2      edge along z    v_z
b       c       b    c  x+1/2, z+1/2  centre          tau_xz
|               |
|               |    x right, z down
o-------a-------o
`},
		{[]string{"x", "y", "z"}, `    o-------a-------o    o  x, y, z          node            lam, mu, tau_xx, tau_yy, tau_zz
   /.              /|    a  x+1/2, y, z      edge along x    v_x
  b .     d       b |    b  x, y+1/2, z      edge along y    v_y
 /  c       e    /  c    c  x, y, z+1/2      edge along z    v_z
o-------a-------o   |    d  x+1/2, y+1/2, z  face x-y        tau_xy
| f .           | f |    e  x+1/2, y, z+1/2  face x-z        tau_xz
|   o.......a...|...o    f  x, y+1/2, z+1/2  face y-z        tau_yz
c  .    e       c  /
| b       d     | b      x right, z down, y back
|.              |/
o-------a-------o
`},
	} {
		p := velocityStress(c.axes...)
		r := &Report{Axes: c.axes, Places: places(p)}
		if got := r.cell(); got != c.want {
			t.Errorf("got\n%swant\n%s", got, c.want)
		}
		if !r.staggered() {
			t.Errorf("%v is not staggered", c.axes)
		}
		checkPage(t, "<p>"+string(r.cellPicture())+"</p>")
	}
}

func TestNothingStaggered(t *testing.T) {
	r := operator(t, "operator o { order time 1 wavefield u u.forward = u + dt*laplace(u) }", 2, 4)
	if r.staggered() || len(r.Places) != 1 || r.Places[0].Name != "node" {
		t.Errorf("%+v", r.Places)
	}
}
