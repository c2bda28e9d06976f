package batch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Slurm carries out tasks as elements of job arrays: those that are given at
// about the same time become one array. A folder that all nodes share holds the
// tasks, and what each element wrote and answered.
type Slurm struct {
	// Folder is where jobs are written, one folder each.
	Folder string
	// Command is what an element runs, with the path of its task's file as last
	// argument: see ServeFile.
	Command []string
	// Environment is added to that of the elements.
	Environment []string
	// Options are further options of sbatch, such as --partition=long.
	Options []string
	// Poll is how often Slurm is asked what became of elements that do not answer;
	// 0 for 5 s.
	Poll time.Duration

	mu      sync.Mutex
	waiting []*element // for the next array
	live    map[*element]bool
	asking  bool
}

// element is a task in an array.
type element struct {
	task     Task
	began    func()
	begun    bool
	folder   string
	index    int
	job      string // number of the array
	gone     bool   // Slurm does not know it any more
	unwanted bool   // given up
	ended    chan error
}

// cancel ends an element, which may have ended.
func (e *element) cancel() { _ = exec.Command("scancel", fmt.Sprintf("%s_%d", e.job, e.index)).Run() }

// gather is for how long tasks are waited for that go into the same array.
const gather = 100 * time.Millisecond

// path is the element's file of a kind.
func (e *element) path(kind string) string {
	return filepath.Join(e.folder, fmt.Sprintf("%05d.%s", e.index, kind))
}

// Do implements Batch. When ctx ends the element is cancelled.
func (b *Slurm) Do(ctx context.Context, t Task, began func()) error {
	e := &element{task: t, began: began, ended: make(chan error, 1)}
	b.mu.Lock()
	b.waiting = append(b.waiting, e)
	if len(b.waiting) == 1 {
		time.AfterFunc(gather, b.submit)
	}
	b.mu.Unlock()
	select {
	case err := <-e.ended:
		return err
	case <-ctx.Done():
		b.mu.Lock()
		delete(b.live, e)
		e.unwanted = true
		submitted := e.job != ""
		b.mu.Unlock()
		if submitted {
			e.cancel()
		}
		return context.Cause(ctx)
	}
}

// Close implements Batch.
func (b *Slurm) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for e := range b.live {
		_ = exec.Command("scancel", e.job).Run()
	}
	b.live = nil
	return nil
}

// submit makes an array of the tasks that wait, one for each kind of needs.
func (b *Slurm) submit() {
	b.mu.Lock()
	groups := map[Resources][]*element{}
	for _, e := range b.waiting {
		if e.unwanted {
			continue
		}
		groups[e.task.Needs] = append(groups[e.task.Needs], e)
	}
	b.waiting = nil
	b.mu.Unlock()
	for needs, all := range groups {
		// An array has up to 1001 elements where its administrator did not say more.
		for len(all) > 0 {
			n := min(len(all), 1000)
			if err := b.array(needs, all[:n]); err != nil {
				for _, e := range all[:n] {
					e.ended <- err
				}
			}
			all = all[n:]
		}
	}
}

// array submits one.
func (b *Slurm) array(needs Resources, all []*element) error {
	if err := os.MkdirAll(b.Folder, 0o755); err != nil {
		return err
	}
	folder, err := os.MkdirTemp(b.Folder, "job-")
	if err != nil {
		return err
	}
	if folder, err = filepath.Abs(folder); err != nil {
		return err
	}
	for i, e := range all {
		e.folder, e.index = folder, i
		text, err := json.Marshal(e.task)
		if err != nil {
			return err
		}
		if err := os.WriteFile(e.path("task"), append(text, '\n'), 0o644); err != nil {
			return err
		}
	}
	script := filepath.Join(folder, "job.sh")
	var quoted []string
	for _, word := range b.Command {
		quoted = append(quoted, "'"+strings.ReplaceAll(word, "'", `'\''`)+"'")
	}
	text := fmt.Sprintf("#!/bin/sh\nexec %s \"$(printf '%%s/%%05d.task' %s \"$SLURM_ARRAY_TASK_ID\")\"\n", strings.Join(quoted, " "), "'"+strings.ReplaceAll(folder, "'", `'\''`)+"'")
	if err := os.WriteFile(script, []byte(text), 0o755); err != nil {
		return err
	}
	args := []string{"--parsable", "--job-name=courant", fmt.Sprintf("--array=0-%d", len(all)-1), "--output=" + filepath.Join(folder, "%a.log"), "--no-requeue"}
	if needs.Threads > 0 {
		args = append(args, "--cpus-per-task="+strconv.Itoa(needs.Threads))
	}
	if needs.Ranks > 1 {
		args = append(args, "--ntasks="+strconv.Itoa(needs.Ranks))
	}
	if needs.GPUs > 0 {
		args = append(args, "--gpus="+strconv.Itoa(needs.GPUs))
	}
	if needs.Memory > 0 {
		args = append(args, fmt.Sprintf("--mem=%dM", (needs.Memory+1<<20-1)>>20))
	}
	c := exec.Command("sbatch", append(append(args, b.Options...), script)...)
	c.Env = append(os.Environ(), b.Environment...)
	out, err := c.Output()
	if err != nil {
		return fmt.Errorf("sbatch: %w", withText(err))
	}
	job, _, _ := strings.Cut(strings.TrimSpace(string(out)), ";")
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.live == nil {
		b.live = map[*element]bool{}
	}
	for _, e := range all {
		if e.job = job; e.unwanted {
			go e.cancel()
			continue
		}
		b.live[e] = true
	}
	if !b.asking {
		b.asking = true
		go b.watch()
	}
	return nil
}

