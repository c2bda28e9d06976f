package experiment

import (
	"container/heap"
	"math/rand/v2"
)

// Plan is what is run or simulated: tasks, and the workers that carry them out.
type Plan struct {
	Seconds []float64 `json:"seconds"` // that each task takes
	Workers int       `json:"workers"`
	// Kills are the tasks in the midst of whose first attempt the worker dies, and
	// after which part of their time.
	Kills map[int]float64 `json:"kills"`
	// Restart says that a worker that died is replaced.
	Restart bool `json:"restart"`
	// Failures is the mean time between failures, seconds, by which gradients keep their
	// progress; 0 where they do not.
	Failures float64 `json:",omitempty"`
}

// Ideal is the time of all tasks together.
func (p Plan) Ideal() (sum float64) {
	for _, s := range p.Seconds {
		sum += s
	}
	return sum
}

// Even is a plan of tasks of the same length.
func Even(tasks, workers int, seconds float64) Plan {
	p := Plan{Workers: workers, Restart: true}
	for range tasks {
		p.Seconds = append(p.Seconds, seconds)
	}
	return p
}

// Uneven is a plan of tasks of lengths between two, drawn evenly.
func Uneven(seed uint64, tasks, workers int, least, most float64) Plan {
	r := rand.New(rand.NewPCG(seed, 1))
	p := Plan{Workers: workers, Restart: true}
	for range tasks {
		p.Seconds = append(p.Seconds, least+(most-least)*r.Float64())
	}
	return p
}

// Killing plans the deaths of so many workers, each in some task of its own.
func (p Plan) Killing(seed uint64, workers int, restart bool) Plan {
	r := rand.New(rand.NewPCG(seed, 2))
	p.Kills, p.Restart = map[int]float64{}, restart
	for _, task := range r.Perm(len(p.Seconds))[:min(workers, len(p.Seconds))] {
		p.Kills[task] = r.Float64()
	}
	return p
}

// Costs are what the machinery takes, in seconds, as measured.
type Costs struct {
	Start    float64 `json:"start"`    // from the command of a worker to its first task
	Task     float64 `json:"task"`     // that a task takes beside its own time
	Sum      float64 `json:"sum"`      // of two gradients
	Finish   float64 `json:"finish"`   // from the last sum to the end
	Backoff  float64 `json:"backoff"`  // before a task is tried again
	Reducers int     `json:"reducers"` // that sum at a time
}

// Outcome is how a plan went.
type Outcome struct {
	Wall   float64 `json:"wall"`   // seconds to the sum over all tasks
	Start  float64 `json:"start"`  // until all workers that are needed have begun
	Reduce float64 `json:"reduce"` // from the end of the last task to the sum
	Billed float64 `json:"billed"` // time of tasks, with starts and lost attempts
	Killed int     `json:"killed"`
}

// attempt is a task that waits for a worker from some time on.
type attempt struct {
	task  int
	from  float64
	order int
	again bool
}

// queued are attempts, the earliest first.
type queued []attempt

func (q queued) Len() int { return len(q) }
func (q queued) Less(i, j int) bool {
	return q[i].from < q[j].from || q[i].from == q[j].from && q[i].order < q[j].order
}
func (q queued) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queued) Push(x any)   { *q = append(*q, x.(attempt)) }
func (q *queued) Pop() any {
	old := *q
	x := old[len(old)-1]
	*q = old[:len(old)-1]
	return x
}

// worker is when one is free; it begins with its first task.
type worker struct {
	free  float64
	alive bool // it has begun
}

// Simulate carries a plan out in no time. Workers take tasks in their order, those
// that are tried again behind all others; gradients are summed in a binary tree as
// they arrive. It reports false when all workers have died before the end.
func Simulate(p Plan, c Costs) (Outcome, bool) {
	var o Outcome
	workers := make([]worker, p.Workers)
	waiting := &queued{}
	for i := range p.Seconds {
		*waiting = append(*waiting, attempt{task: i, order: i})
	}
	heap.Init(waiting)
	arrived := make([]float64, len(p.Seconds))
	order := len(p.Seconds)
	last := 0.0
	for waiting.Len() > 0 {
		if len(workers) == 0 {
			return o, false
		}
		a := heap.Pop(waiting).(attempt)
		// The worker that is free first; one that has begun before one that has not.
		best := 0
		for i, w := range workers {
			if b := workers[best]; max(w.free, a.from) < max(b.free, a.from) || max(w.free, a.from) == max(b.free, a.from) && w.alive && !b.alive {
				best = i
			}
		}
		w := &workers[best]
		t := max(w.free, a.from)
		begin := t
		if !w.alive {
			t += c.Start
			w.alive = true
			if !a.again {
				o.Start = max(o.Start, t)
			}
		}
		after, dies := p.Kills[a.task]
		if dies && !a.again {
			t += after * p.Seconds[a.task]
			o.Killed++
			w.free, w.alive = t, false
			if !p.Restart {
				workers[best] = workers[len(workers)-1]
				workers = workers[:len(workers)-1]
			}
			heap.Push(waiting, attempt{a.task, t + c.Backoff, order, true})
			order++
		} else {
			t += p.Seconds[a.task] + c.Task
			w.free = t
			arrived[a.task] = t
			last = max(last, t)
		}
		o.Billed += t - begin
	}
	o.Wall = reduced(arrived, c) + c.Finish
	o.Reduce = o.Wall - last
	return o, true
}

// reduced is when the sum of gradients that arrive at given times is there. It goes
// through one level of the tree after the other, and has the reducers free at the
// beginning of each: what they sum early does not delay what comes late.
func reduced(arrived []float64, c Costs) float64 {
	free := make([]float64, max(c.Reducers, 1))
	for len(arrived) > 1 {
		next := make([]float64, (len(arrived)+1)/2)
		pending := &queued{}
		for i := range next {
			ready := arrived[2*i]
			if 2*i+1 < len(arrived) {
				ready = max(ready, arrived[2*i+1])
			}
			*pending = append(*pending, attempt{task: i, from: ready, order: i})
		}
		heap.Init(pending)
		clear(free)
		for pending.Len() > 0 {
			a := heap.Pop(pending).(attempt)
			first := 0
			for i := range free {
				if free[i] < free[first] {
					first = i
				}
			}
			free[first] = max(free[first], a.from) + c.Sum
			next[a.task] = free[first]
		}
		arrived = next
	}
	return arrived[0]
}
