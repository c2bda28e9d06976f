package pass

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The table is checked when the package is initialised, so a wrong one takes
// a process of its own: this variable is set before that check, and spoils the
// table there as the environment says.
var _ = spoil(os.Getenv("COURANT_SPOIL"))

// spoil swaps the two passes of a row "first second" of Order, or takes out
// the pass of "first".
func spoil(how string) bool {
	words := strings.Fields(how)
	if len(words) == 0 {
		return false
	}
	first := slices.IndexFunc(Table, func(p Pass) bool { return p.Name == words[0] })
	if len(words) == 1 {
		Table = slices.Delete(Table, first, first+1)
		return true
	}
	second := slices.IndexFunc(Table, func(p Pass) bool { return p.Name == words[1] })
	Table[first], Table[second] = Table[second], Table[first]
	return true
}

// The table keeps to the order that is asked for.
func TestOrder(t *testing.T) {
	if len(Order) == 0 {
		t.Error("no pass stands before another one for a reason")
	}
	for _, o := range Order {
		first, second := slices.Index(Names(), o.First), slices.Index(Names(), o.Second)
		if first < 0 || second < 0 || first >= second {
			t.Errorf("%s does not stand before %s in %v", o.First, o.Second, Names())
		}
		if o.Why == "" {
			t.Errorf("%s stands before %s for no reason", o.First, o.Second)
		}
	}
}

// A table that breaks a row of the order stops the program at once, and says
// which one.
func TestWrongTableIsRefused(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Skip(err)
	}
	start := func(how string) string {
		cmd := exec.Command(self, "-test.run", "^$")
		cmd.Env = append(os.Environ(), "COURANT_SPOIL="+how)
		out, err := cmd.CombinedOutput()
		if err == nil {
			return ""
		}
		return string(out)
	}
	if out := start(""); out != "" {
		t.Fatalf("the table as it stands is refused: %s", out)
	}
	// The passes between two that are swapped have rows too: whichever is
	// broken first is named.
	for _, o := range Order {
		if out := start(o.First + " " + o.Second); !strings.Contains(out, "panic: pass ") || !strings.Contains(out, " must stand before ") {
			t.Errorf("%s behind %s: %q", o.First, o.Second, out)
		}
		for _, name := range []string{o.First, o.Second} {
			if out := start(name); !strings.Contains(out, "must stand before") || !strings.Contains(out, name) {
				t.Errorf("without %s: %q", name, out)
			}
		}
	}
	// Neighbours break no other row.
	if out := start("cse planes"); !strings.Contains(out, "pass cse must stand before planes: its names may serve both goes") {
		t.Errorf("planes in front of cse: %q", out)
	}
}
