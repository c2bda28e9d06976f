package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/courant-pde/courant/runtime/cluster/batch/awsbatch/awsbatchtest"
	"github.com/courant-pde/courant/runtime/cluster/batch/kubernetes/kubernetestest"
	"github.com/courant-pde/courant/runtime/cluster/cloud/cloudtest"
)

// smallSurvey writes the file of an inversion that takes a second or two.
func smallSurvey(t *testing.T, dir string) string {
	t.Helper()
	operator, err := filepath.Abs(acoustic)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "survey.toml")
	text := `operator = "` + operator + `"
space_order = 4
time = 500.0
border = 12
[model]
synthetic = "layers"
shape = [41, 31]
spacing = [20.0]
[wavelet]
peak_hz = 8.0
[sources]
from = [100.0, 20.0]
to = [700.0, 20.0]
count = 5
[receivers]
from = [0.0, 40.0]
to = [800.0, 40.0]
count = 21
[inversion]
iterations = 3
smooth = 60.0
water = 60.0
`
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// processes are a command and its children that are alive.
func processes(pid int) (all []int) {
	all = append(all, pid)
	tasks, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*/children")
	for _, path := range tasks {
		text, _ := os.ReadFile(path)
		for _, word := range strings.Fields(string(text)) {
			if child, err := strconv.Atoi(word); err == nil {
				all = append(all, processes(child)...)
			}
		}
	}
	return all
}

// server is a queue in a process of its own.
type server struct {
	folder, address string
	cmd             *exec.Cmd
}

func newServer(t *testing.T, folder string) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := &server{folder: folder, address: l.Addr().String()}
	t.Cleanup(s.kill)
	return s
}

func (s *server) url() string { return "nats://secret@" + s.address }

func (s *server) start(t *testing.T) {
	t.Helper()
	s.cmd = command(t, "queue", "--dir", s.folder, "--address", s.address)
	s.cmd.Env = append(s.cmd.Env, tokenVariable+"=secret")
	out, err := s.cmd.StdoutPipe()
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || strings.TrimSpace(line) != s.url() {
		t.Fatalf("the queue says %q, %v", line, err)
	}
}

func (s *server) kill() {
	if s.cmd != nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
		s.cmd = nil
	}
}

// Killed at random moments, the driver, its workers and reducers, the server of
// the queue, or all of them at once, an inversion that is started again ends with
// the same model, bit by bit.
func TestInversionSurvivesKills(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/task"); err != nil {
		t.Skip("children are found by /proc, which is not here")
	}
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no gcc: the interpreter takes too long")
	}
	dir := t.TempDir()
	config := smallSurvey(t, dir)
	result := func(out string) []byte {
		data, err := os.ReadFile(filepath.Join(out, "model_003.npy"))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	quiet := filepath.Join(dir, "quiet")
	start := time.Now()
	if _, stderr, code := courant(t, "invert", config, "--out", quiet); code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	took := time.Since(start)
	want := result(quiet)
	schedules := 20
	if testing.Short() {
		schedules = 2
	}
	kills := 0
	for seed := range schedules {
		random := rand.New(rand.NewPCG(uint64(seed), 1))
		out := filepath.Join(dir, "run"+strconv.Itoa(seed))
		var q *server // of half of the schedules; that of the others dies with the driver
		if seed%2 == 1 {
			q = newServer(t, filepath.Join(dir, "queue"+strconv.Itoa(seed)))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		for life := 0; ; life++ {
			args := []string{"invert", config, "--out", out, "--workers", strconv.Itoa(1 + random.IntN(3)), "--reducers", strconv.Itoa(random.IntN(3))}
			if q != nil {
				if q.cmd == nil {
					q.start(t)
				}
				args = append(args, "--queue", q.url())
			}
			c := command(t, args...)
			var errs bytes.Buffer
			c.Stderr = &errs
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- c.Wait() }()
			var err error
			alive := true
			// Fewer and fewer kills, so that it ends.
			for n := 0; alive && n < 3 && life < 4; n++ {
				select {
				case err = <-ended:
					alive = false
				case <-time.After(time.Duration(random.Float64() * float64(took))):
					if q != nil && random.IntN(2) == 0 {
						q.kill()
						kills++
						if random.IntN(2) == 0 {
							q.start(t)
						}
						continue
					}
					all := processes(c.Process.Pid)
					if random.IntN(3) > 0 { // one of them, otherwise all
						all = all[random.IntN(len(all)):][:1]
					}
					for _, pid := range all {
						if syscall.Kill(pid, syscall.SIGKILL) == nil {
							kills++
						}
					}
				}
			}
			if alive {
				err = <-ended
			}
			if err == nil {
				break
			}
			if life >= 4 || ctx.Err() != nil {
				t.Fatalf("schedule %d does not end: %v\n%s", seed, err, errs.String())
			}
		}
		cancel()
		if !bytes.Equal(result(out), want) {
			t.Errorf("schedule %d: another model", seed)
		}
	}
	t.Logf("%d processes killed in %d schedules", kills, schedules)
}

