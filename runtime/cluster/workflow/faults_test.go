package workflow

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/queue"
	"github.com/courant-pde/courant/runtime/cluster/store"
	"github.com/courant-pde/courant/runtime/inverse/optimize"
)

// toy is an inversion that costs nothing: each shot is a hill of its own, of
// numbers that do not add up exactly, so that the order of sums would show.
type toy struct{ iterations int }

type toyState struct {
	Optimiser *optimize.LBFGS
	Left      int
	Of        int // tasks
	Took      float64
}

func (s *toyState) Over() bool       { return s.Left == 0 || s.Optimiser.Done }
func (s *toyState) Tasks() int       { return s.Of }
func (s *toyState) Seconds() float64 { return s.Took }

func (s *toyState) Arrays() []*[]float64 {
	if s.Optimiser == nil {
		return nil
	}
	return s.Optimiser.Arrays()
}

func (s *toyState) Check() error {
	if s.Optimiser == nil || s.Left < 0 || s.Left > 1000 || s.Of < 1 || s.Of > 1<<24 {
		return fmt.Errorf("%d iterations left, of %d tasks", s.Left, s.Of)
	}
	return s.Optimiser.Check(unknowns)
}

func (a toy) Begin(light *Object) (State, error) {
	x := make([]float64, len(light.Values))
	for i := range x {
		x[i] = 1 / light.Values[i]
	}
	return &toyState{optimize.NewLBFGS(x), a.iterations, int(light.Tasks), light.Seconds}, nil
}

func (toy) Next(s State, sum *Object) (State, error) {
	t := s.(*toyState)
	t.Optimiser.Tell(sum.Value, sum.Values)
	t.Left--
	t.Took += sum.Seconds
	// Evaluations of fewer tasks, as those of batches are.
	t.Of = max(1, t.Of-t.Left%2)
	return t, nil
}

const unknowns = 7

// of is what a shot gives.
func (toy) of(t Task, s State) *Object {
	g := &Object{Tasks: 1, Seconds: 0.25, Values: make([]float64, unknowns)}
	for i := range g.Values {
		centre, width := math.Sin(float64(3*t.Place+i)), 1.1+math.Cos(float64(t.Place*i))
		if t.Version == 0 {
			g.Values[i] = 0.1 + width
			continue
		}
		d := s.(*toyState).Optimiser.Trial[i] - centre
		g.Value += d * d * width / 2
		g.Values[i] = d * width
	}
	return g
}

func newToy(s store.Store, shots, iterations int) *Run {
	return &Run{Store: s, Name: "runs/toy", Shots: shots, Algorithm: toy{iterations}, New: func() State { return &toyState{Optimiser: &optimize.LBFGS{}} }}
}

// work evaluates tasks in this process, some at a time. Before may be nil.
func work(r *Run, workers int, before func(ctx context.Context, t Task) error) batch.Batch {
	return batch.NewLocal(workers, do(r, before))
}

// do is what workers do.
func do(r *Run, before func(ctx context.Context, t Task) error) func(ctx context.Context, t Task) error {
	return func(ctx context.Context, t Task) error {
		if before != nil {
			if err := before(ctx, t); err != nil {
				return err
			}
		}
		var s State
		tasks := r.Shots
		if t.Version > 0 {
			var err error
			if s, err = r.State(ctx, t.Version); err != nil {
				return err
			}
			tasks = s.Tasks()
		}
		return r.Submit(ctx, t, tasks, toy{}.of(t, s))
	}
}

// outcome is the last state of a run, bit by bit, and how many objects are left.
func outcome(t *testing.T, r *Run) string {
	t.Helper()
	p, err := r.Position(t.Context())
	if err != nil || !p.Done {
		t.Fatalf("%+v, %v", p, err)
	}
	o := p.State.(*toyState).Optimiser
	text := fmt.Sprint(p.Version, " ", math.Float64bits(o.Value))
	for _, x := range o.X {
		text += fmt.Sprint(" ", math.Float64bits(x))
	}
	return text
}

func undisturbed(t *testing.T, shots, iterations int) string {
	t.Helper()
	r := newToy(store.NewMemory(), shots, iterations)
	if err := Drive(t.Context(), r, work(r, 1, nil), Options{}); err != nil {
		t.Fatal(err)
	}
	return outcome(t, r)
}

