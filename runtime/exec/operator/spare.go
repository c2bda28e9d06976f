package operator

import (
	"fmt"
	"slices"
	"sync"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// spares is memory that runs of an operator leave for the next one: that of
// wavefields whose levels are all kept. It is the most that a gradient takes, and
// a system clears fresh memory before it gives it, which takes as long as a good
// part of the steps of a small grid.
type spares struct {
	lock sync.Mutex
	held map[string]spare // by array
}

type spare struct {
	kind   string // what it was laid out for
	memory *field.Memory
}

// kind tells the layouts of one array apart.
func (s *storage) kind() string { return fmt.Sprint(s.layout.Shape, s.count) }

// reusable reports whether a run may find old levels in the memory of an array.
func (r *Run) reusable(s *storage) bool {
	return r.op.spares != nil && s.array.Keeps() && !s.array.Given() && !s.shared && s.array.Slabs == nil && slices.Contains(r.op.Program.Signature.Overwritten, s.array.Name)
}

// take gives the storage memory that an earlier run left, with zeros in the
// levels that a run begins with. The halos of the others are as that run left
// them, which does not matter: statements either never write a halo, so that it
// is zero as in fresh memory, or fill it in each step behind the compute. take
// reports whether there was any memory; what was laid out otherwise is given back.
func (p *spares) take(s *storage, levels int) bool {
	p.lock.Lock()
	old, ok := p.held[s.array.Name]
	delete(p.held, s.array.Name)
	p.lock.Unlock()
	if !ok {
		return false
	}
	if old.kind != s.kind() {
		_ = old.memory.Free()
		return false
	}
	s.memory = old.memory
	for level := range levels {
		from := (s.lead + s.bufferOf(level)*s.buffer) * int64(s.real.Size())
		s.memory.Clear(from, s.buffer*int64(s.real.Size()))
	}
	return true
}

// leave keeps the memory of a storage for the next run.
func (p *spares) leave(s *storage) {
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.held == nil {
		p.held = map[string]spare{}
	}
	if old, ok := p.held[s.array.Name]; ok {
		_ = old.memory.Free()
	}
	p.held[s.array.Name] = spare{s.kind(), s.memory}
	s.memory = nil
}

// Spare is the number of bytes that earlier runs have left for the next one.
func (op *Operator) Spare() int64 {
	if op.spares == nil {
		return 0
	}
	op.spares.lock.Lock()
	defer op.spares.lock.Unlock()
	n := int64(0)
	for _, s := range op.spares.held {
		n += s.memory.Bytes()
	}
	return n
}

// release gives all of it back.
func (p *spares) release() {
	p.lock.Lock()
	defer p.lock.Unlock()
	for name, s := range p.held {
		_ = s.memory.Free()
		delete(p.held, name)
	}
}
