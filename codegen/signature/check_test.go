package signature_test

import (
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/text"
)

const declared = `program k f32 "an operator"
axes x halo 2, z halo 1
time 1 .. steps-1
scalar dt
scalar n
param m[x, z]
param c[x] edge x last last
param one[]
state u[t, x, z] levels 3 buffers 2 half x edge z odd even
state v[t, x, z] levels 2 buffers 2 saved
state f[t, x, z] input
precomputed p[x, z] halo x 1 2 halo z 0 0
state psi[t, x, z] levels 2 buffers 1 slabs x 4 5 gap 3
image g[x, z]
history us[x, z] every 4
history vs[x, z] every $n
temporary w[x, z]
points src inject
points src_x inject traces src half x
points rec sample staged 4
series e
`

func read(t *testing.T, source string) *signature.Operator {
	t.Helper()
	var o *signature.Operator
	if err := text.Parse(source, func(p *text.Parser) { o = signature.Read(p, "program") }); err != nil {
		t.Fatal(err)
	}
	return o
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// Declarations print as they were read.
func TestDeclarations(t *testing.T) {
	if got := read(t, declared).Declarations("program"); got != declared {
		t.Errorf("printed\n%s", got)
	}
}

func TestCheck(t *testing.T) {
	for _, v := range []struct{ old, with, want string }{
		{"", "", ""},
		{"scalar dt", "scalar dt scalar dt", "scalar dt is declared twice"},
		{"points rec", "points src sample points rec", "points src is declared twice"},
		{"series e", "series e series e", "series e is declared twice"},
		{"param c[x]", "param m[x]", "array m is declared twice"},
		{"param one[]", "param dt[]", ""}, // arrays, scalars and points have names of their own
		{"m[x, z]", "m[z, x]", "array m does not span its axes in order"},
		{"m[x, z]", "m[x, x]", "array m does not span its axes in order"},
		{"m[x, z]", "m[x, z] levels 2 buffers 2", "param array m: 2 buffers for 2 levels"},
		{"w[x, z]", "w[x, z] levels 2 buffers 1", "temporary array w: 1 buffers for 2 levels"},
		{"input", "levels 2 buffers 2 input", "state array f: 2 buffers for 2 levels"},
		{"levels 3 buffers 2", "levels 3 buffers 3", ""},
		{"levels 3 buffers 2", "levels 3 buffers 4", "state array u: 4 buffers for 3 levels"},
		{"levels 3 buffers 2", "levels 3 buffers 1", "state array u: 1 buffers for 3 levels"},
		{"levels 3 buffers 2", "levels 1 buffers 1", "state array u: 1 buffers for 1 levels"},
		{"levels 2 buffers 2 saved", "levels 2 buffers 1 saved", "state array v: 1 buffers for 2 levels"},
		{"image g[x, z]", "image g[x, z] saved", "image array g: only wavefields have saved levels"},
		{"param m[x, z]", "param m[x, z] input", "param array m: only wavefields have input levels"},
		{"every 4", "", "history array us: frames belong to histories, and histories to frames"},
		{"every 4", "every 0", "history array us: frames belong to histories, and histories to frames"},
		{"image g[x, z]", "image g[x, z] every 2", "image array g: frames belong to histories, and histories to frames"},
		{"every $n", "every $q", "array vs: unknown scalar $q"},
		{"odd even", "wrap even", "array u wraps around at one end of z only"},
		{"odd even", "even wrap", "array u wraps around at one end of z only"},
		{"odd even", "wrap wrap", ""},
		{"sample staged 4", "inject staged 4", "points rec: samples are staged, and of one step or more"},
	} {
		if got := message(read(t, strings.Replace(declared, v.old, v.with, 1)).Check()); got != v.want {
			t.Errorf("%q for %q\ngot  %s\nwant %s", v.with, v.old, got, v.want)
		}
	}
}

// The text form cannot say these, a pass or a schedule could make them.
func TestCheckWhatHasNoText(t *testing.T) {
	for _, v := range []struct {
		edit func(*signature.Operator)
		want string
	}{
		{func(o *signature.Operator) { o.Axes, o.Halo = nil, nil }, "the operator has no axes"},
		{func(o *signature.Operator) { o.Halo = o.Halo[:1] }, "1 halo widths for 2 axes"},
		{func(o *signature.Operator) { o.Halo[1] = -1 }, "a halo width or a bound of time is negative"},
		{func(o *signature.Operator) { o.FirstStep = -1 }, "a halo width or a bound of time is negative"},
		{func(o *signature.Operator) { o.LastStep = -1 }, "a halo width or a bound of time is negative"},
		{func(o *signature.Operator) { o.Axes[0] = "t" }, "axis t has the name of time"},
		{func(o *signature.Operator) { o.Axes[0] = "z" }, "axis z is declared twice"},
		{func(o *signature.Operator) { o.Axes[0] = "" }, `axis "": not a name`},
		{func(o *signature.Operator) { o.Name = "" }, `operator "": not a name`},
		{func(o *signature.Operator) { o.Scalars[0] = "d t" }, `scalar "d t": not a name`},
		{func(o *signature.Operator) { o.Points[0].Name = "1" }, `points "1": not a name`},
		{func(o *signature.Operator) { o.Points[1].Stagger = []bool{true} }, "src_x has places along 1 axes of 2"},
		{func(o *signature.Operator) { o.Points[2].Staged = -1 }, "points rec: samples are staged, and of one step or more"},
		{func(o *signature.Operator) { o.Series[0].Name = "e-" }, `series "e-": not a name`},
		{func(o *signature.Operator) { o.Arrays[0].Name = "m-1" }, `array "m-1": not a name`},
		{func(o *signature.Operator) { o.Arrays[0].Axes[1] = 2 }, "array m does not span its axes in order"},
		{func(o *signature.Operator) { o.Arrays[0].Axes[0] = -1 }, "array m does not span its axes in order"},
		{func(o *signature.Operator) { o.Array("us").Every = signature.Steps{Number: -1} }, "array us: every -1 steps"},
		{func(o *signature.Operator) { o.Array("u").Edges = o.Array("u").Edges[:1] }, "array u: edges of 1 axes of 2"},
		{func(o *signature.Operator) { o.Array("u").Stagger = o.Array("u").Stagger[:1] }, "array u: places of 1 axes of 2"},
		{func(o *signature.Operator) { o.Array("p").Halo = o.Array("p").Halo[:1] }, "array p: halos of 1 axes of 2"},
		{func(o *signature.Operator) { o.Array("psi").Slabs = o.Array("psi").Slabs[:1] }, "array psi: slabs of 1 axes of 2"},
		{func(o *signature.Operator) { o.Array("p").Halo[1][1] = -1 }, "array p: a negative halo along z"},
		{func(o *signature.Operator) { o.Array("psi").Slabs[0].Gap = -1 }, "array psi: a negative slab along x"},
	} {
		o := read(t, declared)
		v.edit(o)
		if got := message(o.Check()); got != v.want {
			t.Errorf("got  %s\nwant %s", got, v.want)
		}
		_ = o.Declarations("program") // what is faulty is shown, so it must print
	}
}

// Two levels are one place when they share a time buffer; where all levels are
// kept, each has its own.
func TestBuffer(t *testing.T) {
	o := read(t, declared)
	for _, v := range []struct {
		name string
		a, b int
		same bool
	}{
		{"u", 1, -1, true}, {"u", 1, 0, false}, {"u", -1, -3, true},
		{"v", 1, -1, false}, {"v", 1, 0, false}, {"f", -7, 7, false},
		{"psi", 1, 0, true}, {"g", 0, 0, true},
	} {
		a := o.Array(v.name)
		if x, y := a.Buffer(v.a), a.Buffer(v.b); (x == y) != v.same {
			t.Errorf("%s: levels %d and %d in buffers %d and %d", v.name, v.a, v.b, x, y)
		}
	}
}

// Only arrays over all axes, without halos or slabs of their own, share their
// strides; an array without a halo of its own has that of the operator.
func TestLayout(t *testing.T) {
	o := read(t, declared)
	for name, common := range map[string]bool{"m": true, "u": true, "c": false, "one": false, "p": false, "psi": false} {
		if o.CommonStrides(o.Array(name)) != common {
			t.Errorf("%s has the strides of others: %v", name, !common)
		}
	}
	if m, p := o.HaloOf(o.Array("m"), 0), o.HaloOf(o.Array("p"), 0); m != [2]int{2, 2} || p != [2]int{1, 2} {
		t.Errorf("halos %v and %v", m, p)
	}
	if s := o.Array("psi").Slabs; s[0].Extent(100) != 12 || s[1].Extent(100) != 100 {
		t.Errorf("slabs of %d and %d points", s[0].Extent(100), s[1].Extent(100))
	}
	if name := o.FreeName("w"); name != "w0" {
		t.Errorf("free is %s", name)
	}
	o.Scalars = append(o.Scalars, "w0")
	if name := o.FreeName("w"); name != "w1" {
		t.Errorf("free is %s", name)
	}
}
