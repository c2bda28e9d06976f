package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// The schedule that explain prints gives what apply gives without one, and so
// does one by hand that takes three steps at a time; what is wrong with a
// schedule is said with its place or its dependence.
func TestScheduleByHand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	printed, stderr, code := courant(t, "explain", acoustic, "--dim", "2", "--space-order", "4", "--schedule")
	if code != 0 || !strings.HasPrefix(printed, "schedule acoustic\ngroup u {") {
		t.Fatalf("exit code %d\n%s%s", code, printed, stderr)
	}
	args := shotArguments(t, dir, 120)
	record := func(more ...string) *field.Array {
		rec := filepath.Join(dir, "rec.npy")
		_, stderr, code := courant(t, append(append(args, "--out", "rec="+rec), more...)...)
		if code != 0 {
			t.Fatalf("%v: exit code %d\n%s", more, code, stderr)
		}
		a, err := field.ReadNPY(rec)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	want := record()
	least, greatest := want.Range()
	for name, text := range map[string]string{
		"printed":   printed,
		"wavefront": "schedule acoustic\ngroup u src rec steps 3 {\n  tile x 7 skew\n  threads points\n  lanes 4\n}\n",
	} {
		got := record("--schedule", write(name, text))
		for i := range want.Len() {
			// A compiler joins products and sums as it likes: some roundings a step.
			if d := math.Abs(got.At(i) - want.At(i)); !(d <= 120*20*math.Exp2(-53)*max(greatest, -least)) {
				t.Fatalf("%s: rec%v is %g, want %g", name, want.Index(i), got.At(i), want.At(i))
			}
		}
	}
	for text, wants := range map[string][]string{
		"schedule acoustic\ngroup u src rec steps 3 {\n  tile x 7 skew 0 0 0\n}\n": {"u[t, x, z] is read by", "acoustic.pde:13", "skew it by"},
		"schedule acoustic\ngroup u {\n  tile x 0\n}\n":                            {"bad.schedule:3:10", "a tile has at least one point"},
		"schedule elastic\n": {"it is one for operator elastic, not for acoustic"},
	} {
		_, stderr, code := courant(t, append(args, "--schedule", write("bad.schedule", text))...)
		for _, want := range wants {
			if code != exitUser || !strings.Contains(stderr, want) {
				t.Errorf("exit code %d, and no %q in\n%s", code, want, stderr)
			}
		}
	}
}
