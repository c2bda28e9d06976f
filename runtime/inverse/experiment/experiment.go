package experiment

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/courant-pde/courant/runtime/inverse/imaging"
)

// Bench runs experiments with the gradients of a survey.
type Bench struct {
	Survey  *imaging.Survey
	Threads func(n int) (*imaging.Survey, error) // the survey by so many threads
	// Command makes the command of a worker for a trial in a folder.
	Command func(folder, url string) *exec.Cmd
	Folder  string // for the trials
	Say     func(text string)

	costs *Costs
}

// Names are the experiments.
var Names = []string{"weak", "strong", "cost", "resilience"}

// Run carries an experiment out.
func (b *Bench) Run(ctx context.Context, name string) (*Table, error) {
	f := map[string]func(context.Context) (*Table, error){"weak": b.weak, "strong": b.strong, "cost": b.cost, "resilience": b.resilience}[name]
	if f == nil {
		return nil, fmt.Errorf("there is no experiment %q; %v are", name, Names)
	}
	return f(ctx)
}

// trial carries a plan out in a folder of its own.
func (b *Bench) trial(ctx context.Context, p Plan) (Outcome, error) {
	folder, err := os.MkdirTemp(b.Folder, "trial")
	if err != nil {
		return Outcome{}, err
	}
	defer os.RemoveAll(folder)
	return Trial(ctx, p, folder, func(url string) *exec.Cmd { return b.Command(folder, url) })
}

// calibrated measures what the machinery takes, once.
func (b *Bench) calibrated(ctx context.Context) (Costs, error) {
	if b.costs != nil {
		return *b.costs, nil
	}
	folder, err := os.MkdirTemp(b.Folder, "calibrate")
	if err != nil {
		return Costs{}, err
	}
	defer os.RemoveAll(folder)
	c, err := Calibrate(ctx, folder, b.Survey.Size(), func(url string) *exec.Cmd { return b.Command(folder, url) })
	if err != nil {
		return c, err
	}
	b.costs = &c
	b.Say(fmt.Sprintf("measured: a worker starts in %.3f s, a task costs %.4f s beside itself, a sum %.4f s, the end %.3f s", c.Start, c.Task, c.Sum, c.Finish))
	return c, nil
}

// The figures of Witte et al. (2019), "An event-driven approach to serverless
// seismic imaging in the cloud".
var (
	seedWeak       = map[int]string{1: "250 + 268 + 1.0", 128: "263 + 489 + 15"}
	seedStrong     = map[int]float64{8: 0.61, 24: 0.29}
	seedCost       = map[int]float64{50: 1.27, 100: 1.63}
	seedResilience = map[int][2]float64{1: {0.72, 0.75}, 10: {0.53, 0.54}, 20: {0.50, 0.53}, 50: {0.48, 0.51}}
)

// paced is the time of a task of the trials, seconds: several times that of the
// gradients that share the cores.
const paced = 2.0

// long is that of a gradient alone on its worker, seconds.
const long = 20.0

// weak runs as many gradients as workers.
func (b *Bench) weak(ctx context.Context) (*Table, error) {
	c, err := b.calibrated(ctx)
	if err != nil {
		return nil, err
	}
	t := &Table{
		Name: "weak", Title: "Weak scaling: as many workers as gradients, one iteration",
		Columns: []string{"gradients", "how", "start, s", "compute, s", "reduce, s", "all, s", "efficiency", "seed: compute + start + reduce, s"},
		Figure:  Figure{X: "gradients, and workers", Y: "seconds beside the gradients", Logs: true},
	}
	seed := func(n int) string { return seedWeak[n] }
	add := func(n int, how string, o Outcome) {
		t.Add(n, how, o.Start, o.Wall-o.Start-o.Reduce, o.Reduce, o.Wall, paced/o.Wall, seed(n))
		t.Figure.At("start, "+how, how == "real", float64(n), o.Start)
		t.Figure.At("reduce, "+how, how == "real", float64(n), o.Reduce)
	}
	for n := 1; n <= 128; n *= 2 {
		if n <= 16 {
			b.Say(fmt.Sprintf("weak: %d gradients", n))
			o, err := b.trial(ctx, Even(n, n, paced))
			if err != nil {
				return nil, err
			}
			add(n, "real", o)
		}
		o, _ := Simulate(Even(n, n, paced), c)
		add(n, "simulated", o)
	}
	t.Notes = append(t.Notes, fmt.Sprintf("Every gradient is planned to take %g s. Real workers share the cores of this machine, and start one after the other on them; simulated ones have machines of their own. Gradients have %d numbers.", paced, b.Survey.Size()))
	return t, nil
}

