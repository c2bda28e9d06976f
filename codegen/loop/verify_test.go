package loop_test

import (
	"math"
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
)

// declared is what the kernels below have in common.
const declared = `kernel k f32
axes x halo 2, z halo 1
time 1 .. steps-1
scalar dt
param m[x, z]
param c[x]
param one[]
state u[t, x, z] levels 3 buffers 2
state v[t, x, z] levels 2 buffers 2
state own[t, x, z] levels 2 buffers 2 halo x 0 4 halo z 3 0
state psi[t, x, z] levels 2 buffers 1 slabs x 5 6 gap 2
state f[t, x, z] input
image g[x]
precomputed p[x, z]
points src inject
points rec sample staged 2
series e
buffer tile[8, size(z)+2] thread
buffer ring[4 ring, 16] thread
buffer block[32] shared
`

const good = "for x = 0 .. size(x) threads { for z = 0 .. size(z) lanes 1 { u[@1, x, z] = m[x, z] } }"

// steps is a kernel with nothing but these statements in a step.
func steps(body string) string {
	return declared + "setup { }\nrun { team { for t = first(t) .. last(t)+1 { " + body + " } } }\n"
}

// once is a kernel with nothing but these statements in front of the run.
func once(body string) string { return declared + "setup { " + body + " }\nrun { }\n" }

// bare is a kernel with these statements outside of all loops.
func bare(body string) string { return declared + "setup { }\nrun { " + body + " }\n" }

// threads is a nest over the grid that threads share.
func threads(body string) string {
	return "for x = 0 .. size(x) threads { for z = 0 .. size(z) { " + body + " } } "
}

// line is a loop over the grid along one axis, by one thread.
func line(axis, body string) string {
	return "for " + axis + " = 0 .. size(" + axis + ") single { " + body + " } "
}

// replaced is a kernel with other declarations.
func replaced(old, with string) string { return strings.Replace(steps(""), old, with, 1) }

// verdict is a kernel and what is wrong with it, "" for nothing.
type verdict struct{ text, want string }

