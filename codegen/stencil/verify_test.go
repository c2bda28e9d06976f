package stencil_test

import (
	"math"
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
)

// declared is what the faulty programs below have in common.
const declared = `program k f32
axes x halo 2, z halo 1
time 1 .. steps-1
scalar dt
param m[x, z]
param c[x]
state u[t, x, z] levels 3 buffers 3
state v[t, x, z] levels 2 buffers 1
precomputed p[x, z]
points src inject
points rec sample
`

// steps is a program with nothing but these statements in a step.
func steps(body string) string { return declared + "setup { }\nstep { " + body + " }\n" }

// once is a program with nothing but these statements in front of the run.
func once(body string) string { return declared + "setup { " + body + " }\nstep { }\n" }

// grid is a compute over the whole grid.
func grid(body string) string { return over("x = 0 .. size, z = 0 .. size", body) }

func over(box, body string) string { return "compute " + box + " { " + body + " } " }

// replaced is a program with other declarations.
func replaced(old, with string) string { return strings.Replace(steps(""), old, with, 1) }

func TestVerify(t *testing.T) {
	for _, v := range []struct{ text, want string }{
		{steps(grid("u[t+1, x, z] = u[t, x-2, z+1]")), ""},
		{steps(grid("u[t+1, x, z] = c[x]")), ""},
		{steps(grid("let %a = u[t, x, z] u[t+1, x, z] = %a")), ""},
		{once("let %a = $dt " + grid("p[x, z] = m[x+1, z]*%a")), ""},
		{declared + "setup { let %a = $dt " + grid("p[x, z] = m[x+1, z]*%a") + "} step { " + grid("u[t+1, x, z] = %a*p[x, z]") + "sample rec from %a*u[t, x, z] }", ""},
		{strings.Replace(once(over("x = 0 .. size", "p[x] = c[x+1]")), "precomputed p[x, z]", "precomputed p[x]", 1), ""},

		// Declarations.
		{replaced("x halo 2", "x halo 2, x_ halo 0"), ""},
		{replaced("scalar dt", "scalar dt scalar dt"), "scalar dt is declared twice"},
		{replaced("points rec", "points src sample points rec"), "points src is declared twice"},
		{replaced("param c[x]", "param m[x]"), "array m is declared twice"},
		{replaced("m[x, z]", "m[z, x]"), "array m does not span its axes in order"},
		{replaced("m[x, z]", "m[x, z] levels 2 buffers 2"), "param array m: 2 buffers for 2 levels"},
		{replaced("levels 3 buffers 3", "levels 3 buffers 4"), "state array u: 4 buffers for 3 levels"},
		{replaced("levels 3 buffers 3", "levels 3 buffers 1"), "state array u: 1 buffers for 3 levels"},
		{replaced("levels 2 buffers 1", "levels 1 buffers 1"), "state array v: 1 buffers for 1 levels"},

		// Names.
		{steps(grid("u[t+1, x, z] = $h")), "step: unknown scalar $h"},
		{steps(grid("u[t+1, x, z] = %a")), "step: %a is used before it is defined"},
		{steps(grid("u[t+1, x, z] = %a let %a = 1")), "step: %a is used before it is defined"},
		{steps(grid("let %a = 1 let %a = 2 u[t+1, x, z] = %a")), "step: %a is defined twice"},
		{once("let %a = 1 let %a = 2"), "setup: %a is defined twice"},
		{declared + "setup { let %a = 1 } step { " + grid("let %a = 2 u[t+1, x, z] = %a") + "}", "step: %a is defined twice"},
		{once("let %a = %b let %b = 1"), "setup: %b is used before it is defined"},
		{steps(grid("let %a = 1 v[t+1, x, z] = %a") + grid("u[t+1, x, z] = %a")), "step: %a is used before it is defined"},
		{once(grid("let %a = 1 p[x, z] = %a") + "let %b = %a"), "setup: %a is used before it is defined"},
		{steps(grid("u[t+1, x, z] = w[x, z]")), "step: unknown field w"},
		{steps(grid("w[x, z] = 0")), "step: unknown field w"},
		{steps(grid("u[t+1, x, z] = sinc($dt)")), "step: no function sinc of 1 arguments"},
		{steps(grid("u[t+1, x, z] = max($dt)")), "step: no function max of 1 arguments"},
		{steps("inject src into u[t+1, x, z] times 1"), "step: u[t+1, x, z] is read before it is computed"},
		{steps("inject src into w[t+1, x, z] times 1"), "step: unknown field w"},
		{steps("inject src into u[t+1, x, z] times $h"), "step: unknown scalar $h"},
		{steps(grid("u[t+1, x, z] = 0") + "inject rec into u[t+1, x, z] times 1"), "step: there are no points rec to inject"},
		{steps(grid("u[t+1, x, z] = 0") + "inject s into u[t+1, x, z] times 1"), "step: there are no points s to inject"},
		{steps("sample src from u[t, x, z]"), "step: there are no points src to sample at"},
		{steps("sample r from u[t, x, z]"), "step: there are no points r to sample at"},
		{steps("sample rec from %a"), "step: %a is used before it is defined"},

		// Accesses.
		{steps(grid("u[t+1, x, z] = u[t, x+3, z]")), "step: u[t, x+3, z] reaches beyond the halo of 2 points along x"},
		{steps(grid("u[t+1, x, z] = u[t, x, z-2]")), "step: u[t, x, z-2] reaches beyond the halo of 1 points along z"},
		{steps("sample rec from u[t, x-3, z]"), "step: u[t, x-3, z] reaches beyond the halo of 2 points along x"},
		{steps(grid("u[t+1, x, z] = c[x, z+1]")), "step: c[x, z+1] is offset along z, which it does not span"},
		{steps(grid("u[t+1, x, z] = m[t-1, x, z]")), "step: m[t-1]: m does not vary in time"},
		{steps(grid("u[t+1, x, z] = u[t-2, x, z]")), "step: u[t-2] is outside the 3 levels of u"},
		{steps(grid("u[t+1, x, z] = u[t+2, x, z]")), "step: u[t+2] is outside the 3 levels of u"},
		{steps(grid("v[t+1, x, z] = v[t-1, x, z]")), "step: v[t-1] is outside the 2 levels of v"},
		{steps(over("x = 0 .. size", "u[t+1, x, z] = 0")), "step: u[t+1, x, z] has no place along z"},
		{steps(over("", "u[t+1, x, z] = 0")), "step: a compute that assigns nothing, or over no axes"},
		{once("let %a = m[x, z]"), "setup: %a is a number, and so made of numbers and scalars alone"},
		{once(grid("p[x, z] = 1") + grid("p[x, z] = p[x+1, z]")), "setup: p[x+1, z] is read while another point writes its buffer"},
		{declared + "setup { " + grid("p[x, z] = 1") + " } step { " + grid("u[t+1, x, z] = p[x+1, z]") + " }", "step: p[x+1, z] is read where it is not computed"},
		{declared + "setup { " + over("x = 0 .. size+1, z = 0 .. size", "p[x, z] = 1") + " } step { " + grid("u[t+1, x, z] = p[x+1, z]") + " }", ""},
		{declared + "setup { " + over("x = 1 .. size, z = 0 .. size", "p[x, z] = 1") + " } step { " + grid("u[t+1, x, z] = p[x, z]") + " }", "step: p[x, z] is read where it is not computed"},
		{declared + "setup { " + grid("p[x, z] = 1") + " } step { sample rec from p[x, z] + p[x, z-1] }", "step: p[x, z-1] is read where it is not computed"},
		{once(grid("p[x, z] = u[t, x, z]")), "setup: u[t, x, z]: wavefields do not exist in setup"},

		// What is written.
		{steps(grid("m[x, z] = 0")), "step: m is written, but it is given by the caller"},
		{steps("inject src into m[x, z] times 1"), "step: m is written, but it is given by the caller"},
		{steps(grid("p[x, z] = 0")), "step: p is written, but what setup computes is precomputed, and only that"},
		{steps(grid("u[t+1, x+1, z] = 0")), "step: u[t+1, x+1, z] is written at an offset"},
		{steps(grid("u[t+1, x, z] = 0") + "inject src into u[t+1, x, z-1] times 1"), "step: u[t+1, x, z-1] is written at an offset"},
		{strings.Replace(once(grid("p[x] = 1")), "precomputed p[x, z]", "precomputed p[x]", 1), "setup: p[x] is written by every point along z"},

		// Where statements stand.
		{steps("let %a = 1"), "step: *stencil.Let does not belong to a step"},
		{once("inject src into p[x, z] times 1"), "setup: *stencil.Inject belongs to a step"},
		{once("sample rec from m[x, z]"), "setup: *stencil.Sample belongs to a step"},
		{once("fill u[t] width 1 1, 1 1"), "setup: *stencil.Fill belongs to a step"},
		{once("reduce e from sum of m[x, z] over 0 .. size, 0 .. size"), "setup: *stencil.Reduce belongs to a step"},

		// Boxes.
		{steps(grid("")), "step: a compute that assigns nothing, or over no axes"},
		{steps(grid("let %a = 1")), "step: a compute that assigns nothing, or over no axes"},
		{steps(over("z = 0 .. size, x = 0 .. size", "u[t+1, x, z] = 0")), "step: a compute over axis 0 of 2, or out of order"},
		{steps(over("x = 0 .. size, x = 0 .. size", "u[t+1, x, z] = 0")), "step: a compute over axis 0 of 2, or out of order"},
		{steps(over("x = -3 .. size, z = 0 .. size", "u[t+1, x, z] = 0")), "step: u[t+1, x, z] reaches beyond the halo of 2 points along x"},
		{steps(over("x = 0 .. size, z = 0 .. size+2", "u[t+1, x, z] = 0")), "step: u[t+1, x, z] reaches beyond the halo of 1 points along z"},
		{steps(over("x = 0 .. size+1, z = 0 .. size", "u[t+1, x, z] = u[t, x+2, z]")), "step: u[t, x+2, z] reaches beyond the halo of 2 points along x"},
		{steps(over("x = 1 .. size-1, z = 1 .. size-1", "u[t+1, x, z] = u[t, x+2, z-1]")), ""},
		{steps(over("x = 2 .. size-2, z = 2 .. size-2", "u[t+1, x, z] = u[t, x-4, z+3]")), ""},
		{steps(over("x = 2 .. size-2, z = 2 .. size-2", "u[t+1, x, z] = u[t, x-5, z]")), "step: u[t, x-5, z] reaches beyond the halo of 2 points along x"},

		// Points must not depend on one another.
		{steps(grid("v[t+1, x, z] = v[t, x-1, z]")), "step: v[t, x-1, z] is read while another point writes its buffer"},
		{steps(grid("v[t+1, x, z] = v[t, x, z]")), ""},
		{steps(grid("u[t+1, x, z] = u[t, x, z] v[t+1, x, z] = u[t+1, x, z+1]")), "step: u[t+1, x, z+1] is read while another point writes its buffer"},
		{steps(grid("v[t+1, x, z] = u[t+1, x, z+1] u[t+1, x, z] = u[t, x, z]")), "step: u[t+1, x, z+1] is read while another point writes its buffer"},
		{steps(grid("u[t+1, x, z] = u[t-1, x, z]") + grid("u[t+1, x, z] = u[t-1, x+1, z]")), ""},
		{strings.Replace(steps(grid("u[t+1, x, z] = u[t-1, x+1, z]")), "levels 3 buffers 3", "levels 3 buffers 2", 1), "step: u[t-1, x+1, z] is read while another point writes its buffer"},
		{steps(grid("u[t+1, x, z] = 0") + "inject src into u[t+1, x, z] times u[t+1, x+1, z]"), "step: u[t+1, x+1, z] is read while another node writes its buffer"},
		{steps(grid("u[t+1, x, z] = 0") + "inject src into u[t+1, x, z] times u[t+1, x, z]*u[t, x+1, z]"), ""},

		// Values must be there.
		{steps(grid("u[t+1, x, z] = u[t+1, x, z]")), "step: u[t+1, x, z] is read before it is computed"},
		{steps("sample rec from u[t+1, x, z] " + grid("u[t+1, x, z] = 0")), "step: u[t+1, x, z] is read before it is computed"},
		{steps(grid("u[t+1, x, z] = 0") + "sample rec from u[t+1, x, z] "), ""},
		{once(grid("p[x, z] = p[x, z] + 1")), "setup: p[x, z] is read before it is computed"},
		{once(grid("p[x, z] = 1") + grid("p[x, z] = p[x, z] + 1")), ""},
		{steps(grid("u[t+1, x, z] = p[x, z]")), "step: p[x, z] is read before it is computed"},
		{steps(grid("v[t+1, x, z] = v[t, x, z]") + "sample rec from v[t, x, z]"), "step: v[t, x, z] is read after v[t+1] took its place"},
		{steps(grid("v[t+1, x, z] = 0 u[t+1, x, z] = v[t, x, z]")), "step: v[t, x, z] is read after v[t+1] took its place"},
		{steps(grid("u[t+1, x, z] = v[t, x, z] v[t+1, x, z] = 0")), ""},
	} {
		expectMessage(t, v.text, v.want)
	}
}

