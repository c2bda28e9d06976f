package experiment

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-12*max(1, math.Abs(want)) {
		t.Errorf("%s: %g, not %g", what, got, want)
	}
}

// Cases that can be counted by hand.
func TestSimulate(t *testing.T) {
	c := Costs{Start: 0.5, Task: 0.25, Sum: 0.125, Finish: 1, Backoff: 2, Reducers: 1}
	o, ok := Simulate(Even(1, 3, 4), c)
	if !ok {
		t.Fatal("all died")
	}
	near(t, "one task", o.Wall, 0.5+4+0.25+0+1)
	near(t, "start", o.Start, 0.5)
	near(t, "billed", o.Billed, 4.75)
	// Two rounds of two, the sum of the second, and that of both.
	o, _ = Simulate(Even(4, 2, 4), c)
	near(t, "four tasks", o.Wall, 0.5+2*4.25+2*0.125+1)
	near(t, "their bill", o.Billed, 2*(0.5+2*4.25))
	// A worker dies in the midst of its only task: the task is begun again.
	p := Even(1, 1, 4)
	p.Kills = map[int]float64{0: 0.5}
	o, _ = Simulate(p, c)
	near(t, "killed", o.Wall, (0.5+2)+2+(0.5+4.25)+1)
	near(t, "its bill", o.Billed, 2.5+4.75)
	if o.Killed != 1 {
		t.Errorf("%d killed", o.Killed)
	}
	if p.Restart = false; func() bool { _, ok := Simulate(p, c); return ok }() {
		t.Error("it ended without workers")
	}
	// The other worker takes over.
	p.Workers = 2
	o, _ = Simulate(p, Costs{})
	near(t, "taken over", o.Wall, 2+4)
}

// Whatever is killed, time and cost grow; everything is paid at least once, and no
// run is shorter than its work divided among its workers.
func TestSimulatedBounds(t *testing.T) {
	c := Costs{Start: 0.1, Task: 0.01, Sum: 0.001, Backoff: 0.2, Reducers: 2}
	for seed := range uint64(50) {
		p := Uneven(seed, 37, 5, 1, 3)
		clean, _ := Simulate(p, c)
		killed, ok := Simulate(p.Killing(seed, 4, true), c)
		if !ok || killed.Killed != 4 {
			t.Fatalf("%+v", killed)
		}
		if clean.Wall < p.Ideal()/5 || clean.Billed < p.Ideal() || killed.Billed <= clean.Billed {
			t.Errorf("%+v, with deaths %+v", clean, killed)
		}
		if clean.Wall > p.Ideal()/5+3+1 { // list scheduling: the ideal and one task
			t.Errorf("%+v", clean)
		}
	}
}

// A table is written as text and drawn.
func TestTable(t *testing.T) {
	table := &Table{Name: "a", Title: "A table", Columns: []string{"x", "y"}, Notes: []string{"A note."}, Figure: Figure{X: "x", Y: "y", Logs: true}}
	for x := 1.0; x < 5; x++ {
		table.Add(x, 1/x)
		table.Figure.At("one", false, x, 1/x)
		table.Figure.At("other", true, x, x)
	}
	dir := t.TempDir()
	if err := table.Write(dir); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"a.csv": "x,y\n1,1\n2,0.5\n", "a.md": "| 3 | 0.333 |", "a.png": "\x89PNG"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: %v\n%s", name, err, text[:min(len(text), 200)])
		}
	}
}
