package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/queue"
	"github.com/courant-pde/courant/runtime/cluster/store"
	"github.com/courant-pde/courant/runtime/cluster/workflow"
	"github.com/courant-pde/courant/runtime/exec/checkpoint"
	"github.com/courant-pde/courant/runtime/inverse/imaging"
)

// once is a run that is over when the sum of its only version is there.
type once struct{}

// sum is the state that it ends with.
type sum struct {
	Value, Took float64
	Sum         []float64 `json:"-"`
}

func (*sum) Over() bool         { return true }
func (*sum) Tasks() int         { return 0 }
func (s *sum) Seconds() float64 { return s.Took }

func (s *sum) Arrays() []*[]float64 { return []*[]float64{&s.Sum} }
func (s *sum) Check() error         { return nil }

func (once) Begin(g *workflow.Object) (workflow.State, error) {
	return &sum{g.Value, g.Seconds, g.Values}, nil
}

func (once) Next(workflow.State, *workflow.Object) (workflow.State, error) {
	return nil, errors.New("there is nothing more")
}

func newRun(s store.Store, q queue.Queue, tasks int) *workflow.Run {
	return &workflow.Run{Store: s, Queue: q, Name: "runs/trial", Shots: tasks, Algorithm: once{}, New: func() workflow.State { return &sum{} }}
}

// Trial carries a plan out on this machine, in a folder. Command makes the command
// of a worker, which calls Serve with the folder; url is the queue's address for
// it, by its environment.
func Trial(ctx context.Context, p Plan, folder string, command func(url string) *exec.Cmd) (Outcome, error) {
	var o Outcome
	text, err := json.Marshal(p)
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, "plan.json"), text, 0o644)
	}
	if err != nil {
		return o, err
	}
	st, err := store.OpenFiles(filepath.Join(folder, "store"))
	if err != nil {
		return o, err
	}
	server, err := queue.StartServer(filepath.Join(folder, "queue"), "", "")
	if err != nil {
		return o, err
	}
	defer server.Close()
	q, err := queue.Connect(ctx, server.URL(), queue.Lease)
	if err != nil {
		return o, err
	}
	defer q.Close()
	r := newRun(st, q, len(p.Seconds))
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var reducing sync.WaitGroup
	reducing.Add(1)
	go func() { defer reducing.Done(); _ = workflow.Reduce(ctx, st, q, nil) }() // what it leaves is swept up
	b := newMortal(p, func() *exec.Cmd { return command(server.URL()) })
	start := time.Now()
	var last time.Time
	err = workflow.Drive(ctx, r, b, workflow.Options{Attempts: 3, Event: func(e workflow.Event) {
		switch e.Kind {
		case "task":
			last = time.Now()
			o.Billed += e.Took.Seconds()
		case "retry":
			o.Billed += e.Took.Seconds()
			o.Killed++
		case "done":
			o.Wall = time.Since(start).Seconds()
			o.Reduce = time.Since(last).Seconds()
		}
	}})
	stop()
	reducing.Wait()
	if e := b.Close(); err == nil {
		err = e
	}
	if err != nil {
		return o, err
	}
	o.Start, err = started(folder, start)
	return o, err
}

// started is when the last worker began its first task.
func started(folder string, start time.Time) (last float64, err error) {
	names, err := filepath.Glob(filepath.Join(folder, "begun-*"))
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		about, err := os.Stat(name)
		if err != nil {
			return 0, err
		}
		last = max(last, about.ModTime().Sub(start).Seconds())
	}
	return last, nil
}

// mortal are workers of which those that die may not be replaced.
type mortal struct {
	restart bool
	room    chan *batch.Processes
	all     []*batch.Processes
	dead    chan struct{}
	left    int
	mu      sync.Mutex
}

func newMortal(p Plan, command func() *exec.Cmd) *mortal {
	b := &mortal{restart: p.Restart, room: make(chan *batch.Processes, p.Workers), dead: make(chan struct{}), left: p.Workers}
	for range p.Workers {
		w := batch.NewProcesses(1, command)
		b.all = append(b.all, w)
		b.room <- w
	}
	return b
}

var errExtinct = errors.New("all workers have died")

