package pass_test

import (
	"strings"
	"testing"
)

func TestInPlace(t *testing.T) {
	compute := func(body string) string {
		return grid + "{ " + body + " } "
	}
	first := func(body string) string { return "compute x = 0 .. 5, z = 0 .. size { " + body + " } " }
	last := func(body string) string { return "compute x = size-4 .. size, z = 0 .. size { " + body + " } " }
	const update = "u[t+1, x, z] = 2*u[t, x, z] - u[t-1, x, z]"
	for _, v := range []struct {
		why, step string
		two       bool // buffers remain
	}{
		{"the oldest level is read where it is overwritten", compute(update), true},
		{"and is read by computes before", compute("v[t+1, x, z] = u[t-1, x+1, z]") + compute(update), true},
		{"or sampled before", "sample rec from u[t-1, x+1, z] " + compute(update), true},
		{"it is not read at all", compute("u[t+1, x, z] = u[t, x+1, z]"), true},
		{"other points need it", compute("u[t+1, x, z] = u[t-1, x+1, z]"), false},
		{"a compute behind needs it", compute(update) + compute("v[t+1, x, z] = u[t-1, x, z]"), false},
		{"receivers behind need it", compute(update) + "sample rec from u[t-1, x, z]", false},
		{"a later statement of the compute needs it", compute(update + " v[t+1, x, z] = u[t-1, x, z]"), false},
		{"an earlier statement of the compute needs it", compute("v[t+1, x, z] = u[t-1, x, z] " + update), true},
		{"what is written behind it does not need it", compute(update) + compute("u[t+1, x, z] = 2*u[t+1, x, z]"), true},
		{"what is written behind it needs it", compute(update) + compute("u[t+1, x, z] = u[t+1, x, z] - u[t-1, x, z]"), false},
		{"two ends of an axis are each written once", first(update) + last(update), true},
		{"one end needs the points of the other", first(update) + last("u[t+1, x, z] = u[t-1, x-1, z]"), false},
		{"t+1 is never written", compute("v[t+1, x, z] = u[t, x, z]"), false},
	} {
		before := declarations + "setup { } step { " + v.step + " }"
		after := before
		if v.two {
			after = strings.Replace(after, "state u[t, x, z] levels 3 buffers 3", "state u[t, x, z] levels 3 buffers 2", 1)
		}
		// v is left alone: its oldest level is of no interest here.
		p, want := parse(t, before), parse(t, after)
		run(t, "inplace", p)
		if got := p.Array("u").Buffers; got != want.Array("u").Buffers {
			t.Errorf("%s: %d buffers of u\n%s", v.why, got, p)
		}
	}
}
