package pass

import "testing"

func TestVectorise(t *testing.T) {
	expectKernel(t, vectorise, `
prepare { }
step {
  for x = 0 .. size {
    for z = 0 .. size {
      u[t+1, x, z] = 0
    }
  }
}`, "", `
prepare { }
step {
  for x = 0 .. size {
    for z = 0 .. size vector {
      u[t+1, x, z] = 0
    }
  }
}`)
}
