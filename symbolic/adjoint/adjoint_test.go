package adjoint_test

import (
	"strings"
	"testing"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/dsl/unparse"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/adjoint"
)

func problem(t *testing.T, text string, dim int) *symbolic.Problem {
	t.Helper()
	file, err := dsl.Parse("a.pde", text)
	if err != nil {
		t.Fatal(err)
	}
	p, err := check.Problem(file, check.Options{Dim: dim})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The gradient of the acoustic operator is the one that a person would write.
func TestGradientIsReadable(t *testing.T) {
	p := problem(t, `operator acoustic {
		field m  field damp  wavefield u
		solve m*u.dt2 - laplace(u) + damp*u.dt = 0 for u.forward
		inject src into u.forward
		sample rec from u
	}`, 2)
	g, err := adjoint.Gradient(p, adjoint.By{Fields: []string{"m"}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := unparse.Operator(g, "")
	if err != nil {
		t.Fatal(err)
	}
	const want = `operator acoustic_gradient "gradient of acoustic by m" {
    order space 4, time 2
    axes x, z
    field     m
    field     damp
    wavefield u                              saved
    wavefield u_adj       "adjoint of u"
    image     g_m         "derivative by m"  folded
    points    rec
    points    src
    points    src_traces

    solve -(damp*u_adj).dtl(order 1) + (m*u_adj).dt2 - u_adj.dx2 - u_adj.dz2 = 0 for u_adj.backward
    inject rec/(damp/dt + m/dt^2) into u_adj.backward
    sample src from u_adj*(damp/dt + m/dt^2)
    g_m += -u_adj*u.dt2
    inject src_traces*u_adj/dt^2 into g_m
}
`
	if got != want {
		t.Errorf("the gradient is\n%s\nnot\n%s", got, want)
	}
}

// What has no derivative, or none that is covered, is refused with the
// statement that is to blame.
func TestRefused(t *testing.T) {
	for _, c := range []struct{ wrt, text, want string }{
		{"q", "operator a { field m  wavefield u  u.forward = m*u  sample r from u }", "operator a has no field q; its fields are m"},
		{"m,m", "operator a { field m  wavefield u  u.forward = m*u  sample r from u }", "field m is named twice"},
		{"u", "operator a { field m  wavefield u  u.forward = m*u  sample r from u }", "operator a has no field u"},
		{"m", "operator a { wavefield u  u.forward = u  sample r from u }", "it has no fields at all"},
		{"m", "operator a { field m  wavefield u  u.forward = m*u }", "operator a samples nothing"},
		{"k", "operator a { field m  field k  wavefield u  wavefield w  u.forward = m*u  w.forward = k*w  sample r from u }", "nothing that the operator records depends on k"},
		{"m", "operator a { field m  wavefield u  u.forward = m*abs(u)  sample r from u }", "abs has no derivative"},
		{"m", "operator a { field m  wavefield u  u.backward = m*u  sample r from u }", "operator a steps backward"},
		{"m", "operator a { field m  wavefield u  wavefield w  u.forward = m*u  w.forward = u.forward.dx  inject s into u.forward  sample r from w }", "a.pde:1: w.forward = u.forward.dx: it reads u.forward, which the statement at line 1 changes later"},
		{"m", "operator a { field m  wavefield u  u.forward = m*u  inject s*u into u.forward  sample r from u }", "what is injected depends on a wavefield"},
		{"m", "operator a { order time 1  field m  wavefield u  solve (1 + u)*u.dt = m for u.forward  inject s into u.forward  sample r from u }", "divided by a wavefield"},
		{"m", "operator a { field m  wavefield u  image g  u.forward = m*u + g  g += u  sample r from u }", "it reads g, an image or a history"},
		{"m", "operator a { field m  wavefield u  u.forward = m*u  sample r from u + u.forward every 2 }", "in some steps only"},
	} {
		var wrt []string
		if c.wrt != "" {
			wrt = strings.Split(c.wrt, ",")
		}
		_, err := adjoint.Gradient(problem(t, c.text, 1), adjoint.By{Fields: wrt})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s by %q: %v, not %q", c.text, c.wrt, err, c.want)
		}
	}
}

// Every imaging condition is an operator file that compiles.
func TestImagingConditions(t *testing.T) {
	const text = `operator acoustic {
		field m  field damp  wavefield u
		solve m*u.dt2 - laplace(u) + damp*u.dt = 0 for u.forward
		inject src into u.forward
		sample rec from u
	}`
	for _, c := range []struct {
		condition adjoint.Condition
		want      string
	}{
		{adjoint.Correlation, "rtm += u*u_adj"},
		{adjoint.Normalised, "light += u^2"},
		{adjoint.InverseScattering, "rtm += m*u_adj*u.dt2 + u.dxc*u_adj.dxc + u.dzc*u_adj.dzc"},
		{adjoint.Extended, "rtm_m1 += h_x^2*u.dx(weights 0, 0, 1)*u_adj.dx(weights 1, 0, 0)"},
	} {
		p, err := adjoint.Migration(problem(t, text, 2), c.condition, "m", 0, 2)
		if err != nil {
			t.Errorf("%s: %v", c.condition, err)
			continue
		}
		got, err := unparse.Operator(p, "")
		if err != nil || !strings.Contains(got, c.want) {
			t.Errorf("%s: %v\n%s\nlacks %s", c.condition, err, got, c.want)
		}
		problem(t, got, 2)
	}
	for _, c := range []struct {
		condition  adjoint.Condition
		slowness   string
		axis, lags int
		want       string
	}{
		{"best", "m", 0, 1, "there is no imaging condition"},
		{adjoint.InverseScattering, "q", 0, 1, "has no field q"},
		{adjoint.Extended, "m", 5, 1, "no such axis"},
		{adjoint.Extended, "m", 0, 0, "there can be 1 to 32"},
	} {
		if _, err := adjoint.Migration(problem(t, text, 2), c.condition, c.slowness, c.axis, c.lags); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, not %q", c.condition, err, c.want)
		}
	}
}
