package segy

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// Gather is the records of one shot, to be written.
type Gather struct {
	About     About // of the first gather of a file
	Format    Format
	Interval  float64 // between samples, ms
	Delay     float64 // time of the first sample, ms
	Number    int     // of the field record, from 1
	Source    Place
	Receivers []Place
	Records   *field.Array // of shape (samples, receivers)
}

// About is what the text header says of records. What is empty is left out.
type About struct {
	Title    string
	Operator string // that made them
	Wavelet  string
	Geometry string
	Step     string // time step of the modelling
}

// Write writes gathers to a file, one after the other, in revision 1, or 2 where
// the interval is no whole number of microseconds or a trace has more than 65535
// samples. All have the format, interval, delay and number of samples of the
// first. Format 0 stands for IEEE. Scalars are those that keep coordinates to a
// tenth of a millimetre, or as near as they fit. Errors: what does not fit the
// format, what is no number, and those of writing; then no file is left behind.
func Write(path string, gathers ...Gather) (err error) {
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if e := out.Close(); err == nil {
			err = e
		}
		if err != nil {
			os.Remove(path)
		}
	}()
	if err := Encode(out, gathers...); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// Encode is Write to a stream.
func Encode(w io.Writer, gathers ...Gather) error {
	if len(gathers) == 0 {
		return fmt.Errorf("there are no gathers to write")
	}
	p := page{Gather: gathers[0]}
	if p.Format == 0 {
		p.Format = IEEE
	}
	if err := p.fits(gathers); err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 1<<20)
	out.Write(ebcdic(p.text(len(gathers))))
	out.Write(p.binary())
	for i, g := range gathers {
		for k := range g.Receivers {
			if _, err := out.Write(p.trace(g, i, k)); err != nil {
				return err
			}
		}
	}
	return out.Flush()
}

// page is a file in the making: its first gather, and what all have in common.
type page struct {
	Gather
	samples, receivers    int
	coordinate, elevation int // scalars
	micro                 float64
	first                 int // trace number
	second                bool
}

// fits finds scalars, and everything that does not fit.
func (p *page) fits(gathers []Gather) error {
	if p.Format != IBM && p.Format != IEEE {
		return fmt.Errorf("samples of format %v are not written; %v and %v are", p.Format, IBM, IEEE)
	}
	p.micro = p.Interval * 1000
	if !(p.micro > 0 && p.micro <= 65535) {
		return fmt.Errorf("a time of %g ms between samples does not fit a SEG-Y file: it has up to 65535 microseconds", p.Interval)
	}
	if whole := math.Round(p.micro); math.Abs(p.micro-whole) < 1e-6 {
		p.micro = whole
	}
	if _, _, ok := milliseconds(p.Delay); !ok {
		return fmt.Errorf("a delay of %g ms does not fit a SEG-Y file: it has up to 32767 ms, or fewer with a fraction of up to four digits", p.Delay)
	}
	var level, depth []float64
	for i, g := range gathers {
		if g.Records == nil || len(g.Records.Shape) != 2 || g.Records.Shape[1] != len(g.Receivers) || len(g.Receivers) == 0 || g.Records.Shape[0] < 1 {
			return fmt.Errorf("gather %d: the records have no shape (samples, receivers) with %d receivers", i, len(g.Receivers))
		}
		if i == 0 {
			p.samples, p.receivers = g.Records.Shape[0], len(g.Receivers)
		}
		if g.Records.Shape[0] != p.samples || g.Interval != p.Interval || g.Delay != p.Delay {
			return fmt.Errorf("gather %d has %d samples of %g ms from %g ms on, and the first one %d of %g ms from %g ms on", i, g.Records.Shape[0], g.Interval, g.Delay, p.samples, p.Interval, p.Delay)
		}
		if at := g.Records.FirstNotFinite(); at != nil {
			return fmt.Errorf("gather %d: the sample at index %v is no finite number", i, at)
		}
		for k := range g.Records.Len() {
			if v := g.Records.At(k); math.Abs(v) > math.MaxFloat32 {
				return fmt.Errorf("gather %d: the sample %g does not fit four bytes", i, v)
			}
		}
		level, depth = append(level, g.Source.X, g.Source.Y), append(depth, g.Source.Depth)
		for _, r := range g.Receivers {
			level, depth = append(level, r.X, r.Y), append(depth, r.Depth)
		}
	}
	if int64(p.samples) > math.MaxInt32 {
		return fmt.Errorf("%d samples do not fit a SEG-Y file", p.samples)
	}
	p.second = p.micro != math.Trunc(p.micro) || p.samples > 65535
	var ok, too bool
	p.coordinate, ok = scalar(level)
	p.elevation, too = scalar(depth)
	if !ok || !too {
		return fmt.Errorf("a coordinate is beyond 2 million km, or no number, and does not fit a SEG-Y file")
	}
	return nil
}

// scalar is the least that keeps all values to 0.05 mm, or the greatest that they
// fit with.
func scalar(values []float64) (s int, ok bool) {
	for _, s = range []int{1, 10, 100, 1000, 10000} {
		exact, fits := true, true
		for _, v := range values {
			at := v * float64(s)
			fits = fits && math.Abs(at) < math.MaxInt32
			exact = exact && math.Abs(math.Round(at)/float64(s)-v) <= 5e-5
		}
		if !fits {
			s /= 10
			break
		}
		if exact {
			break
		}
	}
	if s < 1 {
		return 0, false
	}
	if s == 1 {
		return 1, true
	}
	return -s, true
}

