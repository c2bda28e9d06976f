package gradient

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"testing"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/runtime/exec/checkpoint"
	"github.com/courant-pde/courant/runtime/exec/checkpoint/checkpointtest"
)

// A gradient that process after process has to leave gives the same bits as one that
// one process computes, whichever way wavefields are kept.
func TestGradientGoesOn(t *testing.T) {
	const steps = 88
	for _, target := range []backends.Target{nil, c.Target{}} {
		if _, err := exec.LookPath("gcc"); target != nil && err != nil {
			t.Log("no gcc: the interpreter alone")
			continue
		}
		op, a, m := inversion(t, target, steps+2)
		whole, err := op.Plan(a, Storage{Keep: All})
		if err != nil {
			t.Fatal(err)
		}
		want, err := op.Evaluate(t.Context(), a, m, whole)
		if err != nil {
			t.Fatal(err)
		}
		plans := []Plan{whole}
		for _, p := range []Plan{
			{Segments: 7, Places: 1}, {Segments: 13, Places: 4}, {Segments: 13, Places: 13},
			{Segments: 13, Places: 6, OnDisk: 4}, {Segments: 13, Places: 4, Plain: true},
		} {
			if p.Plain && !op.hasPlain(a) {
				continue
			}
			p.Keep, p.Steps, p.Disk = Checkpoints, steps, t.TempDir()
			p.Length = (steps + p.Segments - 1) / p.Segments
			p.Segments = (steps + p.Length - 1) / p.Length
			p.Levels = p.Length + 3
			plans = append(plans, p)
		}
		for _, p := range plans {
			t.Run(fmt.Sprintf("C %v, %s, %d segments, %d places, %d on disk, plain %v", target != nil, p.Keep, p.Segments, p.Places, p.OnDisk, p.Plain), func(t *testing.T) {
				r := rand.New(rand.NewPCG(5, uint64(p.Segments*100+p.Places)))
				for range 8 {
					k := &checkpointtest.Memory{Random: r, Rate: 0.1, Lose: 0.2}
					processes := 0
					for {
						processes++
						k.Left = 1 + r.IntN(60)
						if processes > 12 {
							k.Left = -1 // what cannot be kept is computed again and again
						}
						log, err := checkpoint.Open(k)
						if err != nil {
							t.Fatal(err)
						}
						log.Every = 1 // a step at a time
						got, err := op.EvaluateFrom(t.Context(), a, m, p, log)
						if errors.Is(err, checkpoint.ErrLeaving) {
							continue
						}
						if err != nil {
							t.Fatalf("process %d: %v", processes, err)
						}
						if got.Value != want.Value {
							t.Errorf("the value is %g, not %g", got.Value, want.Value)
						}
						for i := range want.Fields["m"].Len() {
							if got.Fields["m"].At(i) != want.Fields["m"].At(i) {
								t.Fatalf("process %d: the derivative at %v is %g, not %g", processes, want.Fields["m"].Index(i), got.Fields["m"].At(i), want.Fields["m"].At(i))
							}
						}
						break
					}
					if k.Kept == 0 || k.Loaded == 0 {
						t.Errorf("progress was kept %d times, and found %d times", k.Kept, k.Loaded)
					}
				}
			})
		}
	}
}

// What is damaged, or comes from another grid, is not gone on from.
func TestGradientRefusesProgress(t *testing.T) {
	op, a, m := inversion(t, nil, 30)
	p, err := op.Plan(a, Storage{Keep: All})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(6, 7))
	for try := range 20 {
		k := &checkpointtest.Memory{Random: r, Rate: 1, Left: 10 + r.IntN(30)}
		log := checkpoint.New(k)
		log.Every = 1
		if _, err := op.EvaluateFrom(t.Context(), a, m, p, log); !errors.Is(err, checkpoint.ErrLeaving) {
			t.Fatal(err)
		}
		other := a
		if try%2 == 0 {
			k.Damage()
		} else {
			other.Spacing = []float64{9, 10}
		}
		k.Left = -1
		log, err := checkpoint.Open(k)
		if err == nil {
			_, err = op.EvaluateFrom(t.Context(), other, m, p, log)
		}
		if !errors.Is(err, checkpoint.ErrUnusable) {
			t.Errorf("try %d: %v", try, err)
		}
	}
}
