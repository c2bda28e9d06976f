package experiment

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/courant-pde/courant/backends/target"
	"github.com/courant-pde/courant/runtime/inverse/imaging"
	"github.com/courant-pde/courant/runtime/seismic/survey"
)

func small(ctx context.Context) (*imaging.Survey, error) {
	c, err := survey.LoadConfig("../../../testdata/shots/small.toml")
	if err != nil {
		return nil, err
	}
	b, err := target.Find(target.Names()[0])
	if err != nil {
		return nil, err
	}
	return imaging.NewSurvey(ctx, c, b, 1)
}

// This program is its own worker when it is told so.
func TestMain(m *testing.M) {
	folder := os.Getenv("EXPERIMENT_TEST")
	if folder == "" {
		os.Exit(m.Run())
	}
	s, err := small(context.Background())
	if err == nil {
		err = Serve(context.Background(), s, folder, os.Getenv("EXPERIMENT_QUEUE"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// A real trial does what is planned: workers die where they are to, what they had
// is computed again, and all gradients are in the sum.
func TestTrial(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no gcc: the interpreter takes longer than is planned")
	}
	if _, err := small(t.Context()); err != nil { // compiled, so that workers start at once
		t.Fatal(err)
	}
	for _, restart := range []bool{true, false} {
		folder := t.TempDir()
		p := Even(6, 3, 1)
		p.Kills, p.Restart = map[int]float64{1: 0.5, 4: 0.2}, restart
		o, err := Trial(t.Context(), p, folder, func(url string) *exec.Cmd {
			c := exec.Command(os.Args[0])
			c.Env = append(os.Environ(), "EXPERIMENT_TEST="+folder, "EXPERIMENT_QUEUE="+url)
			return c
		})
		if err != nil {
			t.Fatal(err)
		}
		// Two rounds at least; attempts of 0.5 and 0.2 s are paid in vain.
		if o.Killed != 2 || o.Wall < 2 || o.Billed < 6.7 || o.Start <= 0 || o.Start > o.Wall {
			t.Errorf("restart %v: %+v", restart, o)
		}
	}
	// All workers die: the trial says so, and ends.
	p := Even(2, 1, 1)
	p.Kills, p.Restart = map[int]float64{0: 0.1, 1: 0.1}, false
	folder := t.TempDir()
	if _, err := Trial(t.Context(), p, folder, func(url string) *exec.Cmd {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), "EXPERIMENT_TEST="+folder, "EXPERIMENT_QUEUE="+url)
		return c
	}); err == nil {
		t.Error("a trial without workers ended well")
	}
}

// What cannot be paced is refused.
func TestTrialOfTooLongGradients(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no gcc: the interpreter takes longer than is planned")
	}
	folder := t.TempDir()
	_, err := Trial(t.Context(), Even(1, 1, 1e-4), folder, func(url string) *exec.Cmd {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), "EXPERIMENT_TEST="+folder, "EXPERIMENT_QUEUE="+url)
		return c
	})
	if err == nil {
		t.Error("a gradient in a tenth of a millisecond")
	}
}

// A gradient whose worker dies near its end is gone on with: with as many workers as
// gradients the trial takes far less than twice as long.
func TestTrialKeepsProgress(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no gcc: the interpreter takes longer than is planned")
	}
	if _, err := small(t.Context()); err != nil { // compiled, so that workers start at once
		t.Fatal(err)
	}
	wall := map[float64]float64{}
	for _, failures := range []float64{0, 4} { // by which progress is kept every half second or so
		folder := t.TempDir()
		p := Even(3, 3, 6)
		p.Kills, p.Failures = map[int]float64{1: 0.9}, failures
		o, err := Trial(t.Context(), p, folder, func(url string) *exec.Cmd {
			c := exec.Command(os.Args[0])
			c.Env = append(os.Environ(), "EXPERIMENT_TEST="+folder, "EXPERIMENT_QUEUE="+url)
			return c
		})
		if err != nil {
			t.Fatal(err)
		}
		if wall[failures] = o.Wall; o.Killed != 1 {
			t.Errorf("%+v", o)
		}
	}
	// 0.9 + 1 parts of six seconds, and 1 part with what was not kept, some tenths of a second.
	if wall[0] < 11.4 || wall[4] < 6 || wall[4] > 0.8*wall[0] {
		t.Errorf("%.2f s from the beginning, %.2f s with progress", wall[0], wall[4])
	}
	t.Logf("%.2f s from the beginning, %.2f s with progress", wall[0], wall[4])
}
