package pass_test

import "testing"

func TestCanonicalise(t *testing.T) {
	for _, v := range []struct{ before, after string }{
		// Flat, without 0 and 1.
		{"(u[t, x, z] + v[t, x, z]) - (m[x, z] - $dt)", "u[t, x, z] + v[t, x, z] - m[x, z] + $dt"},
		{"($dt*m[x, z])*($h*u[t, x, z])", "$dt*m[x, z]*$h*u[t, x, z]"},
		{"0 + u[t, x, z]*1", "u[t, x, z]"},
		{"0*u[t, x, z]", "0"},
		{"u[t, x, z] - 0*m[x, z]", "u[t, x, z]"},
		{"-(-u[t, x, z])", "u[t, x, z]"},
		// Constants folded, in front; a sum starts with what is added.
		{"2*u[t, x, z]*3", "6*u[t, x, z]"},
		{"1 + u[t, x, z] + 2", "u[t, x, z] + 3"},
		{"-u[t, x, z] + m[x, z]", "m[x, z] - u[t, x, z]"},
		{"u[t, x, z] + -2*m[x, z]", "u[t, x, z] - 2*m[x, z]"},
		{"u[t, x, z] - -1*m[x, z]", "u[t, x, z] + m[x, z]"},
		{"max(1, 2) + sqrt(4)*u[t, x, z]", "2*u[t, x, z] + 2"},
		{"log(-1)*u[t, x, z]", "log(-1)*u[t, x, z]"},
		// One division.
		{"u[t, x, z]/4", "0.25*u[t, x, z]"},
		{"u[t, x, z]/$h/$h", "u[t, x, z]/($h*$h)"},
		{"u[t, x, z]/($h/m[x, z])", "u[t, x, z]*m[x, z]/$h"},
		{"$dt/$h*(u[t, x, z]/m[x, z])", "$dt*u[t, x, z]/($h*m[x, z])"},
		{"2/(4*m[x, z])", "2/(4*m[x, z])"},
		// What cannot be a constant of the target stays as it is.
		{"1e300*(1e300*u[t, x, z])", "1e300*1e300*u[t, x, z]"},
		{"u[t, x, z]/1e-310", "u[t, x, z]/1e-310"},
		{"1e308 + u[t, x, z] + 1e308", "u[t, x, z] + 1e308 + 1e308"},
		{"1e-300*(1e-300*u[t, x, z])", "1e-300*1e-300*u[t, x, z]"},
		{"u[t, x, z]/0", "u[t, x, z]/0"},
	} {
		expectValue(t, "canonicalise", v.before, v.after)
	}
}
