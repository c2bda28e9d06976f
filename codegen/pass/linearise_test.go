package pass

import "testing"

// Levels that share a buffer share a row.
func TestLinearise(t *testing.T) {
	const declared = `kernel k f64
axes x halo 1, z halo 1
time 1 .. steps-1
param d[z]
state u[t, x, z] levels 3 buffers 2
points rec sample
prepare { }
step {
`
	expectText(t, linearise, declared+`
  for x = 0 .. size {
    for z = 0 .. size {
      let %r0 = u[t, x-1, z] + u[t, x, z+1]
      u[t+1, x, z] = %r0 - d[z]*u[t-1, x, z]
    }
  }
  sample rec from u[t, x, z]
}`, declared+`
  for x = 0 .. size {
    row u_row0 = u[t]
    row d_row = d
    row u_row1 = u[t-1]
    for z = 0 .. size {
      let %r0 = u_row0:u[t, x-1, z] + u_row0:u[t, x, z+1]
      u_row1:u[t+1, x, z] = %r0 - d_row:d[z]*u_row1:u[t-1, x, z]
    }
  }
  sample rec from u[t, x, z]
}`)
}

// On a line the rows stand inside the only loop.
func TestLineariseLine(t *testing.T) {
	const declared = `kernel k f64
axes x halo 1
time 1 .. steps-1
state u[t, x] levels 2 buffers 2
prepare { }
step {
`
	expectText(t, linearise, declared+"for x = 0 .. size { u[t+1, x] = u[t, x-1] } }", declared+`
  for x = 0 .. size {
    row u_row0 = u[t]
    row u_row1 = u[t+1]
    u_row1:u[t+1, x] = u_row0:u[t, x-1]
  }
}`)
}