func TestVerify(t *testing.T) {
	judge(t, []verdict{
		// What schedules make of small programs.
		{steps(good), ""},
		{once("let %a = $dt " + threads("p[x, z] = m[x+1, z]*%a")), ""},
		{steps("for xb along x = 0 .. size(x) step block(x) threads dynamic { for x = xb .. min(xb+block(x), size(x)) { pointer r = u[x] pointer w = v[@1, x] write for z = 0 .. size(z) lanes 1 { let %a = r:u[x-2, z+1] w:v[@1, x, z] = %a*m[x, z] } } }"), ""},
		{steps("for xb along x = 0 .. size(x) step 4 threads collapse 2 { for zb along z = -1 .. size(z)+1 step 8 { for x = xb .. min(xb+4, size(x)) { for z = max(zb, 0) .. min(zb+8, size(z)) { v[@1, x, z] = v[x, z] } } } }"), ""},

		// Declarations are those of a signature.
		{replaced("scalar dt", "scalar dt scalar dt"), "scalar dt is declared twice"},
		{replaced("levels 3 buffers 2", "levels 3 buffers 1"), "state array u: 1 buffers for 3 levels"},
		{replaced("buffer block", "buffer u"), "buffer u has no dimensions, or the name of an array"},
		{replaced("block[32]", "block[block(x)]"), "buffer block: extent block(x)"},
		{replaced("block[32]", "block[xb]"), "buffer block: extent xb"},
		{replaced("4 ring", "size(x) ring"), "buffer ring: a ring of size(x) planes"},
		{replaced("4 ring", "0 ring"), "buffer ring: extent 0"},

		// Names.
		{steps(line("x", "g[x] = $h")), "run: unknown scalar $h"},
		{steps(line("x", "g[x] = %a")), "run: %a is used before it is defined"},
		{steps(line("x", "g[x] = %a let %a = 1")), "run: %a is used before it is defined"},
		{steps(line("x", "let %a = 1 g[x] = %a") + line("x", "g[x] = %a")), "run: %a is used before it is defined"},
		{steps("if every 2 { let %a = 1 } " + line("x", "g[x] = %a")), "run: %a is used before it is defined"},
		{steps(line("x", "let %a = 1 let %a = 2 g[x] = %a")), "run: local %a: not a name, or defined twice"},
		{once("let %a = 1 " + line("x", "let %a = 2 p[x, 0] = %a")), "setup: local %a: not a name, or defined twice"},
		{once("let %a = %b"), "setup: %b is used before it is defined"},
		{steps(line("x", "g[x] = q[x]")), "run: unknown buffer q"},
		{steps(line("x", "q[x] = 0")), "run: unknown buffer q"},
		{steps(line("x", "g[x] = sinc($dt)")), "run: no function sinc of 1 arguments"},
		{steps(line("x", "g[x] = u[x]")), "run: u[x] has 1 indices of 2"},
		{steps(line("x", "g[x] = one[x]")), "run: one[x] has 1 indices of 0"},
		{steps(line("x", "g[x] = one[]")), ""},
		{steps(line("x", "g[y] = 1")), "run: g[y]: y: there is no loop y around it"},
		{steps(line("x", "g[x] = 1") + line("z", "g[x] = 1")), "run: g[x]: x: there is no loop x around it"},
		{steps(line("x", "g[size(q)] = 1")), "run: g[size(q)]: size(q): there is no axis q"},
		{steps(line("x", "g[x+0*block(q)] = 1")), ""},
		{steps("inject rec into g[x] times 1"), "run: there are no points rec to inject"},
		{steps("inject s into g[x] times 1"), "run: there are no points s to inject"},
		{steps("sample src from m[x, z]"), "run: there are no points src to sample at"},
		{steps("sum s"), "run: there are no points s to sample at"},

		// So are those of bounds and conditions.
		{steps("for x = 0 .. q single { g[x] = 1 }"), "run: loop x: q: there is no loop q around it"},
		{steps("for x = size(q) .. 4 single { g[x] = 1 }"), "run: loop x: size(q): there is no axis q"},
		{steps("for x = 0 .. size(x) step block(q) single { g[x] = 1 }"), "run: loop x: block(q): there is no axis q"},
		{steps("if 0 <= q { for x = 0 .. size(x) single { g[x] = 1 } }"), "run: q: there is no loop q around it"},
		{steps("inject src into g[x] times 1 within x = q .. size(x)"), "run: q: there is no loop q around it"},
		{steps("reduce e from sum of m[x, z] over q .. size(x); 0 .. size(z)"), "run: q: there is no loop q around it"},
		{replaced("block[32]", "block[size(q)]"), "buffer block: extent size(q)"},
		{replaced("block[32]", "block[-3]"), "buffer block: extent -3"},
		{replaced("buffer block", "buffer tile"), "buffer tile is declared twice"},
		{replaced("buffer block", "buffer ring"), "buffer ring is declared twice"},
		{replaced("block[32]", "block[32, 0]"), "buffer block: extent 0"},
		{replaced("block[32]", "block[size(x)-1]"), "buffer block: extent size(x)-1"}, // a grid may have one point
		{replaced("block[32]", "block[2-size(x)]"), "buffer block: extent -size(x)+2"},
		{strings.Replace(steps(line("x", "g[x] = 1")), "block[32]", "block[1, size(x), size(x)+size(z)-1]", 1), ""},
		{steps("for x = 0 .. min(size(x), q) single { g[x] = 1 }"), "run: loop x: q: there is no loop q around it"},
		{steps("for x = 0 .. x single { g[0] = 1 }"), "run: loop x: x: there is no loop x around it"},
		{steps(line("x", "for z = x .. x+1 { g[x] = 1 }")), ""},
		{steps("if 0 <= size(q) { let %a = 1 }"), "run: size(q): there is no axis q"},
		{steps("if 0 <= last(t)-t-1, 0 <= q+1 { let %a = 1 }"), "run: q+1: there is no loop q around it"},
		{steps(line("x", "if 0 <= x-1 { g[x] = 1 }")), ""},
		{steps("inject src into g[x] times 1 within x = 0 .. min(size(x), q)"), "run: q: there is no loop q around it"},
		{steps("inject src into g[x] times 1 within x = 0 .. block(q)"), "run: block(q): there is no axis q"},
		{steps("take rec from m[x, z] within x = 0 .. 4 within z = q .. 4"), "run: q: there is no loop q around it"},
		{steps("take rec from m[x, z] within x = x .. size(x)"), "run: x: there is no loop x around it"}, // the node itself
		{steps("take rec from m[x, z] within x = t .. t+block(x) within z = 0 .. 4"), ""},
		{steps("reduce e from sum of m[x, z] over 0 .. size(x); 0 .. size(q)"), "run: size(q): there is no axis q"},
		{steps("for xb along x = 0 .. size(x) step 32 { reduce e from sum of m[x, z] over xb .. min(xb+32, size(x)); 0 .. size(z) }"), ""},

		// What all threads do, what one does, and what belongs to a thread.
		{steps("for x = 0 .. size(x) { g[x] = g[x] + 1 }"), "run: g[x] is written by every thread of the team"},
		{steps("g[0] = 1"), "run: g[0] is written by every thread of the team"},
		{steps("if last { g[0] = 1 }"), "run: g[0] is written by every thread of the team"},
		{steps("for x = 0 .. 8 { tile[x, 0] = 1 let %a = tile[x, 0] }"), ""}, // each thread has its own
		{steps("for x = 0 .. size(x) { for z = 0 .. size(z) threads { v[@1, x, z] = 1 } }"), ""},
		{steps("for k = 0 .. 1 single { if last { g[0] = 1 } }"), ""},
		{steps("for xb along x = 0 .. size(x) grid { for k = 0 .. 2 block { g[xb+k] = 1 } }"), "run: iterations of loop xb may touch one element: one writes g[xb+k], another one g[xb+k]"},
		{steps("for xb along x = 0 .. size(x) grid { for k = 0 .. 2 block { v[@1, xb, k] = 1 } }"), ""},
		{steps("inject src into g[x] times 1 if last { inject src into g[x] times 1 }"), ""}, // threads share its nodes
		{bare("g[0] = 1 if last { g[0] = 2 }"), ""},
		{steps("for x = 0 .. 8 threads { tile[x, 0] = 1 } for x = 0 .. 8 threads { g[0*x] = tile[x, 0] }"), "run: tile[x, 0] is read in loop x before the loop writes it: what other loops wrote may be another thread's"},
		{steps(line("x", "g[x] = tile[0, 0]")), "run: tile[0, 0] is read in loop x before the loop writes it: what other loops wrote may be another thread's"},
		{steps(line("x", "tile[0, 0] = tile[0, 0] + 1")), "run: tile[0, 0] is read in loop x before the loop writes it: what other loops wrote may be another thread's"},
		{steps(line("x", "tile[0, 0] = 1 g[x] = tile[0, 0] + ring[0, 0]")), "run: ring[0, 0] is read in loop x before the loop writes it: what other loops wrote may be another thread's"},
		{steps(threads("v[@1, x, z] = tile[0, 0] tile[0, 0] = 1")), "run: tile[0, 0] is read in loop x before the loop writes it: what other loops wrote may be another thread's"},
		{steps("for x = 0 .. size(x) { for z = 0 .. size(z) threads { v[@1, x, z] = tile[0, 0] } }"), "run: tile[0, 0] is read in loop z before the loop writes it: what other loops wrote may be another thread's"},
		{steps("for xb along x = 0 .. size(x) threads { take rec from tile[0, 0] within x = xb .. xb+1 }"), "run: tile[0, 0] is read in loop xb before the loop writes it: what other loops wrote may be another thread's"},
		{steps("for xb along x = 0 .. size(x) step 32 grid { for x = xb .. min(xb+32, size(x)) block { g[x] = block[x-xb] } }"), "run: block[x-xb] is read in loop xb before the loop writes it: what other loops wrote may be another thread's"},
		{steps("for x = 0 .. size(x) threads { for k = 0 .. 8 { tile[k, 0] = 1 } for k = 0 .. 8 { g[x] = tile[k, 0] } }"), ""},
		{steps("for xb along x = 0 .. size(x) step 4 threads { inject src into g[x] times 1 within x = xb .. xb+4 inject src into g[x] times 2 }"), "run: iterations of loop xb may touch one element: one writes g[x], another one g[x]"},
		{steps("for xb along x = 0 .. size(x) step 4 threads { inject src into g[x] times 1 within x = xb .. xb+4 inject src into g[x] times 2 within x = xb-1 .. xb+3 }"), "run: iterations of loop xb may touch one element: one writes g[x], another one g[x]"},
		{steps("for xb along x = 0 .. size(x) step 4 threads { inject src into g[x] times 1 within x = xb .. xb+4 inject src into g[x] times 2 within x = xb .. xb+4 }"), ""},
		{steps("for xb along x = 0 .. size(x) step 4 threads { for x = xb .. min(xb+4, size(x)) { g[x] = 1 } take rec from g[x] within x = xb .. xb+4 take rec step 1 from g[x] within x = xb-1 .. xb+3 }"), "run: iterations of loop xb may touch one element: one writes g[x], another one g[x]"},
		{steps("for xb along x = 0 .. size(x) step 4 threads { for x = xb .. min(xb+4, size(x)) { g[x] = 1 } take rec from g[x] within x = xb .. xb+4 take rec step 1 from g[x] within x = xb .. xb+4 }"), ""},
		{steps("for x = 0 .. size(x) threads { reduce e from sum of m[x, z] over 0 .. size(x); 0 .. size(z) }"), "run: reduce e in a loop that threads share"},
		{steps(line("x", "reduce e from sum of m[x, z] over 0 .. size(x); 0 .. size(z)")), "run: reduce e in a loop that threads share"},
		{steps("for xb along x = 0 .. size(x) step 4 grid { reduce e from sum of m[x, z] over 0 .. size(x); 0 .. size(z) }"), "run: reduce e in a loop that threads share"},
		{steps("if last { reduce e from sum of m[x, z] over 0 .. size(x); 0 .. size(z) }"), ""},
		{steps("for xb along x = 0 .. size(x) step 4 grid { for x = xb .. min(xb+4, size(x)) threads { g[x] = 1 } }"), "run: loop x is shared among threads within another that is"},
		{steps("for xb along x = 0 .. size(x) step 4 grid { for k = 0 .. 1 single { g[xb] = 1 } }"), "run: loop k is shared among threads within another that is"},
		{steps("for xb along x = 0 .. size(x) step 4 grid { for x = xb .. min(xb+4, size(x)) { for k = 0 .. 1 single { g[x] = 1 } } }"), "run: loop k is shared among threads within another that is"},
		{steps("for x = 0 .. size(x) threads { for zb along z = 0 .. size(z) grid { v[@1, x, zb] = 1 } }"), "run: loop zb is shared among threads within another that is"},
		{steps("for xb along x = 0 .. size(x) step 4 grid { for zb along z = 0 .. size(z) step 8 grid { for x = xb .. min(xb+4, size(x)) block { for z = zb .. min(zb+8, size(z)) block { v[@1, x, z] = 1 } } } }"), ""},
		{bare("for xb along x = 0 .. size(x) grid { for k = 0 .. 2 block { v[@1, xb, k] = 1 } }"), "run: loop xb is shared by no team"},
		{once("for x = 0 .. size(x) threads { g[x] = 1 }"), "setup: g[x] is written, but what setup computes is precomputed, and only that"},
		{steps(threads("p[x, z] = 1")), "run: p[x, z] is written, but what setup computes is precomputed, and only that"},
		{once("inject src into g[x] times 1"), "setup: g[x] is written, but what setup computes is precomputed, and only that"},
		{steps("inject src into p[x, z] times 1"), "run: p[x, z] is written, but what setup computes is precomputed, and only that"},
		{once("for x = 0 .. size(x) threads { p[x, 0] = 1 } for x = 0 .. size(x) { p[x, 0] = m[x, 0] }"), ""},
		{once("for x = 0 .. size(x) threads { tile[0, 0] = m[x, 0] p[x, 0] = tile[0, 0] }"), ""},
		{steps(threads("v[@1, x, z] = p[x, z]")), ""},
		{steps("for x = 0 .. size(x) threads { u[@1, 0, x] = u[@1, 0] }"), "run: u[@1, 0] has 1 indices of 2"},
		{steps(threads("u[@1, x, z] = u[@99, x, z]")), "run: u[@99, x, z]: there is no such level"},
		{steps(line("x", "g[x] = m[@1, x, 0]")), "run: m[@1, x, 0]: there is no such level"},
		{steps(threads("u[@1, x] = u[@1, x, z]")), "run: u[@1, x] has 1 indices of 2"},
		{steps(threads("u[@1, x, z] = u[@1, x, z, z]")), "run: u[@1, x, z, z] has 3 indices of 2"},
		{steps(threads("u[@1, x, z] = v[@65, x, z]")), "run: v[@65, x, z]: there is no such level"},
		{steps(threads("u[@1, x, z] = v[@-65, x, z]")), "run: v[@-65, x, z]: there is no such level"},
		{steps(threads("u[@65, x, z] = 1")), "run: u[@65, x, z]: there is no such level"},
		{steps(threads("u[@64, x, z] = v[@64, x, z] + v[@-64, x, z]")), ""},

		// Pointers.
		{steps("for x = 0 .. size(x) threads { pointer w = u[@1, x] write for z = 0 .. size(z) { u[@1, x, z] = 0 } }"), "run: u[@1, x, z] does not go through pointer w"},
		{steps(line("x", "pointer w = u[@1, x] write for z = 0 .. size(z) { w:u[@1, x, z] = u[@-1, x-1, z] }")), "run: u[@-1, x-1, z] does not go through pointer w"}, // in one place
		{steps(line("x", "pointer w = u[@1, x] write for z = 0 .. size(z) { w:u[@1, x, z] = u[x-1, z] + v[x, z] }")), ""},
		{steps(line("x", "pointer w = u[@1, x] write pointer d = c[x] for z = 0 .. size(z) { w:u[@1, x, z] = c[x] }")), "run: c[x] does not go through pointer d"},
		{steps(line("x", "pointer r = u[@0, x] for z = 0 .. size(z) { v[@1, x, z] = r:u[x, z] }") + line("x", "v[@1, x, 0] = u[x, 0]")), ""}, // it is gone
		{steps(line("x", "pointer r = tile[0] write tile[0, 0] = 1")), "run: tile[0, 0] does not go through pointer r"},
		{steps(line("x", "pointer r = ring[x+4] write ring[x+5, 0] = 1 r:ring[x+4, 0] = 2")), ""}, // planes of a ring have pointers each
		{steps(line("x", "pointer d = c[] g[x] = 1")), "run: pointer d has 0 indices of 1"},
		{steps(line("x", "pointer d = tile[] g[x] = 1")), "run: pointer d has 0 indices of 1"},
		{steps(line("x", "pointer d = block[x] g[x] = 1")), "run: pointer d has 1 indices of 0"},
		{steps(line("x", "pointer d = block[] write d:block[0] = 1 pointer s = one[] g[x] = d:block[0]*s:one[]")), ""},
		{steps("for x = 0 .. size(x) threads { pointer w = u[@1] write for z = 0 .. size(z) { w:u[@1, x, z] = 0 } }"), "run: pointer w has 0 indices of 1"},
		{steps("for x = 0 .. size(x) threads { pointer w = u[@1, x, x] write for z = 0 .. size(z) { w:u[@1, x, z] = 0 } }"), "run: pointer w has 2 indices of 1"},

		// Forms of loops and samples.
		{steps("for x = 0 .. size(x) step 2 single down { g[x] = 1 }"), "run: loop x counts down by 2"},
		{steps("for x = 0 .. size(x) step block(x) single down { g[x] = 1 }"), "run: loop x counts down by block(x)"},
		{steps("for x = 0 .. size(x) single down { g[x] = 1 }"), ""},
		{steps("for x = 0 .. size(x) threads lanes 1 { if last { for z = 0 .. 2 { g[x] = 1 } } }"), "run: loop x has lanes and is not innermost"},
		{steps("for x = 0 .. size(x) threads lanes 1 { g[x] = 1 } rest { for z = 0 .. 2 { g[x] = 1 } }"), "run: loop x has lanes and is not innermost"},
		{steps("for x = 0 .. size(x) threads lanes 1 { if last { g[x] = 1 } }"), ""},
		{steps("sample rec from m[x, z] within x = 0 .. 4"), "run: samples of rec: only what is taken apart is of a tile, and of step 0 or later"},
		{steps("take rec step -1 from m[x, z] within x = 0 .. 4"), "run: samples of rec: only what is taken apart is of a tile, and of step 0 or later"},
		{steps("sum rec within x = 0 .. 4"), "run: samples of rec: only what is taken apart is of a tile, and of step 0 or later"},
		{steps("sum rec step -1"), "run: samples of rec: only what is taken apart is of a tile, and of step 0 or later"},
		{steps("sample rec step -1 from m[x, z]"), "run: samples of rec: only what is taken apart is of a tile, and of step 0 or later"},
		{steps("take rec step 1 from m[x, z] within x = 0 .. 4 sum rec step 1"), ""},

		// Every index lies inside of its buffer.
		{steps(threads("v[@1, x, z] = u[x+2, z-1]")), ""},
		{steps(threads("v[@1, x, z] = u[x+3, z]")), "run: u[x+3, z]: index x+3 may reach size(x)+2"},
		{steps(threads("v[@1, x, z] = u[x, z-2]")), "run: u[x, z-2]: index z-2 may be less than -1"},
		{steps(threads("v[@1, x, 2*z] = 0")), "run: v[@1, x, 2*z]: index 2*z may reach size(z)+1"},
		{steps(threads("v[@1, z, x] = 0")), "run: v[@1, z, x]: index z may reach size(x)+2"},
		{steps(threads("v[@1, x, size(z)] = 0")), ""},
		{steps(threads("v[@1, x, size(z)+1] = 0")), "run: v[@1, x, size(z)+1]: index size(z)+1 may reach size(z)+1"},
		{steps(threads("own[@1, x, z] = own[x+4, z-3]")), ""},
		{steps(threads("own[@1, x, z] = own[x-1, z]")), "run: own[x-1, z]: index x-1 may be less than 0"},
		{steps(threads("own[@1, x, z] = own[x, z+1]")), "run: own[x, z+1]: index z+1 may reach size(z)"},
		{steps("for x = -3 .. size(x) single { g[x] = 0 }"), "run: g[x]: index x may be less than -2"},
		{steps("for x = max(-3, 0) .. min(size(x)+9, size(x)) single { g[x] = 0 }"), ""},
		{steps("for x = 0 .. size(x)+3 single { g[x] = 0 }"), "run: g[x]: index x may reach size(x)+2"},
		{steps("for x = 0 .. 5 single { g[x] = 0 }"), "run: g[x]: index x may reach size(x)+2"},
		{steps("for x = 0 .. 3 single { g[x] = 0 }"), ""}, // a grid has one point at least
		{steps("for x = size(x)-3 .. size(x) single { g[x] = 0 }"), ""},
		{steps("for x = size(x)-4 .. size(x) single { g[x] = 0 }"), "run: g[x]: index x may be less than -2"},
		{steps("for k = 1 .. 3 single { g[-k] = g[size(x)+k-1] }"), ""},
		{steps("for k = 1 .. 4 single { g[-k] = 0 }"), "run: g[-k]: index -k may be less than -2"},
		{steps("for k = 1 .. 4 single { g[size(x)+k-1] = 0 }"), "run: g[size(x)+k-1]: index size(x)+k-1 may reach size(x)+2"},
		{steps("for x = 0 .. size(x) step 4 single { g[x+3] = 0 }"), "run: g[x+3]: index x+3 may reach size(x)+2"},
		{steps("for x = 0 .. size(x) step 4 single { g[x+3] = 0 } rest { g[x] = 0 }"), ""},
		{steps("for x = 0 .. size(x) step 4 single { g[x] = 0 } rest { g[x+3] = 0 }"), "run: g[x+3]: index x+3 may reach size(x)+2"},
		{steps("for x = 0 .. size(x)-1 step 4 single { g[x+3] = 0 } rest { g[x+3] = 0 }"), ""},
		{steps("for xb along x = 0 .. size(x) step 4 single { for x = xb .. xb+4 { g[x] = 0 } }"), "run: g[x]: index x may reach size(x)+2"},
		{steps("for xb along x = 0 .. size(x) step 3 single { for x = xb .. xb+3 { g[x] = 0 } }"), ""},
		{steps("for xb along x = origin(x) .. size(x) single { g[xb] = 0 }"), ""},
		{steps("for xb along x = -origin(x) .. size(x) single { g[xb] = 0 }"), "run: g[xb]: index xb may be less than -2"},
		{steps(line("x", "g[t] = 0")), "run: g[t]: index t may be less than -2"},
		// Slabs: 5 points, a gap of 2, and 6 points, within the halo.
		{steps("for x = 0 .. 5 single { psi[@1, x, 0] = psi[x+9, 0] }"), ""},
		{steps("for x = 0 .. 5 single { psi[@1, x, 0] = psi[x+11, 0] }"), "run: psi[x+11, 0]: index x+11 may reach 15"},
		{steps("for x = size(x)-6 .. size(x) single { psi[@1, x-size(x)+13, 0] = 1 }"), ""},
		{steps("for x = size(x)-6 .. size(x) single { psi[@1, x, 0] = 1 }"), "run: psi[@1, x, 0]: index x may be less than -2"},
		// Buffers of the kernel's own.
		{steps("for k = 0 .. 8 { tile[k, 0] = 0 }"), ""},
		{steps("for k = 0 .. 9 { tile[k, 0] = 0 }"), "run: tile[k, 0]: index k may reach 8"},
		{steps("for z = -1 .. size(z)+1 { tile[0, z+1] = 0 }"), ""},
		{steps("for z = -1 .. size(z)+1 { tile[0, z] = 0 }"), "run: tile[0, z]: index z may be less than 0"},
		{steps("for x = 0 .. size(x) { ring[x+4, 15] = 0 }"), ""},
		{steps("for x = -2 .. size(x) { ring[x+1, 0] = 0 }"), "run: ring[x+1, 0]: index x+1 may be less than 0"},
		// At nodes, an axis stands for the node's index.
		{steps("inject src into g[x+2] times m[x-2, z+1]"), ""},
		{steps("inject src into g[x+3] times 1"), "run: g[x+3]: index x+3 may reach size(x)+2"},
		{steps("inject src into g[x] times m[x, z-2]"), "run: m[x, z-2]: index z-2 may be less than -1"},
		{steps("sample rec from m[x+3, z]"), "run: m[x+3, z]: index x+3 may reach size(x)+2"},
		{steps("take rec from tile[x-t, 0] within x = t .. t+8"), ""},
		{steps("take rec from tile[x-t, 0] within x = t .. t+9"), "run: tile[x-t, 0]: index x-t may reach 8"},
		// So a loop around it has another name.
		{steps("for x = 0 .. size(x) threads { inject src into g[x] times 1 within x = x .. x+1 }"), "run: inject src stands in a loop x, and its own index along that axis has the same name"},
		{steps("for x = 0 .. size(x) { take rec from g[x+2] }"), "run: take rec stands in a loop x, and its own index along that axis has the same name"},
		{steps("for z = 0 .. 2 { sample rec from m[x, z] }"), "run: sample rec stands in a loop z, and its own index along that axis has the same name"},
		{steps("for x = 0 .. size(x) { reduce e from sum of m[x, z] over x .. x+1; 0 .. size(z) }"), "run: reduce e stands in a loop x, and its own index along that axis has the same name"},
		{steps("reduce e from sum of m[x, z+1] over 0 .. size(x); 0 .. size(z)"), ""},
		{steps("reduce e from sum of m[x, z+1] over 0 .. size(x); 0 .. size(z)+1"), "run: m[x, z+1]: index z+1 may reach size(z)+1"},
		{steps("reduce e from sum of m[x, z] over -3 .. size(x); 0 .. size(z)"), "run: m[x, z]: index x may be less than -2"},

		// What is written.
		{steps(line("x", "m[x, 0] = 0")), "run: m[x, 0] is written, but it is given by the caller"},
		{steps(line("x", "f[@1, x, 0] = 0")), "run: f[@1, x, 0] is written, but it is given by the caller"},
		{steps("inject src into m[x, z] times 1"), "run: m[x, z] is written, but it is given by the caller"},

		// Iterations that run side by side touch no element with a write.
		{steps(threads("u[@1, x, z] = u[@-1, x, z]")), ""}, // of one place
		{steps(threads("u[@1, x, z] = u[x+1, z] + v[x-1, z]")), ""},
		{steps(threads("u[@1, x, z] = u[@-1, x+1, z]")), "run: iterations of loop x may touch one element: one writes u[@1, x, z], another one u[@-1, x+1, z]"},
		{steps(threads("v[@1, x, z] = v[@-1, x-1, z]")), "run: iterations of loop x may touch one element: one writes v[@1, x, z], another one v[@-1, x-1, z]"},
		{steps(threads("v[@1, x, z] = v[@1, x, z+1]")), ""}, // one thread has the row
		{steps(threads("g[x] = m[x, z]")), ""},
		{steps("for z = 0 .. size(z) threads { for x = 0 .. size(x) { g[x] = m[x, z] } }"), "run: iterations of loop z may touch one element: one writes g[x], another one g[x]"},
		{steps("for x = 0 .. size(x) threads { g[0] = m[x, 0] }"), "run: iterations of loop x may touch one element: one writes g[0], another one g[0]"},
		{steps("for x = 0 .. size(x) single { g[0] = m[x, 0] + g[0] }"), ""},
		{steps("for x = 0 .. size(x) threads { g[x] = 1 g[x+1] = 2 }"), "run: iterations of loop x may touch one element: one writes g[x], another one g[x+1]"},
		{steps("for x = 0 .. size(x)-1 step 2 threads { g[x] = 1 g[x+1] = 2 }"), ""},
		{steps("for x = 0 .. size(x) step 2 threads { g[x] = 1 g[x+1] = 2 } rest { g[x] = 3 }"), ""},
		{steps("for x = 0 .. size(x) step 2 threads { g[x] = 1 g[x+2] = 2 } rest { g[x] = 3 }"), "run: iterations of loop x may touch one element: one writes g[x], another one g[x+2]"},
		{steps("for x = 0 .. size(x) step 2 threads { g[x] = 1 } rest { g[x] = g[x-1] }"), ""}, // who carries out the rest does so in order
		{steps("for x = 0 .. size(x) threads { if every 2 { g[x] = g[x-1] } }"), "run: iterations of loop x may touch one element: one writes g[x], another one g[x-1]"},
		{steps("for xb along x = 0 .. size(x) step 4 threads { for x = xb .. min(xb+4, size(x)) { g[x] = 1 } }"), ""},
		{steps("for xb along x = 0 .. size(x) step 4 threads { for x = xb .. min(xb+5, size(x)) { g[x] = 1 } }"), "run: iterations of loop xb may touch one element: one writes g[x], another one g[x]"},
		{steps("for xb along x = 0 .. size(x) step 4 threads { for x = max(xb-1, 0) .. min(xb+3, size(x)) { g[x] = 1 } }"), ""},
		{steps("for xb along x = 0 .. size(x) step 4 threads { for x = max(xb-1, 0) .. min(xb+4, size(x)) { g[x] = 1 } }"), "run: iterations of loop xb may touch one element: one writes g[x], another one g[x]"},
		{steps("for xb along x = 0 .. size(x) step block(x) threads { for x = xb .. min(xb+block(x), size(x)) { v[@1, x, 0] = v[x, 0] } }"), ""},
		{steps("for xb along x = 0 .. size(x) step block(x) threads { for x = xb .. min(xb+block(x)+1, size(x)) { v[@1, x, 0] = v[x, 0] } }"), "run: iterations of loop xb may touch one element: one writes v[@1, x, 0], another one v[@1, x, 0]"},
		{steps("for xb along x = 0 .. size(x) step block(x) threads { for x = xb .. min(xb+block(x), size(x)) { v[@1, x, 0] = v[@1, x-1, 0] } }"), "run: iterations of loop xb may touch one element: one writes v[@1, x, 0], another one v[@1, x-1, 0]"},
		{steps("for xb along x = 0 .. size(x) step 4 threads { inject src into g[x] times 1 within x = xb .. xb+4 }"), ""},
		{steps("for xb along x = 0 .. size(x) step 4 threads { inject src into g[x] times 1 }"), "run: iterations of loop xb may touch one element: one writes g[x], another one g[x]"},
		{steps("for xb along x = 0 .. size(x) step 4 threads { inject src into g[x] times 1 within x = xb .. xb+5 }"), "run: iterations of loop xb may touch one element: one writes g[x], another one g[x]"},
		{steps("for xb along x = 0 .. size(x) step 4 threads { for x = xb .. min(xb+4, size(x)) { g[x] = 1 } take rec from g[x] within x = xb .. xb+4 }"), ""},
		{steps("for xb along x = 0 .. size(x) step 4 threads { for x = xb .. min(xb+4, size(x)) { g[x] = 1 } take rec from g[x+1] within x = xb .. xb+4 }"), "run: iterations of loop xb may touch one element: one writes g[x], another one g[x+1]"},
		// Collapsed loops are each shared.
		{steps("for x = 0 .. size(x) threads collapse 2 { for z = 0 .. size(z) { v[@1, x, z] = v[x, z] } }"), ""},
		{steps("for x = 0 .. size(x) threads collapse 2 { for z = 0 .. size(z) { v[@1, x, z] = v[@1, x, z+1] } }"), "run: iterations of loop z may touch one element: one writes v[@1, x, z], another one v[@1, x, z+1]"},
		{steps("for x = 0 .. size(x) threads collapse 2 { for z = 0 .. size(z) { g[x] = 1 } }"), "run: iterations of loop z may touch one element: one writes g[x], another one g[x]"},
		{steps("for x = 0 .. size(x) threads collapse 2 { for z = 0 .. size(z) step 2 { v[@1, x, z] = v[x, z] } rest { v[@1, x, z] = v[x, z] } }"), ""},
		{steps("for x = 0 .. size(x) threads collapse 2 { for z = 0 .. size(z) step 2 { v[@1, x, z] = 1 v[@1, x, z+1] = 2 } rest { v[@1, x, z] = v[@1, x, z-1] } }"), "run: iterations of loop z may touch one element: one writes v[@1, x, z+1], another one v[@1, x, z-1]"},
		// Each thread has buffers of its own; lanes of a thread share them.
		{steps("for x = 0 .. size(x) threads lanes 4 { tile[0, 0] = m[x, 0] g[x] = tile[0, 0] }"), "run: iterations of loop x may touch one element: one writes tile[0, 0], another one tile[0, 0]"},
		{steps(threads("tile[0, 0] = 1 v[@1, x, z] = tile[0, 0]")), ""},
		{steps("for x = 0 .. size(x) threads { for z = 0 .. size(z) lanes 4 { tile[0, z] = 1 v[@1, x, z] = tile[0, z] } }"), ""},
		{steps("for x = 0 .. size(x) threads { for z = 0 .. size(z) lanes 4 { tile[0, 0] = 1 } }"), "run: iterations of loop z may touch one element: one writes tile[0, 0], another one tile[0, 0]"},
		// What is computed twice is not read, and a row begins at a number.
		{steps("for x = 0 .. size(x) threads { for z = -1 .. size(z) lanes 4 aligned { v[@1, x, z] = m[x, z] } }"), ""},
		{steps("for x = 0 .. size(x) threads { for z = -1 .. size(z) lanes 4 aligned { v[@1, x, z] = v[@1, x, z] } }"), "run: loop z is aligned: v[@1, x, z] is read, and written for another time"},
		{steps("for x = 0 .. size(x) threads { for z = -1 .. size(z) lanes 1 aligned { v[@1, x, z] = m[x, z] } }"), "run: loop z is aligned: it is for whole rows in vectors that begin at a number"},
		{steps("for x = 0 .. size(x) threads { for z = max(-1, x) .. size(z) lanes 4 aligned { v[@1, x, z] = m[x, z] } }"), "run: loop z is aligned: it is for whole rows in vectors that begin at a number"},
		// What is prefetched has a name and may lie anywhere.
		{steps("for x = 0 .. size(x) threads { for z = 0 .. size(z) lanes 4 prefetch m[x+99, z+192] { v[@1, x, z] = m[x, z] } }"), ""},
		{steps("for x = 0 .. size(x) threads { for z = 0 .. size(z) lanes 1 prefetch m[x, z+192] { v[@1, x, z] = m[x, z] } }"), "run: loop z has no vectors for which to prefetch"},
		{steps("for x = 0 .. size(x) threads { for z = 0 .. size(z) lanes 4 prefetch q[x, z] { v[@1, x, z] = m[x, z] } }"), "run: loop z: prefetch unknown buffer q"},
		{steps("for x = 0 .. size(x) threads { for z = 0 .. size(z) lanes 4 prefetch m[x] { v[@1, x, z] = m[x, z] } }"), "run: loop z: prefetch m[x] has 1 indices of 2"},
		{steps("for x = 0 .. size(x) threads { for z = 0 .. size(z) lanes 4 prefetch m[y, z] { v[@1, x, z] = m[x, z] } }"), "run: loop z: prefetch m[y, z]: y: there is no loop y around it"},
		{steps("for x = 0 .. size(x) single { for z = 0 .. size(z) lanes 1 { v[@1, x, z] = v[@1, x, z-1] } }"), "run: iterations of loop z may touch one element: one writes v[@1, x, z], another one v[@1, x, z-1]"},
		{steps("for x = 0 .. size(x) single { for z = 0 .. size(z) lanes 1 { v[@1, x, z] = v[@1, x-1, z] } }"), ""},
		{steps("for x = 4 .. size(x) single { ring[x, 0] = 1 }"), ""},
		{steps("for x = 0 .. 4 single lanes 1 { ring[x, 0] = 1 }"), "run: iterations of loop x may touch one element: one writes ring[x, 0], another one ring[x, 0]"},
		// Blocks of a device.
		{steps("for xb along x = 0 .. size(x) step 32 grid { for x = xb .. min(xb+32, size(x)) block { block[x-xb] = m[x, 0] } barrier for x = xb .. min(xb+32, size(x)) block { g[x] = block[x-xb] } }"), ""},
		{steps("for xb along x = 0 .. size(x) step 32 grid { for x = xb .. min(xb+32, size(x)) block { block[0] = m[x, 0] } }"), "run: iterations of loop x may touch one element: one writes block[0], another one block[0]"},
		{steps("for xb along x = 0 .. size(x) step 32 grid { for x = xb .. min(xb+33, size(x)) block { g[x] = 1 } }"), "run: iterations of loop xb may touch one element: one writes g[x], another one g[x]"},

		// Loops.
		{steps("for x = 0 .. size(x) { }"), `run: loop "x" is empty, or has no name or bounds`},
		{steps(line("x", "for x along z = 0 .. size(z) { g[x] = 0 }")), "run: loop variable x is used twice"},
		{steps(line("t", "g[0] = 0")), "run: loop variable t is used twice"},
		{steps("for x = 0 .. size(x) step 0 { g[x] = 0 }"), "run: loop x: step 0"},
		{steps("for x = 0 .. size(x) step -1 { g[x] = 0 }"), "run: loop x: step -1"},
		{steps("for x = 0 .. size(x) step size(x) { g[x] = 0 }"), "run: loop x: step size(x)"},
		{steps("for x = 0 .. size(x) step block(x)+1 { g[x] = 0 }"), "run: loop x: step block(x)+1"},
		{steps("for x = 0 .. size(x) lanes 4 { for z = 0 .. size(z) { v[@1, x, z] = 0 } }"), "run: loop x has lanes and is not innermost"},
		{steps("for x = 0 .. size(x) step 2 lanes 4 { g[x] = 0 }"), "run: loop x has lanes and is not innermost"},
		{steps(line("x", "for z = 0 .. size(z) threads { v[@1, x, z] = 0 }")), "run: loop z is shared among threads within another that is"},
		{steps(threads("for k = 0 .. 1 single { v[@1, x, z] = 0 }")), "run: loop k is shared among threads within another that is"},
		{bare(threads("v[@1, x, z] = 0")), "run: loop x is shared by no team"},
		{bare(line("x", "g[x] = 0")), "run: loop x is shared by no team"},
		{bare("for x = 0 .. size(x) { g[x] = 0 }"), ""},
		{steps("team { " + line("x", "g[x] = 0") + "}"), "run: a team within a team, or in setup"},
		{once("team { " + line("x", "p[x, 0] = 0") + "}"), "setup: a team within a team, or in setup"},

		// Collapsed loops stand alone in each other, and have bounds of their own.
		{steps("for x = 0 .. size(x) threads collapse 2 { v[@1, x, 0] = 0 }"), "run: loop x: 2 loops do not stand alone in each other"},
		{steps("for x = 0 .. size(x) threads collapse 2 { for z = 0 .. size(z) { v[@1, x, z] = 0 } g[x] = 0 }"), "run: loop x: 2 loops do not stand alone in each other"},
		{steps("for x = 0 .. size(x) threads collapse 2 { pointer r = v[@1, x] write for z = 0 .. size(z) { r:v[@1, x, z] = 0 } }"), "run: loop x: 2 loops do not stand alone in each other"},
		{steps("for x = 0 .. size(x) step 2 threads collapse 2 { for z = 0 .. size(z) { v[@1, x, z] = 0 } } rest { v[@1, x, 0] = 0 }"), "run: loop x: 2 loops do not stand alone in each other"},
		{steps("for x = 0 .. size(x) threads collapse 3 { for z = 0 .. size(z) { } }"), "run: loop x: 3 loops do not stand alone in each other"},
		{steps("for x = 0 .. size(x) threads collapse 3 { for z = 0 .. size(z) { v[@1, x, z] = 0 } }"), "run: loop x: 3 loops do not stand alone in each other"},
		{steps("for xb along x = 0 .. size(x) step 4 threads collapse 2 { for x = xb .. min(xb+4, size(x)) { g[x] = 0 } }"), "run: loop xb: the bounds of x depend on it"},
		{steps("for x = 0 .. size(x) threads collapse 2 { for z = 0 .. min(size(z), x) { v[@1, x, z] = 0 } }"), "run: loop x: the bounds of z depend on it"},

		// Pointers.
		{steps(line("x", "pointer r = u[x] pointer w = u[@1, x] write for z = 0 .. size(z) { w:u[@1, x, z] = r:u[x-1, z+1] + w:u[@-1, x, z] }")), ""},
		{steps(line("x", "pointer d = c[x] for z = 0 .. size(z) { v[@1, x, z] = d:c[x] }")), ""},
		{steps(line("x", "pointer r = q[x] g[x] = 0")), "run: pointer r into unknown buffer q"},
		{steps(line("x", "pointer r = u[x] pointer r = v[x] g[x] = 0")), `run: pointer "r": not a name, or defined twice`},
		{steps(line("x", "pointer r = u[x] pointer w = u[@2, x] g[x] = 0")), "run: pointers r and w are the same place, or some rows apart"},
		{steps(line("x", "pointer r = u[x] pointer w = u[@1, x] g[x] = 0")), ""},
		{steps(line("x", "pointer r = u[x] pointer w = u[x+1] write g[x] = 0")), "run: pointers r and w are the same place, or some rows apart"},
		{steps(line("x", "pointer r = u[x] pointer w = u[@2, x-1] g[x] = 0")), "run: pointers r and w are the same place, or some rows apart"},
		{steps(line("x", "pointer r = u[0] pointer w = u[x] write g[x] = 0")), "run: pointers r and w may be the same place, and one is to write"},
		{steps(line("x", "pointer w = u[0] write pointer r = u[x] g[x] = 0")), "run: pointers w and r may be the same place, and one is to write"},
		{steps(line("x", "pointer r = u[0] pointer s = u[x] g[x] = r:u[0, 0] + s:u[x, 0]")), ""}, // both are to read
		{steps(line("x", "pointer r = u[0] u[x, 0] = r:u[0, 0]")), "run: u[x, 0] does not go through pointer r"},
		{steps(line("x", "pointer w = u[0] write w:u[0, 0] = u[x, 0]")), "run: u[x, 0] does not go through pointer w"},
		{steps(line("x", "pointer r = u[0] g[x] = r:u[0, 0] + u[x, 0]")), ""},
		{steps("for x = 0 .. 4 single { pointer r = ring[x+4] pointer w = ring[x+6] write g[0] = 0 }"), ""},
		{steps("for x = 0 .. 4 single { pointer r = ring[x+4] pointer w = ring[x+8] write g[0] = 0 }"), "run: pointers r and w may be the same place, and one is to write"},
		{steps("for x = 0 .. 4 single { pointer r = ring[x-1] g[0] = 0 }"), "run: pointer r: index x-1 may be less than 0"},
		{steps(line("x", "pointer r = u[@65, x] g[x] = 0")), "run: pointer r: u has no level 65"},
		{steps(line("x", "pointer r = m[@1, x] g[x] = 0")), "run: pointer r: m has no level 1"},
		{steps(line("x", "pointer r = u[x+3] g[x] = r:u[x, 0]")), "run: pointer r: index x+3 may reach size(x)+2"},
		{steps(line("x", "pointer r = u[x-3] g[x] = r:u[x, 0]")), "run: pointer r: index x-3 may be less than -2"},
		{steps(line("x", "pointer r = u[y] g[x] = 0")), "run: pointer r: y: there is no loop y around it"},
		{steps(line("x", "g[x] = r:g[x]")), "run: r:g[x]: there is no pointer r here"},
		{steps(line("x", "pointer r = u[x] g[x] = 0") + line("x", "g[x] = r:u[x, 0]")), "run: r:u[x, 0]: there is no pointer r here"},
		{steps("sample rec from r:u[x, z]"), "run: r:u[x, z]: there is no pointer r here"},
		{steps(line("x", "pointer r = u[x] g[x] = r:v[x, 0]")), "run: r:v[x, 0]: pointer r is another place"},
		{steps(line("x", "pointer r = u[x] g[x] = r:u[@1, x, 0]")), "run: r:u[@1, x, 0]: pointer r is another place"},
		{steps(line("x", "pointer r = u[x] g[x] = r:u[size(x)-1-x, 0]")), "run: r:u[size(x)-x-1, 0]: pointer r is another place"},
		{steps("for x = 0 .. 4 single { pointer r = ring[x+4] write r:ring[x+4, 0] = 1 g[0] = r:ring[x+4, 0] }"), ""},
		{steps("for x = 0 .. 4 single { pointer r = ring[x+4] g[0] = r:ring[x+5, 0] }"), "run: r:ring[x+5, 0]: pointer r is another place"},
		{steps(line("x", "pointer r = v[@1, x] for z = 0 .. size(z) { r:v[@1, x, z] = 0 }")), "run: r:v[@1, x, z] is written through a pointer to read"},

		// Conditions.
		{steps("if step 1 { g[0] = 1 }"), "run: a condition without conditions"},
		{steps("if every 0 { g[0] = 1 }"), "run: a condition without conditions"},
		{steps("if every $m { g[0] = 1 }"), "run: unknown scalar $m"},
		{steps("if every $dt, last, step 2, 0 <= last(t)-t-2 { for k = 0 .. 1 single { g[0] = 1 } }"), ""},
		{steps("if last { for k = 0 .. 1 single { g[x] = 1 } }"), "run: g[x]: x: there is no loop x around it"},

		// Samples, reductions, exchanges.
		{steps("take rec step 1 from m[x, z] sum rec step 1"), ""},
		{steps("sample rec from m[x, z]"), "run: samples of rec are taken apart from their sums, as there is memory for them"},
		{steps("take rec step 2 from m[x, z]"), "run: samples of rec in step 2, where memory is for 2"},
		{steps("sum rec step 2"), "run: samples of rec in step 2, where memory is for 2"},
		{strings.Replace(steps("take rec from m[x, z]"), " staged 2", "", 1), "run: samples of rec in step 0, where memory is for 0"},
		{strings.Replace(steps("sample rec from m[x, z]"), " staged 2", "", 1), ""},
		{steps("reduce f from sum of m[x, z] over 0 .. size(x); 0 .. size(z)"), "run: there is no series f"},
		{steps("reduce e from mean of m[x, z] over 0 .. size(x); 0 .. size(z)"), "run: reduce e: operation mean over 2 axes"},
		{steps("reduce e from sum of m[x, 0] over 0 .. size(x)"), "run: reduce e: operation sum over 1 axes"},
		{steps("begin exchange u[@1] along x width 2 1 wait exchange u[@1] along x width 2 1"), ""},
		{steps("begin exchange q[@1] along x width 1 1"), "run: exchange of q along axis 0"},
		{steps("begin exchange tile[@0] along x width 1 1"), "run: exchange of tile along axis 0"},
		{steps("begin exchange c[@0] along z width 1 1"), "run: exchange of c along axis 1"},
		{steps("begin exchange u[@1] along z width 1 2"), "run: exchange of u: [1 2] points in a halo of [1 1], or by one thread"},
		{steps(line("x", "begin exchange u[@1] along z width 1 1")), "run: exchange of u: [1 1] points in a halo of [1 1], or by one thread"},
		{steps(line("x", "begin exchange v[@1] along z width 1 1")), "run: exchange of v: [1 1] points in a halo of [1 1], or by one thread"},
		{steps("for xb along x = 0 .. size(x) grid { begin exchange v[@1] along z width 1 1 }"), "run: exchange of v: [1 1] points in a halo of [1 1], or by one thread"},
		{steps("begin exchange m[@0] along x width 1 1"), "run: exchange of m, which is no wavefield that steps compute, or in setup"},
		{steps("begin exchange f[@1] along x width 1 1"), "run: exchange of f, which is no wavefield that steps compute, or in setup"},
		{steps("begin exchange g[@0] along x width 1 1"), "run: exchange of g, which is no wavefield that steps compute, or in setup"},
		{once("begin exchange u[@1] along x width 1 1"), "setup: exchange of u, which is no wavefield that steps compute, or in setup"},
		{steps("begin exchange u[@-1] along x width 1 1"), ""},
		{steps("begin exchange u[@-2] along x width 1 1"), "run: exchange of u[@-2]: there are levels -1 to 1"},
		{steps("begin exchange u[@2] along x width 1 1"), "run: exchange of u[@2]: there are levels -1 to 1"},
		{steps("barrier"), ""},
		{steps(line("x", "barrier")), "run: a barrier in a loop that threads share"},
	})
}

