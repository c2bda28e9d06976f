package c_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/codegen/ir"
)

// What the IR can say but this target cannot do is named.
func TestUnsupported(t *testing.T) {
	const kernel = `kernel k f32
axes x halo 0
time 0 .. steps-1 TILE
state u[t, x] levels 2 buffers 2 RESIDENT
prepare { }
step { for x = 0 .. size { u[t+1, x] = u[t, x] } }
`
	for _, v := range []struct{ tile, resident, want string }{
		{"", "", ""},
		{"tile 4", "", "target c does not support tiles of several time steps"},
		{"", "resident", "target c does not support arrays in the memory of a device, such as u"},
	} {
		k, err := ir.Parse(strings.NewReplacer("TILE", v.tile, "RESIDENT", v.resident).Replace(kernel))
		if err != nil {
			t.Fatal(err)
		}
		if err := ir.Verify(k); err != nil {
			t.Fatal(err)
		}
		if again, err := ir.Parse(k.String()); err != nil || again.String() != k.String() {
			t.Errorf("%v, %v did not come back", again, err)
		}
		_, err = c.Backend{}.Emit(k)
		var unsupported *backends.Unsupported
		if v.want == "" && err == nil {
			continue
		}
		if !errors.As(err, &unsupported) || err.Error() != v.want {
			t.Errorf("got %v, want %s", err, v.want)
		}
	}
}