// strong computes one gradient by more and more threads.
func (b *Bench) strong(ctx context.Context) (*Table, error) {
	t := &Table{
		Name: "strong", Title: "Strong scaling: one gradient by threads",
		Columns: []string{"threads", "how", "gradient, s", "speed-up", "efficiency", "seed"},
		Figure:  Figure{X: "threads", Y: "efficiency", Logs: true},
	}
	took := map[int]float64{}
	for _, n := range []int{1, 2} {
		s, err := b.Threads(n)
		if err != nil {
			return nil, err
		}
		best := 0.0
		for range 5 {
			start := time.Now()
			if _, err := gradient(ctx, s, s.Shot(0), 0); err != nil {
				return nil, err
			}
			if d := time.Since(start).Seconds(); best == 0 || d < best {
				best = d
			}
		}
		took[n] = best
		t.Add(n, "real", best, took[1]/best, took[1]/best/float64(n), "")
		t.Figure.At("real", true, float64(n), took[1]/best/float64(n))
	}
	// Amdahl: t(n) = t(1) (s + (1-s)/n), where two threads tell s.
	serial := min(max(2*took[2]/took[1]-1, 0), 1)
	for _, n := range []int{1, 2, 4, 8, 16, 24} {
		of := took[1] * (serial + (1-serial)/float64(n))
		seed := ""
		if e, ok := seedStrong[n]; ok {
			seed = fmt.Sprint(e)
			t.Figure.At("seed", true, float64(n), e)
		}
		t.Add(n, "Amdahl", of, took[1]/of, took[1]/of/float64(n), seed)
		t.Figure.At("Amdahl", false, float64(n), took[1]/of/float64(n))
	}
	t.Notes = append(t.Notes, fmt.Sprintf("Two threads tell a serial part of %.3f; what more than two threads would do beyond that, such as share the bandwidth of memory, this machine cannot tell.", serial))
	return t, nil
}

// cost compares paying for tasks with paying for a cluster until the last one.
func (b *Bench) cost(ctx context.Context) (*Table, error) {
	c, err := b.calibrated(ctx)
	if err != nil {
		return nil, err
	}
	t := &Table{
		Name: "cost", Title: "Cost of 100 gradients of uneven length, by the time of the gradients alone",
		Columns: []string{"workers", "how", "batch", "fixed cluster", "cluster by batch", "seed: cluster by batch"},
		Figure:  Figure{X: "workers", Y: "cost by the ideal"},
	}
	add := func(p Plan, how string, o Outcome) {
		ideal := p.Ideal()
		cluster := float64(p.Workers) * o.Wall / ideal
		seed := ""
		if v, ok := seedCost[p.Workers]; ok {
			seed = fmt.Sprint(v)
		}
		t.Add(p.Workers, how, o.Billed/ideal, cluster, cluster/(o.Billed/ideal), seed)
		t.Figure.At("batch, "+how, how == "real", float64(p.Workers), o.Billed/ideal)
		t.Figure.At("fixed cluster, "+how, how == "real", float64(p.Workers), cluster)
	}
	// The seed's 46 to 387 s, a hundred times as fast.
	b.Say("cost: 100 gradients by 10 workers")
	real := Uneven(1, 100, 10, 0.46, 3.87)
	o, err := b.trial(ctx, real)
	if err != nil {
		return nil, err
	}
	add(real, "real", o)
	for _, n := range []int{10, 50, 100} {
		p := Uneven(1, 100, n, 0.46, 3.87)
		o, _ := Simulate(p, c)
		add(p, "simulated", o)
	}
	for _, n := range []int{10, 25, 50, 100} {
		p := Uneven(1, 100, n, 46, 387)
		o, _ := Simulate(p, c)
		add(p, "simulated, 46-387 s", o)
	}
	t.Notes = append(t.Notes, "Batch pays for tasks from when they begin, with the starts of their workers; a cluster for all its machines until the last gradient is summed.")
	return t, nil
}

