package inversion

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/courant-pde/courant/runtime/cluster/dashboard"
	"github.com/courant-pde/courant/runtime/cluster/workflow"
	"github.com/courant-pde/courant/runtime/inverse/imaging"
)

// Progress tells how far an inversion is: on a terminal by a line that is drawn again
// and again, elsewhere by a line every ten seconds in which something was done.
type Progress struct {
	out     io.Writer
	live    bool
	quiet   bool
	planned int // iterations
	start   time.Time

	mu      sync.Mutex
	version int
	done    int // tasks of the version
	tasks   int
	steps   int // iterations that are done; -1 before the start is evaluated
	ended   int // tasks that ended while this was watched
	told    int // of those, when the last line was written
	away    bool
	drawn   bool
}

// everyLine is the time between two lines where there is no terminal.
const everyLine = 10 * time.Second

// NewProgress tells it of so many planned iterations to out until stop is called; quiet,
// it says only what Say is given and what is waited for.
func NewProgress(out io.Writer, quiet bool, planned int) (s *Progress, stop func()) {
	f, ok := out.(*os.File)
	s = &Progress{out: out, live: ok && term.IsTerminal(int(f.Fd())), quiet: quiet, planned: planned, start: time.Now(), told: -1}
	if quiet {
		return s, func() {}
	}
	every := everyLine
	if s.live {
		every = time.Second
	}
	over, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-over:
				return
			case <-tick.C:
				s.mu.Lock()
				s.draw()
				s.mu.Unlock()
			}
		}
	}()
	return s, sync.OnceFunc(func() {
		close(over)
		<-ended
		s.mu.Lock()
		defer s.mu.Unlock()
		s.wipe()
	})
}

// Event takes up what happened; it may be Options.Event.
func (s *Progress) Event(e workflow.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e.Kind {
	case "version":
		s.version, s.done, s.tasks = e.Position.Version, e.Position.Present, e.Position.Tasks
		if state, ok := e.Position.State.(*imaging.State); ok {
			s.steps = len(state.Updates) - 1
		}
	case "task":
		s.done++
		s.ended++
	case "away":
		if !s.away {
			s.away = true
			s.print(fmt.Sprintf("waiting: %v", e.Err))
		}
		return
	case "back":
		if s.away {
			s.away = false
			s.print("it is back")
		}
		return
	default:
		return
	}
	if s.live && !s.quiet {
		s.draw()
	}
}

// line is where the inversion stands.
func (s *Progress) line() string {
	what := fmt.Sprintf("iteration %d of %d", min(s.steps+1, s.planned), s.planned)
	switch {
	case s.version == 0:
		what = "illumination"
	case s.planned == 0:
		what = "migration"
	case s.steps < 0:
		what = "start"
	}
	text := fmt.Sprintf("%s: %d of %d shots", what, s.done, s.tasks)
	if s.ended > 0 {
		// A step takes one evaluation at least, and the start takes one too.
		evaluations := s.planned - s.steps - 1 // beside this one
		if s.version == 0 {
			evaluations = s.planned + 1
		}
		left := s.tasks - s.done + max(evaluations, 0)*s.tasks
		rate := float64(s.ended) / time.Since(s.start).Seconds()
		text += fmt.Sprintf(", about %s left", dashboard.Span(float64(left)/rate))
	}
	return text
}

// draw writes the line; s.mu is held.
func (s *Progress) draw() {
	switch {
	case s.tasks == 0 || s.away:
	case s.live:
		fmt.Fprintf(s.out, "\r%s\x1b[K", s.line())
		s.drawn = true
	case s.ended != s.told:
		fmt.Fprintln(s.out, s.line())
		s.told = s.ended
	}
}

// wipe takes the line away; s.mu is held.
func (s *Progress) wipe() {
	if s.drawn {
		fmt.Fprint(s.out, "\r\x1b[K")
		s.drawn = false
	}
}

// Say writes something else.
func (s *Progress) Say(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.print(text)
}

func (s *Progress) print(text string) {
	s.wipe()
	fmt.Fprintln(s.out, text)
}
