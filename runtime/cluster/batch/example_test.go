package batch_test

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/courant-pde/courant/runtime/cluster/batch"
)

// Tasks are carried out by two goroutines of this process. The error of a task says
// whether another attempt may succeed.
func Example() {
	b := batch.NewLocal(2, func(_ context.Context, t batch.Task) error {
		if t.Place == 3 {
			return batch.Permanent(errors.New("no such shot"))
		}
		return nil // the work: compute the gradient of shot t.Place, and keep it
	})
	defer b.Close()
	results := make([]error, 4)
	var all sync.WaitGroup
	for place := range results {
		all.Go(func() {
			results[place] = b.Do(context.Background(), batch.Task{Version: 1, Place: place}, func() {})
		})
	}
	all.Wait()
	for place, err := range results {
		fmt.Printf("task %d: %v, permanent %v\n", place, err, errors.Is(err, batch.ErrPermanent))
	}
	// Output:
	// task 0: <nil>, permanent false
	// task 1: <nil>, permanent false
	// task 2: <nil>, permanent false
	// task 3: no such shot, permanent true
}
