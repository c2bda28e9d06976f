package loop_test

import (
	"testing"

	"github.com/courant-pde/courant/codegen/loop"
)

// What parses prints, and neither that nor the verifier panics. What is well
// formed comes back as it was.
func FuzzParse(f *testing.F) {
	f.Add(everything)
	f.Add(declared + "setup { let %a = $dt } run { team { for t = first(t) .. last(t)+1 { " + good + " } } }")
	f.Add("kernel k f32\naxes x halo 1\ntime 0 .. steps-1\nstate u[t, x] levels 2 buffers 2 buffer w[3 ring, size(x)+1] thread\nsetup { let %a = -(-2) - 3e5*(1/2)/4 }\nrun { for t = first(t) .. last(t)+1 { for x = 0 .. size(x) down { u[@1, x] = u[x-1] - %a } if every 2, 0 <= t-1 { u[0] = 1 } } }")
	f.Fuzz(func(t *testing.T, text string) {
		k, err := loop.Parse(text)
		if err != nil {
			return
		}
		_ = k.String()
		if loop.Verify(k) != nil {
			return
		}
		back := roundTrip(t, k)
		if err := loop.Verify(back); err != nil {
			t.Fatalf("%v\n%s", err, back)
		}
	})
}
