package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Options that do not go together are refused before anything is measured.
func TestBenchRefusesOptions(t *testing.T) {
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty.json")
	if err := os.WriteFile(empty, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	plan := filepath.Join(dir, "plan.schedule")
	if err := os.WriteFile(plan, []byte("schedule acoustic"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct{ options, want string }{
		{"--sweep 8,9 --shape 8,8", "--sweep and --shape"},
		{"--sweep eight", `"eight" is no number of grid points`},
		{"--sweep 8,-2", "a grid of -2 points"},
		{"--sweep 8 --dim 4", "4 axes"},
		{"--sweep 8 --dim -1", "-1 axes"},
		{"--shape 8,8 --dim 2", "--dim is for --sweep"},
		{"--sweep auto --gradient m", "give the sizes for gradients"},
		{"--sweep auto --pad 1000000", "no grid with 1000000 points of layer"},
		{"--shape 8,8 --gradient=", "names no field"},
		{"--shape 8,8 --gradient m --roofline a.png", "leave one of them out"},
		{"--shape 8,8 --gradient m --block 4,4", "gradients search their tiles"},
		{"--shape 8,8 --gradient q", "no field q"},
		{"--shape 8,8 --gradient m --half u", "leave out one of the two"},
		{"--shape 8,8 --gradient m --tune quick", "--tune is for steps"},
		{"--shape 8,8 --tune slow", `there is no search "slow"`},
		{"--shape 8,8 --tune quick --schedule " + plan, "leave one of them out"},
		{"--shape 8,8 --memory 1GiB", "--memory is for --gradient"},
		{"--shape 8,8 --gradient m --memory much", "no amount of memory"},
		{"--shape 8,8 --roofline a.pdf", "a .png or .svg file"},
		{"--shape 8,8 --slower-than 5", "needs --baseline"},
		{"--shape 8,8 --baseline " + empty + " --slower-than 200", "above 0 and below 100"},
		{"--shape 8,8 --baseline " + empty, "holds no saved results"},
		{"--shape 8,8 --baseline " + filepath.Join(dir, "none.json"), "none.json"},
		{"--shape 8,8 --space-order 4,4", "named twice"},
		{"--shape 8,8 --space-order -4", "orders are even"},
		{"--shape 8,8 --space-order 5", "5"},
		{"--shape 8,8 --against deepwave", "--gradient vp"},
		{"--shape 8,8 --against deepwave --gradient damp", "by vp or m, not by damp"},
	} {
		out, stderr, code := courant(t, append([]string{"bench", acoustic}, strings.Fields(v.options)...)...)
		if code != exitUser || !strings.Contains(stderr, v.want) || out != "" {
			t.Errorf("%s: exit code %d, %q is not in %s%s", v.options, code, v.want, stderr, out)
		}
	}
	_, stderr, code := courant(t, "bench", "../../testdata/operators/vti.pde", "--shape", "8,8", "--against", "devito")
	if code != exitUser || !strings.Contains(stderr, "acoustic, tti, elastic, viscoelastic") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

// Results are saved, compared with, and drawn; a slower case has an exit code of its own.
func TestBenchKeepsResults(t *testing.T) {
	dir := t.TempDir()
	file, picture := filepath.Join(dir, "before.json"), filepath.Join(dir, "roof.svg")
	tiny := []string{"bench", acoustic, "--sweep", "12,14", "--dim", "2", "--space-order", "2,4", "--steps", "2", "--repeat", "1", "--threads", "1"}
	out, stderr, code := courant(t, append(tiny, "--save", file, "--roofline", picture)...)
	if code != 0 || strings.Count(out, "14 x 14") < 2 {
		t.Fatalf("exit code %d, %s%s", code, out, stderr)
	}
	if drawn, err := os.ReadFile(picture); err != nil || !strings.Contains(string(drawn), "order 4, 14 x 14") {
		t.Errorf("%v: %d bytes", err, len(drawn))
	}
	// In the saved file one case becomes faster than any machine.
	var all map[string]any
	text, err := os.ReadFile(file)
	if err != nil || json.Unmarshal(text, &all) != nil {
		t.Fatalf("%v: %s", err, text)
	}
	cases := all["cases"].([]any)
	if len(cases) != 4 {
		t.Fatalf("%d cases", len(cases))
	}
	cases[0].(map[string]any)["gpts_per_s"].(map[string]any)["median"] = 1e9
	for _, c := range cases[1:] {
		c.(map[string]any)["gpts_per_s"].(map[string]any)["median"] = 1e-9
	}
	if text, err = json.Marshal(all); err == nil {
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if out, stderr, code = courant(t, append(tiny, "--baseline", file)...); code != 0 || !strings.Contains(out, "compared with "+file) {
		t.Errorf("exit code %d, %s%s", code, out, stderr)
	}
	if _, stderr, code = courant(t, append(tiny, "--baseline", file, "--slower-than", "50")...); code != exitSlower || strings.Count(stderr, "slower than in") != 1 {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}