var errKilled = errors.New("killed")

// chaos is a store whose user is killed at random moments: before something is
// written, behind it, or with the object damaged; then nothing works any more. At
// other moments an object that lies there is damaged, lost, or put in another's
// place, or the store is away for an operation.
type chaos struct {
	store.Store
	mu     *sync.Mutex
	random *rand.Rand
	rate   float64 // of kills an operation
	damage float64 // of objects damaged an operation
	absent float64 // of operations that do not reach the store
	dead   bool
	die    context.CancelFunc
}

// rot damages what lies in the store.
func (c *chaos) rot(ctx context.Context) {
	if c.draw() > c.damage {
		return
	}
	keys, err := c.Store.List(ctx, "runs/toy/v")
	if err != nil || len(keys) == 0 {
		return
	}
	one, other := keys[int(c.draw()*float64(len(keys)))], keys[int(c.draw()*float64(len(keys)))]
	from := one
	kind := c.draw()
	if kind < 0.4 {
		from = other // whole, but not of that key
	}
	f, err := c.Store.Open(ctx, from)
	if err != nil {
		return
	}
	all, _ := io.ReadAll(f)
	if kind > 0.6 && len(all) > 0 {
		all = bytes.Clone(all)
		all[int(c.draw()*float64(len(all)))] ^= 0x40
	}
	_ = c.Store.Delete(ctx, one)
	if kind < 0.9 { // otherwise it is lost
		_ = c.Store.Create(ctx, one, bytes.NewReader(all))
	}
}

func (c *chaos) draw() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.random.Float64()
}

// survives reports whether the user lives on.
func (c *chaos) survives() bool {
	x := c.draw()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dead = c.dead || x < c.rate; c.dead {
		c.die()
	}
	return !c.dead
}

// reaches is nil, or why the store does not do what it is asked for.
func (c *chaos) reaches(ctx context.Context) error {
	if !c.survives() {
		return errKilled
	}
	if c.draw() < c.absent {
		return store.ErrAway
	}
	c.rot(ctx)
	return nil
}

func (c *chaos) Create(ctx context.Context, key string, data io.Reader) error {
	if err := c.reaches(ctx); err != nil {
		return err
	}
	if c.draw() < c.damage {
		all, err := io.ReadAll(data)
		if err != nil {
			return err
		}
		if len(all) > 0 {
			all[int(c.draw()*float64(len(all)))] ^= 0x40
		}
		data = bytes.NewReader(all)
	}
	if err := c.Store.Create(ctx, key, data); err != nil {
		return err
	}
	if !c.survives() {
		return errKilled
	}
	return nil
}

func (c *chaos) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := c.reaches(ctx); err != nil {
		return nil, err
	}
	return c.Store.Open(ctx, key)
}

func (c *chaos) List(ctx context.Context, prefix string) ([]string, error) {
	if err := c.reaches(ctx); err != nil {
		return nil, err
	}
	return c.Store.List(ctx, prefix)
}

func (c *chaos) Delete(ctx context.Context, key string) error {
	if err := c.reaches(ctx); err != nil {
		return err
	}
	return c.Store.Delete(ctx, key)
}

// gossip is a queue that loses messages, and brings others twice.
type gossip struct {
	*queue.Memory
	mu          *sync.Mutex
	random      *rand.Rand
	lost, twice float64
}

func (g *gossip) Send(ctx context.Context, topic string, data []byte) error {
	g.mu.Lock()
	x := g.random.Float64()
	g.mu.Unlock()
	if x < g.lost {
		return nil
	}
	if x > 1-g.twice {
		_ = g.Memory.Send(ctx, topic, data)
	}
	return g.Memory.Send(ctx, topic, data)
}

func (g *gossip) Publish(ctx context.Context, topic string, data []byte) error {
	g.mu.Lock()
	x := g.random.Float64()
	g.mu.Unlock()
	if x < g.lost {
		return nil
	}
	return g.Memory.Publish(ctx, topic, data)
}

