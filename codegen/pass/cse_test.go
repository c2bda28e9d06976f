package pass_test

import "testing"

func TestCSE(t *testing.T) {
	expectProgram(t, "cse", `
setup { }
step {
  compute x = 0 .. size, z = 0 .. size {
    u[t+1, x, z] = (u[t, x-1, z] + u[t, x+1, z])*m[x, z] + sin((u[t, x-1, z] + u[t, x+1, z])*m[x, z])
  }
}`, "", `
setup { }
step {
  compute x = 0 .. size, z = 0 .. size {
    let %r0 = (u[t, x-1, z] + u[t, x+1, z])*m[x, z]
    u[t+1, x, z] = %r0 + sin(%r0)
  }
}`)
}

// A name must not outlive an assignment to what it was computed from.
func TestCSEForgets(t *testing.T) {
	expectProgram(t, "cse", `
setup { }
step {
  compute x = 0 .. size, z = 0 .. size {
    u[t+1, x, z] = u[t, x, z]*m[x, z] + sin(u[t, x, z]*m[x, z])
    v[t+1, x, z] = u[t+1, x, z]*m[x, z] + sin(u[t+1, x, z]*m[x, z])
    u[t+1, x, z] = u[t+1, x, z]*m[x, z] + sin(u[t+1, x, z]*m[x, z])
  }
}`, "", `
setup { }
step {
  compute x = 0 .. size, z = 0 .. size {
    let %r0 = u[t, x, z]*m[x, z]
    u[t+1, x, z] = %r0 + sin(%r0)
    let %r1 = u[t+1, x, z]*m[x, z]
    let %r2 = %r1 + sin(%r1)
    v[t+1, x, z] = %r2
    u[t+1, x, z] = %r2
  }
}`)
}
