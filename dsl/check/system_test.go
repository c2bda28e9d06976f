package check

import (
	"slices"
	"strings"
	"testing"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// elastic holds a statement of each kind, in the plane.
const elastic = `operator elastic {
    order space 8, time 1
    axes x, z
    units m, s
    vector wavefield v    "velocity"   [m/s]  staggered
    tensor wavefield tau  "stress"     [Pa]   staggered
    field            lam  "Lame"       [Pa]
    field            mu   "Lame"       [Pa]  harmonic
    field            b    "buoyancy"   [m^3/kg]
    vector field     d    "profile"    [1/s]  on its axis  staggered
    vector field     w    staggered faces
    field            q    staggered x, z
    tensor scalar    M    "moment"     = 2*identity
    scalar           k    = 3
    image            g
    history          us   every 4
    region top = first 10 along z, all but last 3 along x
    boundary v.z, tau odd at first z
    periodic x

    v.forward = v - dt*sum(d)*v + dt*b*div(tau)
    let e = grad(v.forward) + transpose(grad(v.forward))
    solve tau.dt = lam*div(v.forward)*identity + mu*e for tau.forward
    tau.zz.forward = tau.zz.forward/2 in top

    inject dt*src*M into tau.forward every 2
    sample rec from v.x
    sample pressure from trace(tau)/2
    sample shear from tau.xz.dx every k
    save us from v.z
    save still from tau.zx every k
    g += us*(trace(tau) + dot(v, w)) in top every 4
    reduce energy from sum(dot(v, v)) in top
    reduce peak from max(abs(tau.xx)) every 5
}`

// The problem of a system names its functions, their places and edges, and
// has one statement for each component.
func TestSystem(t *testing.T) {
	f, err := dsl.Parse("elastic.pde", elastic)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Problem(f, Options{Dim: 2})
	if err != nil {
		t.Fatal(err)
	}
	type functionOf struct {
		name string
		role symbolic.Role
		axes []int
		half []bool
	}
	both, x, z := []int{0, 1}, []bool{true, false}, []bool{false, true}
	var got []functionOf
	for _, f := range p.Functions {
		got = append(got, functionOf{f.Name, f.Role, f.Axes, f.Stagger})
	}
	want := []functionOf{
		{"v_x", symbolic.Wavefield, both, x}, {"v_z", symbolic.Wavefield, both, z},
		{"tau_xx", symbolic.Wavefield, both, nil}, {"tau_xz", symbolic.Wavefield, both, []bool{true, true}}, {"tau_zz", symbolic.Wavefield, both, nil},
		{"lam", symbolic.Field, both, nil}, {"mu", symbolic.Field, both, nil}, {"b", symbolic.Field, both, nil},
		{"d_x", symbolic.Field, []int{0}, x}, {"d_z", symbolic.Field, []int{1}, z},
		{"w_x", symbolic.Field, both, z}, {"w_z", symbolic.Field, both, x}, {"q", symbolic.Field, both, []bool{true, true}},
		{"g", symbolic.Image, both, nil}, {"us", symbolic.History, both, nil}, {"still", symbolic.History, both, []bool{true, true}},
	}
	if !slices.EqualFunc(got, want, func(a, b functionOf) bool {
		return a.name == b.name && a.role == b.role && slices.Equal(a.axes, b.axes) && slices.Equal(a.half, b.half)
	}) {
		t.Errorf("functions\n%v\nwant\n%v", got, want)
	}
	byName := map[string]*symbolic.Function{}
	for _, f := range p.Functions {
		byName[f.Name] = f
		odd := f.Name == "v_z" || strings.HasPrefix(f.Name, "tau")
		if odd != (f.Edges != nil) || odd && f.Edges[1] != [2]symbolic.Edge{symbolic.Odd, symbolic.Open} {
			t.Errorf("%s has edges %v", f.Name, f.Edges)
		}
		if (f.Mean == symbolic.Harmonic) != (f.Name == "mu") {
			t.Errorf("%s has mean %v", f.Name, f.Mean)
		}
	}
	if !slices.Equal(p.Grid.Periodic, []bool{true, false}) {
		t.Errorf("periodic %v", p.Grid.Periodic)
	}
	if n, _ := byName["us"].Every.(*symbolic.Num).IsInt(); n != 4 {
		t.Errorf("a frame of us every %v", byName["us"].Every)
	}
	moments := map[string]float64{"M_xx": 2, "M_xz": 0, "M_zz": 2, "k": 3}
	for _, q := range p.Parameters {
		if v, ok := q.Number(); !ok || v != moments[q.Name] {
			t.Errorf("scalar %s = %v", q.Name, q.Default)
		}
	}
	if got, want := outline(p), strings.Fields(`
		v_x[t+1,x+1/2,z] v_z[t+1,x,z+1/2] tau_xx[t+1,x,z] tau_xz[t+1,x+1/2,z+1/2] tau_zz[t+1,x,z] tau_zz[t+1,x,z]:top
		inject:tau_xx[t+1,x,z]/2 inject:tau_xz[t+1,x+1/2,z+1/2]/2 inject:tau_zz[t+1,x,z]/2
		sample:rec:x sample:pressure sample:shear/k us[x,z]/4 still[x+1/2,z+1/2]/k g[x,z]:top/4 sum:energy:top max:peak/5`); !slices.Equal(got, want) {
		t.Errorf("statements\n%v\nwant\n%v", got, want)
	}
	top := p.Statements[5].(*symbolic.Update).Region.Span
	if top[0] != (symbolic.Span{Lo: symbolic.Bound{}, Hi: symbolic.Bound{End: true, At: -3}}) || top[1] != (symbolic.Span{Hi: symbolic.Bound{At: 10}}) {
		t.Errorf("region top is %v", top)
	}
	// mu (dv_x/dz + dv_z/dx) is the shear stress.
	shear := p.Statements[3].(*symbolic.Update)
	v := func(name string, axis int) symbolic.Expr {
		return symbolic.NewDeriv(byName[name].At(1, nil), axis, 1, symbolic.Scheme{})
	}
	if want := symbolic.Product(byName["mu"].Here(), symbolic.Sum(v("v_x", 1), v("v_z", 0))); !symbolic.Equal(shear.Right, want) || shear.Value != nil {
		t.Errorf("%s, want %s", shear.Right, want)
	}
}

// outline names what each statement computes, its region or place, and its
// rhythm.
func outline(p *symbolic.Problem) []string {
	var out []string
	for _, s := range p.Statements {
		text, every := "", symbolic.Expr(nil)
		var region *symbolic.Region
		switch x := s.(type) {
		case *symbolic.Update:
			text, region, every = x.Target.String(), x.Region, x.Every
		case *symbolic.Inject:
			text, every = "inject:"+x.Target.String(), x.Every
		case *symbolic.Sample:
			text, every = "sample:"+x.Points.Name, x.Every
			for axis, half := range x.Half {
				if half {
					text += ":" + p.Grid.Axes[axis]
				}
			}
		case *symbolic.Reduce:
			text, region, every = x.Op+":"+x.Series.Name, x.Region, x.Every
		}
		if region != nil {
			text += ":" + region.Name
		}
		if every != nil {
			text += "/" + every.String()
		}
		out = append(out, strings.ReplaceAll(text, " ", ""))
	}
	return out
}

// Identities of vector calculus hold for what the functions make, with
// derivatives left as they are.
func TestVectorIdentities(t *testing.T) {
	for _, c := range []struct{ left, right, difference string }{
		{"div(grad(u))", "trace(grad(grad(u)))", "a - b"},
		{"trace(diag(v))", "sum(v)", "a - b"},
		{"sum(hadamard(v, grad(u)))", "dot(grad(u), v)", "a - b"},
		{"div(v)", "v.x.dx + v.y.dy + v.z.dz", "a - b"},
		{"grad(v).xz", "v.x.dz", "a - b"},
		{"(v.dt).y", "v.y.dt", "a - b"},
		{"v.forward.z", "v.z.forward", "a - b"},
		{"tau.zx", "tau.xz", "a - b"},
		{"div(tau).y", "tau.xy.dx + tau.yy.dy + tau.yz.dz", "a - b"},
		{"div(u*identity)", "grad(u)", "dot(a - b, a - b)"},
		{"dot(identity, v)", "v", "dot(a - b, a - b)"},
		{"diag(diag(v))", "v", "dot(a - b, a - b)"},
		{"dot(diag(v), v)", "hadamard(v, v)", "dot(a - b, a - b)"},
		{"laplace(v)", "div(grad(v)) - div(grad(v)) + (laplace(v.x), laplace(v.y), laplace(v.z))", "dot(a - b, a - b)"},
		{"biharmonic(v)", "laplace(laplace(v))", "dot(a - b, a - b)"},
		{"curl(v)", "(v.z.dy - v.y.dz, v.x.dz - v.z.dx, v.y.dx - v.x.dy)", "dot(a - b, a - b)"},
		{"v.dx", "(v.x.dx, v.y.dx, v.z.dx)", "dot(a - b, a - b)"},
		{"trace(outer(v, grad(u)))", "dot(v, grad(u))", "a - b"},
		{"outer(v, grad(u))", "transpose(outer(grad(u), v))", "dot(dot(a - b, v), v)"},
		{"transpose(tau)", "tau", "dot(dot(a - b, v), v)"},
		{"transpose(grad(v)).xy*identity", "v.y.dx*identity", "dot(dot(a - b, v), v)"},
	} {
		f, err := dsl.Parse("a.pde", `operator a {
			wavefield u  vector wavefield v  tensor wavefield tau
			u.forward = u  v.forward = v  tau.forward = tau
			let a = `+c.left+"  let b = "+c.right+"  image g  g += "+c.difference+" }")
		if err != nil {
			t.Fatal(err)
		}
		p, err := Problem(f, Options{Dim: 3})
		if err != nil {
			t.Errorf("%s = %s: %v", c.left, c.right, err)
			continue
		}
		g := p.Statements[len(p.Statements)-1].(*symbolic.Update)
		if !symbolic.Equal(g.Value, g.Target) {
			t.Errorf("%s and %s differ: %s", c.left, c.right, g.Value)
		}
	}
}

// With more than two levels, time derivatives stay those of time order 2.
func TestTimeOrders(t *testing.T) {
	for order, want := range map[string]int{"1": 0, "2": 0, "3": 2, "4": 2} {
		f, err := dsl.Parse("a.pde", "operator a { order time "+order+"  wavefield u  solve u.dt = laplace(u) for u.forward }")
		if err != nil {
			t.Fatal(err)
		}
		p, err := Problem(f, Options{Dim: 1})
		if err != nil {
			t.Fatal(err)
		}
		d := p.Statements[0].(*symbolic.Update).Left.(*symbolic.Deriv)
		if d.Accuracy != want {
			t.Errorf("order time %s: %s", order, d)
		}
	}
}

// Options of derivatives reach the scheme.
func TestScheme(t *testing.T) {
	for text, want := range map[string]string{
		"u.dx(order space)":                            "u.dx(order 6)",
		"u.dx(order space/2, at 1/2)":                  "u.dx(order 3, at 1/2)",
		"u.dxc(order (space-2)/2)":                     "u.dxc(order 2)",
		"u.dx(order space/4)":                          "u.dx(order 1)",
		"u.dx(at -1/2, order 4)":                       "u.dx(order 4, at -1/2)",
		"u.dx2(weights 0.25, -0.5, 0.25)":              "u.dx2(weights 0.25, -0.5, 0.25)",
		"u.dx(weights -1, 1, at 1/2)":                  "u.dx(at 1/2, weights -1, 1)",
		"u.dx(at 1/2, weights 1/24, -9/8, 9/8, -1/24)": "u.dx(at 1/2, weights 1/24, -1.125, 1.125, -1/24)",
	} {
		f, err := dsl.Parse("a.pde", "operator a { order space 6  wavefield u  u.forward = "+text+" }")
		if err != nil {
			t.Error(err)
			continue
		}
		p, err := Problem(f, Options{Dim: 1})
		if err != nil {
			t.Error(err)
			continue
		}
		if got := p.Statements[0].(*symbolic.Update).Value.String(); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
}

// What carries a number of axes exists on such grids only.
func TestDimensions(t *testing.T) {
	f, err := dsl.Parse("a.pde", `
1D let n = grad(u)
2D let n = (1, 2)
3D let n = (1, 2, 3)
operator a {
    2D axes a, b
    3D order space 8
    1D field     m
    2D scalar    m
    wavefield    u
    solve u.dt2 = m*dot(n, grad(u)) for u.forward
    3D def m(x) = x
    3D field k
}`)
	if err != nil {
		t.Fatal(err)
	}
	for dim, axes := range [][]string{1: {"x"}, 2: {"a", "b"}} {
		if dim == 0 {
			continue
		}
		p, err := Problem(f, Options{Dim: dim})
		if err != nil {
			t.Errorf("%dD: %v", dim, err)
			continue
		}
		if !slices.Equal(p.Grid.Axes, axes) || len(p.Functions) != 3-dim || len(p.Parameters) != dim-1 || p.Grid.SpaceOrder != 4 {
			t.Errorf("%dD: %+v", dim, p)
		}
	}
	if _, err := Problem(f, Options{Dim: 3}); err == nil || !strings.Contains(err.Error(), "m is a def and needs arguments") {
		t.Errorf("3D: %v", err)
	}
}