// judge compares what Verify says of kernels with what it should say. Those that
// are right also print and parse back.
func judge(t *testing.T, all []verdict) {
	t.Helper()
	for _, v := range all {
		k, err := loop.Parse(v.text)
		if err != nil {
			t.Errorf("%v\n%s", err, v.text)
			continue
		}
		if again, err := loop.Parse(k.String()); v.want == "" && (err != nil || again.String() != k.String()) {
			t.Errorf("%v: did not come back:\n%s", err, k)
		}
		if got := message(loop.Verify(k)); got != v.want {
			_, body, _ := strings.Cut(k.String(), "setup {")
			t.Errorf("%s\ngot  %s\nwant %s", body, got, v.want)
		}
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// What the caller has to provide counts: on a grid that holds a box, an index
// may lie as far from its end as the box.
func TestVerifyKnowsTheLeastSize(t *testing.T) {
	for _, v := range []struct {
		lo, hi signature.Bound
		body   string
		want   string
	}{
		{signature.Bound{}, signature.Bound{At: 10}, "for x = 0 .. 10 single { g[x] = 0 }", ""},
		{signature.Bound{}, signature.Bound{At: 7}, "for x = 0 .. 10 single { g[x] = 0 }", "run: g[x]: index x may reach size(x)+2"},
		{signature.Bound{End: true, At: -12}, signature.Bound{End: true}, "for x = size(x)-12 .. size(x) single { g[x-2] = 0 }", ""},
		{signature.Bound{End: true, At: -11}, signature.Bound{End: true}, "for x = size(x)-12 .. size(x) single { g[x-2] = 0 }", "run: g[x-2]: index x-2 may be less than -2"},
	} {
		k, err := loop.Parse(steps(v.body))
		if err != nil {
			t.Fatal(err)
		}
		if loop.Verify(k) == nil {
			t.Errorf("%s is right on any grid", v.body)
		}
		k.Boxes = []signature.Box{{Span: []signature.Span{{Lo: v.lo, Hi: v.hi}, signature.Whole}}}
		if got := message(loop.Verify(k)); got != v.want {
			t.Errorf("%s\ngot  %s\nwant %s", v.body, got, v.want)
		}
	}
}

// The text form cannot say these, a schedule could make them.
func TestVerifyWhatHasNoText(t *testing.T) {
	first := func(k *loop.Kernel) *loop.For { return k.Run[0].(*loop.Team).Body[0].(*loop.For).Body[0].(*loop.For) }
	store := func(k *loop.Kernel) *loop.Store { return first(k).Body[0].(*loop.For).Body[0].(*loop.Store) }
	value := func(e expr.Expr) func(*loop.Kernel) { return func(k *loop.Kernel) { store(k).Value = e } }
	then := func(s loop.Stmt) func(*loop.Kernel) { return func(k *loop.Kernel) { k.Run = append(k.Run, s) } }
	one := expr.Const(1)
	for _, v := range []struct {
		edit func(*loop.Kernel)
		want string
	}{
		{func(k *loop.Kernel) { k.Axes, k.Halo = nil, nil }, "the operator has no axes"},
		{func(k *loop.Kernel) { k.Halo[1] = -1 }, "a halo width or a bound of time is negative"},
		{func(k *loop.Kernel) { k.Name = "" }, `operator "": not a name`},
		{func(k *loop.Kernel) { k.Buffers[0].Name = "" }, `buffer "": not a name`},
		{func(k *loop.Kernel) { k.Buffers[0].Dims = nil }, "buffer tile has no dimensions, or the name of an array"},
		{func(k *loop.Kernel) { first(k).Var = "" }, `run: loop "" is empty, or has no name or bounds`},
		{func(k *loop.Kernel) { first(k).Lo = nil }, `run: loop "x" is empty, or has no name or bounds`},
		{func(k *loop.Kernel) { first(k).Hi = nil }, `run: loop "x" is empty, or has no name or bounds`},
		{func(k *loop.Kernel) { first(k).Step = loop.Affine{} }, "run: loop x: step 0"},
		{then(nil), "run: unknown statement <nil>"},
		{then(&loop.Let{Name: "1", Value: one}), "run: local %1: not a name, or defined twice"},
		{then(&loop.Pointer{Name: "", Buffer: "u"}), `run: pointer "": not a name, or defined twice`},
		{then(&loop.If{Every: signature.Steps{Number: -2}}), "run: every -2 steps"},
		{then(&loop.Exchange{Buffer: "u", Axis: 2}), "run: exchange of u along axis 2"},
		{then(&loop.Exchange{Buffer: "u", Axis: -1}), "run: exchange of u along axis -1"},
		{then(&loop.Reduce{Series: "e", Op: "sum", Value: one}), "run: reduce e: operation sum over 0 axes"},
		{then(&loop.Reduce{Series: "e", Op: "sum", Value: one, Lo: make([][]loop.Affine, 2), Hi: [][]loop.Affine{{loop.Int(1)}, {loop.Int(1)}}}), "run: a box along axis 0 of 2, or without ends"},
		{then(&loop.Reduce{Series: "e", Op: "sum", Value: one, Lo: make([][]loop.Affine, 2), Hi: make([][]loop.Affine, 1)}), "run: reduce e: operation sum over 2 axes"},
		{then(&loop.Inject{Points: "src", To: &loop.Ref{Buffer: "one"}, Value: one, Within: []loop.Within{{Axis: 2, Lo: []loop.Affine{{}}, Hi: []loop.Affine{{}}}}}), "run: a box along axis 2 of 2, or without ends"},
		{then(&loop.Sample{Points: "rec", Stage: loop.Take, Value: one, Within: []loop.Within{{Axis: -1, Lo: []loop.Affine{{}}, Hi: []loop.Affine{{}}}}}), "run: a box along axis -1 of 2, or without ends"},
		{then(&loop.Sample{Points: "rec", Stage: loop.Take, Value: one, Within: []loop.Within{{Lo: []loop.Affine{{}}}}}), "run: a box along axis 0 of 2, or without ends"},
		{value(expr.Const(math.Inf(1))), "run: the constant +Inf"},
		{value(&expr.Add{}), "run: a sum of 0 terms and 0 signs"},
		{value(&expr.Mul{Args: []expr.Expr{one}}), "run: a product of 1 factors"},
		{value(expr.Subtract(one)), "run: expr.negated cannot be part of an expression"},
		{value(&expr.Div{X: one}), "run: <nil> cannot be part of an expression"},
		{value(&stencil.Access{Field: "m", Offset: []int{0, 0}}), "run: *stencil.Access cannot be part of an expression"},
	} {
		k, err := loop.Parse(steps(good))
		if err != nil {
			t.Fatal(err)
		}
		if err := loop.Verify(k); err != nil {
			t.Fatal(err)
		}
		v.edit(k)
		if got := message(loop.Verify(k)); got != v.want {
			t.Errorf("got  %s\nwant %s", got, v.want)
		}
		_ = k.String() // a faulty kernel is shown, so it must print
	}
}
