package machine

import (
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"
)

// Load is what else the machine did while something was measured.
type Load struct {
	Seconds    float64 `json:"seconds"`    // of the clock
	Processors int     `json:"processors"` // that the system schedules on
	// Others is the number of processors that other processes kept busy on average,
	// Stolen that which other guests of the same host took from this one.
	Others float64 `json:"others"`
	Stolen float64 `json:"stolen"`
	// Disturbed says that both together took enough to spoil a measurement.
	Disturbed bool `json:"disturbed"`
}

const (
	// tick is the unit of processor time in /proc, on every Linux.
	tick = 10 * time.Millisecond
	// mostOthers is the number of processors that others may keep busy: any of
	// the threads that are measured can be the one that waits for its processor.
	mostOthers = 0.05
	// leastTicks of others are not told from the rounding of the counters.
	leastTicks = 5
)

// String says in one clause what others took.
func (l Load) String() string {
	text := fmt.Sprintf("other processes kept %.2f of %d processors busy", l.Others, l.Processors)
	if l.Stolen >= mostOthers/5 {
		text += fmt.Sprintf(", other guests of the host %.2f", l.Stolen)
	}
	return text
}

// Watch is a look at the counters of processor time, from which Load follows.
type Watch struct {
	root     fs.FS
	begin    counters
	known    bool
	start    time.Time
	children []int
}

// counters are sums since the system's start, in ticks.
type counters struct {
	busy, stolen, own int64
	processors        int
}

// StartWatch begins to watch.
func StartWatch() *Watch { return startWatch(os.DirFS("/")) }

func startWatch(root fs.FS) *Watch {
	w := &Watch{root: root, start: time.Now()}
	w.begin, w.known = w.read()
	return w
}

// Include counts a child as this process, from the child's start on. Once it has been
// waited for, the system does so by itself.
func (w *Watch) Include(pid int) { w.children = append(w.children, pid) }

// Load is what others did since the start; nil where the system does not tell.
func (w *Watch) Load() *Load {
	end, known := w.read()
	if !w.known || !known {
		return nil
	}
	return loadOf(w.begin, end, time.Since(w.start))
}

func loadOf(begin, end counters, took time.Duration) *Load {
	if took <= 0 {
		return nil
	}
	stolen := max(0, end.stolen-begin.stolen)
	others := max(0, end.busy-begin.busy-(end.own-begin.own))
	share := func(ticks int64) float64 { return float64(ticks) * float64(tick) / float64(took) }
	l := &Load{Seconds: took.Seconds(), Processors: end.processors, Others: share(others), Stolen: share(stolen)}
	l.Disturbed = others+stolen >= leastTicks && l.Others+l.Stolen > mostOthers
	return l
}

func (w *Watch) read() (c counters, known bool) {
	for line := range strings.Lines(read(w.root, "proc/stat")) {
		words := strings.Fields(line)
		if len(words) < 9 || !strings.HasPrefix(words[0], "cpu") {
			continue
		}
		if words[0] != "cpu" {
			c.processors++
			continue
		}
		// user, nice, system, idle, iowait, irq, softirq, steal
		for i, word := range words[1:9] {
			switch i {
			case 3, 4:
			case 7:
				c.stolen = number(word)
			default:
				c.busy += number(word)
			}
		}
	}
	if c.own, known = ticksOf(w.root, "self"); !known || c.busy == 0 {
		return c, false
	}
	for _, pid := range w.children {
		ticks, _ := ticksOf(w.root, strconv.Itoa(pid))
		c.own += ticks
	}
	return c, true
}

// ticksOf is the processor time of a process and of those of its children that it
// has waited for.
func ticksOf(root fs.FS, process string) (ticks int64, known bool) {
	text := read(root, "proc/"+process+"/stat")
	// The second field is the name in brackets, and may hold anything.
	at := strings.LastIndex(text, ")")
	if at < 0 {
		return 0, false
	}
	words := strings.Fields(text[at+1:])
	if len(words) < 15 {
		return 0, false
	}
	for _, word := range words[11:15] { // utime, stime, cutime, cstime
		ticks += number(word)
	}
	return ticks, true
}
