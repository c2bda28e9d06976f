package pass

import "testing"

// Neighbouring nests become one; what reads a neighbour's value of what is
// written stays apart.
func TestFuse(t *testing.T) {
	expectKernel(t, fuse, `
prepare { }
step {
  for x = 0 .. size { for z = 0 .. size { u[t+1, x, z] = u[t, x-1, z] } }
  for x = 0 .. size { for z = 0 .. size { v[t+1, x, z] = u[t+1, x, z] + u[t, x+1, z] } }
  for x = 0 .. size { for z = 0 .. size { u[t+1, x, z] = v[t+1, x, z-1] } }
}`, "", `
prepare { }
step {
  for x = 0 .. size {
    for z = 0 .. size {
      u[t+1, x, z] = u[t, x-1, z]
      v[t+1, x, z] = u[t+1, x, z] + u[t, x+1, z]
    }
  }
  for x = 0 .. size { for z = 0 .. size { u[t+1, x, z] = v[t+1, x, z-1] } }
}`)
}

// Nests over other points, and nests with something between them, stay apart.
func TestFuseNotAcross(t *testing.T) {
	const kernel = `
prepare { }
step {
  for x = 0 .. size { for z = 0 .. size { u[t+1, x, z] = 0 } }
  for x = 1 .. size { for z = 0 .. size { v[t+1, x, z] = 0 } }
  inject src into v[t+1, x, z] times 1
  for x = 1 .. size { for z = 0 .. size { v[t+1, x, z] = 1 } }
  for x = 1 .. size { for z = 0 .. size-1 { v[t+1, x, z] = 2 } }
}`
	expectKernel(t, fuse, kernel, "", kernel)
}

// What an earlier nest reads at other points a later one may not write within
// the same loop, since its iterations come in any order.
func TestFuseNotBackwards(t *testing.T) {
	const kernel = `
prepare { }
step {
  for x = 0 .. size { for z = 0 .. size { u[t+1, x, z] = 0 } }
  for x = 0 .. size { for z = 0 .. size { v[t+1, x, z] = u[t+1, x+1, z] } }
  for x = 0 .. size { for z = 0 .. size { u[t+1, x, z] = v[t, x, z] } }
}`
	expectKernel(t, fuse, kernel, "", kernel)
}
