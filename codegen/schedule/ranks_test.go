package schedule

import (
	"slices"
	"sync"
	"testing"

	"github.com/courant-pde/courant/backends/interp"
	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
)

// Two halves of a grid that exchange halos give the bits of the whole grid,
// whether they wait for halos first or compute the interior meanwhile.
func TestRanksKeepEveryBit(t *testing.T) {
	done := 0
	for seed := range uint64(*programs) {
		p := randomProgram(seed)
		for _, overlap := range []bool{false, true} {
			s := Trivial(p, facts.CPU)
			s.Ranks = p.Axes[:1]
			for i := range s.Groups {
				_, compute := p.Step[i].(*stencil.Compute)
				s.Groups[i].OverlapExchange = overlap && compute
			}
			k, _, err := Apply(p, s)
			if err != nil {
				continue // it fills the boundary along the axis
			}
			if err := loop.Verify(k); err != nil {
				t.Fatalf("seed %d: %v\n%s\n%s", seed, err, p, k)
			}
			whole, _, err := Apply(p, Trivial(p, facts.CPU))
			if err != nil {
				t.Fatal(err)
			}
			b := bound(p, whole, seed)
			parts := halves(p, whole, b, k)
			carryOut(t, whole, b)
			want := left(p, whole, b)
			delete(want, "rec") // rows of receivers are not shared out here
			var wait sync.WaitGroup
			for _, part := range parts {
				wait.Go(func() { carryOut(t, k, part) })
			}
			wait.Wait()
			if what := differ(assembled(p, k, parts), want); what != "" {
				t.Fatalf("seed %d, overlap %v: %s\n%s\n%s\n%s", seed, overlap, what, p, s, k)
			}
			done++
		}
	}
	if done < *programs/4 {
		t.Errorf("only %d programs were run", done)
	}
}

// halves are the two halves of a grid along its first axis, with a channel for
// each direction in place of a network.
func halves(p *stencil.Program, whole *loop.Kernel, b *interp.Binding[float64], k *loop.Kernel) []*interp.Binding[float64] {
	n := b.Size[0]
	cut := n / 2
	channels := [2]chan []float64{make(chan []float64, 64), make(chan []float64, 64)}
	var out []*interp.Binding[float64]
	for rank, from := range []int64{0, cut} {
		size := slices.Clone(b.Size)
		size[0] = []int64{cut, n - cut}[rank]
		h := interp.Allocate[float64](&k.Operator, size)
		h.Block, h.Scalars, h.Mirror, h.End, h.Global = b.Block, b.Scalars, b.Mirror, b.End, b.Size
		h.Origin = make([]int64, len(size))
		h.Origin[0] = from
		for _, a := range p.Arrays {
			i, j := number(k, a.Name), number(whole, a.Name)
			if a.Storage == signature.Saved {
				h.Arrays[i].Count = b.Arrays[j].Count
				h.Arrays[i].Data = make([]float64, h.Arrays[i].Buffer*h.Arrays[i].Count)
			}
			// Parameters are known beyond the part, as far as the halo goes.
			beyond := int64(0)
			if a.Role == signature.Param && a.Spans(0) {
				beyond = int64(k.Halo[0])
			}
			each(a, b.Size, func(buffer int, point []int64) {
				local := slices.Clone(point)
				if a.Spans(0) {
					local[0] -= from
				}
				if local[0] >= -beyond && local[0] < size[0]+beyond {
					h.Arrays[i].Data[h.Arrays[i].Index(buffer, local)] = b.Arrays[j].Data[b.Arrays[j].Index(buffer, point)]
				}
			})
		}
		for i, q := range b.Points { // each source node belongs to the part that holds it
			dim := len(size)
			own := q
			own.Start, own.Node, own.Weight, own.Point = []int64{0}, nil, nil, nil
			for row := range len(q.Start) - 1 {
				node := slices.Clone(q.Node[row*dim : (row+1)*dim])
				if node[0] -= from; node[0] < 0 || node[0] >= size[0] || !k.Points[i].Inject {
					continue
				}
				own.Node = append(own.Node, node...)
				own.Weight = append(own.Weight, q.Weight[q.Start[row]:q.Start[row+1]]...)
				own.Point = append(own.Point, q.Point[q.Start[row]:q.Start[row+1]]...)
				own.Start = append(own.Start, int64(len(own.Weight)))
			}
			h.Points[i] = own
		}
		h.Exchange = func(x interp.Halo) error {
			if !x.Wait {
				channels[rank] <- planes(k, h, x, rank, nil)
			} else {
				planes(k, h, x, rank, <-channels[1-rank])
			}
			return nil
		}
		out = append(out, h)
	}
	return out
}

// planes reads what the neighbour needs of an array, or writes what came from
// it: rank 0 lies in front of rank 1.
func planes(k *loop.Kernel, b *interp.Binding[float64], x interp.Halo, rank int, from []float64) []float64 {
	a := &b.Arrays[x.Array]
	n := b.Size[0]
	var lo, hi int64
	switch {
	case rank == 0 && from == nil: // the neighbour lies behind and reads Width[0] points in front of it
		lo, hi = n-int64(x.Width[0]), n
	case rank == 0:
		lo, hi = n, n+int64(x.Width[1])
	case from == nil:
		lo, hi = 0, int64(x.Width[1])
	default:
		lo, hi = -int64(x.Width[0]), 0
	}
	point := make([]int64, len(b.Size))
	var out []float64
	var walk func(axis int)
	walk = func(axis int) {
		if axis == len(point) {
			at := a.Index(x.Buffer, point)
			if from == nil {
				out = append(out, a.Data[at])
			} else {
				a.Data[at], from = from[0], from[1:]
			}
			return
		}
		first, last := -int64(k.Halo[axis]), b.Size[axis]+int64(k.Halo[axis])
		if axis == 0 {
			first, last = lo, hi
		}
		for i := first; i < last; i++ {
			point[axis] = i
			walk(axis + 1)
		}
	}
	walk(0)
	return out
}

// assembled are the outcomes of two halves as that of the whole grid.
func assembled(p *stencil.Program, k *loop.Kernel, parts []*interp.Binding[float64]) map[string][]float64 {
	out := map[string][]float64{}
	for _, a := range p.Arrays {
		if a.Role != signature.State && a.Role != signature.Image {
			continue
		}
		i := number(k, a.Name)
		each(a, parts[0].Global, func(buffer int, point []int64) {
			part, local := parts[0], slices.Clone(point)
			if from := parts[1].Origin[0]; point[0] >= from {
				part, local[0] = parts[1], point[0]-from
			}
			out[a.Name] = append(out[a.Name], part.Arrays[i].Data[part.Arrays[i].Index(buffer, local)])
		})
	}
	for i, q := range k.Points {
		out[q.Name] = parts[0].Points[i].Traces
	}
	return out
}
