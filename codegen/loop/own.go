package loop

import (
	"fmt"
	"slices"
)

// A buffer belongs to one thread, or to one block of threads, and so do its
// values: what another loop left there may be another thread's. So a shared loop
// reads of them only what it has written itself. That is shown for each element:
// the loops around the write, up to where the read is, must pass it.

// own checks that of a shared loop.
func (v *verifier) own(l *For, s scope) error {
	if len(v.k.Buffers) == 0 {
		return nil
	}
	o := &owner{v: v, loop: l, writes: map[string][]use{}}
	return o.walk([]Stmt{l}, nil, s.vars)
}

// owner follows what a shared loop writes to buffers.
type owner struct {
	v      *verifier
	loop   *For
	writes map[string][]use // so far, by buffer
}

// use is a read or a write with all that stands around it in the shared loop.
type use struct {
	ref    *Ref
	frames []frame
	vars   []variable // of all loops around it
}

// frame is a loop, or a part of it, or a condition.
type frame struct {
	loop *For
	rest bool
	cond *If
}

func (o *owner) walk(body []Stmt, frames []frame, vars []variable) error {
	inside := func(f frame) []frame { return append(slices.Clip(frames), f) }
	seen := map[string]bool{} // reads that are all right: what is written stays written
	for _, s := range body {
		at := vars
		switch x := s.(type) {
		case *For:
			step := x.Step.Const
			if x.Rest == nil {
				step = 1
			}
			if err := o.walk(x.Body, inside(frame{loop: x}), append(slices.Clip(vars), variable{x.Var, x.Lo, x.Hi, step})); err != nil {
				return err
			}
			if err := o.walk(x.Rest, inside(frame{loop: x, rest: true}), append(slices.Clip(vars), variable{x.Var, x.Lo, x.Hi, 1})); err != nil {
				return err
			}
			continue
		case *If:
			if err := o.walk(x.Body, inside(frame{cond: x}), vars); err != nil {
				return err
			}
			continue
		case *Inject:
			at = append(slices.Clip(vars), o.v.node(x.Within)...)
			if err := o.read(use{x.To, frames, at}); err != nil { // it adds to it
				return err
			}
		case *Sample:
			at = append(slices.Clip(vars), o.v.node(x.Within)...)
		}
		if e := ValueOf(s); e != nil {
			var err error
			visitRefs(e, func(r *Ref) {
				if err != nil || o.v.k.Buffer(r.Buffer) == nil || seen[r.Key()] {
					return
				}
				seen[r.Key()] = true
				err = o.read(use{r, frames, at})
			})
			if err != nil {
				return err
			}
		}
		if x, ok := s.(*Store); ok && o.v.k.Buffer(x.To.Buffer) != nil {
			o.writes[x.To.Buffer] = append(o.writes[x.To.Buffer], use{x.To, frames, vars})
		}
	}
	return nil
}

// read checks that the loop has written what it reads.
func (o *owner) read(r use) error {
	b := o.v.k.Buffer(r.ref.Buffer)
	if b == nil {
		return nil
	}
	writes := o.writes[b.Name]
	if len(writes) == 0 {
		return fmt.Errorf("%s is read in loop %s before the loop writes it: what other loops wrote may be another thread's", r.ref, o.loop.Var)
	}
	for _, w := range slices.Backward(writes) {
		if (b.Space == Shared || w.lane() == r.lane()) && o.covers(w, r) {
			return nil
		}
	}
	return fmt.Errorf("%s is read in loop %s, which is not sure to have written it: what other loops wrote may be another thread's", r.ref, o.loop.Var)
}

// lane is the loop that threads of a block share around a use, nil for none.
func (u use) lane() *For {
	for _, f := range u.frames {
		if f.loop != nil && f.loop.Kind == InBlock {
			return f.loop
		}
	}
	return nil
}

// covers proves that an earlier write wrote what is read now: in this iteration
// of the loops around both, or in this and the earlier ones of one of them, as
// planes of a ring are.
func (o *owner) covers(w, r use) bool {
	n := 0 // frames around both
	for n < min(len(w.frames), len(r.frames)) && w.frames[n] == r.frames[n] {
		n++
	}
	if o.passes(w, r, n, nil) {
		return true
	}
	for i, f := range w.frames[:n] {
		if f.loop == nil || f.rest || f.loop.Down || i < o.loop.Collapse || f.loop.Kind != Sequential && f.loop.Kind != Single {
			continue // or the earlier iterations are not this thread's
		}
		if steady(w, i, n) && o.passes(w, r, n, f.loop) {
			return true
		}
	}
	return false
}

