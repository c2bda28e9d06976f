// Package checkpointtest has keepers for tests of what is gone on with.
package checkpointtest

import (
	"bytes"
	"io"
	"math/rand/v2"

	"github.com/courant-pde/courant/runtime/exec/checkpoint"
)

// Memory keeps progress in memory, as often as chance will, and has the process leave
// after some time. It implements checkpoint.Keeper.
type Memory struct {
	Random *rand.Rand
	Rate   float64 // of the times it is asked
	Left   int     // how often it is asked before the process has to leave; negative for never
	Lose   float64 // part of what is to be kept that cannot be
	Kept   int     // how often progress was kept
	Loaded int     // and found

	present []byte
	items   [][]byte
	Done    float64
}

// Due implements checkpoint.Keeper.
func (m *Memory) Due(int64, int64) bool { return m.Random.Float64() < m.Rate }

// Leaving implements checkpoint.Keeper.
func (m *Memory) Leaving() bool {
	m.Left--
	return m.Left == 0
}

// Keep implements checkpoint.Keeper.
func (m *Memory) Keep(done float64, items, present func(w io.Writer) error) error {
	if m.Random.Float64() < m.Lose {
		return io.ErrClosedPipe
	}
	if items != nil {
		var b bytes.Buffer
		if err := items(&b); err != nil {
			return err
		}
		m.items = append(m.items, b.Bytes())
	}
	var b bytes.Buffer
	if err := present(&b); err != nil {
		return err
	}
	m.present, m.Done = b.Bytes(), done
	m.Kept++
	return nil
}

// Load implements checkpoint.Keeper.
func (m *Memory) Load() (*checkpoint.Kept, error) {
	if m.present == nil {
		return nil, nil
	}
	m.Loaded++
	k := &checkpoint.Kept{Present: io.NopCloser(bytes.NewReader(m.present))}
	for _, item := range m.items {
		k.Items = append(k.Items, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(item)), nil })
	}
	return k, nil
}

// Damage changes a byte of what is kept.
func (m *Memory) Damage() {
	if n := len(m.present); n > 0 {
		m.present = m.present[:m.Random.IntN(n)]
	}
}
