package inversion_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/queue"
	"github.com/courant-pde/courant/runtime/cluster/store"
	"github.com/courant-pde/courant/runtime/cluster/workflow"
	"github.com/courant-pde/courant/runtime/exec/gradient"
	"github.com/courant-pde/courant/runtime/inverse/inversion"
)

// With a store, a queue and a batch of the caller's own, a run that is cancelled and
// resumed gives the model that one with the defaults gives, bit by bit.
func TestPartsOfOnesOwn(t *testing.T) {
	config, folder := example()
	defer os.RemoveAll(folder)
	want := model(t, inversion.Options{Config: config, Folder: folder + "/default"})

	memory := store.NewMemory()
	open := func(context.Context, string) (store.Store, error) { return memory, nil }
	var tasks atomic.Int64
	o := inversion.Options{Config: config, Folder: folder + "/own", Store: "memory", OpenStore: open}
	o.Batch = func(in *inversion.Inversion) (batch.Batch, error) {
		return batch.NewLocal(2, func(ctx context.Context, task workflow.Task) error {
			tasks.Add(1)
			return in.Survey.Do(ctx, in.Run, task)
		}), nil
	}
	o.Queue = queue.NewMemory(queue.Lease)
	cancelled := false
	o.Event = func(e workflow.Event) {
		if e.Kind == "version" && e.Position.Version == 2 && !cancelled {
			cancelled = true
			f, err := inversion.OpenFolder(t.Context(), o.Folder, open)
			if err == nil {
				err = f.Cancel(t.Context())
			}
			if err != nil {
				t.Error(err)
			}
		}
	}
	in, err := inversion.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.Drive(t.Context()); !errors.Is(err, workflow.ErrCancelled) {
		t.Fatalf("got %v", err)
	}
	if err := in.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	in.Queue = queue.NewMemory(queue.Lease) // Drive has closed the first one
	updates, err := in.Drive(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := in.Result(len(updates) - 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range want {
		if got.F64[i] != v {
			t.Fatalf("number %d of the model is %v, want %v", i, got.F64[i], v)
		}
	}
	if tasks.Load() < 18 {
		t.Errorf("the batch had %d tasks", tasks.Load())
	}
	// Another misfit is another run, which may not write where this one's results are.
	o.MisfitName, o.Misfit = "correlation", func(d gradient.Data) gradient.Misfit { return gradient.Correlation{Data: d} }
	if _, err := inversion.Open(t.Context(), o); err == nil || !strings.Contains(err.Error(), "results of another run") {
		t.Errorf("got %v", err)
	}
}

func model(t *testing.T, o inversion.Options) []float64 {
	t.Helper()
	in, err := inversion.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	updates, err := in.Drive(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a, err := in.Result(len(updates) - 1)
	if err != nil {
		t.Fatal(err)
	}
	return a.F64
}

// What is wrong with options is said as such, before anything is computed.
func TestBadOptions(t *testing.T) {
	config, folder := example()
	defer os.RemoveAll(folder)
	for want, o := range map[string]inversion.Options{
		"no folder is given": {Config: config},
		"5000 threads":       {Config: config, Folder: folder, Threads: 5000},
		"-1 workers":         {Config: config, Folder: folder, Workers: -1},
		"not negative":       {Config: config, Folder: folder, Budget: -1},
		"has a name":         {Config: config, Folder: folder, Misfit: func(d gradient.Data) gradient.Misfit { return gradient.L2{Data: d} }},
		"absent.toml":        {Config: folder + "/absent.toml", Folder: folder},
	} {
		_, err := inversion.Open(t.Context(), o)
		var bad inversion.BadOptions
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if _, err := inversion.OpenFolder(t.Context(), folder, nil); err == nil || !strings.Contains(err.Error(), "is not the folder of a run") {
		t.Errorf("got %v", err)
	}
}
