package ir_test

import (
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen/ir"
)

// system declares what kernels of systems have besides.
const system = `kernel k f64
axes x halo 3, z halo 2
time 0 .. steps-1
scalar dt
scalar n
param b[x, z]
state v[t, x, z] levels 2 buffers 2 half x edge z odd even
temp w[x, z]
image g[x, z]
history us[x, z] every $n
points src inject
points src_x inject traces src half x
series e
prepare { }
step { BODY }
`

func TestVerifySystems(t *testing.T) {
	wide := func(margin, body string) string {
		return "for x = -" + margin + " .. size+" + margin + " { for z = 0 .. size { " + body + " } }"
	}
	for _, v := range []struct{ body, want string }{
		// Temporaries are read where they are computed.
		{wide("2", "w[x, z] = v[t, x+1, z]") + nest("v[t+1, x, z] = w[x-2, z] + w[x+2, z]"), ""},
		{wide("1", "w[x, z] = v[t, x+1, z]") + nest("v[t+1, x, z] = w[x-2, z]"), "step: w[x-2, z] is read where it is not computed"},
		{wide("3", "w[x, z] = v[t, x+1, z]"), "step: v[t, x+1, z] reaches beyond the halo of 3 points along x"},
		{nest("v[t+1, x, z] = w[x, z]"), "step: w[x, z] is read before it is computed"},
		// Regions.
		{"for x = 0 .. 4 { for z = size-2 .. size { v[t+1, x, z] = v[t, x-3, z+2] } }", ""},
		{"for xb along x = 2 .. size-1 step block block { for x = xb .. min(xb+block, size-1) { for z = 0 .. size { v[t+1, x, z] = 0 } } }", ""},
		{"for xb along x = 2 .. size-1 step block block { for x = xb .. min(xb+block, size) { for z = 0 .. size { v[t+1, x, z] = 0 } } }", "step: loop x does not run over its block xb"},
		// Images and histories.
		{nest("g[x, z] = g[x, z] + b[x, z]"), ""},
		{nest("g[x, z] = g[x+1, z]"), "step: g[x+1, z] is read while another iteration writes its buffer"},
		{"every $n { " + nest("us[x, z] = v[t, x, z]") + " }", ""},
		{"every 3 { " + nest("g[x, z] = us[x+1, z]") + " }", ""},
		// Conditions.
		{"every 1.5 { " + nest("g[x, z] = 0") + " }", "step: every 1.5 steps"},
		{"every 2.5 { " + nest("g[x, z] = 0") + " }", "step: every 2.5 steps"},
		{"every $m { " + nest("g[x, z] = 0") + " }", "step: unknown scalar $m"},
		{"every 2 { every 2 { " + nest("g[x, z] = 0") + " } }", "step: a condition in a loop, in another one, or outside of a step"},
		{"every 2 { " + nest("v[t+1, x, z] = 0") + " }", "step: v is written in some steps only"},
		// Reductions.
		{"reduce e from sum of v[t, x, z]*v[t, x+1, z] over 0 .. size, 1 .. size-2", ""},
		{"reduce e from mean of b[x, z] over 0 .. size, 0 .. size", "step: reduce e: no operation mean"},
		{"reduce f from sum of b[x, z] over 0 .. size, 0 .. size", "step: there is no series f"},
		{"reduce e from sum of b[x, z] over 0 .. size", "step: reduce e: 1 bounds for 2 axes"},
		{"reduce e from sum of b[x, z] over -1 .. size, 0 .. size", "step: reduce e: -1 .. size along x"},
		{"for x = 0 .. size { reduce e from sum of b[x, z] over 0 .. size, 0 .. size }", "step: reduce e in a loop, or outside of a step"},
		// Points seen from other places, halos.
		{nest("v[t+1, x, z] = 0") + "inject src_x into v[t+1, x, z] times b[x, z]", ""},
		{nest("v[t+1, x, z] = 0") + "exchange v[t+1] width 3, 2", ""},
		{nest("v[t+1, x, z] = 0") + "exchange v[t+1] width 4, 2", "step: exchange of v: width 4 in a halo of 3 points along x"},
	} {
		text := strings.Replace(system, "BODY", v.body, 1)
		k, err := ir.Parse(text)
		if err != nil {
			t.Errorf("%v\n%s", err, v.body)
			continue
		}
		again, err := ir.Parse(k.String())
		if err != nil || again.String() != k.String() {
			t.Errorf("%v: %s did not come back", err, v.body)
		}
		got := ""
		if err := ir.Verify(k); err != nil {
			got = err.Error()
		}
		if got != v.want {
			t.Errorf("%s\ngot  %s\nwant %s", v.body, got, v.want)
		}
	}
}

// What is wrong in declarations of systems.
func TestVerifySystemDeclarations(t *testing.T) {
	for _, v := range []struct{ old, with, want string }{
		{"every $n", "", "history array us: frames belong to histories, and histories to frames"},
		{"image g[x, z]", "image g[x, z] every 2", "image array g: frames belong to histories, and histories to frames"},
		{"odd even", "wrap even", "array v wraps around at one end of z only"},
		{"temp w[x, z]", "temp w[x, z] levels 2 buffers 2", "temp array w: 2 buffers for 2 levels"},
		{"series e", "series e\nseries e", "series e is declared twice"},
	} {
		k, err := ir.Parse(strings.Replace(strings.Replace(system, "BODY", "", 1), v.old, v.with, 1))
		if err != nil {
			t.Error(err)
			continue
		}
		if err := ir.Verify(k); err == nil || err.Error() != v.want {
			t.Errorf("got %v, want %s", err, v.want)
		}
	}
}
