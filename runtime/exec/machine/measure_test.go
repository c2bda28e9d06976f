package machine

import (
	"context"
	"errors"
	"testing"

	"github.com/courant-pde/courant/runtime/exec/jit"
)

func TestMeasure(t *testing.T) {
	t.Setenv("COURANT_CACHE", t.TempDir())
	if missing := new(jit.NoCompilerError); true {
		if _, err := jit.Find(); errors.As(err, &missing) {
			t.Skip("SKIPPED, nothing was measured: no C compiler")
		}
	}
	threads := Describe().Cores
	if _, ok := Remembered(threads); ok {
		t.Error("figures out of nothing")
	}
	f, err := Measure(t.Context(), threads, true)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(f)
	if f.Triad < 0.5 || f.InPlace < 0.5 || f.FMA32 < 1 || f.FMA64 < 1 {
		t.Errorf("implausibly slow: %v", f)
	}
	if here := Describe(); here.L2 > 0 && f.L2 < 0.5 || here.L2 == 0 && f.L2 != 0 || f.L3 > 0 && here.L3 == 0 {
		t.Errorf("caches: %v", f)
	}
	if f.Triad > 1e5 || f.InPlace > 1e5 || f.FMA32 > 1e6 || f.FMA64 > f.FMA32 {
		t.Errorf("implausibly fast: %v", f)
	}
	again, ok := Remembered(threads)
	if !ok || again != f {
		t.Errorf("remembered %v, %v; want %v", again, ok, f)
	}
	if _, ok := Remembered(threads + 1); ok {
		t.Error("figures for another number of threads")
	}

	if _, err := Measure(t.Context(), 0, true); err == nil {
		t.Error("measured with no threads")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Measure(ended, threads, true); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// BenchmarkThorough is a full measurement; -v shows its figures.
func BenchmarkThorough(b *testing.B) {
	for b.Loop() {
		f, err := Measure(b.Context(), Describe().Cores, false)
		if err != nil {
			b.Fatal(err)
		}
		b.Log(f)
	}
}
