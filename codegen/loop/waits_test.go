package loop_test

import "testing"

// blocks is a nest of one loop over tiles that blocks of a device take.
func blocks(body string) string {
	return steps("for xb along x = 0 .. size(x) step 32 grid { " + body + " }")
}

// points is a loop over the points of a tile, by the threads of a block.
func points(body string) string {
	return "for x = xb .. min(xb+32, size(x)) block { " + body + " } "
}

// Between two waits, threads are not in step.
func TestVerifyWaits(t *testing.T) {
	judge(t, []verdict{
		// A team: each thread reads, and a loop that they share writes.
		{steps("tile[0, 0] = g[0] " + line("x", "g[x] = 1")), "run: a statement reads g[0], and loop x writes g[x]: threads do not wait for each other in between"},
		{steps("let %a = g[0] for x = 0 .. size(x) threads { g[x] = %a }"), "run: %a reads g[0], and loop x writes g[x]: threads do not wait for each other in between"},
		{steps("tile[0, 0] = g[0] barrier " + line("x", "g[x] = 1")), ""},
		{steps("tile[0, 0] = g[0] " + line("z", "v[@1, 0, z] = 1") + line("x", "g[x] = 1")), ""}, // they wait behind the first
		{steps("let %a = g[0] for x = 1 .. size(x) threads { g[x] = %a }"), ""},
		{steps(line("x", "g[x] = 1") + "tile[0, 0] = g[0] barrier"), ""},
		{steps(line("x", "g[x] = 1") + "tile[0, 0] = g[0]"), "run: a statement reads g[0], and loop x writes g[x]: threads do not wait for each other in between"}, // in the next step
		{steps("for k = 0 .. 4 { if 0 <= k-1 { tile[0, 0] = g[0] } " + line("x", "g[x] = 1") + "}"), "run: a statement reads g[0], and loop x writes g[x]: threads do not wait for each other in between"},
		{steps("for k = 0 .. 4 { tile[0, 0] = g[0] if last { barrier } " + line("x", "g[x] = 1") + "}"), "run: a statement reads g[0], and loop x writes g[x]: threads do not wait for each other in between"},
		{steps("tile[0, 0] = g[0] if last { " + line("x", "g[x] = 1") + "}"), "run: a statement reads g[0], and loop x writes g[x]: threads do not wait for each other in between"},
		{steps("for k = 0 .. 4 step 2 { tile[0, 0] = g[0] } rest { " + line("x", "g[x] = 1") + "}"), "run: a statement reads g[0], and loop x writes g[x]: threads do not wait for each other in between"},
		{steps("tile[0, 0] = g[0] for k = 0 .. 4 { barrier } " + line("x", "g[x] = 1")), "run: a statement reads g[0], and loop x writes g[x]: threads do not wait for each other in between"}, // the loop may be empty for all that is known
		{steps("tile[0, 0] = u[0, 0] " + threads("u[@1, x, z] = 1")), ""},                                                                                                                      // another level
		{steps(threads("u[@1, x, z] = 1") + "tile[0, 0] = u[0, 0]"), "run: a statement reads u[0, 0], and loop x writes u[@1, x, z]: threads do not wait for each other in between"},           // which moves with the step
		{steps("tile[0, 0] = g[0] inject src into g[x] times 1"), "run: a statement reads g[0], and inject src writes g[x]: threads do not wait for each other in between"},
		{steps("tile[0, 0] = u[@1, 0, 0] wait exchange u[@1] along x width 1 1"), "run: a statement reads u[@1, 0, 0], and wait exchange writes u[@1]: threads do not wait for each other in between"},
		{steps("tile[0, 0] = u[@1, 0, 0] begin exchange u[@1] along x width 1 1"), ""},
		{bare("tile[0, 0] = g[0] for x = 0 .. size(x) { g[x] = 1 }"), ""}, // one thread

		// Threads of a block.
		{blocks(points("block[x-xb] = m[x, 0]") + "barrier " + points("g[x] = block[x-xb]")), ""},
		{blocks(points("block[x-xb] = m[x, 0]") + points("g[x] = block[x-xb]")), "run: loop x writes block[x-xb], and loop x reads block[x-xb]: threads do not wait for each other in between"},
		{blocks(points("block[x-xb] = m[x, 0]") + "if last { barrier } " + points("g[x] = block[x-xb]")), "run: loop x writes block[x-xb], and loop x reads block[x-xb]: threads do not wait for each other in between"},
		{blocks("for k = 0 .. 2 { " + points("block[x-xb] = m[x, 0]") + "barrier " + points("v[@1, x, k] = block[x-xb]") + "}"), "run: loop x reads block[x-xb], and loop x writes block[x-xb]: threads do not wait for each other in between"},
		{blocks("for k = 0 .. 2 { " + points("block[x-xb] = m[x, 0]") + "barrier " + points("v[@1, x, k] = block[x-xb]") + "barrier }"), ""},
		{blocks(points("v[@1, x, 0] = 1") + points("g[x] = v[@1, x, 0]")), "run: loop x writes v[@1, x, 0], and loop x reads v[@1, x, 0]: threads do not wait for each other in between"},
		{blocks(points("v[@1, x, 0] = 1") + points("g[x] = v[@1, x, 1]")), ""},
		{blocks(points("v[@1, x, 0] = 1") + points("g[x] = v[x, 0]")), ""},
		{blocks(points("g[x] = 1") + "inject src into g[x] times 1 within x = xb .. xb+32"), "run: loop x writes g[x], and inject src reads g[x]: threads do not wait for each other in between"},
		{blocks(points("g[x] = 1") + "barrier inject src into g[x] times 1 within x = xb .. xb+32 barrier take rec from g[x] within x = xb .. xb+32"), ""},
		{blocks(points("block[x-xb] = m[x, 0]") + "let %a = block[0]"), "run: loop x writes block[x-xb], and %a reads block[0]: threads do not wait for each other in between"},
		{blocks("take rec from g[x] within x = xb .. xb+32 take rec from m[x, z] within x = xb .. xb+32"), "run: take rec writes samples of rec[x, z], and take rec writes samples of rec[x, z]: threads do not wait for each other in between"},
		{blocks("take rec from g[x] within x = xb .. xb+32 take rec step 1 from m[x, z] within x = xb .. xb+32"), ""},
	})
}

