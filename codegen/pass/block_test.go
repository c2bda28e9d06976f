package pass

import "testing"

func TestBlock(t *testing.T) {
	expectText(t, block, `kernel k f32
axes x halo 1, y halo 1, z halo 1
time 1 .. steps-1
state u[t, x, y, z] levels 2 buffers 2
prepare { }
step {
  for x = 0 .. size {
    for y = 0 .. size {
      for z = 0 .. size {
        u[t+1, x, y, z] = u[t, x, y-1, z]
      }
    }
  }
}`, `kernel k f32
axes x halo 1, y halo 1, z halo 1
time 1 .. steps-1
state u[t, x, y, z] levels 2 buffers 2
prepare { }
step {
  for xb along x = 0 .. size step block block {
    for yb along y = 0 .. size step block block {
      for x = xb .. min(xb+block, size) {
        for y = yb .. min(yb+block, size) {
          for z = 0 .. size {
            u[t+1, x, y, z] = u[t, x, y-1, z]
          }
        }
      }
    }
  }
}`)
}

// The variable of a block loop must not take the name of an axis.
func TestBlockVariable(t *testing.T) {
	const declared = `kernel k f32
axes x halo 0, xb halo 1
time 1 .. steps-1
state u[t, x, xb] levels 2 buffers 2
prepare { }
step {
`
	expectText(t, block, declared+`
  for x = 0 .. size {
    for xb = 0 .. size {
      u[t+1, x, xb] = u[t, x, xb-1]
    }
  }
}`, declared+`
  for xb_ along x = 0 .. size step block block {
    for x = xb_ .. min(xb_+block, size) {
      for xb = 0 .. size {
        u[t+1, x, xb] = u[t, x, xb-1]
      }
    }
  }
}`)
}

// A line has no loops around its row.
func TestBlockLine(t *testing.T) {
	const line = `kernel k f32
axes x halo 1
time 1 .. steps-1
state u[t, x] levels 2 buffers 2
prepare { }
step {
  for x = 0 .. size {
    u[t+1, x] = u[t, x-1]
  }
}`
	expectText(t, block, line, line)
}
