package pass

import (
	"testing"

	"github.com/courant-pde/courant/codegen/ir"
)

const declarations = `kernel k f64
axes x halo 2, z halo 2
time 1 .. steps-1
scalar dt
scalar h
param m[x, z]
param damp[x, z]
param d[z]
state u[t, x, z] levels 3 buffers 3
state v[t, x, z] levels 3 buffers 3
points src inject
points rec sample
`

func parse(t *testing.T, text string) *ir.Kernel {
	t.Helper()
	k, err := ir.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := ir.Verify(k); err != nil {
		t.Fatalf("%v\n%s", err, k)
	}
	return k
}

// expectKernel runs a pass on a kernel given by what stands behind the
// declarations, and compares all of the outcome. extra declares what the pass
// adds.
func expectKernel(t *testing.T, run func(*ir.Kernel), before, extra, after string) {
	t.Helper()
	expectText(t, run, declarations+before, declarations+extra+after)
}

func expectText(t *testing.T, run func(*ir.Kernel), before, after string) {
	t.Helper()
	k, want := parse(t, before), parse(t, after)
	run(k)
	if err := ir.Verify(k); err != nil {
		t.Errorf("made a wrong kernel: %v", err)
	}
	if k.String() != want.String() {
		t.Errorf("got\n%s\nwant\n%s", k, want)
	}
}

// expectValue runs a pass on a kernel that assigns one value, and compares
// the values.
func expectValue(t *testing.T, run func(*ir.Kernel), before, after string) {
	t.Helper()
	text := func(value string) string {
		return declarations + "prepare { } step { for x = 0 .. size { for z = 0 .. size { u[t+1, x, z] = " + value + " } } }"
	}
	k, want := parse(t, text(before)), parse(t, text(after))
	run(k)
	value := func(k *ir.Kernel) string {
		return k.Text(ir.Value(ir.Innermost(k.Step[0].(*ir.Loop)).Body[0]))
	}
	if err := ir.Verify(k); err != nil {
		t.Errorf("%s: made a wrong kernel: %v", before, err)
	}
	if value(k) != value(want) {
		t.Errorf("%s\nbecame %s\nwant   %s", before, value(k), value(want))
	}
}
