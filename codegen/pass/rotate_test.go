package pass

import (
	"strings"
	"testing"
)

func TestRotate(t *testing.T) {
	nest := func(body string) string {
		return "for x = 0 .. size { for z = 0 .. size { " + body + " } }"
	}
	const update = "u[t+1, x, z] = 2*u[t, x, z] - u[t-1, x, z]"
	for _, v := range []struct {
		why, step string
		two       bool // buffers remain
	}{
		{"the oldest level is read where it is overwritten", nest(update), true},
		{"and is read by nests before", nest("v[t+1, x, z] = u[t-1, x+1, z]") + nest(update), true},
		{"or sampled before", "sample rec from u[t-1, x+1, z] " + nest(update), true},
		{"it is not read at all", nest("u[t+1, x, z] = u[t, x+1, z]"), true},
		{"other points need it", nest("u[t+1, x, z] = u[t-1, x+1, z]"), false},
		{"a nest behind needs it", nest(update) + nest("v[t+1, x, z] = u[t-1, x, z]"), false},
		{"receivers behind need it", nest(update) + "sample rec from u[t-1, x, z]", false},
		{"a later statement of the nest needs it", nest(update + " v[t+1, x, z] = u[t-1, x, z]"), false},
		{"an earlier statement of the nest needs it", nest("v[t+1, x, z] = u[t-1, x, z] " + update), true},
		{"t+1 is written by two nests", nest(update) + nest("u[t+1, x, z] = 2*u[t+1, x, z]"), false},
		{"t+1 is never written", nest("v[t+1, x, z] = u[t, x, z]"), false},
	} {
		before := declarations + "prepare { } step { " + v.step + " }"
		after := before
		if v.two {
			after = strings.Replace(after, "state u[t, x, z] levels 3 buffers 3", "state u[t, x, z] levels 3 buffers 2", 1)
		}
		// v is left alone: its oldest level is of no interest here.
		k, want := parse(t, before), parse(t, after)
		rotateBuffers(k)
		if got := k.Array("u").Buffers; got != want.Array("u").Buffers {
			t.Errorf("%s: %d buffers of u\n%s", v.why, got, k)
		}
	}
}
