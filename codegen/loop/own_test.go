package loop_test

import "testing"

// Of a thread's own memory a loop reads only what it is sure to have written.
func TestVerifyOwn(t *testing.T) {
	const unsure = ", which is not sure to have written it: what other loops wrote may be another thread's"
	shared := func(body string) string {
		return steps("for xb along x = 0 .. size(x) step 4 threads { " + body + " }")
	}
	rows := func(body string) string { return steps("for y along z = 0 .. size(z) threads { " + body + " }") }
	judge(t, []verdict{
		// The same element.
		{shared("tile[1, 0] = 1 g[xb] = tile[1, 0]"), ""},
		{shared("tile[1, 0] = 1 g[xb] = tile[2, 0]"), "run: tile[2, 0] is read in loop xb" + unsure},
		{shared("tile[1, 0] = 1 tile[2, 0] = 2 g[xb] = tile[2, 0] + tile[1, 0]"), ""},
		{shared("inject src into tile[0, 0] times 1 within x = xb .. xb+4"), "run: tile[0, 0] is read in loop xb before the loop writes it: what other loops wrote may be another thread's"},

		// Under a condition, only what it is sure to hold for.
		{shared("if every 2 { tile[0, 0] = 1 } g[xb] = tile[0, 0]"), "run: tile[0, 0] is read in loop xb" + unsure},
		{shared("if every 2 { tile[0, 0] = 1 } if every 2 { g[xb] = tile[0, 0] }"), ""},
		{shared("if every 2 { tile[0, 0] = 1 } if every 2, last { g[xb] = tile[0, 0] }"), ""},
		{shared("if every 2, last { tile[0, 0] = 1 } if every 2 { g[xb] = tile[0, 0] }"), "run: tile[0, 0] is read in loop xb" + unsure},
		{shared("if every 2 { tile[0, 0] = 1 } if every 3 { g[xb] = tile[0, 0] }"), "run: tile[0, 0] is read in loop xb" + unsure},
		{shared("if every 2 { tile[0, 0] = 1 g[xb] = tile[0, 0] }"), ""},
		{shared("if 0 <= xb-4 { tile[0, 0] = 1 } if 0 <= xb-4 { g[xb] = tile[0, 0] }"), ""},
		{shared("if 0 <= xb-4 { tile[0, 0] = 1 } if 0 <= xb-5 { g[xb] = tile[0, 0] }"), "run: tile[0, 0] is read in loop xb" + unsure},
		{shared("for k = 0 .. 8 { if 0 <= k-1 { tile[k, 0] = 1 } } for k = 0 .. 8 { if 0 <= k-1 { g[xb] = tile[0, 0] } }"), "run: tile[0, 0] is read in loop xb" + unsure},

		// What loops pass.
		{shared("for k = 0 .. 8 { tile[k, 0] = 1 } for k = 0 .. 6 { g[xb] = tile[k, 0] + tile[k+2, 0] }"), ""},
		{shared("for k = 0 .. 7 { tile[k, 0] = 1 } for k = 0 .. 6 { g[xb] = tile[k, 0] + tile[k+2, 0] }"), "run: tile[k+2, 0] is read in loop xb" + unsure},
		{shared("for k = 1 .. 8 { tile[k, 0] = 1 } for k = 0 .. 6 { g[xb] = tile[k, 0] + tile[k+2, 0] }"), "run: tile[k, 0] is read in loop xb" + unsure},
		{shared("for k = 0 .. 8 { tile[k, 0] = 1 } for z = 0 .. size(z) { v[@1, xb, z] = tile[0, z] }"), "run: tile[0, z] is read in loop xb" + unsure},
		{shared("for k = 0 .. size(z)-1 { tile[0, 0] = 1 } g[xb] = tile[0, 0]"), "run: tile[0, 0] is read in loop xb" + unsure}, // of one point, it has no iteration
		{shared("for k = 0 .. size(z) { tile[0, 0] = 1 } g[xb] = tile[0, 0]"), ""},
		{shared("for k = 0 .. 8 step 2 { tile[k, 0] = 1 } for k = 0 .. 8 { g[xb] = tile[k, 0] }"), "run: tile[k, 0] is read in loop xb" + unsure},
		{shared("for k = 0 .. 4 { for z = 0 .. size(z) { tile[k, z] = 1 } } for k = 0 .. 4 { for z = 0 .. size(z) { v[@1, xb, z] = tile[k, z] } }"), ""},
		{shared("for z = 0 .. size(z) { for k = 0 .. 4 { tile[k, k] = 1 } } for k = 0 .. 4 { for z = 0 .. 1 { v[@1, xb, z] = tile[k, z] } }"), "run: tile[k, k]: index k may reach size(z)+2"},
		{shared("for k = 0 .. 2 { tile[k, k] = 1 } for k = 0 .. 2 { g[xb] = tile[k, 0] }"), "run: tile[k, 0] is read in loop xb" + unsure},
		{shared("for k = 0 .. 2 { tile[k, k] = 1 } for k = 0 .. 2 { g[xb] = tile[k, k] }"), ""},
		{shared("for x = xb .. min(xb+4, size(x)) { tile[x-xb, 0] = 1 } for x = xb .. min(xb+4, size(x)) { g[x] = tile[x-xb, 0] }"), ""},
		{shared("for x = xb .. min(xb+4, size(x)-1) { tile[x-xb, 0] = 1 } for x = xb .. min(xb+4, size(x)) { g[x] = tile[x-xb, 0] }"), "run: tile[x-xb, 0] is read in loop xb" + unsure},
		{shared("for x = max(xb-1, -1) .. min(xb+5, size(x)+1) { tile[x-xb+1, 0] = 1 } for x = xb .. min(xb+4, size(x)) { g[x] = tile[x-xb, 0] + tile[x-xb+2, 0] }"), ""},

		// Strips of a row, in which a loop goes on where the one before it ended.
		{shared("for zs along z = 0 .. size(z) step 16 { for z = zs .. min(zs+16, size(z)) { tile[0, z] = 1 } } for z = 0 .. size(z) { v[@1, xb, z] = tile[0, z] }"), ""},
		{shared("for zs along z = 0 .. size(z) step 16 { for z = zs .. min(zs+15, size(z)) { tile[0, z] = 1 } } for z = 0 .. size(z) { v[@1, xb, z] = tile[0, z] }"), "run: tile[0, z] is read in loop xb" + unsure},
		{shared("for zs along z = 1 .. size(z) step 16 { for z = zs .. min(zs+16, size(z)) { tile[0, z] = 1 } } for z = 0 .. size(z) { v[@1, xb, z] = tile[0, z] }"), "run: tile[0, z] is read in loop xb" + unsure},

		{shared("for k = 0 .. size(z) step 64 { for l = k .. min(k+64, size(z)) step 16 { for z = l .. min(l+16, k+64, size(z)) { tile[0, z] = 1 } } } for z = 0 .. size(z) { v[@1, xb, z] = tile[0, z] }"), ""},
		{shared("for k = 0 .. size(z) step 64 { for l = k .. min(k+63, size(z)) step 16 { for z = l .. min(l+16, k+63, size(z)) { tile[0, z] = 1 } } } for z = 0 .. size(z) { v[@1, xb, z] = tile[0, z] }"), "run: tile[0, z] is read in loop xb" + unsure},
		{shared("for k = 0 .. 4 { for z = 2*k .. 2*k+2 { tile[z, 0] = 1 } } for k = 0 .. 8 { g[xb] = tile[k, 0] }"), "run: tile[k, 0] is read in loop xb" + unsure},
		{shared("for k = 0 .. 4 { for l = 0 .. 4 { tile[k+l, 0] = 1 } } g[xb] = tile[0, 0]"), "run: tile[0, 0] is read in loop xb" + unsure},
		{shared("for k = 0 .. size(z) { for z = k-1 .. k+1 { tile[0, z+1] = 1 } } for z = 0 .. size(z) { v[@1, xb, z] = tile[0, z] }"), ""},
		{shared("for k = 0 .. size(z)-1 { for z = k-1 .. k+1 { tile[0, z+1] = 1 } } v[@1, xb, 0] = tile[0, 0]"), "run: tile[0, 0] is read in loop xb" + unsure}, // of one point, it has no iteration

		{shared("for k = 0 .. 2 { for l = 0 .. k+1 { tile[0, 0] = 1 } } g[xb] = tile[0, 0]"), "run: tile[0, 0] is read in loop xb" + unsure},
		{shared("for k = 0 .. 3 { for l = k .. k+1 { for m along z = k .. k+1 { tile[l, m] = 1 } } } g[xb] = tile[0, 0]"), "run: tile[0, 0] is read in loop xb" + unsure},
		{shared("for k = 0 .. 3 { for l = k-3 .. k+1 { tile[l+3, k] = 1 } } g[xb] = tile[2, 1]"), ""},
		{shared("for k = 0 .. 3 { for l = k-3 .. k+1 { tile[l+3, k] = 1 } } g[xb] = tile[0, 1]"), "run: tile[0, 1] is read in loop xb" + unsure},

		// Rows together, and single ones where fewer are left.
		{shared("for k = 0 .. size(z) step 2 { tile[0, k] = 1 tile[0, k+1] = 2 } rest { tile[0, k] = 3 } for z = 0 .. size(z) { v[@1, xb, z] = tile[0, z] }"), ""},
		{shared("for k = 0 .. size(z) step 2 { tile[0, k] = 1 } rest { tile[0, k] = 3 } for z = 0 .. size(z) { v[@1, xb, z] = tile[0, z] }"), "run: tile[0, z] is read in loop xb" + unsure},
		{shared("for k = 0 .. size(z) step 2 { tile[0, k] = 1 tile[0, k+1] = 2 } rest { let %a = 1 } for z = 0 .. size(z) { v[@1, xb, z] = tile[0, z] }"), "run: tile[0, z] is read in loop xb" + unsure},

		{shared("for k = 0 .. size(z) step block(z) { tile[0, k] = 1 } rest { tile[0, k] = 3 } for z = 0 .. size(z) { v[@1, xb, z] = tile[0, z] }"), "run: tile[0, z] is read in loop xb" + unsure},
		{shared("for k = 0 .. size(z) step 2 { let %a = 1 } rest { g[xb] = tile[0, 0] }"), "run: tile[0, 0] is read in loop xb before the loop writes it: what other loops wrote may be another thread's"},
		{shared("for k = 0 .. 4 step 2 { for z = 0 .. size(z) { tile[k, z] = 1 tile[k+1, z] = 2 } } rest { for z = 0 .. size(z) { tile[k, z] = 3 } } for z = 0 .. size(z) { v[@1, xb, z] = tile[3, z] }"), ""},
		{shared("for k = 0 .. 4 step 2 { for z = 0 .. size(z)-1 { tile[k, z] = 1 tile[k+1, z] = 2 } } rest { for z = 0 .. size(z) { tile[k, z] = 3 } } for z = 0 .. size(z) { v[@1, xb, z] = tile[3, z] }"), "run: tile[3, z] is read in loop xb" + unsure},
		{steps("for xb along x = 0 .. size(x) step 4 threads { for k = 0 .. 2 step 2 { for z = 0 .. k+1 { tile[k, z] = 1 tile[k+1, z] = 2 } } rest { for z = 0 .. k+1 { tile[k, z] = 3 } } v[@1, xb, 0] = tile[1, 1] }"), "run: tile[1, 1] is read in loop xb" + unsure},

		// Planes of a ring: earlier iterations of a loop of the same thread count.
		{rows("for x = 0 .. size(x) { ring[x+4, 0] = m[x, 0] if 0 <= x-1 { v[@1, x, y] = ring[x+4, 0] } }"), ""},
		{rows("for xb along x = 0 .. size(x)+2 { for x = max(xb, 0) .. min(xb+1, size(x)+1) { ring[x+4, 0] = 1 } for x = max(xb-1, 0) .. min(xb, size(x)) { v[@1, x, y] = ring[x+4, 0] + ring[x+5, 0] } }"), ""},
		{rows("for xb along x = 0 .. size(x)+2 { for x = max(xb, 0) .. min(xb+1, size(x)+1) { ring[x+4, 0] = 1 } for x = max(xb-1, 0) .. min(xb, size(x)) { v[@1, x, y] = ring[x+4, 0] + ring[x+6, 0] } }"), "run: ring[x+6, 0] is read in loop y" + unsure},
		{rows("for xb along x = 0 .. size(x)+2 { for x = max(xb, 0) .. min(xb+1, size(x)+1) { ring[x+4, 0] = 1 } for x = max(xb-1, 0) .. min(xb, size(x)) { v[@1, x, y] = ring[x+3, 0] } }"), "run: ring[x+3, 0] is read in loop y" + unsure},
		{rows("for xb along x = 0 .. size(x)+2 step 2 { for x = max(xb, 0) .. min(xb+1, size(x)+1) { ring[x+4, 0] = 1 } for x = max(xb-1, 0) .. min(xb, size(x)) { v[@1, x, y] = ring[x+4, 0] } }"), "run: ring[x+4, 0] is read in loop y" + unsure},
		{rows("for xb along x = 0 .. size(x)+2 { if 0 <= xb-2 { for x = max(xb, 0) .. min(xb+1, size(x)+1) { ring[x+4, 0] = 1 } } if 0 <= xb-2 { for x = max(xb-1, 0) .. min(xb, size(x)) { v[@1, x, y] = ring[x+4, 0] } } }"), "run: ring[x+4, 0] is read in loop y" + unsure},
		{rows("for xb along x = 0 .. size(x)+2 { for k = 0 .. xb { for x = max(xb, 0) .. min(xb+1, size(x)+1) { ring[x+4, 0] = 1 } for x = max(xb-1, 0) .. min(xb, size(x)) { v[@1, x, y] = ring[x+4, 0] } } }"), "run: ring[x+4, 0] is read in loop y" + unsure},
		{rows("for xb along x = 0 .. size(x)+2 { for k = 0 .. 2 { for x = max(xb, 0) .. min(xb+1, size(x)+1) { ring[x+4, 0] = 1 } for x = max(xb-1, 0) .. min(xb, size(x)) { v[@1, x, y] = ring[x+4, 0] } } }"), ""},
		{rows("for xb along x = 0 .. 8 { tile[xb, 0] = 1 v[@1, 0, y] = tile[0, 0] }"), "run: tile[0, 0] is read in loop y" + unsure},
		{rows("for xb along x = 0 .. size(x)+1 down { for x = max(xb, 0) .. min(xb+1, size(x)+1) { ring[x+4, 0] = 1 } for x = max(xb-1, 0) .. min(xb, size(x)) { v[@1, x, y] = ring[x+4, 0] } }"), "run: ring[x+4, 0] is read in loop y" + unsure},
		{steps("for xb along x = 0 .. size(x)+1 single { for x = max(xb, 0) .. min(xb+1, size(x)+1) { ring[x+4, 0] = 1 } for x = max(xb-1, 0) .. min(xb, size(x)) { g[x] = ring[x+4, 0] } }"), ""}, // one thread has all
		{steps("for xb along x = 0 .. size(x)+1 threads { for x = max(xb, 0) .. min(xb+1, size(x)+1) { ring[x+4, 0] = 1 } for x = max(xb-1, 0) .. min(xb, size(x)) { g[x] = ring[x+4, 0] } }"), "run: ring[x+4, 0] is read in loop xb" + unsure},

		// Of a block, all threads together; of one of its threads, what one loop does.
		{blocks(points("tile[0, 0] = 1 g[x] = tile[0, 0]")), ""},
		{blocks(points("tile[0, 0] = 1") + points("g[x] = tile[0, 0]")), "run: tile[0, 0] is read in loop xb, which is not sure to have written it: what other loops wrote may be another thread's"},
		{blocks(points("block[x-xb] = 1") + "barrier " + points("g[x] = block[x-xb]")), ""},
		{blocks("for x = xb .. min(xb+31, size(x)) block { block[x-xb] = 1 } barrier " + points("g[x] = block[x-xb]")), "run: block[x-xb] is read in loop xb" + unsure},
	})
}