// resilience kills workers and compares the time with that of a run in which none
// is.
func (b *Bench) resilience(ctx context.Context) (*Table, error) {
	c, err := b.calibrated(ctx)
	if err != nil {
		return nil, err
	}
	const workers, tasks, repeats = 20, 100, 3
	t := &Table{
		Name: "resilience", Title: "Resilience: time without deaths by time with them",
		Columns: []string{"killed", "with restarts, real", "simulated", "without restarts, real", "simulated", "one gradient a worker, real", "simulated", "and progress kept, real", "seed, with restarts"},
		Figure:  Figure{X: "workers killed, %", Y: "resilience factor", Low: true},
	}
	clean, err := b.trial(ctx, Even(tasks, workers, paced))
	if err != nil {
		return nil, err
	}
	alone, err := b.trial(ctx, Even(workers, workers, long))
	if err != nil {
		return nil, err
	}
	for _, percent := range []int{1, 10, 20, 50} {
		n := max(1, workers*percent/100)
		var found, simulated [2]float64
		for k, restart := range []bool{true, false} {
			for seed := range uint64(repeats) {
				b.Say(fmt.Sprintf("resilience: %d of %d workers killed, restarts %v", n, workers, restart))
				o, err := b.trial(ctx, Even(tasks, workers, paced).Killing(seed, n, restart))
				if err != nil {
					return nil, err
				}
				found[k] += clean.Wall / o.Wall / repeats
			}
			simulated[k] = factor(tasks, workers, n, restart, c)
		}
		of := fmt.Sprintf("%d %% (%d of %d)", percent, n, workers)
		lone := factor(100, 100, percent, true, c)
		var one [2]float64 // with as many gradients as workers: from the beginning, and with progress
		for k := range one {
			for seed := range uint64(repeats) {
				p := Even(workers, workers, long).Killing(seed, n, true)
				if k == 1 {
					p.Failures = long * float64(workers) / float64(n)
				}
				b.Say(fmt.Sprintf("resilience: %d of %d workers killed, one gradient each, progress kept %v", n, workers, k == 1))
				o, err := b.trial(ctx, p)
				if err != nil {
					return nil, err
				}
				one[k] += alone.Wall / o.Wall / repeats
			}
		}
		seed := seedResilience[percent]
		t.Add(of, found[0], simulated[0], found[1], simulated[1], one[0], lone, one[1], fmt.Sprintf("%.2f-%.2f", seed[0], seed[1]))
		x := float64(percent)
		t.Figure.At("with restarts, real", true, x, found[0])
		t.Figure.At("with restarts, simulated", false, x, simulated[0])
		t.Figure.At("without restarts, real", true, x, found[1])
		t.Figure.At("without restarts, simulated", false, x, simulated[1])
		t.Figure.At("one gradient a worker, real", true, x, one[0])
		t.Figure.At("one gradient a worker, simulated", false, x, lone)
		t.Figure.At("one gradient a worker, progress kept, real", true, x, one[1])
		t.Figure.At("seed, with restarts", true, x, (seed[0]+seed[1])/2)
	}
	t.Notes = append(t.Notes,
		fmt.Sprintf("Real: %d gradients of %g s by %d worker processes that are killed by SIGKILL at random moments, mean of %d runs; %.2f s without deaths. Simulated: mean of 200.", tasks, paced, workers, repeats, clean.Wall),
		"With one gradient a worker, as the seed had, whatever is killed late is computed from its beginning behind all others: the factor tends to 1/2, whoever does it.",
		fmt.Sprintf("Where progress is kept, the %d gradients of %g s are real ones whose steps are stretched over that time; each keeps its progress as often as Young's formula says for the part that is killed, and another worker goes on from there.", workers, long))
	return t, nil
}

// factor simulates the mean resilience factor.
func factor(tasks, workers, killed int, restart bool, c Costs) (mean float64) {
	const repeats = 200
	clean, _ := Simulate(Even(tasks, workers, paced), c)
	for seed := range uint64(repeats) {
		if o, ok := Simulate(Even(tasks, workers, paced).Killing(seed, killed, restart), c); ok {
			mean += clean.Wall / o.Wall / repeats
		}
	}
	return mean
}