// withText adds to the error of a command what it wrote.
func withText(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(string(exit.Stderr)))
	}
	return err
}

// watch waits for the ends of elements as long as there are any. Answers are
// looked for more often than Slurm is asked, as that costs a look into a folder for
// each job.
func (b *Slurm) watch() {
	poll := b.Poll
	if poll == 0 {
		poll = 5 * time.Second
	}
	var asked time.Time
	for {
		time.Sleep(poll / 5)
		var states map[string]string
		var err error
		ask := time.Since(asked) >= poll
		if ask {
			asked = time.Now()
			states, err = b.states()
		}
		b.mu.Lock()
		there := map[string]map[string]bool{} // the files of each job
		for e := range b.live {
			if there[e.folder] == nil {
				there[e.folder] = files(e.folder)
			}
			if end, over := b.look(e, there[e.folder], states, ask && err == nil); over {
				delete(b.live, e)
				if end == nil {
					b.tidy(e)
				}
				e.ended <- end
			}
		}
		if len(b.live) == 0 {
			b.asking = false
			b.mu.Unlock()
			return
		}
		b.mu.Unlock()
	}
}

// files are the names in a folder; none when it cannot be read, which is tried
// again.
func files(folder string) map[string]bool {
	names := map[string]bool{}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return names
	}
	for _, e := range entries {
		names[e.Name()] = true
	}
	return names
}

// tidy removes the files of an element that is done, and its folder when it was
// the last one; what failed stays to be looked at. b.mu is held.
func (b *Slurm) tidy(e *element) {
	for _, kind := range []string{"task", "begun", "end"} {
		_ = os.Remove(e.path(kind)) // what stays does no harm
	}
	_ = os.Remove(e.log())
	for other := range b.live {
		if other.folder == e.folder {
			return
		}
	}
	if left, err := filepath.Glob(filepath.Join(e.folder, "*.task")); err == nil && len(left) == 0 {
		_ = os.RemoveAll(e.folder)
	}
}

// log is the file with what an element wrote.
func (e *element) log() string { return filepath.Join(e.folder, strconv.Itoa(e.index)+".log") }

// states asks Slurm for those of the elements that it still knows.
func (b *Slurm) states() (map[string]string, error) {
	b.mu.Lock()
	jobs := map[string]bool{}
	for e := range b.live {
		jobs[e.job] = true
	}
	b.mu.Unlock()
	states := map[string]string{}
	for job := range jobs {
		// An array that has ended for a while is no more known, which is an error.
		out, err := exec.Command("squeue", "-h", "-r", "-j", job, "-o", "%i %T").Output()
		if err != nil && !strings.Contains(withText(err).Error(), "Invalid job id") {
			return nil, err
		}
		for line := range strings.Lines(string(out)) {
			if name, state, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
				states[name] = state
			}
		}
	}
	return states, nil
}

// look says whether an element is over, and how it ended.
func (b *Slurm) look(e *element, there map[string]bool, states map[string]string, asked bool) (end error, over bool) {
	answered := there[filepath.Base(e.path("end"))]
	if !e.begun && (answered || there[filepath.Base(e.path("begun"))]) {
		e.begun = true
		e.began()
	}
	var text []byte
	err := fs.ErrNotExist
	if answered {
		text, err = os.ReadFile(e.path("end"))
	}
	state := states[fmt.Sprintf("%s_%d", e.job, e.index)]
	switch {
	case err == nil:
		return said(strings.TrimSpace(string(text))), true
	case !errors.Is(err, fs.ErrNotExist):
		return err, true
	case !asked:
		return nil, false
	case state == "" || state == "COMPLETED" || state == "FAILED" || state == "CANCELLED" || state == "TIMEOUT" || state == "NODE_FAIL" || state == "OUT_OF_MEMORY" || state == "PREEMPTED":
		// Its answer may still be on the way through the file system.
		if !e.gone {
			e.gone = true
			return nil, false
		}
		log, _ := os.ReadFile(e.log())
		t := tail{}
		_, _ = t.Write(log)
		return fmt.Errorf("element %s_%d of Slurm ended without an answer (%s) at %s: %s", e.job, e.index, state, e.task, t.text()), true
	}
	e.gone = false
	return nil, false
}

// ServeFile is the other side of Slurm: it carries out the task of a file, and
// leaves the answer beside it.
func ServeFile(ctx context.Context, path string, do func(ctx context.Context, t Task) error) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	t, err := readTask(text)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	beside := strings.TrimSuffix(path, ".task")
	if err := os.WriteFile(beside+".begun", nil, 0o644); err != nil {
		return err
	}
	line := answer(do(ctx, t))
	// Whole or not at all.
	if err := os.WriteFile(beside+".part", []byte(line+"\n"), 0o644); err != nil {
		return err
	}
	return os.Rename(beside+".part", beside+".end")
}