// Do implements batch.Batch.
func (b *mortal) Do(ctx context.Context, t batch.Task, began func()) error {
	select {
	case w := <-b.room:
		err := w.Do(ctx, t, began)
		if err != nil && !b.restart && strings.Contains(err.Error(), "died") {
			b.mu.Lock()
			defer b.mu.Unlock()
			if b.left--; b.left == 0 {
				close(b.dead)
			}
			return err
		}
		b.room <- w
		return err
	case <-b.dead:
		return errExtinct
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Close implements batch.Batch.
func (b *mortal) Close() error {
	var err error
	for _, w := range b.all {
		err = errors.Join(err, w.Close())
	}
	return err
}

// Serve is a worker of a trial: it computes the gradients of a survey at its start,
// and takes for each task the time of the plan.
func Serve(ctx context.Context, s *imaging.Survey, folder, url string) error {
	text, err := os.ReadFile(filepath.Join(folder, "plan.json"))
	if err != nil {
		return err
	}
	var p Plan
	if err := json.Unmarshal(text, &p); err != nil {
		return err
	}
	st, err := store.OpenFiles(filepath.Join(folder, "store"))
	if err != nil {
		return err
	}
	q, err := queue.Connect(ctx, url, queue.Lease)
	if err != nil {
		return err
	}
	defer q.Close()
	r := newRun(st, q, len(p.Seconds))
	begun := false
	return batch.Serve(ctx, func(ctx context.Context, t batch.Task) error {
		start := time.Now()
		if !begun {
			begun = true
			if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("begun-%d", os.Getpid())), nil, 0o644); err != nil {
				return err
			}
		}
		seconds := p.Seconds[t.Place]
		if part, dies := p.Kills[t.Place]; dies {
			mark, err := os.OpenFile(filepath.Join(folder, fmt.Sprintf("killed-%d", t.Place)), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
			switch {
			case err == nil:
				_ = mark.Close()
				time.AfterFunc(time.Duration(part*seconds*float64(time.Second)), func() { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL) })
			case !errors.Is(err, fs.ErrExist):
				return err
			}
		}
		if p.Failures > 0 {
			g, err := kept(ctx, s, r, t, p)
			if err != nil {
				return err
			}
			g.Seconds = time.Since(start).Seconds()
			return r.Submit(ctx, t, len(p.Seconds), g)
		}
		g, err := gradient(ctx, s, s.Shot(t.Place%len(s.Shots)), t.Place%len(s.Shots))
		if err != nil {
			return err
		}
		if took := time.Since(start).Seconds(); took > seconds {
			return fmt.Errorf("a gradient took %.2f s, more than the %.2f s that are planned, so that workers are not as machines of their own; take a smaller survey", took, seconds)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(seconds*float64(time.Second)) - time.Since(start)):
		}
		g.Seconds = time.Since(start).Seconds()
		return r.Submit(ctx, t, len(p.Seconds), g)
	})
}

// kept is a gradient that keeps its progress, and goes on from where a worker was that
// died. Its planned time passes step by step.
func kept(ctx context.Context, s *imaging.Survey, r *workflow.Run, t batch.Task, p Plan) (*workflow.Object, error) {
	shot := t.Place % len(s.Shots)
	r.Failures = time.Duration(p.Failures * float64(time.Second))
	progress, err := r.Progress(ctx, t, 0)
	if err != nil {
		return nil, err
	}
	steps := 2 * s.ZeroRecord(shot).Shape[0] // forward and backward
	log, err := checkpoint.Open(&paces{Keeper: imaging.Keeper{Progress: progress}, step: time.Duration(p.Seconds[t.Place] / float64(steps) * float64(time.Second))})
	if err != nil {
		return nil, err
	}
	defer log.Close()
	log.Every = 1 // one step
	e := s.Shot(shot)
	e.Log = log
	g, err := gradient(ctx, s, e, shot)
	if err == nil {
		progress.Remove()
	}
	return g, err
}

// paces is a keeper that lets time pass with each step.
type paces struct {
	checkpoint.Keeper
	step time.Duration
	next time.Time
}

// Due implements checkpoint.Keeper.
func (k *paces) Due(present, items int64) bool {
	if k.next.IsZero() {
		k.next = time.Now()
	}
	k.next = k.next.Add(k.step)
	time.Sleep(time.Until(k.next))
	return k.Keeper.Due(present, items)
}

// gradient is that of a shot at the start, against records that are zero: as much
// work as any.
func gradient(ctx context.Context, s *imaging.Survey, e imaging.Shot, shot int) (*workflow.Object, error) {
	m := s.Beginning()
	value, by, err := s.Misfit(ctx, e, m, s.ZeroRecord(shot))
	if err == nil && math.IsNaN(value) {
		err = errors.New("the misfit is no number")
	}
	return &workflow.Object{Tasks: 1, Value: value, Values: by}, err
}

// Calibrate measures what the machinery takes: by a trial of a few tasks on one
// worker, and by sums of gradients of the survey's size.
func Calibrate(ctx context.Context, folder string, size int, command func(url string) *exec.Cmd) (Costs, error) {
	c := Costs{Backoff: 0.2, Reducers: 1}
	p := Even(4, 1, 1)
	o, err := Trial(ctx, p, folder, command)
	if err != nil {
		return c, err
	}
	c.Start, c.Finish = o.Start, o.Reduce
	c.Task = max(0, (o.Billed-o.Start-p.Ideal())/float64(len(p.Seconds)))
	// Eight gradients make seven sums.
	st, err := store.OpenFiles(filepath.Join(folder, "sums"))
	if err != nil {
		return c, err
	}
	r := newRun(st, nil, 8)
	for i := range 8 {
		if err := r.Submit(ctx, batch.Task{Place: i}, 8, &workflow.Object{Tasks: 1, Values: make([]float64, size)}); err != nil {
			return c, err
		}
	}
	start := time.Now()
	if _, err := r.Advance(ctx); err != nil {
		return c, err
	}
	c.Sum = time.Since(start).Seconds() / 7
	return c, nil
}
