package c_test

import (
	"errors"
	"testing"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/codegen/loop"
)

// What loops can say but this target cannot do is named.
func TestUnsupported(t *testing.T) {
	const head = `kernel k f32
axes x halo 0
time 0 .. steps-1
state u[t, x] levels 2 buffers 2
setup { }
run { team { for t = first(t) .. last(t)+1 { `
	const device = "target c does not support loops over the blocks and threads of a device"
	for _, v := range []struct{ body, want string }{
		{"for x = 0 .. size(x) threads { u[@1, x] = u[x] }", ""},
		{"for xb along x = 0 .. size(x) step 32 grid { for x = xb .. min(xb+32, size(x)) { let %a = u[x] } }", device},
		{"for xb along x = 0 .. size(x) step 32 grid { for x = xb .. min(xb+32, size(x)) block { u[@1, x] = u[x] } }", device},
	} {
		k, err := loop.Parse(head + v.body + " } } }")
		if err != nil {
			t.Fatal(err)
		}
		if err := loop.Verify(k); err != nil {
			t.Fatal(err)
		}
		_, err = c.Target{}.Emit(k)
		var unsupported *backends.Unsupported
		if v.want == "" && err == nil {
			continue
		}
		if !errors.As(err, &unsupported) || err.Error() != v.want {
			t.Errorf("%s: got %v, want %s", v.body, err, v.want)
		}
	}
}
