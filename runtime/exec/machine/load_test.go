package machine

import (
	"math"
	"testing"
	"testing/fstest"
	"time"
)

func TestLoad(t *testing.T) {
	for name, v := range map[string]struct {
		begin, end     counters
		took           time.Duration
		others, stolen float64
		disturbed      bool
	}{
		"quiet":              {counters{1000, 0, 100, 2}, counters{1200, 0, 300, 2}, time.Second, 0, 0, false},
		"half of one":        {counters{1000, 0, 100, 2}, counters{1200, 0, 250, 2}, time.Second, 0.5, 0, true},
		"a little":           {counters{1000, 0, 100, 2}, counters{1200, 0, 296, 2}, time.Second, 0.04, 0, false},
		"a little for long":  {counters{1000, 0, 100, 2}, counters{1200, 0, 260, 2}, 10 * time.Second, 0.04, 0, false},
		"rounding":           {counters{1000, 0, 100, 2}, counters{1003, 0, 101, 2}, 10 * time.Millisecond, 2, 0, false},
		"own is ahead":       {counters{1000, 0, 100, 2}, counters{1010, 0, 112, 2}, time.Second, 0, 0, false},
		"the host is shared": {counters{1000, 10, 100, 2}, counters{1100, 30, 200, 2}, time.Second, 0, 0.2, true},
	} {
		l := loadOf(v.begin, v.end, v.took)
		if math.Abs(l.Others-v.others) > 1e-9 || math.Abs(l.Stolen-v.stolen) > 1e-9 || l.Disturbed != v.disturbed || l.Processors != 2 {
			t.Errorf("%s: %+v", name, l)
		}
	}
	if loadOf(counters{}, counters{}, 0) != nil {
		t.Error("a load within no time")
	}
}

func TestCounters(t *testing.T) {
	root := files(map[string]string{
		"proc/stat":      "cpu  10 1 5 900 50 2 3 7 0 0\ncpu0 5 0 0 450 25 1 1 3 0 0\ncpu1 5 1 5 450 25 1 2 4 0 0\nctxt 99",
		"proc/self/stat": "7 (a) b) (c) R 1 1 1 0 -1 4194304 98 0 0 0 4 3 2 1 20 0 1 0 4035876",
		"proc/8/stat":    "8 (python3) S 7 1 1 0 -1 4194304 98 0 0 0 40 30 20 10 20 0 1 0 4035876",
	})
	w := startWatch(root)
	if want := (counters{21, 7, 10, 2}); !w.known || w.begin != want {
		t.Errorf("%+v, %v; want %+v", w.begin, w.known, want)
	}
	w.Include(8)
	if c, _ := w.read(); c.own != 110 {
		t.Errorf("with a child %d ticks are own, want 110", c.own)
	}
	w.Include(9) // has ended
	if c, known := w.read(); c.own != 110 || !known {
		t.Errorf("%+v, %v", c, known)
	}
	for _, damaged := range []fstest.MapFS{files(nil), files(map[string]string{"proc/stat": "cpu x"}), files(map[string]string{"proc/stat": "cpu 1 1 1 1 1 1 1 1", "proc/self/stat": "7 (a) R"})} {
		if l := startWatch(damaged).Load(); l != nil {
			t.Errorf("%+v out of nothing", l)
		}
	}
}
