package machine

import "testing"

func TestSets(t *testing.T) {
	for name, v := range map[string]struct {
		m                        Machine
		second, thirdLo, thirdHi int64 // for two threads
		memory                   int64
	}{
		"both levels":         {Machine{Cores: 2, L2: 2 << 20, L3Total: 300 << 20}, 2 << 20, 8 << 20, 150 << 20, 1200 << 20},
		"one core":            {Machine{Cores: 1, L2: 512 << 10, L3Total: 32 << 20}, 256 << 10, 1 << 20, 16 << 20, 512 << 20},
		"L3 as small as L2":   {Machine{Cores: 8, L2: 2 << 20, L3Total: 8 << 20}, 2 << 20, 0, 0, 512 << 20},
		"no third level":      {Machine{Cores: 4, L2: 1 << 20, Available: 1 << 30}, 1 << 20, 0, 0, 256 << 20},
		"nothing is known":    {Machine{Cores: 4}, 0, 0, 0, 512 << 20},
		"only L3 is known":    {Machine{Cores: 4, L3Total: 32 << 20}, 0, 0, 0, 512 << 20},
		"not even the number": {Machine{L2: 1 << 20, L3Total: 64 << 20}, 512 << 10, 2 << 20, 32 << 20, 512 << 20},
	} {
		s := v.m.Sets(2)
		if s.L2 != v.second || s.L3 < v.thirdLo || s.L3 > v.thirdHi || s.Memory != v.memory {
			t.Errorf("%s: %+v", name, s)
		}
		for home, bytes := range map[string]int64{"L2": s.L2, "L3": s.L3, "memory": max(s.Memory, 1<<30)} {
			if got := v.m.Home(float64(bytes), 2); bytes > 0 && got != home {
				t.Errorf("%s: %d bytes stay in %s, want %s", name, bytes, got, home)
			}
		}
	}
}

func TestBandwidthOfAHome(t *testing.T) {
	f := Figures{InPlace: 20, L2: 200, L3: 50}
	for home, want := range map[string]float64{"L2": 200, "L3": 50, "memory": 20} {
		if got := f.Bandwidth(home); got != want {
			t.Errorf("%s: %g GB/s, want %g", home, got, want)
		}
		if got := (Figures{InPlace: 20}).Bandwidth(home); got != 20 {
			t.Errorf("%s, not measured: %g GB/s", home, got)
		}
	}
}

func TestBestOfTwo(t *testing.T) {
	a, b := Figures{Threads: 2, Triad: 1, InPlace: 5, L2: 3, FMA32: 7}, Figures{Threads: 2, Triad: 2, InPlace: 4, L3: 6, FMA64: 8}
	if got, want := a.Best(b), (Figures{Threads: 2, Triad: 2, InPlace: 5, L2: 3, L3: 6, FMA32: 7, FMA64: 8}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}
