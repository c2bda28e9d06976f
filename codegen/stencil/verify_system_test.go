package stencil_test

import (
	"strings"
	"testing"
)

// system declares what programs of systems have besides.
const system = `program k f64
axes x halo 3, z halo 2
time 0 .. steps-1
scalar dt
scalar n
param b[x, z]
state v[t, x, z] levels 2 buffers 2 half x edge z odd even
state own[t, x, z] levels 2 buffers 2 halo x 1 5 halo z 0 2
state f[t, x, z] input
temporary w[x, z]
image g[x, z]
history us[x, z] every $n
points src inject
points src_x inject traces src half x
points rec sample
series e
setup { }
step { BODY }
`

func TestVerifySystems(t *testing.T) {
	wide := func(margin, body string) string {
		return over("x = -"+margin+" .. size+"+margin+", z = 0 .. size", body)
	}
	for _, v := range []struct{ body, want string }{
		// Temporaries are read where they are computed.
		{wide("2", "w[x, z] = v[t, x+1, z]") + grid("v[t+1, x, z] = w[x-2, z] + w[x+2, z]"), ""},
		{wide("1", "w[x, z] = v[t, x+1, z]") + grid("v[t+1, x, z] = w[x-2, z]"), "step: w[x-2, z] is read where it is not computed"},
		{wide("3", "w[x, z] = v[t, x+1, z]"), "step: v[t, x+1, z] reaches beyond the halo of 3 points along x"},
		{grid("v[t+1, x, z] = w[x, z]"), "step: w[x, z] is read before it is computed"},
		{grid("w[x, z] = 1") + grid("v[t+1, x, z] = w[x, z]") + "sample rec from w[x+1, z]", "step: w[x+1, z] is read where it is not computed"},
		{grid("w[x, z] = 1") + "reduce e from sum of w[x, z] over 0 .. size, 0 .. size", ""},
		{over("x = 1 .. size, z = 0 .. size", "w[x, z] = 1") + "reduce e from sum of w[x, z] over 0 .. size, 0 .. size", "step: w[x, z] is read where it is not computed"},
		// Regions.
		{over("x = 0 .. 4, z = size-2 .. size", "v[t+1, x, z] = v[t, x-3, z+2]"), ""},
		{over("x = 2 .. size-1, z = 0 .. size", "v[t+1, x, z] = 0"), ""},
		// Fields with halos of their own.
		{grid("own[t+1, x, z] = own[t, x-1, z] + own[t, x+5, z+2]"), ""},
		{grid("own[t+1, x, z] = own[t, x-2, z]"), "step: own[t, x-2, z] reaches beyond the halo of 5 points along x"},
		{grid("own[t+1, x, z] = own[t, x, z-1]"), "step: own[t, x, z-1] reaches beyond the halo of 2 points along z"},
		{grid("own[t+1, x, z] = 0") + "fill own[t+1] width 1 5, 0 2 edge x even even", ""},
		{grid("own[t+1, x, z] = 0") + "fill own[t+1] width 2 5, 0 2 edge x even even", "step: fill of own: width [2 5] in a halo of [1 5] points along x"},
		// Wavefields that the caller gives.
		{grid("v[t+1, x, z] = f[t-7, x, z] + f[t+7, x-3, z]"), ""},
		{grid("v[t+1, x, z] = f[t+8, x, z]"), "step: f[t+8] is outside the 1 levels of f"},
		{grid("f[t+1, x, z] = 0"), "step: f is written, but it is given by the caller"},
		// Images and histories.
		{grid("g[x, z] = g[x, z] + b[x, z]"), ""},
		{grid("g[x, z] = g[x+1, z]"), "step: g[x+1, z] is read while another point writes its buffer"},
		{"inject src into g[x, z] times b[x, z]", ""},
		{over("x = 0 .. size, z = 0 .. size every $n", "us[x, z] = v[t, x, z]"), ""},
		{over("x = 0 .. size, z = 0 .. size every 3", "g[x, z] = us[x+1, z]"), ""},
		{grid("v[t+1, x, z] = us[t+1, x, z]"), "step: us[t+1]: us does not vary in time"},
		// Conditions.
		{over("x = 0 .. size, z = 0 .. size at last", "g[x, z] = 0"), ""},
		{over("x = 0 .. size, z = 0 .. size every 0", "g[x, z] = 0"), "step: every 0 steps"},
		{over("x = 0 .. size, z = 0 .. size every $m", "g[x, z] = 0"), "step: unknown scalar $m"},
		{"sample rec from b[x, z] every $m", "step: unknown scalar $m"},
		{"reduce e from sum of b[x, z] over 0 .. size, 0 .. size every $m", "step: unknown scalar $m"},
		{"inject src into g[x, z] times 1 every $m", "step: unknown scalar $m"},
		{grid("v[t+1, x, z] = 0") + "fill v[t+1] width 1 1, 1 1 every $m", "step: unknown scalar $m"},
		{over("x = 0 .. size, z = 0 .. size every 2", "v[t+1, x, z] = 0"), "step: v is written in some steps only"},
		{over("x = 0 .. size, z = 0 .. size at last", "v[t+1, x, z] = 0"), "step: v is written in some steps only"},
		{grid("v[t+1, x, z] = 0") + "inject src into v[t+1, x, z] times 1 every 2", "step: v is written in some steps only"},
		{"inject src into g[x, z] times 1 every 2", ""},
		// Reductions.
		{"reduce e from sum of v[t, x, z]*v[t, x+1, z] over 0 .. size, 1 .. size-2", ""},
		{"reduce e from mean of b[x, z] over 0 .. size, 0 .. size", "step: reduce e: no operation mean"},
		{"reduce f from sum of b[x, z] over 0 .. size, 0 .. size", "step: there is no series f"},
		{"reduce e from sum of b[x, z] over 0 .. size", "step: reduce e: 1 ranges for 2 axes"},
		{"reduce e from sum of b[x, z] over -1 .. size, 0 .. size", "step: reduce e: -1 .. size along x"},
		{"reduce e from sum of b[x, z] over 0 .. size, 0 .. size+1", "step: reduce e: 0 .. size+1 along z"},
		{"reduce e from sum of b[x+4, z] over 0 .. size, 0 .. size", "step: b[x+4, z] reaches beyond the halo of 3 points along x"},
		{"reduce e from sum of %a over 0 .. size, 0 .. size", "step: %a is used before it is defined"},
		// Points seen from other places, halos.
		{grid("v[t+1, x, z] = 0") + "inject src_x into v[t+1, x, z] times b[x, z]", ""},
		{grid("v[t+1, x, z] = 0") + "fill v[t+1] width 3 3, 2 2 edge z odd even", ""},
		{grid("g[x, z] = 0") + "fold g[t] width 0 3, 2 0 edge x last last", ""},
		{grid("v[t+1, x, z] = 0") + "fill v[t+1] width 4 3, 2 2", "step: fill of v: width [4 3] in a halo of [3 3] points along x"},
		{grid("v[t+1, x, z] = 0") + "fill v[t+1] width 3 3, 2 3", "step: fill of v: width [2 3] in a halo of [2 2] points along z"},
		{"fill q[t] width 1 1, 1 1", "step: fill of unknown field q"},
		{"fill v[t] width 1 1", "step: fill of v: 1 widths and 2 edges for 2 axes"},
		{"fill v[t+2] width 1 1, 1 1", "step: v[t+2] is outside the 2 levels of v"},
		{"fill g[t+1] width 1 1, 1 1", "step: g[t+1]: g does not vary in time"},
	} {
		expectMessage(t, strings.Replace(system, "BODY", v.body, 1), v.want)
	}
}

// What is wrong in declarations of systems.
func TestVerifySystemDeclarations(t *testing.T) {
	for _, v := range []struct{ old, with, want string }{
		{"every $n", "", "history array us: frames belong to histories, and histories to frames"},
		{"every $n", "every $m", "array us: unknown scalar $m"},
		{"every $n", "every 0", "history array us: frames belong to histories, and histories to frames"},
		{"image g[x, z]", "image g[x, z] every 2", "image array g: frames belong to histories, and histories to frames"},
		{"odd even", "wrap even", "array v wraps around at one end of z only"},
		{"temporary w[x, z]", "temporary w[x, z] levels 2 buffers 2", "temporary array w: 2 buffers for 2 levels"},
		{"series e", "series e\nseries e", "series e is declared twice"},
	} {
		expectMessage(t, strings.Replace(strings.Replace(system, "BODY", "", 1), v.old, v.with, 1), v.want)
	}
}