// What stands where on a device.
func TestVerifyDevice(t *testing.T) {
	judge(t, []verdict{
		{blocks("for x = xb .. min(xb+32, size(x)) { g[x] = 1 }"), "run: g[x] is written by every thread of a block"},
		{blocks("g[xb] = 1"), "run: g[xb] is written by every thread of a block"},
		{blocks("block[0] = 1"), "run: block[0] is written by every thread of a block"},
		{blocks("tile[0, 0] = 1"), ""}, // each thread has its own
		{blocks(points("barrier")), "run: a barrier in a loop that threads of a block share: not all of them come to it"},
		{blocks(points("if 0 <= x-4 { barrier }")), "run: a barrier in a loop that threads of a block share: not all of them come to it"},
		{blocks("if 0 <= xb-4 { barrier }"), ""}, // all threads of a block, or none
		{steps("for x = 0 .. 4 lanes 4 { barrier }"), "run: a barrier in a loop with lanes"},
		{steps(points("let %a = 1")), "run: loop x: xb: there is no loop xb around it"},
		{steps("for x = 0 .. size(x) block { let %a = 1 }"), "run: loop x is shared by the threads of a block, and there are no blocks"},
		{blocks(points("inject src into g[x] times 1 within x = xb .. xb+32")), "run: inject src in a loop that threads of a block share, as they do its nodes"},
		{blocks(points("let %a = 1 for z = 0 .. size(z) block { v[@1, x, z] = 1 }")), "run: loop x: loop z, which is shared as it is, does not stand alone in it"},
		{blocks(points("for k = 0 .. 1 { for z = 0 .. size(z) block { v[@1, x, z] = 1 } }")), "run: loop x: loop z, which is shared as it is, does not stand alone in it"},
		{blocks("for x = xb .. min(xb+32, size(x)) step 2 block { g[x] = 1 }"), "run: loop x: a block takes a tile, and a thread one point, without a rest"},
		{blocks(points("g[x] = 1") + "for zb along z = 0 .. size(z) step 8 grid { for z = zb .. min(zb+8, size(z)) block { v[@1, xb, z] = 1 } }"), "run: loop xb: loop zb, which is shared as it is, does not stand alone in it"},
		{steps("if last { for xb along x = 0 .. size(x) step 32 grid { " + points("g[x] = 1") + "} }"), "run: loop xb: blocks take tiles of a whole step, not within another loop or a condition"},
		{steps("for k = 0 .. 2 { for xb along x = 0 .. size(x) step 32 grid { " + points("g[x] = 1") + "} }"), "run: loop xb: blocks take tiles of a whole step, not within another loop or a condition"},
		{steps("for xb along x = 0 .. min(size(x), 64) step 32 grid { " + points("g[x] = 1") + "}"), "run: loop xb: its bounds are not known before the blocks are counted"},
		{steps("for xb along x = 0 .. size(x) step 32 grid { for zb along z = xb .. size(z) grid { " + points("v[@1, x, zb] = 1") + "} }"), "run: loop zb: its bounds are not known before the blocks are counted"},
		{blocks(points("tile[0, 0] = 1 g[x] = tile[0, 0]")), ""},
		{steps("for x = 0 .. size(x) threads { block[0] = m[x, 0] }"), "run: iterations of loop x may touch one element: one writes block[0], another one block[0]"},

		// Samples of the whole grid are not of a tile.
		{steps("for xb along x = 0 .. size(x) step 4 threads { sample rec from m[x, z] }"), "run: sample rec in a loop that threads share: it is of the whole grid"},
		{steps("for xb along x = 0 .. size(x) step 4 threads { sum rec }"), "run: sum rec in a loop that threads share: it is of the whole grid"},
		{blocks("sample rec from m[x, z]"), "run: sample rec in a loop that threads share: it is of the whole grid"},
		{steps("for xb along x = 0 .. size(x) step 4 single { sample rec from m[x, z] }"), "run: sample rec in a loop that threads share: it is of the whole grid"},
		{steps("for xb along x = 0 .. size(x) step 4 threads { take rec from m[x, z] }"), "run: iterations of loop xb may touch one element: one writes samples of rec[x, z], another one samples of rec[x, z]"},
		{steps("for xb along x = 0 .. size(x) step 4 threads { take rec from m[x, z] within x = xb .. xb+5 }"), "run: iterations of loop xb may touch one element: one writes samples of rec[x, z], another one samples of rec[x, z]"},
		{steps("for xb along x = 0 .. size(x) step 4 threads { take rec from m[x, z] within x = xb .. xb+4 }"), ""},
		{steps("for x = 0 .. size(x) lanes 4 { inject src into g[x] times 1 }"), "run: inject src in a loop with lanes"},
	})
}
