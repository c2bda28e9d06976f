package pass_test

import "testing"

// What belongs to one end moves in front of what it need not wait for, and no
// further: not in front of what it reads, nor of what reads what it overwrites.
func TestEarly(t *testing.T) {
	expectProgram(t, "early", `
setup { }
step {
  compute x = 0 .. size, z = 0 .. size { u[t+1, x, z] = u[t, x, z] }
  compute x = 0 .. 4, z = 0 .. size { v[t+1, x, z] = u[t, x+1, z] }
  compute x = 0 .. size, z = 0 .. 4 { u[t+1, x, z] = u[t+1, x, z] + v[t+1, x, z] }
}`, "", `
setup { }
step {
  compute x = 0 .. 4, z = 0 .. size { v[t+1, x, z] = u[t, x+1, z] }
  compute x = 0 .. size, z = 0 .. size { u[t+1, x, z] = u[t, x, z] }
  compute x = 0 .. size, z = 0 .. 4 { u[t+1, x, z] = u[t+1, x, z] + v[t+1, x, z] }
}`)
}
