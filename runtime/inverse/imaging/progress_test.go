package imaging

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/store"
	"github.com/courant-pde/courant/runtime/cluster/workflow"
)

// patient is a batch whose workers have to leave as soon as they have come a little
// further, and others go on, until the task is done.
type patient struct {
	s       *Survey
	r       *workflow.Run
	leaving int // workers
}

func (b *patient) Do(ctx context.Context, t batch.Task, began func()) error {
	began()
	for {
		err := b.s.Do(ctx, b.r, t)
		if !errors.Is(err, batch.ErrLeaving) {
			return err
		}
		b.leaving++
	}
}

func (*patient) Close() error { return nil }

// An inversion and a migration whose workers all have to leave long before they are
// done give the same bits as those of workers that stay, and leave nothing behind.
func TestInversionsGoOn(t *testing.T) {
	for _, method := range []string{"fwi", "lsrtm"} {
		t.Run(method, func(t *testing.T) {
			// Each worker carries out a step of a run, so there are few.
			short := strings.NewReplacer("time = 600.0", "time = 200.0", "iterations = 4", "iterations = 1")
			s := surveyOf(t, short.Replace(description(t, "acoustic", threeShots, "supershots = 1", `method = "`+method+`"`)))
			want, _ := inverted(t, s)
			st := store.NewMemory()
			r, err := s.Workflow(st, "")
			if err != nil {
				t.Fatal(err)
			}
			gone := make(chan struct{})
			close(gone)
			r.Leaving, r.Failures = gone, time.Nanosecond
			b := &patient{s: s, r: r}
			if err := workflow.Drive(t.Context(), r, b, workflow.Options{}); err != nil {
				t.Fatal(err)
			}
			p, err := r.Position(t.Context())
			if err != nil || !p.Done {
				t.Fatalf("%+v, %v", p, err)
			}
			got := p.State.(*State)
			for i, x := range want.Method.Solution() {
				if math.Float64bits(got.Method.Solution()[i]) != math.Float64bits(x) {
					t.Fatalf("unknown %d is %g, not %g", i, got.Method.Solution()[i], x)
				}
			}
			if b.leaving < 10 {
				t.Errorf("only %d workers left", b.leaving)
			}
			keys, err := st.List(t.Context(), r.Name+"/")
			if err != nil || slices.ContainsFunc(keys, func(k string) bool { return strings.Contains(k, "/progress/") }) {
				t.Errorf("%v, %v", keys, err)
			}
		})
	}
}