// Whatever dies, and however often, the result is that of a run without any
// disturbance, bit by bit: 250 random schedules of up to three processes that
// drive the run at once, with workers that fail, objects that are damaged, lost or
// in another's place, a store that is away, tasks that go through a queue which loses
// messages and brings others twice, and every process killed after some operations
// and begun again.
func TestNothingIsLostOrCountedTwice(t *testing.T) {
	schedules := 250
	if testing.Short() {
		schedules = 50
	}
	want := map[int]string{}
	for shots := 1; shots <= 9; shots++ {
		want[shots] = undisturbed(t, shots, 4)
	}
	defer func(usual time.Duration) { firstWait = usual }(firstWait)
	firstWait = time.Microsecond
	for seed := range schedules {
		random := rand.New(rand.NewPCG(uint64(seed), 5))
		shots := 1 + random.IntN(9)
		memory := store.NewMemory()
		rate, damage, absent, failing := 0.05*random.Float64(), 0.02*random.Float64(), 0.01*random.Float64(), 0.3*random.Float64()
		mu, pulled := &sync.Mutex{}, seed%2 == 1
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		var processes sync.WaitGroup
		news := &gossip{Memory: queue.NewMemory(5 * time.Millisecond), mu: mu, random: random, lost: 0.3 * random.Float64(), twice: 0.3 * random.Float64()}
		working, stop := context.WithCancel(ctx)
		var reducers sync.WaitGroup
		for range random.IntN(3) {
			reducers.Add(1)
			go func() {
				defer reducers.Done()
				for working.Err() == nil {
					alive, die := context.WithCancel(working)
					c := &chaos{die: die, Store: memory, mu: mu, random: random, rate: rate, damage: damage, absent: absent}
					_ = Reduce(alive, c, news, nil)
					die()
				}
			}()
		}
		for range 1 + random.IntN(3) {
			processes.Add(1)
			go func() {
				defer processes.Done()
				for life := 0; ctx.Err() == nil; life++ {
					alive, die := context.WithCancel(ctx)
					c := &chaos{die: die, Store: memory, mu: mu, random: random, rate: rate / float64(1+life/20), damage: damage / float64(1+life/20), absent: absent}
					r := newToy(c, shots, 4)
					r.Queue = news
					fails := func(context.Context, Task) error {
						if c.draw() < failing {
							return errors.New("out of luck")
						}
						return nil
					}
					b := work(r, 2, fails)
					if pulled {
						b = batch.NewPulled(news, "tasks", 5*time.Millisecond)
						for range 2 {
							go func() { _ = batch.ServeQueue(alive, news, "tasks", do(r, fails), nil) }()
						}
					}
					err := Drive(alive, r, b, Options{Backoff: time.Microsecond, Attempts: 20, Sweep: 5 * time.Millisecond})
					die()
					_ = b.Close()
					if err == nil {
						return
					}
				}
			}()
		}
		processes.Wait()
		stop()
		reducers.Wait()
		cancel()
		// Another one that looks in finds it done, or finishes what is damaged.
		r := newToy(memory, shots, 4)
		if err := Drive(t.Context(), r, work(r, 1, nil), Options{}); err != nil {
			t.Fatalf("schedule %d: %v", seed, err)
		}
		if got := outcome(t, r); got != want[shots] {
			t.Fatalf("schedule %d of %d shots: the result is %s, not %s", seed, shots, got, want[shots])
		}
	}
}

// stopped is the store of a run that was stopped in its third version, with some of
// its tasks done.
func stopped(t *testing.T, shots, iterations int) *store.Memory {
	t.Helper()
	m := store.NewMemory()
	r := newToy(m, shots, iterations)
	stops := func(_ context.Context, t Task) error {
		if t.Version == 3 && t.Place == 3 {
			return batch.Permanent(errors.New("stopped"))
		}
		return nil
	}
	if err := Drive(t.Context(), r, work(r, 1, stops), Options{}); err == nil {
		t.Fatal("it was not stopped")
	}
	return m
}