// expectMessage verifies a program, and checks that it prints and comes back,
// well formed or not.
func expectMessage(t *testing.T, text, want string) {
	t.Helper()
	p, err := stencil.Parse(text)
	if err != nil {
		t.Errorf("%v\n%s", err, text)
		return
	}
	if again, err := stencil.Parse(p.String()); err != nil || again.String() != p.String() {
		t.Errorf("%v: did not come back:\n%s", err, p)
	}
	if got := message(stencil.Verify(p)); got != want {
		t.Errorf("%s\ngot  %s\nwant %s", p, got, want)
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// The text form cannot say these, a pass could make them.
func TestVerifyWhatHasNoText(t *testing.T) {
	const good = "u[t+1, x, z] = $dt"
	compute := func(p *stencil.Program) *stencil.Compute { return p.Step[0].(*stencil.Compute) }
	assign := func(p *stencil.Program) *stencil.Assign { return compute(p).Body[0].(*stencil.Assign) }
	value := func(e expr.Expr) func(*stencil.Program) { return func(p *stencil.Program) { assign(p).Value = e } }
	then := func(s stencil.Stmt) func(*stencil.Program) {
		return func(p *stencil.Program) { p.Step = append(p.Step, s) }
	}
	one := expr.Const(1)
	next := &stencil.Access{Field: "u", Time: 1, Offset: []int{0, 0}}
	whole := []signature.Span{signature.Whole, signature.Whole}
	for _, v := range []struct {
		edit func(*stencil.Program)
		want string
	}{
		{func(p *stencil.Program) { p.Axes, p.Halo = nil, nil }, "the operator has no axes"},
		{func(p *stencil.Program) { p.Halo = p.Halo[:1] }, "1 halo widths for 2 axes"},
		{func(p *stencil.Program) { p.Halo[1] = -1 }, "a halo width or a bound of time is negative"},
		{func(p *stencil.Program) { p.FirstStep = -1 }, "a halo width or a bound of time is negative"},
		{func(p *stencil.Program) { p.LastStep = -1 }, "a halo width or a bound of time is negative"},
		{func(p *stencil.Program) { p.Axes[0] = "t" }, "axis t has the name of time"},
		{func(p *stencil.Program) { p.Axes[0] = "z" }, "axis z is declared twice"},
		{func(p *stencil.Program) { p.Name = "" }, `operator "": not a name`},
		{func(p *stencil.Program) { p.Scalars[0] = "d t" }, `scalar "d t": not a name`},
		{func(p *stencil.Program) { p.Points[0].Name = "1" }, `points "1": not a name`},
		{func(p *stencil.Program) { p.Arrays[0].Name = "m-1" }, `array "m-1": not a name`},
		{func(p *stencil.Program) { p.Arrays[0].Axes[1] = 2 }, "array m does not span its axes in order"},
		{func(p *stencil.Program) { assign(p).Target.Offset = []int{0} }, "step: u[1,0] has 1 offsets on 2 axes"},
		{func(p *stencil.Program) { compute(p).Axes = []int{0, 2} }, "step: a compute over axis 2 of 2, or out of order"},
		{func(p *stencil.Program) { compute(p).Axes = []int{-1, 0} }, "step: a compute over axis -1 of 2, or out of order"},
		{func(p *stencil.Program) { compute(p).Box = compute(p).Box[:1] }, "step: a box of 1 axes of 2"},
		{func(p *stencil.Program) {
			compute(p).Body = append([]stencil.Assignment{&stencil.Let{Name: "", Value: one}}, compute(p).Body...)
		}, `step: local "": not a name`},
		{func(p *stencil.Program) { p.Setup = []stencil.Stmt{&stencil.Let{Name: "1", Value: one}} }, `setup: local "1": not a name`},
		{func(p *stencil.Program) { compute(p).Body = append(compute(p).Body, nil) }, "step: <nil> in the body of a compute"},
		{then(nil), "step: <nil> does not belong to a step"},
		{func(p *stencil.Program) { compute(p).When = &stencil.When{} }, "step: every 0 steps"},
		{func(p *stencil.Program) {
			compute(p).When = &stencil.When{Last: true, Every: signature.Steps{Number: 2}}
		}, "step: a condition of the last step and of others"},
		{func(p *stencil.Program) { compute(p).When = &stencil.When{Every: signature.Steps{Number: -1}} }, "step: every -1 steps"},
		{then(&stencil.Inject{Points: "src", Ahead: -1, Target: next, Value: one}), "step: inject of src: row -1 of the traces"},
		{then(&stencil.Inject{Points: "src", Target: &stencil.Access{Field: "u", Time: 1}, Value: one}), "step: u[1] has 0 offsets on 2 axes"},
		{then(&stencil.Fill{Field: "u", Time: 1, Width: [][2]int{{1, 1}, {-1, 1}}, Edges: make([][2]signature.Edge, 2)}), "step: fill of u: width [-1 1] in a halo of [1 1] points along z"},
		{then(&stencil.Fill{Field: "u", Time: 1, Width: make([][2]int, 2)}), "step: fill of u: 2 widths and 0 edges for 2 axes"},
		{func(p *stencil.Program) {
			p.Series = []*signature.Series{{Name: "e"}}
			p.Step = append(p.Step, &stencil.Reduce{Series: "e", Op: "sum", Box: whole, Value: one})
		}, ""},
		{value(expr.Const(math.Inf(1))), "step: the constant +Inf"},
		{value(expr.Const(math.NaN())), "step: the constant NaN"},
		{value(&expr.Add{}), "step: a sum of 0 terms and 0 signs"},
		{value(&expr.Add{Args: []expr.Expr{one}, Sub: []bool{false}}), "step: a sum of 1 terms and 1 signs"},
		{value(&expr.Add{Args: []expr.Expr{one, one}, Sub: []bool{false}}), "step: a sum of 2 terms and 1 signs"},
		{value(&expr.Mul{Args: []expr.Expr{one}}), "step: a product of 1 factors"},
		{value(expr.Subtract(one)), "step: expr.negated cannot be part of an expression"},
		{value(&expr.Div{X: one}), "step: <nil> cannot be part of an expression"},
		{value(&loop.Ref{Buffer: "m"}), "step: *loop.Ref cannot be part of an expression"},
	} {
		p, err := stencil.Parse(steps(grid(good)))
		if err != nil {
			t.Fatal(err)
		}
		if err := stencil.Verify(p); err != nil {
			t.Fatal(err)
		}
		v.edit(p)
		if got := message(stencil.Verify(p)); got != v.want {
			t.Errorf("got  %s\nwant %s", got, v.want)
		}
		_ = p.String() // a faulty program is shown, so it must print
	}
}
