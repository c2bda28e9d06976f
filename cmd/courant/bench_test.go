package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Results are saved, compared with, and drawn; a slower case has an exit code of its own.
func TestBenchKeepsResults(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, picture := filepath.Join(dir, "before.json"), filepath.Join(dir, "roof.svg")
	tiny := []string{"bench", acoustic, "--sweep", "12,14", "--dim", "2", "--space-order", "2", "--steps", "2", "--repeat", "1", "--threads", "1"}
	out, stderr, code := courant(t, append(tiny, "--save", file, "--roofline", picture)...)
	if code != 0 || !strings.Contains(out, "14 x 14") {
		t.Fatalf("exit code %d, %s%s", code, out, stderr)
	}
	if drawn, err := os.ReadFile(picture); err != nil || !strings.Contains(string(drawn), "order 2, 14 x 14") {
		t.Errorf("%v: %d bytes", err, len(drawn))
	}
	// In the saved file one case becomes faster than any machine.
	var all map[string]any
	text, err := os.ReadFile(file)
	if err != nil || json.Unmarshal(text, &all) != nil {
		t.Fatalf("%v: %s", err, text)
	}
	cases := all["cases"].([]any)
	if len(cases) != 2 {
		t.Fatalf("%d cases", len(cases))
	}
	cases[0].(map[string]any)["gpts_per_s"].(map[string]any)["median"] = 1e9
	cases[1].(map[string]any)["gpts_per_s"].(map[string]any)["median"] = 1e-9
	if text, err = json.Marshal(all); err == nil {
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	out, stderr, code = courant(t, append(tiny, "--baseline", file, "--slower-than", "50")...)
	if code != exitSlower || strings.Count(stderr, "slower than in") != 1 || !strings.Contains(out, "compared with "+file) {
		t.Errorf("exit code %d, %s%s", code, out, stderr)
	}
}