// milliseconds are a time as a number and a scalar that divides it.
func milliseconds(ms float64) (v, scalar int, ok bool) {
	for _, s := range []int{1, 10, 100, 1000, 10000} {
		at := ms * float64(s)
		if !(math.Abs(at) <= math.MaxInt16) {
			return 0, 0, false
		}
		if r := math.Round(at); math.Abs(at-r) < 1e-6*float64(s) {
			return int(r), -s, true
		}
	}
	return 0, 0, false
}

// text is the text header, of up to 40 cards.
func (p *page) text(gathers int) string {
	var lines []string
	add := func(label, text string) {
		if text == "" {
			return
		}
		words := strings.Fields(label + text)
		for len(words) > 0 {
			line := words[0]
			words = words[1:]
			for len(words) > 0 && len(line)+1+len(words[0]) <= 75 {
				line, words = line+" "+words[0], words[1:]
			}
			lines = append(lines, line)
		}
	}
	add("", p.About.Title)
	add("OPERATOR: ", p.About.Operator)
	add("WAVELET: ", p.About.Wavelet)
	add("GEOMETRY: ", p.About.Geometry)
	add("TIME STEP: ", p.About.Step)
	add("", fmt.Sprintf("%d SHOTS, %d RECEIVERS OF THE FIRST, %d SAMPLES OF %.10g MS FROM %g MS ON", gathers, p.receivers, p.samples, p.Interval, p.Delay))
	add("", fmt.Sprintf("SAMPLES: FORMAT %v", p.Format))
	add("", "LENGTHS IN METRES, ELEVATIONS POSITIVE UPWARDS FROM THE DATUM OF DEPTH 0")
	var b strings.Builder
	for i := range 38 {
		line := ""
		if i < len(lines) {
			line = lines[i]
		}
		fmt.Fprintf(&b, "C%2d %s\n", i+1, line)
	}
	revision := "C39 SEG Y REV1"
	if p.second {
		revision = "C39 SEG-Y_REV2.0"
	}
	return b.String() + revision + "\nC40 END TEXTUAL HEADER"
}

// binary is the binary file header.
func (p *page) binary() []byte {
	b := make([]byte, binaryBytes)
	at := func(byte int) int { return byte - textBytes - 1 }
	put32(b, at(3201), 1)
	put32(b, at(3205), 1)
	put32(b, at(3209), 1)
	put16(b, at(3213), min(p.receivers, math.MaxInt16))
	put16(b, at(3217), int(math.Round(p.micro)))
	put16(b, at(3219), int(math.Round(p.micro)))
	put16(b, at(3221), p.count())
	put16(b, at(3223), p.count())
	put16(b, at(3225), int(p.Format))
	put16(b, at(3227), 1)
	put16(b, at(3229), 5) // sorted by source
	put16(b, at(3253), 1) // amplitudes as they are
	put16(b, at(3255), 1) // metres
	b[at(3501)] = 1
	put16(b, at(3503), 1) // all traces are of one length
	if p.second {
		b[at(3501)] = 2
		put32(b, at(3269), p.samples)
		binary.BigEndian.PutUint64(b[at(3273):], math.Float64bits(p.micro))
		put32(b, at(3297), 0x01020304)
	}
	return b
}

// count is the number of samples as two bytes hold it, 0 where they do not.
func (p *page) count() int {
	if p.samples > 65535 {
		return 0
	}
	return p.samples
}

// trace is one with its header.
func (p *page) trace(g Gather, gather, k int) []byte {
	b := make([]byte, headerBytes+4*p.samples)
	at := func(byte int) int { return byte - 1 }
	r := g.Receivers[k]
	whole := func(v float64, scalar int) int {
		if scalar < 0 {
			v *= float64(-scalar)
		}
		return int(math.Round(v))
	}
	p.first++
	put32(b, at(1), p.first)
	put32(b, at(5), p.first)
	put32(b, at(9), g.Number)
	put32(b, at(13), k+1)
	put32(b, at(17), g.Number)
	put32(b, at(21), gather+1)
	put32(b, at(25), k+1)
	put16(b, at(29), 1) // seismic data
	put16(b, at(31), 1)
	put16(b, at(33), 1)
	put16(b, at(35), 1) // production
	apart := math.Hypot(r.X-g.Source.X, r.Y-g.Source.Y)
	if r.X < g.Source.X {
		apart = -apart
	}
	put32(b, at(37), int(math.Round(apart)))
	put32(b, at(41), whole(-r.Depth, p.elevation))
	// A source above the datum stands on a surface there.
	put32(b, at(45), whole(max(-g.Source.Depth, 0), p.elevation))
	put32(b, at(49), whole(max(g.Source.Depth, 0), p.elevation))
	put16(b, at(69), p.elevation)
	put16(b, at(71), p.coordinate)
	put32(b, at(73), whole(g.Source.X, p.coordinate))
	put32(b, at(77), whole(g.Source.Y, p.coordinate))
	put32(b, at(81), whole(r.X, p.coordinate))
	put32(b, at(85), whole(r.Y, p.coordinate))
	put16(b, at(89), 1) // lengths
	delay, times, _ := milliseconds(p.Delay)
	put16(b, at(109), delay)
	put16(b, at(115), p.count())
	put16(b, at(117), int(math.Round(p.micro)))
	put16(b, at(215), times)
	for i := range p.samples {
		v := float32(g.Records.At(i*len(g.Receivers) + k))
		bits := math.Float32bits(v)
		if p.Format == IBM {
			bits = toIBM(v)
		}
		binary.BigEndian.PutUint32(b[headerBytes+4*i:], bits)
	}
	return b
}

func put16(b []byte, at, v int) { binary.BigEndian.PutUint16(b[at:], uint16(v)) }
func put32(b []byte, at, v int) { binary.BigEndian.PutUint32(b[at:], uint32(v)) }
