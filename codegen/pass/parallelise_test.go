package pass

import "testing"

func TestParallelise(t *testing.T) {
	expectKernel(t, parallelise, `
prepare { }
step {
  for x = 0 .. size {
    for z = 0 .. size {
      u[t+1, x, z] = 0
    }
  }
  for xb along x = 0 .. size step block block {
    for x = xb .. min(xb+block, size) {
      for z = 0 .. size {
        v[t+1, x, z] = u[t+1, x+1, z]
      }
    }
  }
}`, "", `
prepare { }
step {
  for x = 0 .. size parallel 1 {
    for z = 0 .. size {
      u[t+1, x, z] = 0
    }
  }
  for xb along x = 0 .. size step block parallel 1 block {
    for x = xb .. min(xb+block, size) {
      for z = 0 .. size {
        v[t+1, x, z] = u[t+1, x+1, z]
      }
    }
  }
}`)
}

// All block loops are shared together.
func TestParalleliseBlocks(t *testing.T) {
	const before = `kernel k f32
axes x halo 0, y halo 0, z halo 0
time 1 .. steps-1
state u[t, x, y, z] levels 2 buffers 2
prepare { }
step {
  for xb along x = 0 .. size step block`
	const after = ` block {
    for yb along y = 0 .. size step block block {
      for x = xb .. min(xb+block, size) {
        for y = yb .. min(yb+block, size) {
          for z = 0 .. size {
            u[t+1, x, y, z] = 0
          }
        }
      }
    }
  }
}`
	expectText(t, parallelise, before+after, before+" parallel 2"+after)
}
