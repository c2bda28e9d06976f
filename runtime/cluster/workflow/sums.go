package workflow

import (
	"context"
	"errors"
	"io"

	"github.com/courant-pde/courant/runtime/cluster/store"
)

// sums are those of a version: a binary tree over its tasks. Level 0 are the
// tasks' own gradients; node (level, place) is the sum of (level-1, 2*place) and
// (level-1, 2*place+1), the last one of an odd number alone. The root is the sum
// over all tasks.
type sums struct {
	run     *Run
	version int
	tasks   int
}

func (s sums) key(level, place int) string {
	if level == s.top() {
		return s.run.sumKey(s.version)
	}
	return s.run.nodeKey(s.version, level, place)
}

// width is the number of nodes of a level.
func (s sums) width(level int) int { return (s.tasks + 1<<level - 1) >> level }

// top is the level of the root.
func (s sums) top() int {
	level := 0
	for s.width(level) > 1 {
		level++
	}
	return level
}

// covers reports whether a task's gradient is there, or a sum that holds it.
func (s sums) covers(there map[string]bool, place int) bool {
	for level := range s.top() + 1 {
		if there[s.key(level, place>>level)] {
			return true
		}
	}
	return false
}

// climb makes the sums that a task's gradient completes, on the way from it to
// the root, and reports whether it got there. It looks at the siblings on that
// way alone, where sweep looks at everything.
func (s sums) climb(ctx context.Context, place int) (bool, error) {
	for level := 1; level <= s.top(); level++ {
		err := s.make(ctx, level, place>>level)
		switch {
		case missing(err):
			return false, nil // another one comes this way, or it is computed again
		case err != nil:
			return false, err
		}
	}
	return true, nil
}

// sweep makes all sums whose parts are there, from the leaves up.
func (s sums) sweep(ctx context.Context) (made bool, err error) {
	keys, err := s.run.Store.List(ctx, s.run.versionKey(s.version, ""))
	if err != nil {
		return false, err
	}
	there := map[string]bool{}
	for _, k := range keys {
		there[k] = true
	}
	for level := 1; level <= s.top(); level++ {
		for place := range s.width(level) {
			alone := 2*place+1 >= s.width(level-1)
			if there[s.key(level, place)] || !there[s.key(level-1, 2*place)] || !alone && !there[s.key(level-1, 2*place+1)] {
				continue
			}
			if err := s.make(ctx, level, place); err != nil {
				if missing(err) {
					continue // it is computed again
				}
				return made, err
			}
			there[s.key(level, place)] = true
			made = true
		}
	}
	return made, nil
}

// make writes a sum, unless it is there. A corrupt part counts as not being there.
func (s sums) make(ctx context.Context, level, place int) error {
	r, key := s.run, s.key(level, place)
	// Parts are cheap to look for, so the sum is looked for last.
	left, err := r.Store.Open(ctx, s.key(level-1, 2*place))
	if errors.Is(err, store.ErrNotExist) {
		// When the version is done its parts are gone, and the root is there.
		if there, e := r.exists(ctx, key); e != nil || there {
			return e
		}
	}
	if err != nil {
		return err
	}
	defer left.Close()
	if 2*place+1 >= s.width(level-1) {
		return s.lift(ctx, key, s.key(level-1, 2*place), left)
	}
	right, err := r.Store.Open(ctx, s.key(level-1, 2*place+1))
	if err != nil {
		return err
	}
	defer right.Close()
	if there, err := r.exists(ctx, key); err != nil || there {
		return err
	}
	first, second := part{s.key(level-1, 2*place), left}, part{s.key(level-1, 2*place+1), right}
	sum, closed, err := newAdded(key, s.tasks, first, second)
	if err == nil {
		err = r.create(ctx, key, sum)
		closed()
	}
	if err == nil || ctx.Err() != nil {
		return err
	}
	for _, part := range []part{first, second} { // one of them may be to blame
		switch _, e := s.leaf(ctx, part.key); {
		case missing(e):
			err = e
		case e != nil:
			return e
		}
	}
	return err
}

// leaf is an object of this tree.
func (s sums) leaf(ctx context.Context, key string) (*Object, error) {
	g, err := s.run.gradient(ctx, key)
	if err == nil && g.of != int64(s.tasks) {
		err = s.run.corrupt(ctx, key, ErrCorrupt)
	}
	return g, err
}

// lift writes a part that is alone as the sum.
func (s sums) lift(ctx context.Context, key, part string, data io.Reader) error {
	d, err := newDecoder(part, data)
	if err != nil {
		return s.run.corrupt(ctx, part, err)
	}
	defer d.close()
	if d.Of != int64(s.tasks) {
		return s.run.corrupt(ctx, part, ErrCorrupt)
	}
	h := d.header
	h.Single = false
	return s.run.corrupt(ctx, part, s.run.create(ctx, key, newEncoding(key, h, nil, d)))
}

// scaled makes up for dropped tasks: the sum is brought to that of all.
func (g *Object) scaled(tasks int) *Object {
	if g.Tasks == int64(tasks) {
		return g
	}
	c := float64(tasks) / float64(g.Tasks)
	g.Value *= c
	for i := range g.Values {
		g.Values[i] *= c
	}
	return g
}