// steady reports whether what stands around a write within a loop, up to some
// frame, is the same in all iterations of the loop, and so are indices.
func steady(w use, i, n int) bool {
	self := Symbol{Var, w.frames[i].loop.Var}
	moves := func(a Affine) bool { return a.Coef(self) != 0 }
	if slices.ContainsFunc(w.ref.Index, moves) {
		return false
	}
	for _, f := range w.frames[i+1:] {
		if f.cond != nil && slices.ContainsFunc(f.cond.AtLeastZero, moves) {
			return false
		}
	}
	for _, f := range w.frames[i+1 : n] {
		if f.loop != nil && slices.ContainsFunc(slices.Concat(f.loop.Lo, f.loop.Hi), moves) {
			return false
		}
	}
	return true
}

// counter is a loop around a write that is not around the read.
type counter struct {
	name   string
	lo, hi []Affine
	step   Affine
	at     *Affine // the iteration that writes what is read, if the indices tell
}

type counters []*counter

func (all counters) of(t Term) *counter {
	for _, c := range all {
		if t.Kind == Var && c.name == t.Name {
			return c
		}
	}
	return nil
}

// told says in terms of the read what is said in terms of the write.
func (all counters) told(a Affine) (out Affine, ok bool) {
	out = Int(a.Const)
	for _, t := range a.Terms {
		switch c := all.of(t); {
		case c == nil:
			out = out.Add(1, Affine{Terms: []Term{t}})
		case c.at == nil:
			return out, false
		default:
			out = out.Add(t.Coef, *c.at)
		}
	}
	return out, true
}

// passes proves that the loops around a write from frame n on pass what is read.
// Of the loop along, if any, earlier iterations count as well.
func (o *owner) passes(w, r use, n int, along *For) bool {
	own, ok := o.counters(w, n)
	if !ok || !own.meet(w.ref, r.ref) {
		return false
	}
	for _, f := range w.frames[n:] {
		if f.cond != nil && !holds(f.cond, r, own) {
			return false
		}
	}
	positive := func(a Affine) bool {
		a, ok := own.told(a)
		return ok && o.v.atLeastZero(a.Plus(-1), r.vars)
	}
	for _, c := range slices.Backward(own) {
		if c.at != nil {
			continue
		}
		if !c.joined(own, c.hi, positive) {
			return false
		}
		c.lo, c.hi = nil, nil // done with
	}
	if along != nil {
		c := &counter{name: along.Var, lo: along.Lo, step: along.Step}
		if !c.joined(own, nil, positive) {
			return false
		}
	}
	for _, c := range own {
		if c.at == nil {
			continue
		}
		for _, b := range c.lo {
			if lo, ok := own.told(b); !ok || !o.v.atLeastZero(c.at.Add(-1, lo), r.vars) {
				return false
			}
		}
		for _, b := range c.hi {
			if hi, ok := own.told(b); !ok || !o.v.atLeastZero(hi.Add(-1, *c.at).Plus(-1), r.vars) {
				return false
			}
		}
	}
	return true
}

// counters are the loops around a write from frame n on. Where rows are computed
// together, the rest stands for all of them, if they write the same.
func (o *owner) counters(w use, n int) (counters, bool) {
	var all counters
	for i, f := range w.frames[n:] {
		switch {
		case f.loop == nil:
		case f.loop.Rest == nil:
			all = append(all, &counter{name: f.loop.Var, lo: f.loop.Lo, hi: f.loop.Hi, step: f.loop.Step})
		case f.rest && o.jammed(w, n+i):
			all = append(all, &counter{name: f.loop.Var, lo: f.loop.Lo, hi: f.loop.Hi, step: Int(1)})
		default:
			return nil, false
		}
	}
	return all, true
}

// meet finds the iterations that write what is read. It reports false where an
// index does not tell.
func (all counters) meet(w, r *Ref) bool {
	for i, x := range w.Index {
		var of *counter
		for _, t := range x.Terms {
			if c := all.of(t); c != nil {
				if of != nil || t.Coef != 1 {
					return false
				}
				of = c
			}
		}
		if of == nil {
			if !x.Equal(r.Index[i]) {
				return false
			}
			continue
		}
		at := r.Index[i].Add(-1, x.Add(-1, V(of.name)))
		if of.at != nil && !of.at.Equal(at) || !of.step.Equal(Int(1)) {
			return false
		}
		of.at = &at
	}
	return true
}

