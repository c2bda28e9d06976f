package pass_test

import "testing"

func TestFactorise(t *testing.T) {
	for _, v := range []struct{ before, after string }{
		// Points that share a weight.
		{"2*u[t, x-1, z] + 2*u[t, x+1, z]", "2*(u[t, x-1, z] + u[t, x+1, z])"},
		{"2*u[t, x-1, z] - 2*u[t, x+1, z]", "2*(u[t, x-1, z] - u[t, x+1, z])"},
		{"m[x, z]*u[t, x-1, z] + m[x, z]*u[t, x-1, z]", "2*(m[x, z]*u[t, x-1, z])"},
		{"u[t, x, z] + v[t, x, z]", "u[t, x, z] + v[t, x, z]"},
		// Weights that are fixed during the run, of any form.
		{"$dt*(u[t, x-1, z] - 2*u[t, x, z] + u[t, x+1, z]) + $h*u[t, x, z]",
			"$dt*(u[t, x-1, z] + u[t, x+1, z]) + ($h - 2*$dt)*u[t, x, z]"},
		{"(u[t, x, z] - u[t-1, x, z])/($h*$h) + v[t, x, z]/($h*$h)",
			"1/($h*$h)*(u[t, x, z] - u[t-1, x, z] + v[t, x, z])"},
		// What cancels is gone.
		{"2*u[t, x, z] + v[t, x, z] - 2*u[t, x, z]", "v[t, x, z]"},
		// Weights that vary in space stay with their points.
		{"m[x, z]*u[t, x-1, z] + m[x, z]*u[t, x+1, z]", "m[x, z]*u[t, x-1, z] + m[x, z]*u[t, x+1, z]"},
		// What is divided by the same is added first, whatever else is in the divisor.
		{"u[t, x, z]/m[x, z] + v[t, x, z]/m[x, z]", "(u[t, x, z] + v[t, x, z])/m[x, z]"},
		{"u[t, x, z]/($h*m[x, z]) + v[t, x, z]/m[x, z]", "(1/$h*u[t, x, z] + v[t, x, z])/m[x, z]"},
		{"u[t, x, z]/m[x, z] + v[t, x, z]/m[x-1, z]", "u[t, x, z]/m[x, z] + v[t, x, z]/m[x-1, z]"},
		// Inside of products and functions too.
		{"m[x, z]*(3*u[t, x-1, z] + 3*u[t, x+1, z])", "m[x, z]*(3*(u[t, x-1, z] + u[t, x+1, z]))"},
		{"sqrt(3*u[t, x-1, z] + 3*u[t, x+1, z])", "sqrt(3*(u[t, x-1, z] + u[t, x+1, z]))"},
	} {
		expectValue(t, "factorise", v.before, v.after)
	}
}
