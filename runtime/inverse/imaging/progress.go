package imaging

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"io"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/workflow"
	"github.com/courant-pde/courant/runtime/exec/checkpoint"
	"github.com/courant-pde/courant/runtime/exec/field"
)

// keeper keeps the progress of a task in the run's store.
type keeper struct{ *workflow.Progress }

// Load implements checkpoint.Keeper.
func (k keeper) Load() (*checkpoint.Kept, error) {
	present, items, err := k.Progress.Load()
	if err != nil || present == nil {
		return nil, err
	}
	return &checkpoint.Kept{Present: present, Items: items}, nil
}

// goingOn carries out a task that goes on from where another worker was, if one was:
// with the same result as from the start. What is kept is removed by remove.
func goingOn(ctx context.Context, r *workflow.Run, t workflow.Task, seconds float64, do func(log *checkpoint.Log) error) (remove func(), err error) {
	p, err := r.Progress(ctx, t, seconds)
	if err != nil {
		return nil, err
	}
	log, err := checkpoint.Open(keeper{p})
	if err == nil {
		err = do(log)
		_ = log.Close()
	}
	if errors.Is(err, checkpoint.ErrUnusable) { // from the start, then
		err = do(checkpoint.New(keeper{p}))
	}
	if errors.Is(err, checkpoint.ErrLeaving) {
		err = batch.ErrLeaving
	}
	return p.Remove, err
}

// stored is an array as the result of a stage.
func stored(a *field.Array) ([]byte, error) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(a)
	return b.Bytes(), err
}

// restored is one that was stored.
func restored(text []byte) (*field.Array, error) {
	a := &field.Array{}
	if err := gob.NewDecoder(io.LimitReader(bytes.NewReader(text), int64(len(text)))).Decode(a); err != nil {
		return nil, errors.Join(checkpoint.ErrUnusable, err)
	}
	return a, nil
}