// joined replaces the bounds of a loop that begin and end with each iteration of
// c by those of all iterations together, which must leave no gaps. Hi are the
// ends of c; where there are none, the iteration at hand is the last one.
func (c *counter) joined(all counters, hi []Affine, positive func(Affine) bool) bool {
	self := Symbol{Var, c.name}
	moves := func(a Affine) bool { return a.Coef(self) != 0 }
	var strip *counter
	for _, x := range all {
		if slices.ContainsFunc(slices.Concat(x.lo, x.hi), moves) {
			if strip != nil || x.at == nil {
				return false
			}
			strip = x
		}
	}
	runs := hi == nil // whether c has an iteration, or else the bounds together hold nothing
	if strip != nil {
		var los, his []Affine
		for _, a := range strip.lo {
			if !moves(a) {
				los = append(los, a)
				continue
			}
			for _, lo := range c.lo {
				los = append(los, a.Replace(self, lo))
			}
			for _, b := range strip.hi {
				if !moves(b) {
					continue
				}
				over := b.Add(-1, a).Add(-1, c.step)
				if over.Coef(self) != 0 || !positive(over.Plus(1)) {
					return false
				}
				runs = runs || over.Equal(Affine{})
			}
		}
		for _, b := range strip.hi {
			if !moves(b) || hi == nil {
				his = append(his, b)
				continue
			}
			for _, end := range hi {
				his = append(his, b.Replace(self, end.Add(-1, c.step)))
			}
		}
		if slices.ContainsFunc(slices.Concat(strip.lo, strip.hi), func(a Affine) bool { return moves(a) && a.Coef(self) != 1 }) {
			return false
		}
		strip.lo, strip.hi = los, his
	}
	for _, lo := range c.lo {
		for _, end := range hi {
			if !runs && !positive(end.Add(-1, lo)) {
				return false
			}
		}
	}
	return true
}

// jammed reports whether all rows of a loop write what its rest, the part i of
// what is around a write, does for single ones.
func (o *owner) jammed(w use, i int) bool {
	l := w.frames[i].loop
	if !l.Step.IsConst() {
		return false
	}
	self := Symbol{Var, l.Var}
	for row := range l.Step.Const {
		if !slices.ContainsFunc(o.writes[w.ref.Buffer], func(b use) bool {
			if len(b.frames) != len(w.frames) || !slices.Equal(b.frames[:i], w.frames[:i]) || b.frames[i] != (frame{loop: l}) {
				return false
			}
			for j := i + 1; j < len(b.frames); j++ {
				x, y := b.frames[j].loop, w.frames[j].loop
				if x == nil || y == nil || x.Rest != nil || x.Var != y.Var || !x.Step.Equal(y.Step) || !slices.EqualFunc(x.Lo, y.Lo, Affine.Equal) || !slices.EqualFunc(x.Hi, y.Hi, Affine.Equal) {
					return false
				}
				if slices.ContainsFunc(slices.Concat(x.Lo, x.Hi), func(a Affine) bool { return a.Coef(self) != 0 }) {
					return false // rows differ
				}
			}
			return slices.EqualFunc(b.ref.Index, w.ref.Index, func(x, y Affine) bool { return x.Equal(y.Replace(self, V(l.Var).Plus(row))) })
		}) {
			return false
		}
	}
	return true
}

// holds reports whether a condition around a write holds wherever a read is,
// which is not known of one that counts loops around the write alone.
func holds(c *If, r use, own counters) bool {
	around := func(f func(*If) bool) bool {
		return slices.ContainsFunc(r.frames, func(x frame) bool { return x.cond != nil && x.cond.Step == c.Step && f(x.cond) })
	}
	if !c.Every.IsZero() && !around(func(x *If) bool { return x.Every == c.Every }) {
		return false
	}
	if c.Last && !around(func(x *If) bool { return x.Last }) {
		return false
	}
	for _, a := range c.AtLeastZero {
		if slices.ContainsFunc(a.Terms, func(t Term) bool { return own.of(t) != nil }) {
			return false
		}
		if !around(func(x *If) bool {
			return slices.ContainsFunc(x.AtLeastZero, func(b Affine) bool { return a.Equal(b) })
		}) {
			return false
		}
	}
	return true
}
