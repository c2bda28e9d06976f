package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/seismic/segy"
)

// The command says what is in a file and draws it; the exit code is 2 when
// something of it is refused, unless the configuration says what is meant.
func TestSEGY(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "line.SGY")
	if err := segy.Write(path, segy.Gather{Interval: 2, Number: 1, Source: segy.Place{X: 50}, Receivers: []segy.Place{{X: 100}, {X: 200}}, Records: field.New64(11, 2)}); err != nil {
		t.Fatal(err)
	}
	picture := filepath.Join(dir, "line.png")
	stdout, stderr, code := courant(t, "segy", path, "--png", picture, "--text")
	if code != 0 || !strings.Contains(stdout, "11 of 2 ms") || !strings.Contains(stdout, "C40 END TEXTUAL HEADER") {
		t.Errorf("%d\n%s%s", code, stdout, stderr)
	}
	if about, err := os.Stat(picture); err != nil || about.Size() < 1000 {
		t.Errorf("%v", err)
	}
	stdout, _, code = courant(t, "segy", path, dir, "--json")
	var all []struct {
		Shots    int
		Interval float64 `json:"interval_ms"`
	}
	if err := json.Unmarshal([]byte(stdout), &all); err != nil || code != 0 || len(all) != 2 || all[1].Shots != 1 || all[0].Interval != 2 {
		t.Errorf("%v, %d\n%s", err, code, stdout)
	}

	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[3217] = 7 // another interval
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	if stdout, stderr, code := courant(t, "segy", path); code != exitUser || !strings.Contains(stdout, "refused") || !strings.Contains(stderr, "refused") {
		t.Errorf("%d\n%s%s", code, stdout, stderr)
	}
	config := smallSurvey(t, dir)
	text, err := os.ReadFile(config)
	if err == nil {
		err = os.WriteFile(config, append(text, "[segy]\ninterval_from = \"traces\"\n"...), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	if stdout, stderr, code := courant(t, "segy", path, "--config", config); code != 0 || !strings.Contains(stdout, "11 of 2 ms") {
		t.Errorf("%d\n%s%s", code, stdout, stderr)
	}
	for _, args := range [][]string{{filepath.Join(dir, "none.sgy")}, {dir, path, "--png", picture}, {path, "--config", path}, {}} {
		if _, stderr, code := courant(t, append([]string{"segy"}, args...)...); code != exitUser {
			t.Errorf("%q: %d\n%s", args, code, stderr)
		}
	}
}
