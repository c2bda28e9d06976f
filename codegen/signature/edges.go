package signature

// Rules says how the halo of an array along an axis follows from its edges, as
// copies that are carried out in the order of the list, width points in front
// of the first point and behind the last one. The halo of an array of several
// axes is filled axis by axis, so that corners come out right, each over all
// there is along the others.
//
// On an axis shorter than the halo, an image is that of an image, which is
// there before it is needed: on a periodic axis, and between two mirrors on an
// axis of two points or more. Beside one mirror alone, a value whose image lies
// beyond the other end is left alone.
func (a *Array) Rules(axis int, width [2]int) []Rule {
	half := 0
	if a.Stagger != nil && a.Stagger[axis] {
		half = 1
	}
	return rules(a.Edges[axis], half, width)
}

// Rule is a group of copies for k = Lo .. Hi, both included, one after the
// other for each k. The end is the least of several.
type Rule struct {
	Lo   int
	Hi   []Position
	Each []Copy
}

// Position is a place along an axis: K*k + At, plus the length of the axis for
// End.
type Position struct {
	K, At int
	End   bool
}

// Copy makes the value at To of that at From: Sign times it, 0 for zero.
type Copy struct {
	To, From Position
	Sign     int
}

// On is the place for a k on an axis of n points.
func (p Position) On(n, k int) int {
	at := p.K*k + p.At
	if p.End {
		at += n
	}
	return at
}

func rules(edge [2]Edge, half int, width [2]int) []Rule {
	first, last := edge[0], edge[1]
	below, beyond := Position{K: -1}, Position{K: 1, At: -1, End: true}
	end := Position{At: -1, End: true}
	var out []Rule
	to := func(n int) []Position { return []Position{{At: n}} }
	// both makes two copies for each k, and one where the widths differ.
	both := func(low, high Copy) {
		out = append(out, Rule{1, to(min(width[0], width[1])), []Copy{low, high}})
		if width[0] > width[1] {
			out = append(out, Rule{width[1] + 1, to(width[0]), []Copy{low}})
		} else if width[1] > width[0] {
			out = append(out, Rule{width[0] + 1, to(width[1]), []Copy{high}})
		}
	}
	if first == Wrap {
		both(Copy{below, Position{K: -1, End: true}, 1}, Copy{beyond, Position{K: 1, At: -1}, 1})
		return out
	}
	if first == Last {
		out = append(out, Rule{1, to(width[0]), []Copy{{below, Position{}, 1}}})
	}
	if last == Last {
		out = append(out, Rule{1, to(width[1]), []Copy{{beyond, end, 1}}})
	}
	if first == Odd && half == 0 {
		out = append(out, Rule{0, to(0), []Copy{{Position{}, Position{}, 0}}})
	}
	if last == Odd && half == 0 {
		out = append(out, Rule{0, to(0), []Copy{{end, end, 0}}})
	}
	sign := func(e Edge) int {
		if e == Odd {
			return -1
		}
		return 1
	}
	low := Copy{below, Position{K: 1, At: -half}, sign(first)}
	high := Copy{beyond, Position{K: -1, At: -1 - half, End: true}, sign(last)}
	switch {
	case first.Mirrors() && last.Mirrors():
		if half == 1 { // the value n-1 lies beyond the last node already
			out = append(out, Rule{0, to(0), []Copy{{end, Position{At: -2, End: true}, sign(last)}}})
		}
		both(low, high)
	// Of one mirror alone, an image must be one of the points of the axis.
	case first.Mirrors():
		out = append(out, Rule{1, append(to(width[0]), Position{At: half - 1, End: true}), []Copy{low}})
	case last.Mirrors():
		out = append(out, Rule{1 - half, append(to(width[1]), Position{At: -1 - half, End: true}), []Copy{high}})
	}
	return out
}

// Move is a copy on an axis of a given length.
type Move struct{ To, From, Sign int }

// Moves lists what fills the halo along an axis of n points, in order.
func (a *Array) Moves(axis, n int, width [2]int) []Move {
	var out []Move
	for _, r := range a.Rules(axis, width) {
		for k := r.Lo; ; k++ {
			for _, hi := range r.Hi {
				if k > hi.On(n, 0) {
					k = -1
				}
			}
			if k < 0 {
				break
			}
			for _, c := range r.Each {
				out = append(out, Move{c.To.On(n, k), c.From.On(n, k), c.Sign})
			}
		}
	}
	return out
}