// content is what a store holds under a key.
func content(t *testing.T, s store.Store, key string) []byte {
	t.Helper()
	f, err := s.Open(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// replace puts something in the place of an object; nil for nothing.
func replace(t *testing.T, s store.Store, key string, data []byte) {
	t.Helper()
	err := s.Delete(t.Context(), key)
	if err == nil && data != nil {
		err = s.Create(t.Context(), key, bytes.NewReader(data))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Every object of a run that was stopped, or is done, may be lost, damaged, cut
// short, or another one in its place: the result is the same, and so are the states
// of all versions.
func TestAnyObjectHeals(t *testing.T) {
	const shots, iterations = 6, 4
	want := undisturbed(t, shots, iterations)
	states := func(r *Run) (all []string) {
		t.Helper()
		for {
			all = nil
			err := r.Each(t.Context(), 1, func(_ int, s State) error {
				all = append(all, fmt.Sprint(s.(*toyState).Optimiser.Trial, s.Tasks()))
				return nil
			})
			if err == nil {
				return all
			}
			if !errors.Is(err, store.ErrNotExist) {
				t.Fatal(err)
			}
			// It was found lost: that version is evaluated again.
			if err := Drive(t.Context(), r, work(r, 2, nil), Options{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	done := func(t *testing.T) *store.Memory {
		m := store.NewMemory()
		r := newToy(m, shots, iterations)
		if err := Drive(t.Context(), r, work(r, 1, nil), Options{}); err != nil {
			t.Fatal(err)
		}
		return m
	}
	all := states(newToy(done(t), shots, iterations))
	for name, from := range map[string]*store.Memory{"stopped": stopped(t, shots, iterations), "done": done(t)} {
		keys, err := from.List(t.Context(), "runs/toy/v")
		if err != nil {
			t.Fatal(err)
		}
		for i, key := range keys {
			other := keys[(i+1)%len(keys)]
			for kind, change := range map[string]func(m *store.Memory){
				"lost":  func(m *store.Memory) { replace(t, m, key, nil) },
				"empty": func(m *store.Memory) { replace(t, m, key, []byte{}) },
				"half":  func(m *store.Memory) { data := content(t, m, key); replace(t, m, key, data[:len(data)/2]) },
				"damaged": func(m *store.Memory) {
					data := bytes.Clone(content(t, m, key))
					data[len(data)/2] ^= 1
					replace(t, m, key, data)
				},
				"swapped": func(m *store.Memory) {
					one, two := content(t, m, key), content(t, m, other)
					replace(t, m, key, two)
					replace(t, m, other, one)
				},
			} {
				m := store.NewMemory()
				for _, k := range keys {
					replace(t, m, k, content(t, from, k))
				}
				change(m)
				r := newToy(m, shots, iterations)
				if err := Drive(t.Context(), r, work(r, 2, nil), Options{Backoff: time.Microsecond}); err != nil {
					t.Errorf("%s, %s %s: %v", name, key, kind, err)
					continue
				}
				if got := states(r); !reflect.DeepEqual(got, all) || outcome(t, r) != want {
					t.Errorf("%s, %s %s: another result", name, key, kind)
				}
			}
		}
	}
}

// States are kept for the version that is evaluated and the one before; all others
// are made again of the sums.
func TestOldStatesGo(t *testing.T) {
	r := newToy(store.NewMemory(), 5, 4)
	if err := Drive(t.Context(), r, work(r, 2, nil), Options{}); err != nil {
		t.Fatal(err)
	}
	last, err := r.Last(t.Context())
	if err != nil || last < 4 {
		t.Fatalf("version %d, %v", last, err)
	}
	var kept []string
	there, _ := r.there(t.Context())
	for k := range there {
		if v, name, _ := r.split(k); name != "sum" && (name != "state" || v < last-1) {
			kept = append(kept, k)
		}
	}
	if len(kept) > 0 {
		t.Errorf("not deleted: %v", kept)
	}
	for v := 1; v <= last; v++ {
		if s, err := r.State(t.Context(), v); err != nil || s.Tasks() < 1 {
			t.Errorf("the state of version %d: %v", v, err)
		}
	}
	if _, err := r.State(t.Context(), 1<<60); !errors.Is(err, store.ErrNotExist) {
		t.Errorf("a version that there never was: %v", err)
	}
}

// A fault that no attempt can mend is tried once; a store that is away costs no
// attempt, and is told once.
func TestFaultsThatNoAttemptMends(t *testing.T) {
	r := newToy(store.NewMemory(), 4, 2)
	var n atomic.Int32
	wrong := work(r, 1, func(_ context.Context, t Task) error {
		if t.Place == 2 {
			n.Add(1)
			return batch.Permanent(errors.New("the time step is too long"))
		}
		return nil
	})
	err := Drive(t.Context(), r, wrong, Options{Attempts: 4, Backoff: time.Hour})
	if err == nil || n.Load() != 1 || !strings.Contains(err.Error(), "no further attempt") || !strings.Contains(err.Error(), "the time step is too long") {
		t.Errorf("%d attempts: %v", n.Load(), err)
	}
	var mu sync.Mutex
	left, told := 3, map[string]int{}
	away := work(r, 1, func(_ context.Context, t Task) error {
		mu.Lock()
		defer mu.Unlock()
		if t.Version == 1 && t.Place == 1 && left > 0 {
			left--
			return batch.Away(errors.New("no route"))
		}
		return nil
	})
	defer func(usual time.Duration) { firstWait = usual }(firstWait)
	firstWait = time.Millisecond
	o := Options{Attempts: 1, Event: func(e Event) { told[e.Kind]++ }}
	if err := Drive(t.Context(), r, away, o); err != nil || told["away"] != 1 || told["back"] != 1 || told["retry"] != 0 {
		t.Errorf("%v: %v", err, told)
	}
	if outcome(t, r) != undisturbed(t, 4, 2) {
		t.Error("another result")
	}
}

// The time between two attempts has an end, however many there are.
func TestBackoffIsBounded(t *testing.T) {
	defer func(usual time.Duration) { longestBackoff = usual }(longestBackoff)
	longestBackoff = time.Millisecond
	r := newToy(store.NewMemory(), 1, 1)
	left := 80
	fails := work(r, 1, func(context.Context, Task) error {
		if left--; left > 0 {
			return errors.New("out of luck")
		}
		return nil
	})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := Drive(ctx, r, fails, Options{Attempts: 100, Backoff: time.Hour}); err != nil {
		t.Error(err)
	}
}

// A store that is away for a while delays a run, as often as it happens.
func TestStoreAway(t *testing.T) {
	defer func(usual time.Duration) { firstWait = usual }(firstWait)
	firstWait = time.Millisecond
	m := &chaos{Store: store.NewMemory(), mu: &sync.Mutex{}, random: rand.New(rand.NewPCG(1, 2)), absent: 0.03}
	r := newToy(m, 5, 3)
	told := map[string]int{}
	if err := Drive(t.Context(), r, work(r, 2, nil), Options{Attempts: 1, Event: func(e Event) { told[e.Kind]++ }}); err != nil || told["away"] == 0 || told["away"] != told["back"] {
		t.Errorf("%v: %v", err, told)
	}
	m.absent = 0
	if outcome(t, r) != undisturbed(t, 5, 3) {
		t.Error("another result")
	}
}

// A shot that always fails makes the run fail, with the reason kept, or is left
// out: then the sum of the others is brought up to that of all.
func TestPoisonShots(t *testing.T) {
	poison := func(_ context.Context, t Task) error {
		if t.Place == 2 {
			return errors.New("poison")
		}
		return nil
	}
	m := store.NewMemory()
	r := newToy(m, 5, 3)
	err := Drive(t.Context(), r, work(r, 1, poison), Options{Backoff: time.Microsecond, Attempts: 3})
	if err == nil || !strings.Contains(err.Error(), "version 0, task 2 failed 3 times, at last: poison") {
		t.Errorf("%v", err)
	}
	if keys, _ := m.List(t.Context(), "runs/toy/dead/"); len(keys) != 1 {
		t.Errorf("dead letters: %v", keys)
	}
	drops := 0
	o := Options{Backoff: time.Microsecond, Attempts: 2, Policy: Drop, Event: func(e Event) {
		if e.Kind == "drop" {
			drops++
		}
	}}
	if err := Drive(t.Context(), r, work(r, 2, poison), o); err != nil {
		t.Fatal(err)
	}
	// Later versions have four tasks, and three.
	if p, _ := r.Position(t.Context()); !p.Done || drops != p.Version {
		t.Errorf("%d drops in %d versions", drops, p.Version)
	}
	// The value of four shots stands for five.
	g := (&Object{Tasks: 4, Value: 8, Values: []float64{4}}).scaled(5)
	if g.Value != 10 || g.Values[0] != 5 {
		t.Errorf("%+v", g)
	}
}

// A shot that takes much longer than the others is evaluated by an idle worker
// too, and the first that is done counts.
func TestStragglersAreEvaluatedAgain(t *testing.T) {
	r := newToy(store.NewMemory(), 4, 1)
	var mu sync.Mutex
	slow, again := true, 0
	w := work(r, 2, func(ctx context.Context, t Task) error {
		mu.Lock()
		hang := slow && t.Place == 1
		slow = slow && !hang
		mu.Unlock()
		if hang {
			<-ctx.Done() // for ever
			return ctx.Err()
		}
		return nil
	})
	o := Options{Event: func(e Event) {
		if e.Kind == "again" {
			again++
		}
	}}
	if err := Drive(t.Context(), r, w, o); err != nil {
		t.Fatal(err)
	}
	if again != 1 || outcome(t, r) != undisturbed(t, 4, 1) {
		t.Errorf("evaluated again %d times", again)
	}
}

// A deadline ends an attempt that hangs.
func TestDeadline(t *testing.T) {
	r := newToy(store.NewMemory(), 2, 1)
	hung := false
	w := work(r, 1, func(ctx context.Context, t Task) error {
		if t.Place == 0 && !hung {
			hung = true
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	})
	late := ""
	tell := func(e Event) {
		if e.Kind == "retry" {
			late = e.Err.Error()
		}
	}
	if err := Drive(t.Context(), r, w, Options{Deadline: 20 * time.Millisecond, Backoff: time.Microsecond, Event: tell}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(late, "deadline of 20ms") {
		t.Errorf("%q", late)
	}
}

// Any damage to an object is found, and so is one in another's place, or of another
// run.
func TestDamageIsFound(t *testing.T) {
	const key, other = "runs/a/v0001/n00-00001", "runs/a/v0001/n00-00002"
	g := &Object{Tasks: 3, Value: 2.5, Seconds: 0.5, Values: []float64{1, -2, 3e30}, of: 4, text: []byte("text")}
	for _, f := range []Form{{}, {Single: true}, {Compressed: true}, {Single: true, Compressed: true}} {
		data, err := io.ReadAll(g.encode(key, f))
		if err != nil {
			t.Fatal(err)
		}
		back, err := decode(key, bytes.NewReader(data), mostNumbers)
		if err != nil || back.Value != 2.5 || back.Tasks != 3 || back.of != 4 || string(back.text) != "text" || back.Seconds != 0.5 || math.Abs(back.Values[2]/3e30-1) > 1e-7 || !f.Single && back.Values[2] != 3e30 {
			t.Fatalf("%+v, %v", back, err)
		}
		for _, place := range []string{other, strings.Replace(key, "runs/a", "runs/b", 1), ""} {
			if _, err := decode(place, bytes.NewReader(data), mostNumbers); !errors.Is(err, ErrCorrupt) {
				t.Errorf("%+v: taken as %q: %v", f, place, err)
			}
		}
		for i := range data {
			bad := bytes.Clone(data)
			bad[i] ^= 1
			// Some bits of a compressed frame say nothing of what is in it.
			got, err := decode(key, bytes.NewReader(bad), mostNumbers)
			if harmless := f.Compressed && err == nil && reflect.DeepEqual(got, back); harmless {
				continue
			}
			if !errors.Is(err, ErrCorrupt) {
				t.Errorf("%+v: byte %d damaged: %v", f, i, err)
			}
			if _, err := decode(key, bytes.NewReader(data[:i]), mostNumbers); !errors.Is(err, ErrCorrupt) {
				t.Errorf("%+v: %d bytes of %d: %v", f, i, len(data), err)
			}
			for _, second := range [][]byte{bad, data} { // damaged, and in another's place
				s, closed, err := newAdded("sum", 4, part{key, bytes.NewReader(data)}, part{other, bytes.NewReader(second)})
				if err == nil {
					_, err = io.ReadAll(s)
					closed()
				}
				if err == nil {
					t.Errorf("%+v: byte %d damaged: it was added", f, i)
				}
			}
		}
	}
}

// Little that unfolds to much is refused before it does.
func TestBombsAreRefused(t *testing.T) {
	g := &Object{Tasks: 1, Values: make([]float64, 1<<20)}
	data, err := io.ReadAll(g.encode("key", Form{Compressed: true}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := decode("key", bytes.NewReader(data), 1<<20); err != nil || len(data) > 1<<14 {
		t.Fatalf("%d bytes: %v", len(data), err)
	}
	m := store.NewMemory()
	r := newToy(m, 1, 1)
	r.Most = 1<<20 - 1
	replace(t, m, r.sumKey(0), nil)
	if err := m.Create(t.Context(), r.sumKey(0), g.encode(r.sumKey(0), Form{Compressed: true})); err != nil {
		t.Fatal(err)
	}
	if _, err := r.gradient(t.Context(), r.sumKey(0)); !errors.Is(err, ErrCorrupt) {
		t.Errorf("%v", err)
	}
}

// Sums of arrays that are many pieces long are right in every form, and repeating
// numbers take less room when they are compressed.
func TestForms(t *testing.T) {
	a, b := &Object{Tasks: 1, Seconds: 1, of: 3}, &Object{Tasks: 2, Seconds: 2, of: 3}
	for i := range 3*pieceNumbers + 5 {
		a.Values, b.Values = append(a.Values, float64(i%7)), append(b.Values, float64(i%11))
	}
	sizes := map[Form]int{}
	size := func(g *Object, f Form) int {
		data, err := io.ReadAll(g.encode("a", f))
		if err != nil {
			t.Fatal(err)
		}
		return len(data)
	}
	for _, f := range []Form{{}, {Single: true}, {Compressed: true}, {Single: true, Compressed: true}} {
		sum, closed, err := newAdded("sum", 3, part{"a", a.encode("a", f)}, part{"b", b.encode("b", f)})
		if err != nil {
			t.Fatal(err)
		}
		defer closed()
		data, err := io.ReadAll(sum)
		if err != nil {
			t.Fatal(err)
		}
		sizes[f] = size(a, f)
		g, err := decode("sum", bytes.NewReader(data), mostNumbers)
		if err != nil || g.Tasks != 3 || g.Seconds != 3 || g.of != 3 || len(g.Values) != len(a.Values) {
			t.Fatalf("%+v: %v", f, err)
		}
		for i, v := range g.Values {
			if v != float64(i%7+i%11) {
				t.Fatalf("%+v: number %d is %g", f, i, v)
			}
		}
	}
	if full := sizes[Form{}]; sizes[Form{Compressed: true}] > full/4 || sizes[Form{Single: true}] > full/2+100 {
		t.Errorf("%v", sizes)
	}
}

// Many small gradients: the machinery of each takes far less than a shot.
func BenchmarkReduction(b *testing.B) {
	files, err := store.OpenFiles(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	r := newToy(files, b.N, 1)
	for i := range b.N {
		t := Task{Version: 0, Place: i}
		if err := r.Submit(b.Context(), t, b.N, toy{}.of(t, nil)); err != nil {
			b.Fatal(err)
		}
		if _, err := (sums{r, 0, b.N}).climb(b.Context(), i); err != nil {
			b.Fatal(err)
		}
	}
}

// full is a store on a disk that is full until it is given room.
type full struct {
	store.Store
	room bool
}

func (f *full) Create(ctx context.Context, key string, data io.Reader) error {
	if !f.room {
		return fmt.Errorf("%s cannot be written: no space left on device", key)
	}
	return f.Store.Create(ctx, key, data)
}

// A full disk ends a run with its reason after all attempts; with room again, it
// goes on as if nothing had been.
func TestFullDisk(t *testing.T) {
	disk := &full{Store: store.NewMemory()}
	r := newToy(disk, 5, 3)
	err := Drive(t.Context(), r, work(r, 1, nil), Options{Backoff: time.Microsecond})
	if err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Fatalf("%v", err)
	}
	disk.room = true
	if err := Drive(t.Context(), r, work(r, 1, nil), Options{}); err != nil {
		t.Fatal(err)
	}
	if outcome(t, r) != undisturbed(t, 5, 3) {
		t.Error("another result")
	}
}

// Many small gradients, as they go through the embedded queue to a reducer: what
// the machinery of each takes, from its announcement to the sum over all.
func BenchmarkQueuedReduction(b *testing.B) {
	files, err := store.OpenFiles(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	server, err := queue.StartServer(b.TempDir(), "", "")
	if err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	q, err := queue.Connect(b.Context(), server.URL(), queue.Lease)
	if err != nil {
		b.Fatal(err)
	}
	defer q.Close()
	r := newToy(files, b.N, 1)
	r.Queue = q
	heard, stop, err := r.hear()
	if err != nil {
		b.Fatal(err)
	}
	defer stop()
	ctx, end := context.WithCancel(b.Context())
	defer end()
	go func() { _ = Reduce(ctx, files, q, func(err error) { b.Error(err) }) }()
	b.ResetTimer()
	for i := range b.N {
		t := Task{Version: 0, Place: i}
		if err := r.Submit(b.Context(), t, b.N, toy{}.of(t, nil)); err != nil {
			b.Fatal(err)
		}
	}
	if b.N > 1 {
		<-heard
	}
	b.StopTimer()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(used.Maxrss)/1024, "MiB")
	b.ReportMetric(float64(time.Duration(used.Utime.Nano()+used.Stime.Nano()).Microseconds())/float64(b.N), "cpu-us/op")
}

// Large gradients: two of 64 MiB are added and written.
func BenchmarkLargeSum(b *testing.B) {
	files, err := store.OpenFiles(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	g := &Object{Tasks: 1, Seconds: 0.25, Values: make([]float64, 8<<20)}
	for i := range g.Values {
		g.Values[i] = float64(i)
	}
	r := newToy(files, 2, 1)
	for shot := range 2 {
		if err := r.Submit(b.Context(), Task{Place: shot}, 2, g); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(3 * 8 * int64(len(g.Values))) // two are read, one is written
	for b.Loop() {
		if err := files.Delete(b.Context(), r.sumKey(0)); err != nil {
			b.Fatal(err)
		}
		if done, err := (sums{r, 0, 2}).climb(b.Context(), 1); err != nil || !done {
			b.Fatal(done, err)
		}
	}
}

// The sums of 128 gradients of 64 MiB, by four reducers, beside what the disk takes to write as much: 16 GiB of room are needed.
func BenchmarkLargeTree(b *testing.B) {
	const tasks = 128
	files, err := store.OpenFiles(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	g := &Object{Tasks: 1, Values: make([]float64, 8<<20)}
	r := newToy(files, tasks, 1)
	for place := range tasks {
		if err := r.Submit(b.Context(), Task{Place: place}, tasks, g); err != nil {
			b.Fatal(err)
		}
	}
	plain := make([]byte, 64<<20)
	b.ResetTimer()
	for b.Loop() {
		r.Queue = queue.NewMemory(queue.Lease)
		heard, stop, err := r.hear()
		if err != nil {
			b.Fatal(err)
		}
		ctx, end := context.WithCancel(b.Context())
		var reducers sync.WaitGroup
		for range 4 {
			reducers.Add(1)
			go func() {
				defer reducers.Done()
				_ = Reduce(ctx, files, r.Queue, func(err error) { b.Error(err) })
			}()
		}
		for place := range tasks {
			r.announce(ctx, arrival{r.Name, 0, place}, tasks)
		}
		<-heard
		end()
		reducers.Wait()
		stop()
		b.StopTimer()
		start := time.Now()
		for i := range tasks - 1 {
			if err := files.Create(b.Context(), fmt.Sprintf("plain/%d", i), bytes.NewReader(plain)); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(time.Since(start).Seconds(), "s-writing-alone")
		for _, prefix := range []string{"plain/", r.versionKey(0, "n01"), r.versionKey(0, "n02"), r.versionKey(0, "n03"), r.versionKey(0, "n04"), r.versionKey(0, "n05"), r.versionKey(0, "n06"), r.sumKey(0)} {
			keys, err := files.List(b.Context(), prefix)
			for _, k := range keys {
				if err == nil {
					err = files.Delete(b.Context(), k)
				}
			}
			if err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
	}
}
