package ir_test

import (
	"errors"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen/ir"
	"github.com/courant-pde/courant/codegen/lower"
	"github.com/courant-pde/courant/codegen/pass"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
)

// same compares kernels by structure; a slice without elements is as good as
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

// roundTrip checks that a kernel prints, parses to itself and prints the same
// again.
func roundTrip(t *testing.T, k *ir.Kernel) {
	t.Helper()
	text := k.String()
	back, err := ir.Parse(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if !same(reflect.ValueOf(k), reflect.ValueOf(back)) {
		t.Fatalf("parsed to another kernel:\n%s\nfrom\n%s", back, text)
	}
	if again := back.String(); again != text {
		t.Fatalf("printed\n%s\nthen\n%s", text, again)
	}
}

func TestOperatorsRoundTrip(t *testing.T) {
	files, err := filepath.Glob("../../testdata/operators/*.pde")
	if err != nil || len(files) == 0 {
		t.Fatal("no operators", err)
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
				for so := 2; so <= 16; so += 2 {
					if testing.Short() && so != 2 && so != 8 {
						continue
					}
					kernels += roundTripAll(t, file, check.Options{Dim: dim, SpaceOrder: so})
				}
			}
			if kernels == 0 {
				t.Error("compiles for no grid")
			}
		})
	}
}

// roundTripAll counts the kernels between the passes; 0 for an operator that
// is not meant for such a grid.
func roundTripAll(t *testing.T, file *dsl.File, o check.Options) int {
	problem, err := check.Problem(file, o)
	if err != nil {
		return 0
	}
	discretised, err := lower.Discretise(problem)
	if err != nil {
		t.Fatal(err)
	}
	k, err := lower.Kernel(discretised, ir.F32, nil)
	if err != nil {
		t.Fatal(err)
	}
	roundTrip(t, k)
	n := 1
	if err := pass.Run(k, pass.Options{After: func(_ string, k *ir.Kernel) { roundTrip(t, k); n++ }}); err != nil {
		t.Fatal(err)
	}
	return n
}

// everything uses each production of the grammar.
const everything = `kernel all f64 "what a \"kernel\" may hold"
axes x halo 2, z halo 3
time 1 .. steps-1
scalar dt
scalar h_x
param m[x, z] "squared slowness"
param profile[x]
param constant[]
state u[t, x, z] levels 3 buffers 2 "pressure"
scratch p0[x, z]
points src inject "source"
points rec sample
prepare {
  let wide %c0 = $dt*$dt/($h_x*$h_x)
  for x = 0 .. size {
    for z = 0 .. size vector {
      p0[x, z] = 1/(m[x, z] + $dt) note "the same in every step"
    }
  }
}
step {
  exchange u[t] width 2, 3
  for xb along x = 0 .. size step block parallel 1 block {
    for x = xb .. min(xb+block, size) {
      row u_row0 = u[t]
      row u_row1 = u[t+1]
      row m_row = m
      for z = 0 .. size vector {
        let %r0 = max(u_row0:u[t, x-2, z+3], -1e-300)
        u_row1:u[t+1, x, z] = -%r0 + %c0*(%r0 - profile[x] - -2)/constant[]*p0[x, z] note "all.pde:3: u.forward = ..."
      }
    }
  }
  inject src into u[t+1, x, z] times $dt
  sample rec from sqrt(u[t, x, z]) note "rec"
}
`

func TestEverythingParses(t *testing.T) {
	k, err := ir.Parse(everything)
	if err != nil {
		t.Fatal(err)
	}
	if got := k.String(); got != everything {
		t.Errorf("printed\n%s", got)
	}
	roundTrip(t, k)
	if err := ir.Verify(k); err != nil {
		t.Error(err)
	}
}

