package inversion

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Written by many at once, run.json is whole at any time.
func TestFoldersAreWhole(t *testing.T) {
	dir := t.TempDir()
	f := &Folder{RunName: "runs/a", Config: "c", Store: "s", Shots: 3}
	if err := f.write(dir); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				if err := f.write(dir); err != nil {
					t.Error(err)
					return
				}
				if r, err := readFolder(dir); err != nil || r.Shots != 3 {
					t.Errorf("%+v, %v", r, err)
					return
				}
			}
		})
	}
	all.Wait()
}

// A folder in which some driver may be at work is told from one that was left.
func TestDrivenFolders(t *testing.T) {
	dir := t.TempDir()
	if !driven(dir) {
		t.Error("nothing tells that no driver with a queue elsewhere is at work")
	}
	_, _, closed, err := embedded(t.Context(), filepath.Join(dir, queueFolder))
	if err != nil {
		t.Fatal(err)
	}
	if !driven(dir) {
		t.Error("a driver holds the lock")
	}
	if closed(); driven(dir) {
		t.Error("the driver has ended")
	}
}

// FuzzFolder: what is taken as run.json is what an inversion can have.
func FuzzFolder(f *testing.F) {
	f.Add([]byte(`{"run":"runs/a","config":"c","store":"s","shots":3,"iterations":4,"bands":2,"price":1.5}`))
	f.Add([]byte(`{"shots":-1}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := ParseFolder(text)
		if err == nil && (r.Shots < 1 || r.Iterations < 0 || r.Bands < 0 || r.RunName == "" || strings.Contains(r.RunName, "..")) {
			t.Errorf("%+v", r)
		}
	})
}
