package pass

import "testing"

func TestScalars(t *testing.T) {
	expectKernel(t, scalars, `
prepare { }
step {
  for x = 0 .. size {
    for z = 0 .. size {
      u[t+1, x, z] = $dt*$dt/($h*$h)*(u[t, x-1, z] + u[t, x+1, z]) + 2*u[t, x, z]
      v[t+1, x, z] = m[x, z]*$dt*$dt/($h*$h) + sin($dt)
    }
  }
  inject src into u[t+1, x, z] times $dt*$dt/($h*$h)
}`, "", `
prepare {
  let wide %c0 = $dt*$dt/($h*$h)
  let wide %c1 = $dt*$dt
  let wide %c2 = $h*$h
  let wide %c3 = sin($dt)
}
step {
  for x = 0 .. size {
    for z = 0 .. size {
      u[t+1, x, z] = %c0*(u[t, x-1, z] + u[t, x+1, z]) + 2*u[t, x, z]
      v[t+1, x, z] = %c1*m[x, z]/%c2 + %c3
    }
  }
  inject src into u[t+1, x, z] times %c0
}`)
}
