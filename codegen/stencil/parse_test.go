package stencil_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
	"github.com/courant-pde/courant/codegen/text"
)

// same compares programs by structure; a slice without elements is as good as
// none.
func same(a, b reflect.Value) bool {
	if a.Kind() != b.Kind() || a.Type() != b.Type() {
		return false
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return same(a.Elem(), b.Elem())
	case reflect.Slice:
		for i := range min(a.Len(), b.Len()) {
			if !same(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return a.Len() == b.Len()
	case reflect.Struct:
		for i := range a.NumField() {
			if !same(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}

// roundTrip checks that a program prints, parses to itself and prints the same
// again.
func roundTrip(t *testing.T, p *stencil.Program) {
	t.Helper()
	text := p.String()
	back, err := stencil.Parse(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if !same(reflect.ValueOf(p), reflect.ValueOf(back)) {
		t.Fatalf("parsed to another program:\n%s\nfrom\n%s", back, text)
	}
	if again := back.String(); again != text {
		t.Fatalf("printed\n%s\nthen\n%s", text, again)
	}
}

// everything uses each production of the grammar.
const everything = `program all f64 "what a \"program\" may hold"
axes x halo 2, z halo 3
time 1 .. steps-2 backward
scalar dt
scalar h_x
param m[x, z] "squared slowness"
param profile[x]
param constant[]
param b[x, z] half x half z edge x last last halo x 2 3 halo z 3 4
state u[t, x, z] levels 3 buffers 2 edge x wrap wrap edge z odd even "pressure"
state v[t, x, z] levels 2 buffers 2 saved half z edge z zero open
state w[t, x, z] input
state psi[t, x, z] levels 2 buffers 2 halo x 0 0 halo z 0 0 slabs x 10 10 gap 5
precomputed p0[x, z]
image g[x, z]
history us[x, z] every 4
history vs[x, z] every $dt
temporary w0[x, z]
points src inject "source"
points src_x inject traces src half x
points rec sample
points rec_z sample traces rec half z staged 4 "receivers between the nodes"
series e "energy"
setup {
  let %c0 = $dt*$dt/($h_x*$h_x)
  compute x = -1 .. size+1, z = 0 .. size {
    p0[x, z] = 1/(m[x, z] + $dt) note "the same in every step"
  }
}
step {
  compute x = -2 .. size+2, z = 1 .. size-1 {
    let %r0 = max(w[t-3, x, z], -1e-300)
    w0[x, z] = -%r0 + %c0*(%r0 - profile[x] - -2)/constant[]*p0[x+1, z] note "all.pde:3: w = ..."
  }
  compute x = 0 .. size, z = 0 .. size {
    u[t+1, x, z] = 2*u[t, x-2, z+3] - u[t-1, x, z] + w0[x-2, z]
    v[t+1, x, z] = v[t, x, z]
  }
  compute z = size-4 .. size every 3 {
    g[x, z] = 0
  }
  compute x = 0 .. size, z = 0 .. size every $dt {
    us[x, z] = u[t+1, x, z]
  }
  compute x = 0 .. size, z = 0 .. size at last {
    vs[x, z] = u[t+1, x, z]
  }
  compute {
    g[x, z] = 1
  }
  inject src ahead 1 into u[t+1, x, z] times $dt every 2 note "inject src"
  inject src_x into v[t+1, x, z] times -m[x, z]
  sample rec from sqrt(u[t, x, z]) at last note "rec"
  sample rec_z from u[t, x, z+1]
  reduce e from norm of u[t+1, x, z] over 0 .. size, 1 .. size-2 every 10 note "energy"
  fill u[t+1] width 2 2, 3 1 edge x wrap wrap edge z odd even every 2
  fold g[t] width 0 0, 3 3 edge z last zero
  fill v[t+1] width 0 0, 0 0
}
`

func TestEverythingParses(t *testing.T) {
	p, err := stencil.Parse(everything)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.String(); got != everything {
		t.Errorf("printed\n%s", got)
	}
	roundTrip(t, p)
}

// words are names that the language gives a meaning to elsewhere.
const words = `program program f32
axes size halo 1, every halo 1
time 0 .. steps-1
scalar note
param at[size, every]
state let[t, size, every] levels 2 buffers 2
state width[t, size, every] levels 2 buffers 2
points into inject
points from sample
series of
setup {
  let %note = $note
}
step {
  compute size = 0 .. size, every = 0 .. size {
    let %let = let[t, size, every] + at[size-1, every]
    let[t+1, size, every] = %let*%note note "note"
    width[t+1, size, every] = let[t+1, size, every]
  }
  inject into into let[t+1, size, every] times at[size, every]
  sample from from let[t+1, size, every]
  reduce of from sum of at[size, every] over 0 .. size, 0 .. size
  fill width[t+1] width 1 1, 1 1 edge every even even
}
`

// Words of the language may be names, where what follows tells them apart.
func TestWordsAsNames(t *testing.T) {
	p, err := stencil.Parse(words)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.String(); got != words {
		t.Errorf("printed\n%s", got)
	}
	roundTrip(t, p)
	if err := stencil.Verify(p); err != nil {
		t.Error(err)
	}
}

// Rounding depends on how an expression is nested, so text must show it.
func TestNestingIsKept(t *testing.T) {
	a, b, c := expr.Scalar("a"), expr.Scalar("b"), expr.Scalar("c")
	add := func(sub string, args ...expr.Expr) expr.Expr {
		x := &expr.Add{Args: args}
		for _, s := range sub {
			x.Sub = append(x.Sub, s == '-')
		}
		return x
	}
	mul := func(args ...expr.Expr) expr.Expr { return &expr.Mul{Args: args} }
	div := func(x, y expr.Expr) expr.Expr { return &expr.Div{X: x, Y: y} }
	for _, v := range []struct {
		e    expr.Expr
		text string
	}{
		{add("++-", a, b, c), "$a + $b - $c"},
		{add("++", add("+-", a, b), c), "($a - $b) + $c"},
		{add("+-", a, add("++", b, c)), "$a - ($b + $c)"},
		{add("-+", a, b), "-$a + $b"},
		{add("-", a), "-$a"},
		{add("-", add("-", a)), "-(-$a)"},
		{add("-", expr.Const(2)), "-(2)"},
		{add("-", expr.Const(-2)), "-(-2)"},
		{add("-+", mul(expr.Const(2), a), b), "-(2*$a) + $b"},
		{add("++", mul(expr.Const(-2), a), b), "-2*$a + $b"},
		{add("+-", a, expr.Const(-2)), "$a - -2"},
		{mul(a, b, c), "$a*$b*$c"},
		{mul(mul(a, b), c), "($a*$b)*$c"},
		{mul(a, mul(b, c)), "$a*($b*$c)"},
		{mul(div(a, b), c), "$a/$b*$c"},
		{mul(a, div(b, c)), "$a*($b/$c)"},
		{div(mul(a, b), c), "$a*$b/$c"},
		{div(a, mul(b, c)), "$a/($b*$c)"},
		{div(div(a, b), c), "$a/$b/$c"},
		{div(a, div(b, c)), "$a/($b/$c)"},
		{mul(mul(div(mul(a, b), c), a), b), "($a*$b/$c*$a)*$b"},
		{div(add("++", a, b), add("+-", b, c)), "($a + $b)/($b - $c)"},
		{mul(a, add("-", b)), "$a*(-$b)"},
		{&expr.Call{Fn: "min", Args: []expr.Expr{add("++", a, b), expr.Const(1e-21)}}, "min($a + $b, 1e-21)"},
	} {
		p := &stencil.Program{Operator: signature.Operator{Name: "k", Axes: []string{"x"}, Halo: []int{0}, Scalars: []string{"a", "b", "c"}}, Setup: []stencil.Stmt{&stencil.Let{Name: "r", Value: v.e}}}
		if got := p.Text(v.e); got != v.text {
			t.Errorf("printed %s, want %s", got, v.text)
		}
		roundTrip(t, p)
	}
}

func TestSyntaxErrors(t *testing.T) {
	const (
		head   = "program k f32\naxes x halo 1\ntime 0 .. steps-1\nstate u[t, x] levels 2 buffers 2\nsetup {\n}\nstep {\n"
		inside = head + "compute x = 0 .. size {\n"
	)
	for _, v := range []struct {
		text, want string
		line, col  int
	}{
		{"", "expected program, found the end", 1, 1},
		{"kernel k f32", "expected program, found kernel", 1, 1},
		{"program k f16", "expected f32 or f64, found f16", 1, 11},
		{"program k f32 \"open", "a text without its closing quote, or with a wrong escape", 1, 15},
		{"program k f32\naxes t halo 0", "the name t is taken", 2, 6},
		{"program k f32\naxes x halo 0, x halo 0", "the name x is taken", 2, 16},
		{"program k f32\naxes x halo 0\ntime 0 .. steps", "expected -, found the end", 3, 16},
		{"program k f32\naxes x halo 0\ntime 0 .. steps-1\nparam m[y]", "there is no axis y", 4, 9},
		{"program k f32\naxes x halo 0\ntime 0 .. steps-1\nstate u[x]", "expected t, found x", 4, 9},
		{"program k f32\naxes x halo 0\ntime 0 .. steps-1\nparam m[x] edge x odd mirror", "expected open, even, odd, zero, wrap or last, found mirror", 4, 23},
		{"program k f32\naxes x halo 0\ntime 0 .. steps-1\npoints src", "expected sample, found the end", 4, 11},
		{"program k f32\naxes x halo 0\ntime 0 .. steps-1\nstep {}", "expected setup, found step", 4, 1},
		{head + "  let %a 1\n}", "expected =, found 1", 8, 10},
		{head + "  let %a = 1 +\n}", "expected an expression, found }", 9, 1},
		{head + "  let %é = 1 }", "unexpected character 'é'", 8, 8},
		{head + "  let %a = 1e999\n}", "expected a number that fits a double, found 1e999", 8, 12},
		{inside + "  u[t+1, y] = 0\n}}", "there is no axis y", 9, 10},
		{inside + "  u[t+1, x+0.5] = 0\n}}", "expected a whole number, found 0.5", 9, 12},
		{inside + "  inject src\n}}", "expected [, found src", 9, 10},
		{head + "  compute y = 0 .. size {\n}", "there is no axis y", 8, 11},
		{head + "  compute x = 0 .. + {\n}", "expected a whole number, found +", 8, 20},
		{head + "  compute x = 0 size {\n}", "expected .., found size", 8, 17},
		{head + "  compute x = 0 .. size every 1.5 {\n}", "expected a whole number, found 1.5", 8, 31},
		{head + "  compute x = 0 .. size at first {\n}", "expected {, found at", 8, 25},
		{head + "  fill u width 1 1\n}", "expected [, found width", 8, 10},
		{head + "  fill u[t+1] width 1\n}", "expected a whole number, found }", 9, 1},
		{head + "  fill u[t+1] width 1 1 edge x odd\n}", "expected open, even, odd, zero, wrap or last, found }", 9, 1},
		{head + "  inject src from u[t, x]\n}", "expected into, found from", 8, 14},
		{head + "  sample rec into u[t, x]\n}", "expected from, found into", 8, 14},
		{head + "  reduce e from 2 of 1 over 0 .. 1\n}", "expected the name of sum, min, max or norm, found 2", 8, 17},
		{head + "  go\n}", "expected a statement, found go", 8, 3},
		{head + "  u[t+1, x] = 0\n}", "expected a statement, found u", 8, 3},
		{head + "}\n}", "expected the end, found }", 9, 1},
		{head + "let %a = " + strings.Repeat("(", 1000), "nested more than 500 deep", 8, 509},
		{head + "let %a = 1" + strings.Repeat("/1", 1000), "nested more than 500 deep", 8, 1009},
	} {
		_, err := stencil.Parse(v.text)
		var fault *text.SyntaxError
		if !errors.As(err, &fault) {
			t.Errorf("%q: %v", v.text, err)
			continue
		}
		if fault.Message != v.want || fault.Line != v.line || fault.Column != v.col {
			t.Errorf("%q: %d:%d: %s, want %d:%d: %s", v.text, fault.Line, fault.Column, fault.Message, v.line, v.col, v.want)
		}
		if want := strings.Split(v.text+"\n", "\n")[v.line-1]; fault.Text != want || !strings.Contains(err.Error(), want) {
			t.Errorf("the line %q is shown as %q", want, fault.Text)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(everything)
	f.Add(words)
	f.Add("program k f32\naxes x halo 1\ntime 0 .. steps-1\nsetup { let %a = -(-2) - 3e5*(1/2)/4 }\nstep { }")
	f.Add("program k f32 axes x halo 0 time 0 .. steps-0 state u[t] setup {} step { compute x = 1 .. -1 at last { let %a = u[x-1, t] let[] = %a } fold u[t-3] width 1 2 }")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := stencil.Parse(text)
		if err != nil {
			return
		}
		roundTrip(t, p)
		if stencil.Verify(p) != nil { // must not panic on what parses
			return
		}
		// What is well formed has labels, dependences that can be told, and
		// requirements.
		labels := p.Labels()
		for _, d := range p.Dependences(0, len(p.Step), 2) {
			if d.From >= len(labels) || d.To >= len(labels) || p.Explain(d) == "" {
				t.Errorf("a dependence of %d statements: %+v", len(labels), d)
			}
		}
		p.Require()
	})
}
