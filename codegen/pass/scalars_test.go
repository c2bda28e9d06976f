package pass_test

import "testing"

func TestScalars(t *testing.T) {
	expectProgram(t, "scalars", `
setup { }
step {
  compute x = 0 .. size, z = 0 .. size {
    u[t+1, x, z] = $dt*$dt/($h*$h)*(u[t, x-1, z] + u[t, x+1, z]) + 2*u[t, x, z]
    v[t+1, x, z] = m[x, z]*$dt*$dt/($h*$h) + sin($dt)
  }
  inject src into u[t+1, x, z] times $dt*$dt/($h*$h)
}`, "", `
setup {
  let %c0 = $dt*$dt/($h*$h)
  let %c1 = $dt*$dt
  let %c2 = $h*$h
  let %c3 = sin($dt)
}
step {
  compute x = 0 .. size, z = 0 .. size {
    u[t+1, x, z] = %c0*(u[t, x-1, z] + u[t, x+1, z]) + 2*u[t, x, z]
    v[t+1, x, z] = %c1*m[x, z]/%c2 + %c3
  }
  inject src into u[t+1, x, z] times %c0
}`)
}
