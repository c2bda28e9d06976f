package pass_test

import (
	"strings"
	"testing"
)

// A divisor becomes an array when that frees another one, here damp.
func TestInvariantDivisor(t *testing.T) {
	expectProgram(t, "invariants", `
setup { let %c0 = $dt }
step {
  compute x = 0 .. size, z = 0 .. size {
    u[t+1, x, z] = m[x, z]*u[t, x, z]/(m[x, z] + %c0*damp[x, z])
  }
}`, "precomputed p0[x, z]", `
setup {
  let %c0 = $dt
  compute x = 0 .. size, z = 0 .. size {
    p0[x, z] = 1/(m[x, z] + %c0*damp[x, z]) note "the same in every step"
  }
}
step {
  compute x = 0 .. size, z = 0 .. size {
    u[t+1, x, z] = p0[x, z]*m[x, z]*u[t, x, z]
  }
}`)
}

// Where damp is read elsewhere, an array would be one more to read.
func TestInvariantDivisorThatFreesNothing(t *testing.T) {
	const program = `
setup { }
step {
  compute x = 0 .. size, z = 0 .. size {
    u[t+1, x, z] = damp[x, z]*m[x, z]*u[t, x, z]/(m[x, z] + damp[x, z])
  }
}`
	expectProgram(t, "invariants", program, "", program)
}

// A function of parameters is computed once, and shared between computes and
// between the points of a stencil.
func TestInvariantFunction(t *testing.T) {
	expectProgram(t, "invariants", `
setup { }
step {
  compute x = 0 .. size, z = 0 .. size {
    u[t+1, x, z] = sqrt(m[x, z])*u[t, x, z] + sin(u[t, x, z])
  }
  compute x = 0 .. size, z = 0 .. size {
    v[t+1, x, z] = sqrt(m[x, z])*v[t, x, z] + sqrt(m[x+1, z])
  }
}`, "precomputed p0[x, z]", `
setup {
  compute x = 0 .. size+1, z = 0 .. size {
    p0[x, z] = sqrt(m[x, z]) note "the same in every step"
  }
}
step {
  compute x = 0 .. size, z = 0 .. size {
    u[t+1, x, z] = p0[x, z]*u[t, x, z] + sin(u[t, x, z])
  }
  compute x = 0 .. size, z = 0 .. size {
    v[t+1, x, z] = p0[x, z]*v[t, x, z] + p0[x+1, z]
  }
}`)
}

// What the coefficient of a divisor multiplies is taken out where the rest of the
// divisor is usually zero; that rest becomes an array that is usually zero.
func TestInvariantExcess(t *testing.T) {
	before, after := declarations, declarations
	for _, s := range []*string{&before, &after} {
		*s = strings.Replace(*s, "param damp[x, z]", "param damp[x, z] usual 0", 1)
	}
	expectText(t, "invariants", before+`
setup { let %c0 = $dt }
step {
  compute x = 0 .. size, z = 0 .. size {
    u[t+1, x, z] = u[t, x, z] + (u[t, x-1, z] - m[x, z]*(u[t-1, x, z] - u[t, x, z]))/(m[x, z] + %c0*damp[x, z])
  }
}`, after+`precomputed p0[x, z]
precomputed p1[x, z] usual 0
setup {
  let %c0 = $dt
  compute x = 0 .. size, z = 0 .. size {
    p0[x, z] = 1/(m[x, z] + %c0*damp[x, z]) note "the same in every step"
  }
  compute x = 0 .. size, z = 0 .. size {
    p1[x, z] = %c0*damp[x, z]/(m[x, z] + %c0*damp[x, z]) note "the same in every step"
  }
}
step {
  compute x = 0 .. size, z = 0 .. size {
    u[t+1, x, z] = u[t, x, z] + (p0[x, z]*u[t, x-1, z] + (u[t, x, z] - u[t-1, x, z]) - p1[x, z]*(u[t, x, z] - u[t-1, x, z]))
  }
}`)
}

// An inverse that one compute has made serves the others.
func TestInvariantShared(t *testing.T) {
	expectProgram(t, "invariants", `
setup { }
step {
  compute x = 0 .. 4, z = 0 .. size { u[t+1, x, z] = m[x, z]*u[t, x, z]/(m[x, z] + damp[x, z]) + damp[x, z]*u[t, x, z] }
  compute x = 0 .. size, z = 0 .. size { v[t+1, x, z] = u[t, x, z]/(m[x, z] + damp[x, z]) }
}`, "precomputed p0[x, z]", `
setup {
  compute x = 0 .. size, z = 0 .. size { p0[x, z] = 1/(m[x, z] + damp[x, z]) note "the same in every step" }
}
step {
  compute x = 0 .. 4, z = 0 .. size { u[t+1, x, z] = p0[x, z]*m[x, z]*u[t, x, z] + damp[x, z]*u[t, x, z] }
  compute x = 0 .. size, z = 0 .. size { v[t+1, x, z] = p0[x, z]*u[t, x, z] }
}`)
}
