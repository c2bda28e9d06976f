package bench

import (
	"bufio"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

//go:embed rivals/*.py
var scripts embed.FS

// process is a rival under way: a script that measures once for each line that it
// reads, and prints its answers as lines of JSON.
type process struct {
	rival      *Rival
	cmd        *exec.Cmd
	in         io.WriteCloser
	lines      *bufio.Scanner
	complaints strings.Builder
	folder     string
	ready      *answer
}

// answer is one line that a script prints.
type answer struct {
	Error     string   `json:"error"`
	Hint      string   `json:"hint"`
	Version   string   `json:"version"`
	Used      []string `json:"used"`
	FirstStep float64  `json:"time_to_first_step_s"`
	Block     any      `json:"block"`
	turn
}

// missingError says that there is no rival to compare with.
type missingError struct{ text string }

func (e *missingError) Error() string { return e.text }

// start runs the rival's script up to the point where it can take turns.
func (b *bench) start(ctx context.Context) (p *process, err error) {
	p = &process{rival: b.Against}
	defer func() {
		if err != nil {
			p.stop()
			p = nil
		}
	}()
	if p.folder, err = os.MkdirTemp("", "courant-"+b.Against.Name+"-"); err != nil {
		return p, err
	}
	files, err := fs.Sub(scripts, "rivals")
	if err != nil {
		return p, err
	}
	if err := os.CopyFS(p.folder, files); err != nil {
		return p, err
	}
	var shape []string
	for _, n := range b.shape {
		shape = append(shape, strconv.Itoa(n))
	}
	args := []string{filepath.Join(p.folder, b.Against.script), "--serve", "--operator", b.result.Operator, "--shape", strings.Join(shape, ","), "--nbl", strconv.Itoa(b.Pad),
		"--so", strconv.Itoa(b.result.SpaceOrder), "--steps", strconv.Itoa(b.Steps), "--threads", strconv.Itoa(b.Threads), "--dtype", b.result.Precision}
	if b.result.Gradient != nil {
		args = append(args, "--gradient")
	}
	cmd := exec.CommandContext(ctx, b.Against.Python, args...)
	cmd.Dir, cmd.Stderr = p.folder, &p.complaints
	cmd.Env = append(os.Environ(), b.Against.environment...)
	if p.in, err = cmd.StdinPipe(); err != nil {
		return p, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return p, err
	}
	if err := cmd.Start(); err != nil {
		return p, &missingError{fmt.Sprintf("%s cannot be started: %v; set %s to a Python that has %s", b.Against.Python, err, b.Against.variable, b.Against.Name)}
	}
	p.cmd, p.lines = cmd, bufio.NewScanner(out)
	b.watch.Include(cmd.Process.Pid)
	p.ready, err = p.answer()
	return p, err
}

// turn has the rival measure once.
func (p *process) turn() (turn, error) {
	if _, err := io.WriteString(p.in, "run\n"); err != nil {
		return turn{}, err
	}
	a, err := p.answer()
	if err != nil {
		return turn{}, err
	}
	if !(a.Rate > 0) {
		return turn{}, fmt.Errorf("%s answered without a rate; its script and this program do not belong together", p.rival.Name)
	}
	return a.turn, nil
}

// answer is the script's next one. What else is printed is passed over.
func (p *process) answer() (*answer, error) {
	for p.lines.Scan() {
		a := &answer{}
		if json.Unmarshal(p.lines.Bytes(), a) != nil {
			continue
		}
		if a.Error != "" {
			return nil, &missingError{fmt.Sprintf("%s cannot be measured with %s: %s; %s, or set %s to a Python that has it", p.rival.Name, p.rival.Python, a.Error, a.Hint, p.rival.variable)}
		}
		return a, nil
	}
	p.end() // what it complained of is complete then
	return nil, fmt.Errorf("%s stopped without an answer: %s", p.rival.Name, strings.TrimSpace(p.complaints.String()))
}

// end tells the script to end, and waits for it.
func (p *process) end() {
	if p.cmd != nil {
		_, _ = io.WriteString(p.in, "quit\n")
		p.in.Close()
		_ = p.cmd.Wait()
		p.cmd = nil
	}
}

// stop ends the script and removes its folder.
func (p *process) stop() {
	p.end()
	if p.folder != "" {
		_ = os.RemoveAll(p.folder)
	}
}
