package pass_test

import "testing"

// Both values have the Laplacian of u, one times 2 and among terms of its own: it
// stays in one piece, so that it is computed once where both are.
func TestCommonSums(t *testing.T) {
	const lap = "u[t, x-1, z] + u[t, x+1, z] + u[t, x, z-1] + u[t, x, z+1] - 4*u[t, x, z]"
	expectProgram(t, "factorise", `
setup { }
step {
  compute x = 0 .. size, z = 0 .. size { u[t+1, x, z] = m[x, z]*$dt*(0.5*u[t, x-1, z] + 0.5*u[t, x+1, z] + 0.5*u[t, x, z-1] + 0.5*u[t, x, z+1] - 2*u[t, x, z]) }
  compute x = 0 .. size, z = 0 .. size { v[t+1, x, z] = v[t, x, z] + u[t, x-1, z]/$h + u[t, x+1, z]/$h - 4*u[t, x, z]/$h + u[t, x, z-1]/$h + u[t, x, z+1]/$h }
}`, "", `
setup { }
step {
  compute x = 0 .. size, z = 0 .. size { u[t+1, x, z] = m[x, z]*$dt*(0.5*(u[t, x-1, z] + u[t, x+1, z] + u[t, x, z-1] + u[t, x, z+1]) - 2*u[t, x, z]) }
  compute x = 0 .. size, z = 0 .. size { v[t+1, x, z] = v[t, x, z] + 2/$h*(0.5*(u[t, x-1, z] + u[t, x+1, z] + u[t, x, z-1] + u[t, x, z+1]) - 2*u[t, x, z]) }
}`)
	// Small sums, sums in another proportion and those that occur once do not.
	for _, v := range []struct{ before, after string }{
		{"m[x, z]*(2*(" + lap + "))", "m[x, z]*(2*(u[t, x-1, z] + u[t, x+1, z] + u[t, x, z-1] + u[t, x, z+1]) - 8*u[t, x, z])"},
		{"m[x, z]*($h*(u[t, x-1, z] - 2*u[t, x, z])) + d[z]*($dt*(u[t, x-1, z] - 2*u[t, x, z]))", "m[x, z]*($h*u[t, x-1, z] - (2*$h)*u[t, x, z]) + d[z]*($dt*u[t, x-1, z] - (2*$dt)*u[t, x, z])"},
	} {
		expectValue(t, "factorise", v.before, v.after)
	}
}
