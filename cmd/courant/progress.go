package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// progress draws a bar with rate and remaining time on a terminal, and is
// silent elsewhere.
type progress struct {
	out   io.Writer
	start time.Time
	drawn time.Time
	first int // steps done when the clock started
	live  bool
}

func newProgress(out io.Writer, quiet bool) *progress {
	f, ok := out.(*os.File)
	return &progress{out: out, live: ok && !quiet && term.IsTerminal(int(f.Fd()))}
}

// show draws the bar, at most ten times a second.
func (p *progress) show(done, all int) {
	now := time.Now()
	if p.start.IsZero() {
		p.start, p.first = now, done
		return
	}
	if !p.live || now.Sub(p.drawn) < 100*time.Millisecond && done < all {
		return
	}
	p.drawn = now
	rate := float64(done-p.first) / now.Sub(p.start).Seconds()
	left := time.Duration(float64(all-done) / rate * float64(time.Second)).Round(time.Second)
	const width = 30
	full := width * done / all
	fmt.Fprintf(p.out, "\r[%s%s] step %d of %d, %.3g steps/s, %s left \x1b[K", strings.Repeat("=", full), strings.Repeat(" ", width-full), done, all, rate, left)
}

// end wipes the bar.
func (p *progress) end() {
	if p.live && !p.drawn.IsZero() {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
