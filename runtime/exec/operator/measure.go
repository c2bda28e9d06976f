package operator

import (
	"context"
	"fmt"
	"time"
)

// Search tries all tiles on the next steps and keeps the fastest for the rest
// of the run, unless a tile was given.
func (r *Run) Search(ctx context.Context) error {
	r.blocks.resume(r)
	for r.blocks.searching() {
		if r.Next > r.Last {
			return fmt.Errorf("%d steps do not suffice to try all tiles", r.Last-r.First+1)
		}
		if err := r.Advance(ctx, r.Next); err != nil {
			return err
		}
	}
	return nil
}

// Time carries out the next steps in one go, without looking at the results
// on the way, and gives the seconds that they took.
func (r *Run) Time(ctx context.Context, steps int) (seconds float64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if left := r.Last - r.Next + 1; steps > left {
		return 0, fmt.Errorf("%d steps are to be timed, but only %d are left", steps, left)
	}
	start := time.Now()
	if err := r.engine.steps(r.Next, r.Next+steps-1, r.blocks.best); err != nil {
		return 0, err
	}
	seconds = time.Since(start).Seconds()
	r.Next += steps
	return seconds, nil
}
