package pass_test

import "testing"

// Neighbouring computes become one; what reads a neighbour's value of what is
// written stays apart.
func TestFuse(t *testing.T) {
	expectProgram(t, "fuse", `
setup { }
step {
  compute x = 0 .. size, z = 0 .. size { u[t+1, x, z] = u[t, x-1, z] }
  compute x = 0 .. size, z = 0 .. size { v[t+1, x, z] = u[t+1, x, z] + u[t, x+1, z] }
  compute x = 0 .. size, z = 0 .. size { u[t+1, x, z] = v[t+1, x, z-1] }
}`, "", `
setup { }
step {
  compute x = 0 .. size, z = 0 .. size {
    u[t+1, x, z] = u[t, x-1, z]
    v[t+1, x, z] = u[t+1, x, z] + u[t, x+1, z]
  }
  compute x = 0 .. size, z = 0 .. size { u[t+1, x, z] = v[t+1, x, z-1] }
}`)
}

// Computes over other points, and computes with something between them, stay apart.
func TestFuseNotAcross(t *testing.T) {
	const program = `
setup { }
step {
  compute x = 0 .. size, z = 0 .. size { u[t+1, x, z] = 0 }
  compute x = 1 .. size, z = 0 .. size { v[t+1, x, z] = 0 }
  inject src into v[t+1, x, z] times 1
  compute x = 1 .. size, z = 0 .. size { v[t+1, x, z] = 1 }
  compute x = 1 .. size, z = 0 .. size-1 { v[t+1, x, z] = 2 }
}`
	expectProgram(t, "fuse", program, "", program)
}

// What an earlier compute reads at other points a later one may not write as a
// part of it, since its points come in any order.
func TestFuseNotBackwards(t *testing.T) {
	const program = `
setup { }
step {
  compute x = 0 .. size, z = 0 .. size { u[t+1, x, z] = 0 }
  compute x = 0 .. size, z = 0 .. size { v[t+1, x, z] = u[t+1, x+1, z] }
  compute x = 0 .. size, z = 0 .. size { u[t+1, x, z] = v[t, x, z] }
}`
	expectProgram(t, "fuse", program, "", program)
}

// What happens in some steps only stays by itself, also beside its like.
func TestFuseNotConditions(t *testing.T) {
	const program = `image g[x, z]
setup { }
step {
  compute x = 0 .. size, z = 0 .. size { u[t+1, x, z] = 0 }
  compute x = 0 .. size, z = 0 .. size every 2 { g[x, z] = u[t+1, x, z] }
  compute x = 0 .. size, z = 0 .. size every 2 { g[x, z] = g[x, z] + 1 }
  compute x = 0 .. size, z = 0 .. size at last { g[x, z] = g[x, z] + 1 }
}`
	expectProgram(t, "fuse", program, "", program)
}

// What is computed once per run is joined too.
func TestFuseSetup(t *testing.T) {
	expectProgram(t, "fuse", `precomputed p[x, z]
precomputed q[x, z]
setup {
  compute x = 0 .. size, z = 0 .. size { p[x, z] = sqrt(m[x+1, z]) }
  compute x = 0 .. size, z = 0 .. size { q[x, z] = p[x, z]*m[x, z] }
}
step { }`, "", `precomputed p[x, z]
precomputed q[x, z]
setup {
  compute x = 0 .. size, z = 0 .. size {
    p[x, z] = sqrt(m[x+1, z])
    q[x, z] = p[x, z]*m[x, z]
  }
}
step { }`)
}

// A memory variable of a layer joins what it adds to a wavefield, across what covers
// the whole grid and what happens at the other end.
func TestFuseLayers(t *testing.T) {
	expectProgram(t, "fuse", `
setup { }
step {
  compute x = 0 .. 4, z = 0 .. size { v[t+1, x, z] = v[t, x, z] + u[t, x, z] }
  compute x = size-4 .. size, z = 0 .. size { v[t+1, x, z] = v[t, x, z] - u[t, x, z] }
  compute x = 0 .. size, z = 0 .. size { u[t+1, x, z] = u[t, x+1, z] }
  compute x = 0 .. 4, z = 0 .. size { u[t+1, x, z] = u[t+1, x, z] + v[t+1, x, z] }
  compute x = size-4 .. size, z = 0 .. size { u[t+1, x, z] = u[t+1, x, z] + v[t+1, x, z] }
}`, "", `
setup { }
step {
  compute x = 0 .. size, z = 0 .. size { u[t+1, x, z] = u[t, x+1, z] }
  compute x = 0 .. 4, z = 0 .. size {
    v[t+1, x, z] = v[t, x, z] + u[t, x, z]
    u[t+1, x, z] = u[t+1, x, z] + v[t+1, x, z]
  }
  compute x = size-4 .. size, z = 0 .. size {
    v[t+1, x, z] = v[t, x, z] - u[t, x, z]
    u[t+1, x, z] = u[t+1, x, z] + v[t+1, x, z]
  }
}`)
}
