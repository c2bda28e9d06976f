package pass_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/pass"
)

const plain = declarations + "setup { } step { " + grid + "{ u[t+1, x, z] = 2*u[t, x, z] - u[t-1, x, z] } }"

func TestUnknownPass(t *testing.T) {
	err := pass.Run(parse(t, plain), facts.CPU, pass.Options{Disable: []string{"inline"}})
	if err == nil || !strings.Contains(err.Error(), `no pass "inline"`) || !strings.Contains(err.Error(), "canonicalise") {
		t.Errorf("got %v", err)
	}
}

func TestAfterSeesEachPass(t *testing.T) {
	var seen []string
	p, last := parse(t, plain), ""
	if err := pass.Run(p, facts.CPU, pass.Options{Disable: []string{"cse"}, After: func(name, program string) {
		seen, last = append(seen, name), program
	}}); err != nil {
		t.Fatal(err)
	}
	if want := slices.DeleteFunc(pass.Names(), func(n string) bool { return n == "cse" }); !slices.Equal(seen, want) {
		t.Errorf("saw %v, want %v", seen, want)
	}
	if last != p.String() {
		t.Errorf("the last pass left\n%s\nbut After saw\n%s", p, last)
	}
}

// A wrong program is the compiler's fault: the panic names the pass and shows
// the program.
func TestWrongProgramPanics(t *testing.T) {
	p := parse(t, plain)
	p.Halo[0] = -1
	defer func() {
		message, _ := recover().(string)
		if !strings.Contains(message, "pass lower made a wrong program k") || !strings.Contains(message, "u[t+1, x, z] = ") {
			t.Errorf("got %s", message)
		}
	}()
	_ = pass.Run(p, facts.CPU, pass.Options{})
}