// Begun twice at the same time, in one folder, a run is one run.
func TestInversionBegunTwice(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no gcc: the interpreter takes too long")
	}
	dir := t.TempDir()
	config, out := smallSurvey(t, dir), filepath.Join(dir, "out")
	var both []*exec.Cmd
	for range 2 {
		c := command(t, "invert", config, "--out", out)
		c.Stderr = os.Stderr
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		both = append(both, c)
	}
	for _, c := range both {
		if err := c.Wait(); err != nil {
			t.Errorf("%v", err)
		}
	}
	if runs, _ := filepath.Glob(filepath.Join(out, "store", "runs", "*")); len(runs) != 1 {
		t.Errorf("%v", runs)
	}
	alone := filepath.Join(dir, "alone")
	if _, stderr, code := courant(t, "invert", config, "--out", alone); code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	one, err := os.ReadFile(filepath.Join(out, "model_003.npy"))
	two, e := os.ReadFile(filepath.Join(alone, "model_003.npy"))
	if err != nil || e != nil || !bytes.Equal(one, two) {
		t.Errorf("another model, %v, %v", err, e)
	}
}

// A run that is done is not done again; two in one store do not meet.
func TestInversionsShareAStore(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no gcc: the interpreter takes too long")
	}
	dir := t.TempDir()
	config, st := smallSurvey(t, dir), filepath.Join(dir, "store")
	for _, out := range []string{"first", "again"} {
		stdout, stderr, code := courant(t, "invert", config, "--out", filepath.Join(dir, out), "--store", st)
		if code != 0 || !strings.Contains(stdout, "3 iterations") {
			t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
		}
	}
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	changed := func(name, from, to string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, bytes.Replace(text, []byte(from), []byte(to), 1), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	runs := func() int {
		all, _ := filepath.Glob(st + "/runs/*")
		return len(all)
	}
	// More iterations go on from where the run is, in the folder that it has; a
	// comment and the look of pictures change nothing.
	more := changed("more.toml", "iterations = 3", "# goes on\niterations = 4\n[picture]\nclip = 95.0\n[inversion.dummy]")
	if err := os.WriteFile(more, bytes.Replace(append(text, []byte("[picture]\nclip = 95.0\n")...), []byte("iterations = 3"), []byte("# goes on\niterations = 4"), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	if stdout, stderr, code := courant(t, "invert", more, "--out", filepath.Join(dir, "first"), "--store", st); code != 0 || !strings.Contains(stdout, "4 iterations") || strings.Count(stderr, "\n") > 6 {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
	if n := runs(); n != 1 {
		t.Errorf("%d runs in the store", n)
	}
	straight := filepath.Join(dir, "straight")
	if _, stderr, code := courant(t, "invert", more, "--out", straight); code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	one, err := os.ReadFile(filepath.Join(straight, "model_004.npy"))
	two, e := os.ReadFile(filepath.Join(dir, "first", "model_004.npy"))
	if err != nil || e != nil || !bytes.Equal(one, two) {
		t.Errorf("another model, %v, %v", err, e)
	}
	// Fewer are a view of the same run.
	few := changed("few.toml", "iterations = 3", "iterations = 2")
	if stdout, stderr, code := courant(t, "invert", few, "--out", filepath.Join(dir, "few"), "--store", st); code != 0 || !strings.Contains(stdout, "2 iterations") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
	if _, err := os.Stat(filepath.Join(dir, "few", "model_003.npy")); err == nil {
		t.Error("more iterations than were asked for")
	}
	other := changed("other.toml", "smooth = 60.0", "smooth = 50.0")
	if _, stderr, code := courant(t, "invert", other, "--out", filepath.Join(dir, "first"), "--store", st); code != exitUser || !strings.Contains(stderr, "another run") {
		t.Errorf("into the results of another run: exit code %d\n%s", code, stderr)
	}
	if _, stderr, code := courant(t, "invert", other, "--out", filepath.Join(dir, "second"), "--store", st); code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	if n := runs(); n != 2 {
		t.Errorf("%d runs in the store", n)
	}
	stdout, _, code := courant(t, "status", filepath.Join(dir, "first"))
	if code != 0 || !strings.Contains(stdout, "done after 4 of 4 iterations") {
		t.Errorf("status: exit code %d\n%s", code, stdout)
	}
}

// Whatever lies where results belong is not taken for one: neither another run's, nor
// one that is empty, cut short or of a later iteration.
func TestResultsAreTheRuns(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no gcc: the interpreter takes too long")
	}
	dir := t.TempDir()
	config, right, out := smallSurvey(t, dir), filepath.Join(dir, "right"), filepath.Join(dir, "out")
	if _, stderr, code := courant(t, "invert", config, "--out", right); code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	read := func(folder, name string) []byte {
		data, _ := os.ReadFile(filepath.Join(folder, name))
		return data
	}
	names := []string{"model_000.npy", "model_001.npy", "model_002.npy", "model_003.npy", "model_002.png", "misfit.json"}
	wrong := map[string][]byte{"model_000.npy": nil, "model_001.npy": read(right, "model_001.npy")[:500], "model_002.npy": read(right, "model_003.npy"), "model_002.png": []byte("none"), "model_007.png": []byte("late")}
	// Before it begins, and when it is done.
	if err := os.MkdirAll(out, 0o755); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for name, data := range wrong {
			if err := os.WriteFile(filepath.Join(out, name), data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		stdout, stderr, code := courant(t, "invert", config, "--out", out)
		if code != 0 || !strings.Contains(stdout, filepath.Join(out, "model_003.npy")) || !strings.Contains(stdout, filepath.Join(out, "model_003.png")) {
			t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
		}
		for _, name := range names[:5] {
			if !bytes.Equal(read(out, name), read(right, name)) {
				t.Errorf("%s is not the run's", name)
			}
		}
		if _, err := os.Stat(filepath.Join(out, "model_007.png")); err == nil {
			t.Error("the picture of an iteration that there is not stays")
		}
	}
	var updates []struct{ Misfit, Absolute float64 }
	if err := json.Unmarshal(read(out, "misfit.json"), &updates); err != nil || len(updates) != 4 || !(updates[0].Absolute > 0) || math.Abs(updates[3].Absolute/updates[0].Absolute-updates[3].Misfit) > 1e-12 {
		t.Errorf("%+v, %v", updates, err)
	}
	// What is read must not lie where it would be written over.
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	again := filepath.Join(dir, "again.toml")
	if err := os.WriteFile(again, append(text, []byte("start = \"out/model_003.npy\"\n")...), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(out, "run.json")); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := courant(t, "invert", again, "--out", out); code != exitUser || !strings.Contains(stderr, "another folder") {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
}

// What no attempt can mend is tried once, and says what is wrong.
func TestInversionsThatCannotBe(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	config := smallSurvey(t, dir)
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ from, to, want string }{
		"muted": {"water = 60.0\n", "water = 60.0\nmute_velocity = 1.5\nmute_delay = 900.0\n", "nothing to find"},
		"dt":    {"border = 12\n", "border = 12\ndt = 20.0\n", "time step"},
	} {
		path := filepath.Join(dir, name+".toml")
		if err := os.WriteFile(path, bytes.Replace(text, []byte(c.from), []byte(c.to), 1), 0o644); err != nil {
			t.Fatal(err)
		}
		out := filepath.Join(dir, name)
		stdout, stderr, code := courant(t, "invert", path, "--out", out, "--workers", "1")
		if code != exitUser || !strings.Contains(stderr, c.want) || strings.Contains(stderr, "retry") {
			t.Errorf("%s: exit code %d\n%s%s", name, code, stdout, stderr)
		}
	}
}

// A worker that is told to end does, whether it waits, reads or computes.
func TestWorkerEnds(t *testing.T) {
	dir := t.TempDir()
	for _, wait := range []time.Duration{20 * time.Millisecond, time.Second} {
		c := command(t, "worker", smallSurvey(t, dir), "--store", filepath.Join(dir, "store"), "--stdin")
		in, err := c.StdinPipe()
		if err == nil {
			err = c.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		time.Sleep(wait)
		if err := c.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- c.Wait() }()
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			_ = c.Process.Kill()
			t.Errorf("told after %v, it goes on", wait)
		}
	}
}

// A run.json that is damaged is refused with all that is wrong with it.
func TestRecordsAreChecked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, text := range []string{"", "null", "[]", `{"run":"../a","config":"","shots":-5,"iterations":-1}`, `{"run":"runs/a","config":"c","store":"s","shots":1e99}`, `{"run":"runs/a","config":"c","store":"s","shots":-1}`} {
		if err := os.WriteFile(filepath.Join(dir, "run.json"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"status", "cancel", "resume", "serve"} {
			if _, stderr, code := courant(t, name, dir); code != exitUser || !strings.Contains(stderr, "run.json is damaged") {
				t.Errorf("%s with %s: exit code %d\n%s", name, text, code, stderr)
			}
		}
	}
}

// A run that spends its budget, is cancelled, resumed and taken back ends the same;
// its result can be asked for at any time.
func TestInversionUnderControl(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no gcc: the interpreter takes too long")
	}
	dir := t.TempDir()
	config, out := smallSurvey(t, dir), filepath.Join(dir, "out")
	expect := func(code int, text string, args ...string) string {
		t.Helper()
		stdout, stderr, got := courant(t, args...)
		if got != code || !strings.Contains(stdout+stderr, text) {
			t.Fatalf("%v: exit code %d, not %d with %q\n%s%s", args, got, code, text, stdout, stderr)
		}
		return stdout
	}
	expect(exitUser, "--price", "invert", config, "--out", out, "--budget", "12")
	expect(exitUser, "no batch", "invert", config, "--out", out, "--batch", "cloud")
	expect(exitUser, "courant queue", "invert", config, "--out", out, "--batch", "queue")
	expect(exitUser, "not the folder of a run", "status", dir)
	expect(exitOther, "the budget is spent", "invert", config, "--out", out, "--budget", "1ms")
	expect(0, "illumination, evaluating", "status", out)
	expect(0, "", "cancel", out)
	expect(exitOther, "courant resume", "invert", config, "--out", out)
	expect(0, "cancelled", "status", out)
	expect(0, "3 iterations", "resume", out, "--price", "2")
	expect(exitUser, "nothing to stop", "cancel", out)
	var st struct {
		Done  bool    `json:"done"`
		Spent float64 `json:"spent"`
		Price float64 `json:"price"`
	}
	if err := json.Unmarshal([]byte(expect(0, "", "status", out, "--json")), &st); err != nil || !st.Done || st.Spent <= 0 || st.Price != 2 {
		t.Errorf("%+v, %v", st, err)
	}
	first, err := os.ReadFile(filepath.Join(out, "model_003.npy"))
	if err != nil {
		t.Fatal(err)
	}
	expect(exitUser, "no iteration 7", "resume", out, "--from", "7")
	expect(0, "3 iterations", "resume", out, "--from", "1")
	again := filepath.Join(dir, "again.npy")
	expect(0, "", "result", out, "--npy", again, "--png", filepath.Join(dir, "again.png"))
	if second, err := os.ReadFile(again); err != nil || !bytes.Equal(first, second) {
		t.Errorf("taken back to iteration 1 it ends with another model, %v", err)
	}
	if picture, err := os.ReadFile(filepath.Join(dir, "again.png")); err != nil || !bytes.HasPrefix(picture, []byte("\x89PNG")) {
		t.Errorf("no picture: %v", err)
	}
	expect(exitUser, "0 to 3", "result", out, "--npy", again, "--iteration", "9")
	diagram := expect(0, "reducing --> updating: reduce", "workflow")
	if page, err := os.ReadFile("../../docs/invert.md"); err != nil || !strings.Contains(string(page), "```mermaid\n"+diagram+"```") {
		t.Errorf("docs/invert.md does not show what courant workflow prints, %v", err)
	}
	expect(0, `"name": "evaluate"`, "workflow", "--json")
}

// Workers that were started by hand carry out the tasks, whichever batch has them,
// and a run in one is the same as in another.
func TestInversionElsewhere(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no gcc: the interpreter takes too long")
	}
	dir, err := os.MkdirTemp("", "courant") // seen by all, as the nodes of Slurm must
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	config := smallSurvey(t, dir)
	model := func(out string) []byte {
		data, err := os.ReadFile(filepath.Join(out, "model_003.npy"))
		if err != nil {
			t.Error(err)
		}
		return data
	}
	here := filepath.Join(dir, "here")
	if _, stderr, code := courant(t, "invert", config, "--out", here); code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	want := model(here)
	t.Run("queue", func(t *testing.T) {
		q := newServer(t, filepath.Join(dir, "queue"))
		q.start(t)
		out, st := filepath.Join(dir, "pulled"), filepath.Join(dir, "store")
		token := filepath.Join(dir, "token")
		if err := os.WriteFile(token, []byte("secret\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		var said bytes.Buffer
		var workers []*exec.Cmd
		for i := range 2 {
			w := command(t, "worker", config, "--store", st, "--queue", "nats://"+q.address, "--token-file", token, "--threads", "1", "-v")
			if i == 0 {
				w.Stderr = &said
			}
			if err := w.Start(); err != nil {
				t.Fatal(err)
			}
			workers = append(workers, w)
			defer func() { _ = w.Process.Kill(); _ = w.Wait() }()
		}
		t.Setenv(tokenVariable, "secret")
		c := command(t, "invert", config, "--out", out, "--store", st, "--batch", "queue", "--queue", "nats://"+q.address)
		var errs bytes.Buffer
		c.Stderr = &errs
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- c.Wait() }()
		seen := 0
		for waiting := true; waiting; {
			select {
			case err := <-ended:
				if waiting = false; err != nil {
					t.Fatalf("%v\n%s", err, errs.String())
				}
			case <-time.After(20 * time.Millisecond):
				for _, pid := range processes(c.Process.Pid) { // with its reducer
					line, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
					if seen++; bytes.Contains(line, []byte("secret")) {
						t.Fatalf("all users see the token: %q", line)
					}
				}
			}
		}
		if seen < 2 {
			t.Errorf("%d command lines were looked at", seen)
		}
		if err := workers[0].Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		_ = workers[0].Wait()
		for _, want := range []string{"waits for tasks of runs/", "done, after ", "ended after "} {
			if !strings.Contains(said.String(), want) {
				t.Errorf("a worker does not say %q:\n%s", want, said.String())
			}
		}
		if _, stderr, _ := courant(t, "reduce", "--store", st, "--queue", "nats://other@"+q.address); !strings.Contains(stderr, "seen by all users") {
			t.Errorf("no warning of a token on the command line:\n%s", stderr)
		}
		if !bytes.Equal(model(out), want) {
			t.Error("another model")
		}
	})
	// Two of the stores fail at the first request for every other thing.
	for _, cloud := range []struct {
		name, store, queue string
		servers            func(t *testing.T)
	}{
		{"amazon", "s3://bucket/some/where", "sqs://courant?region=us-east-1", func(t *testing.T) {
			queues := cloudtest.Moto(t).Address
			cloudtest.NewProxy(t, cloudtest.S3(t)).Treat(cloudtest.Flaky())
			t.Setenv("AWS_ENDPOINT_URL_SQS", "http://"+queues)
		}},
		{"azure", "azblob://bucket/some/where", "azqueue://" + cloudtest.AzureAccount + "/courant", cloudtest.Azure},
		{"google", "gs://bucket/some/where", "pubsub://project/courant", func(t *testing.T) {
			cloudtest.NewProxy(t, cloudtest.GoogleStorage(t)).Treat(cloudtest.Flaky())
			cloudtest.PubSub(t)
		}},
	} {
		t.Run(cloud.name, func(t *testing.T) {
			cloud.servers(t)
			out := filepath.Join(dir, cloud.name)
			w := command(t, "worker", config, "--store", cloud.store, "--queue", cloud.queue, "--threads", "1", "-v")
			var said bytes.Buffer
			w.Stderr = &said
			if err := w.Start(); err != nil {
				t.Fatal(err)
			}
			stop := sync.OnceFunc(func() { _ = w.Process.Kill(); _ = w.Wait() })
			defer stop()
			if _, stderr, code := courant(t, "invert", config, "--out", out, "--store", cloud.store, "--batch", "queue", "--queue", cloud.queue); code != 0 {
				t.Fatalf("exit code %d\n%s", code, stderr)
			}
			if !bytes.Equal(model(out), want) {
				t.Error("another model")
			}
			if stdout, _, code := courant(t, "status", out); code != 0 || !strings.Contains(stdout, "done after 3 of 3") {
				t.Errorf("status: exit code %d\n%s", code, stdout)
			}
			if stop(); !strings.Contains(said.String(), "done, after ") {
				t.Errorf("the worker has done nothing:\n%s", said.String())
			}
		})
	}
	t.Run("slurm", func(t *testing.T) {
		if err := exec.Command("sinfo").Run(); err != nil {
			t.Skip("no Slurm answers: see .ci/slurm")
		}
		out := filepath.Join(dir, "slurm")
		if _, stderr, code := courant(t, "invert", config, "--out", out, "--batch", "slurm", "--threads", "1"); code != 0 {
			t.Fatalf("exit code %d\n%s", code, stderr)
		}
		if !bytes.Equal(model(out), want) {
			t.Error("another model")
		}
		// And with nobody there while nothing happens.
		out = filepath.Join(dir, "detached")
		stdout, stderr, code := courant(t, "invert", config, "--out", out, "--batch", "slurm:?option=--time=60", "--threads", "1", "--detach")
		if code != 0 || !strings.Contains(stdout, "goes on by itself") {
			t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
		}
		for start := time.Now(); !strings.Contains(stdout, "done after 3 of 3"); time.Sleep(500 * time.Millisecond) {
			if stdout, stderr, code = courant(t, "status", out); code != 0 || time.Since(start) > 2*time.Minute {
				t.Fatalf("exit code %d after %v\n%s%s", code, time.Since(start), stdout, stderr)
			}
		}
		if _, stderr, code := courant(t, "resume", out); code != 0 {
			t.Fatalf("exit code %d\n%s", code, stderr)
		}
		if !bytes.Equal(model(out), want) {
			t.Error("another model where nobody drives")
		}
	})
	t.Run("aws batch", func(t *testing.T) {
		server := cloudtest.Moto(t)
		program, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		machines := awsbatchtest.Start(t, "/usr/bin/env", "COURANT_TEST_PROGRAM=1", program)
		server.Use(t, server.Address)
		// Machines are lost, and taken away with a word, while they work.
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		var lost atomic.Int64
		go func() {
			for i := 0; ctx.Err() == nil && i < 8; i++ {
				time.Sleep(300 * time.Millisecond)
				lost.Add(int64(machines.Signal([]syscall.Signal{syscall.SIGTERM, syscall.SIGKILL}[i%2])))
			}
		}()
		for _, detach := range []string{"--detach=false", "--detach"} {
			out := filepath.Join(dir, "aws"+detach)
			stdout, stderr, code := courant(t, "invert", config, "--out", out, "--store", "s3://bucket/"+detach[2:8], "--queue", "sqs://courant?region=us-east-1", "--batch", "awsbatch://queue?image=image", "--threads", "1", detach)
			if code != 0 {
				t.Fatalf("%s: exit code %d\n%s", detach, code, stderr)
			}
			for start := time.Now(); !strings.Contains(stdout, "done after 3 of 3"); time.Sleep(500 * time.Millisecond) {
				if stdout, stderr, code = courant(t, "status", out); code != 0 || time.Since(start) > 3*time.Minute {
					t.Fatalf("%s: exit code %d after %v\n%s%s%s", detach, code, time.Since(start), stdout, stderr, machines.Words())
				}
				// A timer: all workers of an array may be lost more often than they are begun.
				courant(t, "function", out)
			}
			if _, stderr, code := courant(t, "resume", out); code != 0 {
				t.Fatalf("%s: exit code %d\n%s", detach, code, stderr)
			}
			if !bytes.Equal(model(out), want) {
				t.Errorf("%s: another model", detach)
			}
		}
		if lost.Load() == 0 {
			t.Error("no machine was lost")
		}
	})
	t.Run("kubernetes", func(t *testing.T) {
		c := kubernetestest.Start(t)
		c.Join(t, &kubernetestest.Kubelet{Name: "steady"}, 8, nil)
		program, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		options := url.Values{
			"kubeconfig": {c.Kubeconfig(t, kubernetestest.Admin, "default")}, "image": {"courant"},
			"command": {"/usr/bin/env", "COURANT_TEST_PROGRAM=1", program},
		}
		batch := "kubernetes:?" + options.Encode()
		// Pods are deleted while they work, and begun again.
		var deleted atomic.Int32
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go func() {
			pods, gone := c.Client.CoreV1().Pods("default"), map[string]bool{}
			for ctx.Err() == nil && deleted.Load() < 6 {
				all, err := pods.List(ctx, metav1.ListOptions{})
				for i := 0; err == nil && i < len(all.Items); i++ {
					// Of each element the first pod, so that none is deleted for ever.
					p := all.Items[i]
					element := p.Labels["batch.kubernetes.io/job-name"] + p.Labels["batch.kubernetes.io/job-completion-index"]
					if p.Status.Phase == "Running" && !gone[element] && pods.Delete(ctx, p.Name, metav1.DeleteOptions{}) == nil {
						gone[element] = true
						deleted.Add(1)
						break
					}
				}
				time.Sleep(100 * time.Millisecond)
			}
		}()
		out := filepath.Join(dir, "kubernetes")
		if _, stderr, code := courant(t, "invert", config, "--out", out, "--batch", batch, "--threads", "1"); code != 0 {
			t.Fatalf("exit code %d\n%s", code, stderr)
		}
		stop()
		if !bytes.Equal(model(out), want) {
			t.Error("another model")
		}
		if deleted.Load() == 0 {
			t.Error("no pod was deleted")
		}
		out = filepath.Join(dir, "kubernetes alone")
		stdout, stderr, code := courant(t, "invert", config, "--out", out, "--batch", batch, "--threads", "1", "--detach")
		if code != 0 {
			t.Fatalf("exit code %d\n%s", code, stderr)
		}
		for start := time.Now(); !strings.Contains(stdout, "done after 3 of 3"); time.Sleep(500 * time.Millisecond) {
			if stdout, stderr, code = courant(t, "status", out); code != 0 || time.Since(start) > 3*time.Minute {
				t.Fatalf("exit code %d after %v\n%s%s", code, time.Since(start), stdout, stderr)
			}
		}
		if _, stderr, code := courant(t, "resume", out); code != 0 {
			t.Fatalf("exit code %d\n%s", code, stderr)
		}
		if !bytes.Equal(model(out), want) {
			t.Error("another model where nobody drives")
		}
	})
}

// used is the processor time of processes.
func used(t *testing.T, pids []int) (ticks int) {
	t.Helper()
	for _, pid := range pids {
		text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil {
			continue // it has ended
		}
		_, rest, _ := strings.Cut(string(text), ") ")
		words := strings.Fields(rest)
		for _, word := range words[11:13] { // user and system
			n, err := strconv.Atoi(word)
			if err != nil {
				t.Fatal(err)
			}
			ticks += n
		}
	}
	return ticks
}

// A run that waits for its workers uses no processor: driver, reducer and queue
// together at most a fiftieth of one.
func TestIdle(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("processor time is told by /proc, which is not here")
	}
	dir := t.TempDir()
	q := newServer(t, filepath.Join(dir, "queue"))
	q.start(t)
	c := command(t, "invert", smallSurvey(t, dir), "--out", filepath.Join(dir, "out"), "--batch", "queue", "--queue", q.url(), "--target", "interp")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Process.Kill(); _ = c.Wait() }()
	log := filepath.Join(dir, "out", "log.jsonl")
	for start := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		if text, _ := os.ReadFile(log); bytes.Contains(text, []byte("version")) {
			break
		}
		if time.Since(start) > time.Minute {
			t.Fatal("it does not begin")
		}
	}
	// Tasks are sent, the reducer begins; then nothing happens any more.
	ticks := 0
	for range 6 {
		time.Sleep(time.Second)
		all := append(processes(c.Process.Pid), q.cmd.Process.Pid)
		before := used(t, all)
		time.Sleep(3 * time.Second)
		// A tick is a hundredth of a second.
		if ticks = used(t, all) - before; ticks <= 6 && len(all) >= 3 {
			t.Logf("%d processes used %d hundredths of a second in three seconds", len(all), ticks)
			return
		}
	}
	t.Errorf("%d hundredths of a second in three seconds", ticks)
}

