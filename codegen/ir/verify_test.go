package ir_test

import (
	"math"
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen/ir"
)

// declared is what the faulty kernels below have in common; x and z are
// loops over the grid.
const declared = `kernel k f32
axes x halo 2, z halo 1
time 1 .. steps-1
scalar dt
param m[x, z]
param c[x]
state u[t, x, z] levels 3 buffers 3
state v[t, x, z] levels 2 buffers 1
scratch p[x, z]
points src inject
points rec sample
`

const (
	x  = "for x = 0 .. size { "
	z  = "for z = 0 .. size { "
	xb = "for xb along x = 0 .. size step block block { "
	bx = "for x = xb .. min(xb+block, size) { "
)

// steps is a kernel with nothing but these statements in a step.
func steps(body string) string { return declared + "prepare { }\nstep { " + body + " }\n" }

// once is a kernel with nothing but these statements in front of the run.
func once(body string) string { return declared + "prepare { " + body + " }\nstep { }\n" }

// nest puts statements into a nest over the grid.
func nest(body string) string { return x + z + body + " } }" }

// replaced is a kernel with other declarations.
func replaced(old, with string) string { return strings.Replace(steps(""), old, with, 1) }

func TestVerify(t *testing.T) {
	for _, v := range []struct{ text, want string }{
		{steps(nest("u[t+1, x, z] = u[t, x-2, z+1]")), ""},
		{steps(xb + bx + z + "u[t+1, x, z] = c[x] } } }"), ""},
		{steps("for x = 0 .. size parallel 2 { " + z + "u[t+1, x, z] = 0 } }"), ""},
		{once("let wide %a = $dt " + nest("p[x, z] = m[x+1, z]*%a")), ""},

		{steps(nest("let %a = u[t, x, z] sweep u[t+1, x, z] = %a")), ""},
		{steps(nest("sweep u[t+1, x, z] = 0")), "step: a sweep ends where no innermost loop has statements on both sides"},
		{steps(nest("u[t+1, x, z] = 0 sweep")), "step: a sweep ends where no innermost loop has statements on both sides"},
		{steps("sweep"), "step: a sweep ends where no innermost loop has statements on both sides"},

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
		{steps(nest("u[t+1, x, z] = $h")), "step: unknown scalar $h"},
		{steps(nest("u[t+1, x, z] = %a")), "step: %a is used before it is defined"},
		{steps(nest("u[t+1, x, z] = %a let %a = 1")), "step: %a is used before it is defined"},
		{steps(nest("let %a = 1 let %a = 2 u[t+1, x, z] = %a")), "step: %a is defined twice"},
		{steps(nest("let %a = 1") + nest("u[t+1, x, z] = %a")), "step: %a is used before it is defined"},
		{steps(nest("u[t+1, x, z] = w[x, z]")), "step: unknown array w"},
		{steps(nest("u[t+1, x, z] = sinc($dt)")), "step: no function sinc of 1 arguments"},
		{steps(nest("u[t+1, x, z] = max($dt)")), "step: no function max of 1 arguments"},
		{steps("inject src into u[t+1, x, z] times 1"), "step: u[t+1, x, z] is read before it is computed"},
		{steps(nest("u[t+1, x, z] = 0") + "inject rec into u[t+1, x, z] times 1"), "step: there are no points rec to inject"},
		{steps("sample src from u[t, x, z]"), "step: there are no points src to sample at"},

		// Accesses.
		{steps(nest("u[t+1, x, z] = u[t, x+3, z]")), "step: u[t, x+3, z] reaches beyond the halo of 2 points along x"},
		{steps(nest("u[t+1, x, z] = u[t, x, z-2]")), "step: u[t, x, z-2] reaches beyond the halo of 1 points along z"},
		{steps(nest("u[t+1, x, z] = c[x, z+1]")), "step: c[x, z+1] is offset along z, which it does not span"},
		{steps(nest("u[t+1, x, z] = m[t-1, x, z]")), "step: m[t-1]: m does not vary in time"},
		{steps(nest("u[t+1, x, z] = u[t-2, x, z]")), "step: u[t-2] is outside the 3 levels of u"},
		{steps(nest("u[t+1, x, z] = u[t+2, x, z]")), "step: u[t+2] is outside the 3 levels of u"},
		{steps(nest("v[t+1, x, z] = v[t-1, x, z]")), "step: v[t-1] is outside the 2 levels of v"},
		{steps(x + "u[t+1, x, z] = 0 }"), "step: u[t+1, x, z] is not in a loop along z"},
		{once(nest("p[x, z] = 1") + nest("p[x, z] = p[x+1, z]")), "prepare: p[x+1, z] is read while another iteration writes its buffer"},
		{declared + "prepare { " + nest("p[x, z] = 1") + " } step { " + nest("u[t+1, x, z] = p[x+1, z]") + " }", "step: p[x+1, z] is read where it is not computed"},
		{once(nest("p[x, z] = u[t, x, z]")), "prepare: u[t, x, z]: wavefields do not exist in prepare"},

		// What is written.
		{steps(nest("m[x, z] = 0")), "step: m is written, but it is given by the caller"},
		{steps(nest("u[t+1, x+1, z] = 0")), "step: u[t+1, x+1, z] is written at an offset"},
		{strings.Replace(once(nest("p[x] = 1")), "scratch p[x, z]", "scratch p[x]", 1), "prepare: p[x] is written by every iteration of loop z"},

		// Where statements stand.
		{steps("u[t+1, x, z] = 0"), "step: the assignment to u[t+1, x, z] is not in an innermost loop"},
		{steps(x + "u[t+1, x, z] = 0 " + z + "v[t+1, x, z] = 0 } }"), "step: the assignment to u[t+1, x, z] is not in an innermost loop"},
		{steps("let %a = 1"), "step: %a is not in an innermost loop"},
		{steps("let wide %a = 1"), "step: %a: a wide local outside of prepare, or in a loop"},
		{once(x + "let wide %a = 1 }"), "prepare: %a: a wide local outside of prepare, or in a loop"},
		{once("let wide %a = m[x, z]"), "prepare: m[x, z] is not in a loop along x"},
		{steps(x + "inject src into u[t, x, z] times 1 }"), "step: inject of src in a loop, or outside of a step"},
		{once("sample rec from m[x, z]"), "prepare: sample at rec in a loop, or outside of a step"},
		{steps(x + "exchange u[t] width 1, 1 }"), "step: exchange of u in a loop, or outside of a step"},
		{steps("exchange w[t] width 1, 1"), "step: exchange of unknown array w"},
		{steps("exchange u[t] width 1"), "step: exchange of u: 1 widths for 2 axes"},
		{steps("exchange u[t] width 1, 2"), "step: exchange of u: width 2 in a halo of 1 points along z"},
		{steps("exchange u[t+2] width 1, 1"), "step: u[t+2] is outside the 3 levels of u"},

		// Loops.
		{steps(x + "}"), "step: loop x is empty"},
		{steps(x + "for x along z = 0 .. size { u[t+1, x, z] = 0 } }"), "step: loop variable x is used twice"},
		{steps(x + "for i along x = 0 .. size { c[x] = 0 } }"), "step: loops x and i run along the same axis"},
		{steps("for zb along z = 0 .. size step block block { " + x + "for z = zb .. min(zb+block, size) { u[t+1, x, z] = 0 } } }"), "step: loop zb cuts rows into blocks"},
		{steps(x + "for z = 0 .. size step block { u[t+1, x, z] = 0 } }"), "step: loop z: only block loops run over the grid in steps of a block"},
		{steps("for xb along x = 0 .. size block { " + bx + z + "u[t+1, x, z] = 0 } } }"), "step: loop xb: only block loops run over the grid in steps of a block"},
		{steps(bx + xb + z + "u[t+1, x, z] = 0 } } }"), "step: loop x: xb .. min(xb+block, size) without a block loop along x around it"},
		{steps("for x = -3 .. size { " + z + "u[t+1, x, z] = 0 } }"), "step: loop x leaves the halo of 2 points"},
		{steps("for x = 0 .. size+1 { " + z + "u[t+1, x, z] = u[t, x+2, z] } }"), "step: u[t, x+2, z] reaches beyond the halo of 2 points along x"},
		{steps(xb + x + z + "u[t+1, x, z] = 0 } } }"), "step: loop x does not run over its block xb"},
		{steps(xb + "u[t+1, x, z] = 0 }"), "step: block loop xb has no loop in it"},
		{steps("for x = 0 .. size vector { " + z + "u[t+1, x, z] = 0 } }"), "step: vector loop x is not innermost"},
		{steps(x + "for z = 0 .. size parallel 1 { u[t+1, x, z] = 0 } }"), "step: parallel loop z is not outermost"},
		{steps("for x = 0 .. size parallel 3 { " + z + "u[t+1, x, z] = 0 } }"), "step: parallel loop x: 3 loops are not perfectly nested"},
		{steps("for x = 0 .. size parallel 2 { row a = u[t+1] " + z + "a:u[t+1, x, z] = 0 } }"), "step: parallel loop x: 2 loops are not perfectly nested"},
		{steps("for xb along x = 0 .. size step block parallel 2 block { " + bx + z + "u[t+1, x, z] = 0 } } }"), "step: parallel loop xb: the bounds of x depend on it"},

		// Iterations must not depend on one another.
		{steps(nest("v[t+1, x, z] = v[t, x-1, z]")), "step: v[t, x-1, z] is read while another iteration writes its buffer"},
		{steps(nest("u[t+1, x, z] = u[t, x, z] v[t+1, x, z] = u[t+1, x, z+1]")), "step: u[t+1, x, z+1] is read while another iteration writes its buffer"},
		{steps(nest("u[t+1, x, z] = 0") + "inject src into u[t+1, x, z] times u[t+1, x+1, z]"), "step: u[t+1, x+1, z] is read while another node writes its buffer"},

		// Values must be there.
		{steps(nest("u[t+1, x, z] = u[t+1, x, z]")), "step: u[t+1, x, z] is read before it is computed"},
		{steps("sample rec from u[t+1, x, z] " + nest("u[t+1, x, z] = 0")), "step: u[t+1, x, z] is read before it is computed"},
		{once(nest("p[x, z] = p[x, z] + 1")), "prepare: p[x, z] is read before it is computed"},
		{steps(nest("u[t+1, x, z] = p[x, z]")), "step: p[x, z] is read before it is computed"},
		{steps(nest("v[t+1, x, z] = v[t, x, z]") + "sample rec from v[t, x, z]"), "step: v[t, x, z] is read after v[t+1] took its place"},
		{steps(nest("v[t+1, x, z] = 0 u[t+1, x, z] = v[t, x, z]")), "step: v[t, x, z] is read after v[t+1] took its place"},

		// Rows.
		{steps(x + "row a = u[t+1] row b = u[t] " + z + "a:u[t+1, x, z] = b:u[t, x-1, z+1] } }"), ""},
		{steps("row a = u[t]"), "step: row a is not in a loop"},
		{steps(x + "row a = w[t] }"), "step: row of unknown array w"},
		{steps(x + "row a = u[t-2] }"), "step: u[t-2] is outside the 3 levels of u"},
		{steps(x + "row a = u[t] row a = u[t-1] }"), "step: row a is defined twice"},
		{steps(x + "row a = v[t] row b = v[t+1] }"), "step: rows a and b are the same place"},
		{steps(z + "row a = u[t+1] " + x + "a:u[t+1, x, z] = 0 } }"), "step: row a is not in a loop along x"},
		{steps(nest("a:u[t+1, x, z] = 0")), "step: a:u[t+1, x, z]: there is no row a here"},
		{steps(x + "row a = u[t] " + z + "a:u[t+1, x, z] = 0 } }"), "step: a:u[t+1, x, z]: row a is another place"},
		{steps(x + "row a = u[t+1] " + z + "u[t+1, x, z] = 0 } }"), "step: u[t+1, x, z] does not go through row a"},
		{steps("sample rec from a:u[t, x, z]"), "step: a:u[t, x, z]: there is no row a here"},
	} {
		k, err := ir.Parse(v.text)
		if err != nil {
			t.Errorf("%v\n%s", err, v.text)
			continue
		}
		if got := message(ir.Verify(k)); got != v.want {
			t.Errorf("%s\ngot  %s\nwant %s", k, got, v.want)
		}
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
	assign := func(k *ir.Kernel) *ir.Assign { return ir.Innermost(k.Step[0].(*ir.Loop)).Body[0].(*ir.Assign) }
	value := func(e ir.Expr) func(*ir.Kernel) { return func(k *ir.Kernel) { assign(k).Value = e } }
	one := ir.Const(1)
	for _, v := range []struct {
		edit func(*ir.Kernel)
		want string
	}{
		{func(k *ir.Kernel) { k.Axes, k.Halo = nil, nil }, "the kernel has no axes"},
		{func(k *ir.Kernel) { k.Halo = k.Halo[:1] }, "1 halo widths for 2 axes"},
		{func(k *ir.Kernel) { k.Halo[1] = -1 }, "a halo width, a bound or a tile of time is negative"},
		{func(k *ir.Kernel) { k.FirstStep = -1 }, "a halo width, a bound or a tile of time is negative"},
		{func(k *ir.Kernel) { k.TimeTile = -1 }, "a halo width, a bound or a tile of time is negative"},
		{func(k *ir.Kernel) { k.Axes[0] = "t" }, "axis t has the name of time"},
		{func(k *ir.Kernel) { k.Axes[0] = "z" }, "axis z is declared twice"},
		{func(k *ir.Kernel) { k.Name = "" }, `kernel "": not a name`},
		{func(k *ir.Kernel) { k.Scalars[0] = "d t" }, `scalar "d t": not a name`},
		{func(k *ir.Kernel) { k.Points[0].Name = "1" }, `points "1": not a name`},
		{func(k *ir.Kernel) { k.Arrays[0].Name = "m-1" }, `array "m-1": not a name`},
		{func(k *ir.Kernel) { k.Arrays[0].Axes[1] = 2 }, "array m does not span its axes in order"},
		{func(k *ir.Kernel) { assign(k).Target.Offset = []int{0} }, "step: u[1,0] has 1 offsets on 2 axes"},
		{func(k *ir.Kernel) { k.Step[0].(*ir.Loop).Axis = 2 }, "step: loop x runs along axis 2 of 2"},
		{func(k *ir.Kernel) { k.Step[0].(*ir.Loop).Var = "" }, `step: loop "": not a name`},
		{func(k *ir.Kernel) { k.Step[0].(*ir.Loop).Props.Parallel = -1 }, "step: parallel loop x is not outermost"},
		{func(k *ir.Kernel) {
			l := ir.Innermost(k.Step[0].(*ir.Loop))
			l.Body = append([]ir.Stmt{&ir.Let{Name: "", Value: one}}, l.Body...)
		}, `step: local "": not a name`},
		{func(k *ir.Kernel) {
			l := k.Step[0].(*ir.Loop)
			l.Body = append([]ir.Stmt{&ir.Row{Name: "", Array: "u"}}, l.Body...)
		}, `step: row "": not a name`},
		{value(ir.Const(math.Inf(1))), "step: the constant +Inf"},
		{value(ir.Const(math.NaN())), "step: the constant NaN"},
		{value(&ir.Add{}), "step: a sum of 0 terms and 0 signs"},
		{value(&ir.Add{Args: []ir.Expr{one}, Sub: []bool{false}}), "step: a sum of 1 terms and 1 signs"},
		{value(&ir.Add{Args: []ir.Expr{one, one}, Sub: []bool{false}}), "step: a sum of 2 terms and 1 signs"},
		{value(&ir.Mul{Args: []ir.Expr{one}}), "step: a product of 1 factors"},
		{value(ir.Subtract(one)), "step: ir.negated cannot be part of an expression"},
		{value(&ir.Div{X: one}), "step: <nil> cannot be part of an expression"},
	} {
		k, err := ir.Parse(steps(nest(good)))
		if err != nil {
			t.Fatal(err)
		}
		if err := ir.Verify(k); err != nil {
			t.Fatal(err)
		}
		v.edit(k)
		if got := message(ir.Verify(k)); got != v.want {
			t.Errorf("got  %s\nwant %s", got, v.want)
		}
		_ = k.String() // a faulty kernel is shown, so it must print
	}
}