// Rounding depends on how an expression is nested, so text must show it.
func TestNestingIsKept(t *testing.T) {
	a, b, c := ir.Scalar("a"), ir.Scalar("b"), ir.Scalar("c")
	add := func(sub string, args ...ir.Expr) ir.Expr {
		x := &ir.Add{Args: args}
		for _, s := range sub {
			x.Sub = append(x.Sub, s == '-')
		}
		return x
	}
	mul := func(args ...ir.Expr) ir.Expr { return &ir.Mul{Args: args} }
	div := func(x, y ir.Expr) ir.Expr { return &ir.Div{X: x, Y: y} }
	for _, v := range []struct {
		e    ir.Expr
		text string
	}{
		{add("++-", a, b, c), "$a + $b - $c"},
		{add("++", add("+-", a, b), c), "($a - $b) + $c"},
		{add("+-", a, add("++", b, c)), "$a - ($b + $c)"},
		{add("-+", a, b), "-$a + $b"},
		{add("-", a), "-$a"},
		{add("-", add("-", a)), "-(-$a)"},
		{add("-", ir.Const(2)), "-(2)"},
		{add("-", ir.Const(-2)), "-(-2)"},
		{add("-+", mul(ir.Const(2), a), b), "-(2*$a) + $b"},
		{add("++", mul(ir.Const(-2), a), b), "-2*$a + $b"},
		{add("+-", a, ir.Const(-2)), "$a - -2"},
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
		{&ir.Call{Fn: "min", Args: []ir.Expr{add("++", a, b), ir.Const(1e-21)}}, "min($a + $b, 1e-21)"},
	} {
		k := &ir.Kernel{Name: "k", Axes: []string{"x"}, Halo: []int{0}, Scalars: []string{"a", "b", "c"}, Prepare: []ir.Stmt{&ir.Let{Name: "r", Wide: true, Value: v.e}}}
		if got := k.Text(v.e); got != v.text {
			t.Errorf("printed %s, want %s", got, v.text)
		}
		roundTrip(t, k)
	}
}

func TestSyntaxErrors(t *testing.T) {
	const head = "kernel k f32\naxes x halo 1\ntime 0 .. steps-1\nstate u[t, x] levels 2 buffers 2\nprepare {\n}\nstep {\n"
	for _, v := range []struct {
		text, want string
		line, col  int
	}{
		{"", "expected kernel, found the end", 1, 1},
		{"kernel k f16", "expected f32 or f64, found f16", 1, 10},
		{"kernel k f32 \"open", "a text without its closing quote, or with a wrong escape", 1, 14},
		{"kernel k f32\naxes t halo 0", "the name t is taken", 2, 6},
		{"kernel k f32\naxes x halo 0\ntime 0 .. steps-1\nparam m[y]", "there is no axis y", 4, 9},
		{head + "  let %a 1\n}", "expected =, found 1", 8, 10},
		{head + "  let %a = 1 +\n}", "expected an expression, found }", 9, 1},
		{head + "  let %é = 1 }", "unexpected character 'é'", 8, 8},
		{head + "  let %a = 1e999\n}", "expected a number that fits a double, found 1e999", 8, 12},
		{head + "  u[t+1, y] = 0\n}", "there is no axis y", 8, 10},
		{head + "  u[t+1, x+0.5] = 0\n}", "expected a whole number, found 0.5", 8, 12},
		{head + "  for y = 0 .. size {\n}", "y is not an axis: say along which axis it runs", 8, 7},
		{head + "  for x = 0 .. + {\n}", "expected a bound, found +", 8, 16},
		{head + "  go\n}", "expected a statement, found go", 8, 3},
		{head + "}\n}", "expected the end, found }", 9, 1},
		{head + "let %a = " + strings.Repeat("(", 1000), "nested more than 500 deep", 8, 509},
		{head + "let %a = 1" + strings.Repeat("/1", 1000), "nested more than 500 deep", 8, 1009},
	} {
		_, err := ir.Parse(v.text)
		var fault *ir.SyntaxError
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
	f.Add("kernel k f32\naxes x halo 1\ntime 0 .. steps-1\nprepare { let wide %a = -(-2) - 3e5*(1/2)/4 }\nstep { }")
	f.Add("kernel k f32 axes x halo 0 time 0 .. steps-0 state u[t] prepare {} step { for a along x = 1 .. block step min(a+block, size) parallel 2 block vector { r:u[x-1, t] = v[] } }")
	f.Fuzz(func(t *testing.T, text string) {
		k, err := ir.Parse(text)
		if err != nil {
			return
		}
		roundTrip(t, k)
		_ = ir.Verify(k) // must not panic on what parses
	})
}
