package loop_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/text"
)

// same compares kernels by structure; a slice without elements is as good as
// none, and the collapse of one loop too.
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
			if a.Type().Field(i).Name == "Collapse" && max(a.Field(i).Int(), b.Field(i).Int()) <= 1 {
				continue
			}
			if !same(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}

// roundTrip checks that a kernel prints, parses to itself and prints the same
// again. Requirements, which follow from the stencil program, have no text.
func roundTrip(t *testing.T, k *loop.Kernel) *loop.Kernel {
	t.Helper()
	text := k.String()
	back, err := loop.Parse(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	back.Requirements = k.Requirements
	if !same(reflect.ValueOf(k), reflect.ValueOf(back)) {
		t.Fatalf("parsed to another kernel:\n%s\nfrom\n%s", back, text)
	}
	if again := back.String(); again != text {
		t.Fatalf("printed\n%s\nthen\n%s", text, again)
	}
	return back
}

// everything uses each production of the grammar.
const everything = `kernel all f64 "what a \"kernel\" may hold"
axes x halo 2, z halo 3
time 1 .. steps-2 backward
scalar dt
scalar h_x
param m[x, z] "squared slowness"
param profile[x]
param constant[]
state u[t, x, z] levels 3 buffers 2 edge x wrap wrap "pressure"
state f[t, x, z] input
precomputed p0[x, z]
image g[x, z]
history us[x, z] every $dt
points src inject "source"
points rec sample staged 2
series e "energy"
buffer w[4 ring, size(x)+2, 7] thread "a field of a tile"
buffer s0_line[1024] shared
setup {
  let %c0 = $dt*$dt/($h_x*$h_x)
  for x = 0 .. size(x) threads note "the same in every step" {
    for z = 0 .. size(z) lanes 1 {
      p0[x, z] = 1/(m[x, z] + $dt)
    }
  }
}
run {
  team {
    for t = first(t) .. last(t)+1 step 2 {
      for xb along x = max(0, origin(x)-4) .. min(size(x), global(x)-origin(x)-4) step block(x) threads collapse 2 dynamic note "first" note "second" {
        for zb along z = -1 .. size(z)+1 step 16 {
          for x = xb .. min(xb+block(x), size(x)) step 4 {
            pointer u_row0 = u[x]
            pointer u_row1 = u[@1, x] write
            pointer w_row = w[x+8, x]
            pointer c = constant[]
            for z = max(zb, 0) .. min(zb+16, size(z)) lanes 8 {
              let %r0 = max(u_row0:u[x-2, z+3], -1e-300)
              u_row1:u[@1, x, z] = -%r0 + %c0*(%r0 - profile[x] - -2)/c:constant[]*w_row:w[x+8, x, 2*z-2*zb]
            }
          } rest {
            u[@1, x, 0] = f[@-3, x, 0]
          }
        }
      }
      for k = 1 .. min(3, size(x)) single down {
        u[@1, -k, 0] = -u[@1, k, 0]
      }
      for bx along x = 0 .. size(x) step 8 grid {
        for x = bx .. bx+8 block {
          s0_line[x-bx] = us[x, 0]
        }
        barrier
      }
      if every 4, last, step 1, 0 <= last(t)-t-1, 0 <= size(x)-3 {
        g[0, 0] = 1
      }
      if every $dt {
        g[0, 0] = 2
      }
      inject src ahead -1 into u[@1, x, z] times $dt within x = xb .. min(xb+4, size(x)) within z = 0 .. 3 note "inject src"
      sample rec from sqrt(u[x, z]) note "rec"
      take rec step 1 from u[x, z] within x = 0 .. 4
      sum rec step 1 note "rec"
      reduce e step 1 from norm of u[@1, x, z] over max(0, -origin(x)) .. size(x); 1 .. size(z)-2 note "energy"
      reduce e from sum of u[@1, x, z] over 0 .. size(x); 1 .. min(size(z), 4)
      begin exchange u[@1] along x width 2 1
      wait exchange u[@-1] along z width 0 3
      barrier
    }
  }
}
`

func TestEverythingParses(t *testing.T) {
	k, err := loop.Parse(everything)
	if err != nil {
		t.Fatal(err)
	}
	if got := k.String(); got != everything {
		t.Errorf("printed\n%s", got)
	}
	roundTrip(t, k)
}

// Words of the language may be names of buffers, points and pointers.
func TestWordsAsNames(t *testing.T) {
	const words = `kernel kernel f32
axes along halo 1
time 0 .. steps-1
param for[along]
param max[along]
state let[t, along] levels 2 buffers 2
points take sample
points inject inject
series step
buffer barrier[3] thread
setup {
}
run {
  for t = first(t) .. last(t)+1 {
    pointer write = let[]
    for along = 0 .. min(3, size(along)) {
      for[along] = max(for[along], max[along])
      barrier[along] = write:let[along]
      let[@1, along] = barrier[along]
    }
    take take from let[along]
    inject inject into let[@1, along] times for[along]
    reduce step step 1 from sum of let[along] over 0 .. size(along)
  }
}
`
	k, err := loop.Parse(words)
	if err != nil {
		t.Fatal(err)
	}
	if got := k.String(); got != words {
		t.Errorf("printed\n%s", got)
	}
	roundTrip(t, k)
}

// What the text form leaves out is the rule: a variable named like its axis
// runs along it, steps are of one, levels are t.
func TestWhatIsLeftOut(t *testing.T) {
	const head = "kernel k f32 axes x halo 0 time 0 .. steps-1 state u[t, x] levels 2 buffers 2 setup { } run { "
	for _, v := range [][2]string{
		{"for x = 0 .. 3 { u[x] = 1 }", "for x along x = max(0) .. min(3) step 1 { u[@0, x] = 1 }"},
		{"for k = 0 .. 3 { u[2*k+1] = 1 }", "for k = 0 .. 3 { u[1+k+k] = 1 }"},
		{"for k = 0 .. size(x) { u[-k] = 1 }", "for k = 0 .. 0+2*size(x)-size(x) { u[0-k] = 1 }"},
	} {
		a, err := loop.Parse(head + v[0] + " }")
		if err != nil {
			t.Fatal(err)
		}
		b, err := loop.Parse(head + v[1] + " }")
		if err != nil {
			t.Fatal(err)
		}
		if a.String() != b.String() {
			t.Errorf("%s\nis\n%s\n%s\nis\n%s", v[0], a, v[1], b)
		}
	}
}

func TestAffine(t *testing.T) {
	x, n := loop.V("x"), loop.Of(loop.Size, "x")
	for _, v := range []struct {
		a    loop.Affine
		text string
	}{
		{loop.Affine{}, "0"},
		{loop.Int(-3), "-3"},
		{x, "x"},
		{x.Plus(2), "x+2"},
		{x.Plus(2).Plus(-2), "x"},
		{n.Add(-1, x).Plus(-1), "size(x)-x-1"},
		{loop.Int(4).Add(-2, x), "-2*x+4"},
		{x.Add(-1, x), "0"},
		{x.Add(0, n), "x"},
		{x.Add(2, n.Plus(1)), "x+2*size(x)+2"},
		{x.Add(1, loop.V("y")).Replace(loop.Symbol{Kind: loop.Var, Name: "x"}, n.Plus(-1)), "y+size(x)-1"},
		{x.Replace(loop.Symbol{Kind: loop.Size, Name: "x"}, loop.Int(3)), "x"},
		{loop.Of(loop.First, "").Add(-1, loop.Of(loop.Last, "")), "first(t)-last(t)"},
		{loop.Of(loop.Block, "x").Add(1, loop.Of(loop.Origin, "x")).Add(3, loop.Of(loop.Global, "x")), "block(x)+origin(x)+3*global(x)"},
	} {
		if got := v.a.String(); got != v.text {
			t.Errorf("printed %s, want %s", got, v.text)
		}
	}
	if !x.Plus(1).Equal(loop.Int(1).Add(1, x)) || x.Equal(n) || x.Equal(x.Plus(1)) {
		t.Error("equal forms are not, or others are")
	}
	// Adding changes neither form.
	a := x.Add(1, n)
	_ = a.Add(-1, x)
	if a.String() != "x+size(x)" {
		t.Errorf("a sum became %s", a)
	}
}

// Of several bounds, those that another one settles are left out.
func TestExtremes(t *testing.T) {
	x, n := loop.V("x"), loop.Of(loop.Size, "x")
	show := func(all []loop.Affine) string {
		var out []string
		for _, a := range all {
			out = append(out, a.String())
		}
		return strings.Join(out, " ")
	}
	all := []loop.Affine{x, n, x.Plus(2), n.Plus(-1), x.Plus(1), loop.Int(3)}
	if got := show(loop.Max(all)); got != "x+2 size(x) 3" {
		t.Errorf("the greatest is one of %s", got)
	}
	if got := show(loop.Min(all)); got != "x size(x)-1 3" {
		t.Errorf("the least is one of %s", got)
	}
	if got := show(all); got != "x size(x) x+2 size(x)-1 x+1 3" {
		t.Errorf("the bounds became %s", got)
	}
}

// Rounding depends on how an expression is nested, so text must show it.
func TestNestingIsKept(t *testing.T) {
	a := &loop.Ref{Buffer: "u", Level: 1, Index: []loop.Affine{loop.V("x")}}
	b, c := expr.Scalar("b"), expr.Local("c")
	for _, e := range []expr.Expr{
		expr.Sum(a, expr.Subtract(b), c),
		expr.Sum(expr.Sum(a, b), c),
		expr.Sum(a, expr.Subtract(expr.Sum(b, c))),
		expr.Product(expr.Product(a, b), &expr.Div{X: c, Y: expr.Product(a, b)}),
		&expr.Div{X: &expr.Div{X: a, Y: b}, Y: &expr.Div{X: b, Y: c}},
		&expr.Call{Fn: "min", Args: []expr.Expr{expr.Sum(a, expr.Const(-2)), expr.Const(1e-21)}},
	} {
		roundTrip(t, &loop.Kernel{Operator: signature.Operator{Name: "k", Axes: []string{"x"}, Halo: []int{0}}, Run: []loop.Stmt{&loop.Store{To: a, Value: e}}})
	}
}

func TestSyntaxErrors(t *testing.T) {
	const head = "kernel k f32\naxes x halo 1\ntime 0 .. steps-1\nstate u[t, x] levels 2 buffers 2\nsetup {\n}\nrun {\n"
	for _, v := range []struct {
		text, want string
		line, col  int
	}{
		{"", "expected kernel, found the end", 1, 1},
		{"program k f32", "expected kernel, found program", 1, 1},
		{"kernel k f16", "expected f32 or f64, found f16", 1, 10},
		{"kernel k f32 \"open", "a text without its closing quote, or with a wrong escape", 1, 14},
		{"kernel k f32\naxes t halo 0", "the name t is taken", 2, 6},
		{"kernel k f32\naxes x halo 0\ntime 0 .. steps-1\nparam m[y]", "there is no axis y", 4, 9},
		{"kernel k f32\naxes x halo 0\ntime 0 .. steps-1\nbuffer w[] thread", "expected the name of a variable, found ]", 4, 10},
		{"kernel k f32\naxes x halo 0\ntime 0 .. steps-1\nbuffer w[3] own", "expected shared, found own", 4, 13},
		{"kernel k f32\naxes x halo 0\ntime 0 .. steps-1\nstep {}", "expected setup, found step", 4, 1},
		{head + "  let %a 1\n}", "expected =, found 1", 8, 10},
		{head + "  let %a = 1 +\n}", "expected an expression, found }", 9, 1},
		{head + "  let %é = 1 }", "unexpected character 'é'", 8, 8},
		{head + "  let %a = 1e999\n}", "expected a number that fits a double, found 1e999", 8, 12},
		{head + "  u[@1, x+] = 0\n}", "expected the name of a variable, found ]", 8, 11},
		{head + "  u[@x] = 0\n}", "expected a whole number, found x", 8, 6},
		{head + "  u[size(x] = 0\n}", "expected ), found ]", 8, 11},
		{head + "  u[x+0.5] = 0\n}", "expected a whole number, found 0.5", 8, 7},
		{head + "  p:[x] = 0\n}", "expected the name of a buffer, found [", 8, 5},
		{head + "  for x = 0 .. {\n}", "expected the name of a variable, found {", 8, 16},
		{head + "  for x = 0 {\n}", "expected .., found {", 8, 13},
		{head + "  for k along y = 0 .. 1 {\n}", "there is no axis y", 8, 15},
		{head + "  for x = 0 .. 1 parallel {\n}", "expected {, found parallel", 8, 18},
		{head + "  for x = 0 .. 1 lanes auto {\n}", "expected a whole number, found auto", 8, 24},
		{head + "  for x = 0 .. min(1, {\n}", "expected the name of a variable, found {", 8, 23},
		{head + "  for x = 0 .. 1 note {\n}", "expected a text in quotes, found {", 8, 23},
		{head + "  if {\n}", "expected a whole number, found {", 8, 6},
		{head + "  if 1 <= x {\n}", "expected 0 <=, found 1", 8, 6},
		{head + "  if 0 < x {\n}", "expected =, found x", 8, 10},
		{head + "  pointer p u[x]\n}", "expected =, found u", 8, 13},
		{head + "  begin u[@1]\n}", "expected exchange, found u", 8, 9},
		{head + "  begin exchange u[1]\n}", "expected @, found 1", 8, 20},
		{head + "  wait exchange u[@1] along x width 1\n}", "expected a whole number, found }", 9, 1},
		{head + "  sample rec\n}", "expected from, found }", 9, 1},
		{head + "  inject src into u[x] times 1 within y = 0 .. 1\n}", "there is no axis y", 8, 39},
		{head + "  reduce e from sum of 1 over 0 .. 1, 0 .. 1\n}", "expected a statement, found ,", 8, 37},
		{head + "  go\n}", "expected a statement, found go", 8, 3},
		{head + "}\n}", "expected the end, found }", 9, 1},
		{head + strings.Repeat("team {", 1000), "nested more than 500 deep", 8, 3001},
		{head + "let %a = " + strings.Repeat("(", 1000), "nested more than 500 deep", 8, 509},
		{head + "let %a = 1" + strings.Repeat("/1", 1000), "nested more than 500 deep", 8, 1009},
	} {
		_, err := loop.Parse(v.text)
		var fault *text.SyntaxError
		if !errors.As(err, &fault) {
			t.Errorf("%q: %v", v.text, err)
			continue
		}
		if fault.Message != v.want || fault.Line != v.line || fault.Column != v.col {
			t.Errorf("%.200q: %d:%d: %s, want %d:%d: %s", v.text, fault.Line, fault.Column, fault.Message, v.line, v.col, v.want)
		}
		if want := strings.Split(v.text+"\n", "\n")[v.line-1]; fault.Text != want || !strings.Contains(err.Error(), want) {
			t.Errorf("the line %q is shown as %q", want, fault.Text)
		}
	}
}
