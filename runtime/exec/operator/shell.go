package operator

import (
	"slices"
)

// Mirrored is the state from which an operator that runs backward begins when
// this one, of the forward operator, is behind its last step.
func (st *State) Mirrored(r *Run) *State {
	out := &State{Next: r.First}
	for _, l := range st.levels {
		out.levels = append(out.levels, level{l.array, r.mirror - l.time, l.data})
	}
	return out
}

// Shell is a part of a grid whose values are put aside.
type Shell struct{ rows [][2]int } // from and to, in grid points in the order of memory of an array

// NewShell marks the points, in C order, that are part of it.
func NewShell(shape []int, part func(at []int) bool) *Shell {
	s := &Shell{}
	points := 1
	for _, n := range shape {
		points *= n
	}
	last := shape[len(shape)-1]
	at := make([]int, len(shape))
	for i := range points {
		for axis, rest := len(shape)-1, i; axis >= 0; axis-- {
			at[axis], rest = rest%shape[axis], rest/shape[axis]
		}
		if !part(at) {
			continue
		}
		if n := len(s.rows); n > 0 && s.rows[n-1][1] == i && i%last != 0 {
			s.rows[n-1][1]++
		} else {
			s.rows = append(s.rows, [2]int{i, i + 1})
		}
	}
	return s
}

// Points is the number of points of the shell.
func (s *Shell) Points() (n int) {
	for _, r := range s.rows {
		n += r[1] - r[0]
	}
	return n
}

// TakeShell copies the values of a shell at a level of a wavefield, in bytes.
// The level is counted as the run counts it.
func (r *Run) TakeShell(s *Shell, wavefield string, time int) []byte {
	st, size := r.wavefield(wavefield)
	out := make([]byte, 0, s.Points()*size)
	st.eachRow(s, time, func(row []byte) { out = append(out, row...) })
	return out
}

// PutShell puts the values of a shell back.
func (r *Run) PutShell(s *Shell, wavefield string, time int, values []byte) {
	st, _ := r.wavefield(wavefield)
	st.eachRow(s, time, func(row []byte) { values = values[copy(row, values):] })
	st.edges(st.bufferOf(time))
}

// CopyLevel copies a level of a wavefield of another run, whose grid and halo
// are the same, halo and all. Both count levels in their own way.
func (r *Run) CopyLevel(wavefield string, time int, from *Run, fromTime int) {
	to, _ := r.wavefield(wavefield)
	of, _ := from.wavefield(wavefield)
	copy(to.bufferBytes(to.bufferOf(time)), of.bufferBytes(of.bufferOf(fromTime)))
}

func (r *Run) wavefield(name string) (s *storage, size int) {
	i := slices.IndexFunc(r.arrays, func(s *storage) bool { return s.array.Name == name && s.array.Computed() })
	return r.arrays[i], r.arrays[i].real.Size()
}

// eachRow calls f for every row of a shell in the memory of a level.
func (s *storage) eachRow(shell *Shell, time int, f func(row []byte)) {
	memory := s.bufferBytes(s.bufferOf(time))
	size := int64(s.real.Size())
	for _, r := range shell.rows {
		at, rest := s.layout.Origin, r[0]
		for axis := len(s.layout.Shape) - 1; axis >= 0; axis-- {
			at += int64(rest%s.layout.Shape[axis]) * s.layout.Stride[axis]
			rest /= s.layout.Shape[axis]
		}
		f(memory[at*size : (at+int64(r[1]-r[0]))*size])
	}
}
