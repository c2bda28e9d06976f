package bench

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Rival is a Python with Devito.
type Rival struct{ Python string }

// FindDevito takes the Python of $COURANT_DEVITO_PYTHON, or else python3.
func FindDevito() *Rival {
	if p := os.Getenv("COURANT_DEVITO_PYTHON"); p != "" {
		return &Rival{p}
	}
	return &Rival{"python3"}
}

// Devito is what Devito reached on the same grid in the same run.
type Devito struct {
	Version   string  `json:"version"`
	Rate      float64 `json:"gpts_per_s"`
	LoopRate  float64 `json:"loop_gpts_per_s"`
	FirstStep float64 `json:"time_to_first_step_s"`
	Block     any     `json:"block,omitempty"`
	// Rounds has the ratio of Courant's rate to Devito's, turn by turn.
	Rounds []float64 `json:"ratio_per_turn"`
}

// missingError says that there is no Devito to compare with.
type missingError struct{ text string }

func (e *missingError) Error() string { return e.text }

//go:embed devito.py
var devitoScript string

// answer is one line that the script prints.
type answer struct {
	Error, Hint string
	Devito
}

// rival measures in turns: Courant, Devito, Courant, ... The machine may be
// shared, so only turns that follow one another are comparable.
func (b *bench) rival(ctx context.Context, r *Rival) error {
	if b.result.Operator != "acoustic" {
		return fmt.Errorf("devito is compared on the operator acoustic only, not on %s", b.result.Operator)
	}
	dir, err := os.MkdirTemp("", "courant-devito-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	script := filepath.Join(dir, "devito_bench.py")
	if err := os.WriteFile(script, []byte(devitoScript), 0o600); err != nil {
		return err
	}
	var shape []string
	for _, n := range b.Shape {
		shape = append(shape, strconv.Itoa(n))
	}
	cmd := exec.CommandContext(ctx, r.Python, script, "--serve", "--shape", strings.Join(shape, ","), "--nbl", strconv.Itoa(b.Layer),
		"--so", strconv.Itoa(b.result.Order), "--steps", strconv.Itoa(b.Steps), "--threads", strconv.Itoa(b.args.Threads), "--dtype", b.result.DType)
	cmd.Dir = dir
	var complaints strings.Builder
	cmd.Stderr = &complaints
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return &missingError{fmt.Sprintf("%s cannot be started: %v; set COURANT_DEVITO_PYTHON to a Python that has Devito", r.Python, err)}
	}
	defer func() { in.Close(); _ = cmd.Wait() }()
	lines := bufio.NewScanner(out)
	next := func() (*answer, error) {
		for lines.Scan() {
			a := &answer{}
			if json.Unmarshal(lines.Bytes(), a) != nil {
				continue // Devito itself may print
			}
			if a.Error != "" {
				return nil, &missingError{fmt.Sprintf("devito cannot be measured with %s: %s; %s, or set COURANT_DEVITO_PYTHON to a Python that has it", r.Python, a.Error, a.Hint)}
			}
			return a, nil
		}
		return nil, fmt.Errorf("devito stopped without an answer: %s", strings.TrimSpace(complaints.String()))
	}
	ready, err := next()
	if err != nil {
		return err
	}
	run, err := b.bindStencil(ctx)
	if err != nil {
		return err
	}
	defer run.Close()
	d := &ready.Devito
	d.Rate, d.LoopRate = 0, 0
	for range b.Repeat {
		var ours float64
		if err := b.measure(ctx, run, &ours); err != nil {
			return err
		}
		if _, err := io.WriteString(in, "run\n"); err != nil {
			return err
		}
		theirs, err := next()
		if err != nil {
			return err
		}
		b.result.Rate = max(b.result.Rate, ours)
		d.Rate, d.LoopRate = max(d.Rate, theirs.Rate), max(d.LoopRate, theirs.LoopRate)
		d.Rounds = append(d.Rounds, ours/theirs.Rate)
	}
	_, _ = io.WriteString(in, "quit\n")
	sorted := slices.Sorted(slices.Values(d.Rounds))
	b.result.Devito, b.result.Speedup = d, sorted[len(sorted)/2]
	return nil
}
