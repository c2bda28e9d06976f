package pass

import "testing"

// A divisor becomes an array when that frees another one, here damp.
func TestInvariantDivisor(t *testing.T) {
	expectKernel(t, invariants, `
prepare { let wide %c0 = $dt }
step {
  for x = 0 .. size {
    for z = 0 .. size {
      u[t+1, x, z] = m[x, z]*u[t, x, z]/(m[x, z] + %c0*damp[x, z])
    }
  }
}`, "scratch p0[x, z]", `
prepare {
  let wide %c0 = $dt
  for x = 0 .. size {
    for z = 0 .. size {
      p0[x, z] = 1/(m[x, z] + %c0*damp[x, z]) note "the same in every step"
    }
  }
}
step {
  for x = 0 .. size {
    for z = 0 .. size {
      u[t+1, x, z] = p0[x, z]*m[x, z]*u[t, x, z]
    }
  }
}`)
}

// Where damp is read elsewhere, an array would be one more to read.
func TestInvariantDivisorThatFreesNothing(t *testing.T) {
	const kernel = `
prepare { }
step {
  for x = 0 .. size {
    for z = 0 .. size {
      u[t+1, x, z] = damp[x, z]*m[x, z]*u[t, x, z]/(m[x, z] + damp[x, z])
    }
  }
}`
	expectKernel(t, invariants, kernel, "", kernel)
}

// A function of parameters is computed once, and shared between nests and
// between the points of a stencil.
func TestInvariantFunction(t *testing.T) {
	expectKernel(t, invariants, `
prepare { }
step {
  for x = 0 .. size {
    for z = 0 .. size {
      u[t+1, x, z] = sqrt(m[x, z])*u[t, x, z] + sin(u[t, x, z])
    }
  }
  for x = 0 .. size {
    for z = 0 .. size {
      v[t+1, x, z] = sqrt(m[x, z])*v[t, x, z] + sqrt(m[x+1, z])
    }
  }
}`, "scratch p0[x, z]", `
prepare {
  for x = 0 .. size+1 {
    for z = 0 .. size {
      p0[x, z] = sqrt(m[x, z]) note "the same in every step"
    }
  }
}
step {
  for x = 0 .. size {
    for z = 0 .. size {
      u[t+1, x, z] = p0[x, z]*u[t, x, z] + sin(u[t, x, z])
    }
  }
  for x = 0 .. size {
    for z = 0 .. size {
      v[t+1, x, z] = p0[x, z]*v[t, x, z] + p0[x+1, z]
    }
  }
}`)
}
