package pass

import (
	"slices"
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen/ir"
)

const plain = declarations + "prepare { } step { for x = 0 .. size { for z = 0 .. size { u[t+1, x, z] = 2*u[t, x, z] - u[t-1, x, z] } } }"

func TestUnknownPass(t *testing.T) {
	err := Run(parse(t, plain), Options{Disable: []string{"inline"}})
	if err == nil || !strings.Contains(err.Error(), `no pass "inline"`) || !strings.Contains(err.Error(), "canonicalise") {
		t.Errorf("got %v", err)
	}
}

func TestAfterSeesEachPass(t *testing.T) {
	var seen []string
	if err := Run(parse(t, plain), Options{Disable: []string{"cse"}, After: func(name string, _ *ir.Kernel) { seen = append(seen, name) }}); err != nil {
		t.Fatal(err)
	}
	if want := slices.DeleteFunc(Names(), func(n string) bool { return n == "cse" }); !slices.Equal(seen, want) {
		t.Errorf("saw %v, want %v", seen, want)
	}
}

// A wrong kernel is the compiler's fault: the panic names the pass and shows
// the kernel.
func TestWrongKernelPanics(t *testing.T) {
	k := parse(t, plain)
	k.Halo[0] = -1
	defer func() {
		message, _ := recover().(string)
		if !strings.Contains(message, "pass lower made a wrong kernel k") || !strings.Contains(message, "u[t+1, x, z] = ") {
			t.Errorf("got %s", message)
		}
	}()
	_ = Run(k, Options{})
}