// Records that are modelled are observed ones: a run with them is that without, to
// the single precision that they are kept in.
func TestModelledRecords(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no gcc: the interpreter takes too long")
	}
	dir := t.TempDir()
	config := smallSurvey(t, dir)
	if stdout, stderr, code := courant(t, "model", config, "--out", filepath.Join(dir, "records"), "--format", "sgy"); code != 0 || !strings.Contains(stdout, "shot_0004.sgy") {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "other.toml")
	if err := os.WriteFile(other, append(text, []byte("observed = \"records\"\n")...), 0o644); err != nil {
		t.Fatal(err)
	}
	var models [][]byte
	for name, path := range map[string]string{"made": config, "read": other} {
		out := filepath.Join(dir, name)
		if _, stderr, code := courant(t, "invert", path, "--out", out); code != 0 {
			t.Fatalf("exit code %d\n%s", code, stderr)
		}
		data, err := os.ReadFile(filepath.Join(out, "model_003.npy"))
		if err != nil {
			t.Fatal(err)
		}
		models = append(models, data)
	}
	if !bytes.Equal(models[0], models[1]) {
		t.Error("another model")
	}
}

// What is derived is an operator file like any other: right, in canonical form,
// explained, measured and spelt for Go.
func TestDerivedIsAnOperator(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no gcc to measure with")
	}
	dir := t.TempDir()
	for name, args := range map[string][]string{
		"born":      {"born", "--wrt", "b,mu"},
		"adjoint":   {"adjoint"},
		"gradient":  {"gradient", "--wrt", "b,mu", "--initial"},
		"migration": {"migration", "--condition", "normalised"},
	} {
		text, stderr, code := courant(t, append([]string{"derive", args[0], "../../testdata/operators/elastic_free_surface.pde", "--dim", "2"}, args[1:]...)...)
		if code != 0 {
			t.Fatalf("%s: exit code %d\n%s", name, code, stderr)
		}
		path := filepath.Join(dir, name+".pde")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if formatted, _, code := courant(t, "fmt", path); code != 0 || formatted != text {
			t.Errorf("%s is not in canonical form", name)
		}
		for _, args := range [][]string{{"check"}, {"explain"}, {"bench", "--shape", "20,20", "--pad", "2", "--steps", "2", "--repeat", "1"}, {"gen", "--target", "go", "--out", filepath.Join(dir, name)}} {
			if _, stderr, code := courant(t, append([]string{args[0], path}, args[1:]...)...); code != 0 {
				t.Errorf("%s of %s: exit code %d\n%s", args[0], name, code, stderr)
			}
		}
	}
}
