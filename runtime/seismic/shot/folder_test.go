package shot

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A shot replaces the files of an earlier one, be it killed, and touches no others: what
// stands in its way and is none of its own is a fault before anything is computed.
func TestFolder(t *testing.T) {
	dir := t.TempDir()
	path, err := filepath.Abs("../../../testdata/operators/acoustic.pde")
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out")
	names := func() (all []string) {
		entries, err := os.ReadDir(out)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			all = append(all, e.Name())
		}
		return all
	}
	var said []string
	run := func(snapshots string) error {
		said = nil
		text := strings.Replace(plain, "OPERATOR", path, 1) + "[snapshots]\ncount = " + snapshots + "\n"
		_, err := Run(t.Context(), configured(t, dir, text), out, Options{Threads: 1, NoPictures: true, Warn: func(text string) { said = append(said, text) }})
		return err
	}
	if err := run("2"); err != nil {
		t.Fatal(err)
	}
	if want := []string{"record.npy", "record.sgy", "shot.json", "snapshot_00050ms.npy", "snapshot_00100ms.npy"}; !slices.Equal(names(), want) {
		t.Errorf("%v, want %v: no pictures", names(), want)
	}
	notes := filepath.Join(out, "notes.txt")
	if err := os.WriteFile(notes, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run("1"); err != nil {
		t.Fatal(err)
	}
	if want := []string{"notes.txt", "record.npy", "record.sgy", "shot.json", "snapshot_00100ms.npy"}; !slices.Equal(names(), want) || !strings.Contains(strings.Join(said, "\n"), "the 4 files of an earlier shot in "+out+" are replaced") {
		t.Errorf("%v, want %v; it said %q", names(), want, said)
	}
	foreign := filepath.Join(out, "model.png")
	if err := os.WriteFile(foreign, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	before := names()
	if err := run("2"); err == nil || !strings.Contains(err.Error(), "model.png, which no shot wrote there") || !slices.Equal(names(), before) {
		t.Errorf("%v, %v", err, names())
	}
	if err := os.Remove(foreign); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(out, "shot.json"), []byte(`{"operator": "mine"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run("2"); err == nil || !strings.Contains(err.Error(), "is not the summary of a shot") {
		t.Error(err)
	}
}
