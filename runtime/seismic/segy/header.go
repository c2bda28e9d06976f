package segy

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"
)

// Header is what stands before the traces of a file.
type Header struct {
	Path     string   `json:"path"`
	Bytes    int64    `json:"bytes"`
	Revision string   `json:"revision"` // such as 1.0
	Endian   string   `json:"endian"`   // big or little
	Format   Format   `json:"format"`
	Interval float64  `json:"interval_ms"` // 0 where it is not said
	Samples  int      `json:"samples"`     // of a trace; 0 where it is not said
	Fixed    bool     `json:"fixed"`       // all traces have the same number of samples
	Unit     float64  `json:"metre"`       // m of a unit of length
	Text     []string `json:"text"`        // cards of all text headers
	Traces   int      `json:"traces"`      // that the file has

	order      order
	major      int
	first, end int64 // of the traces
	extensions int   // most of a trace header
	declared   int64 // number of traces, 0 where it is not said
}

// at is a place in the file header, for notes.
func (h *Header) at(b int) string { return fmt.Sprintf("%s, byte %d", h.Path, b) }

// readHeader reads what stands before the traces. ok is false when nothing can be
// made of the rest.
func readHeader(in io.ReaderAt, size int64, path string, how Reading, r *Report) (h *Header, ok bool) {
	h = &Header{Path: path, Bytes: size, Unit: 1, end: size, first: textBytes + binaryBytes}
	refuse := func(word string, b int, format string, args ...any) {
		r.note(Refused, word, h.at(b), 0, format, args...)
	}
	head := make([]byte, textBytes+binaryBytes)
	if size < int64(len(head)) {
		refuse("", 1, "this is no SEG-Y file: it has %d bytes, and the headers alone have %d", size, len(head))
		return h, false
	}
	if _, err := in.ReadAt(head, 0); err != nil {
		refuse("", 1, "%v", err)
		return h, false
	}
	h.Text = cards(head[:textBytes])

	if !h.findOrder(head, how, refuse) {
		return h, false
	}
	o := h.order
	if !h.findRevision(head, how, refuse) {
		return h, false
	}
	h.Format = Format(o.i16(head, 3225))
	if how.Format != 0 {
		h.Format = how.Format
	}
	if h.Format.bytes() == 0 {
		refuse("format (3225)", 3225, "samples of format %v are not read; %v, %v, %v, %v, %v and %v are: convert the file, or say with format what it really has", h.Format, IBM, Whole4, Whole2, IEEE, Double, Whole1)
		return h, false
	}
	h.Interval = float64(o.u16(head, 3217)) / 1000
	h.Samples = o.u16(head, 3221)
	switch measure := o.i16(head, 3255); {
	case how.Measure == "ft":
		h.Unit = foot
	case how.Measure == "m":
	case measure == 2:
		h.Unit = foot
		r.note(Heeded, "measurement system (3255)", h.at(3255), 0, "lengths are in feet of %g m", foot)
	case measure == 0:
		r.note(Ignored, "measurement system (3255)", h.at(3255), 0, "is not said; lengths are taken to be in m (measure = \"ft\" says otherwise)")
	case measure != 1:
		refuse("measurement system (3255)", 3255, "%d is neither 1, metres, nor 2, feet; say with measure which", measure)
	}
	switch code := o.i16(head, 3249); code {
	case 1:
		r.note(Doubtful, "correlated (3249)", h.at(3249), 0, "the traces are said not to be correlated with their sweep; they are taken as they are")
	}
	switch code := o.i16(head, 3253); code {
	case 2, 3, 4:
		r.note(Doubtful, "amplitude recovery (3253)", h.at(3253), 0, "amplitudes were changed by %s, which is not undone", []string{"spherical divergence", "automatic gain", "another method"}[code-2])
	}
	if o.i16(head, 3257) == 1 {
		r.note(Doubtful, "polarity (3257)", h.at(3257), 0, "a rise of pressure is a negative number; samples are taken as they are (factor = -1.0 turns them)")
	}
	if h.major >= 1 {
		h.Fixed = o.i16(head, 3503) == 1
		if !h.readTexts(in, o.i16(head, 3505), r, refuse) {
			return h, false
		}
	} else if n := o.i16(head, 3505); n != 0 {
		r.note(Ignored, "extended text headers (3505)", h.at(3505), 0, "%d; revision 0 has none (revision = 1 heeds it)", n)
	}
	if h.major >= 2 {
		return h, h.readSecond(head, r, refuse)
	}
	return h, true
}

type refusal func(word string, b int, format string, args ...any)

// findOrder finds the byte order: by the constant of revision 2, or as the one in
// which the format is one.
func (h *Header) findOrder(head []byte, how Reading, refuse refusal) bool {
	big, little := order{binary.BigEndian}, order{binary.LittleEndian}
	const constant = 3297
	possible := func(o order) bool {
		code := o.i16(head, 3225)
		return code >= 1 && code <= 16
	}
	switch word := big.i32(head, constant); {
	case how.Endian == "big":
		h.order = big
	case how.Endian == "little":
		h.order = little
	case word == 0x01020304:
		h.order = big
	case word == 0x04030201:
		h.order = little
	case word == 0x02010403:
		refuse("byte order (3297)", constant, "bytes are swapped in pairs, which is not read: convert the file")
		return false
	case possible(big) || how.Format != 0 && !possible(little):
		h.order = big
	case possible(little):
		h.order = little
	default:
		refuse("format (3225)", 3225, "this is no SEG-Y file, or its format is not said: %d is none in any byte order; say with format, and endian, what it has", big.i16(head, 3225))
		return false
	}
	h.Endian = "big"
	if h.order == little {
		h.Endian = "little"
	}
	return true
}

// findRevision reads the revision, of which revision 0 has no word.
func (h *Header) findRevision(head []byte, how Reading, refuse refusal) bool {
	major, minor := int(head[3500]), int(head[3501])
	if h.order.ByteOrder == binary.LittleEndian && (major == 0 && minor > 0 || major == 1 && minor == 2) {
		major, minor = minor, major // as a word of two bytes, which revision 1 has
	}
	if major == 0 && minor == 1 {
		major, minor = 1, 0 // a usual mistake
	}
	if how.Revision != nil {
		major, minor = *how.Revision, 0
	}
	if major > 2 {
		refuse("revision (3501)", 3501, "there is no revision %d.%d; say with revision = 0, 1 or 2 what the file has", major, minor)
		return false
	}
	h.major, h.Revision = major, fmt.Sprintf("%d.%d", major, minor)
	return true
}

// readTexts passes the text headers that follow, -1 of them as far as one says
// that it is the last.
func (h *Header) readTexts(in io.ReaderAt, count int, r *Report, refuse refusal) bool {
	if count < -1 {
		refuse("extended text headers (3505)", 3505, "%d is no number of them; set revision = 0 when the file has none", count)
		return false
	}
	block := make([]byte, textBytes)
	for i := 0; i != count; i++ {
		if h.first+textBytes > h.Bytes {
			if count < 0 {
				refuse("extended text headers (3505)", 3505, "none ends the text headers with ((SEG: EndText)); set revision = 0 when the file has none")
			} else {
				refuse("extended text headers (3505)", 3505, "the file ends in text header %d of %d", i+1, count)
			}
			return false
		}
		if _, err := in.ReadAt(block, h.first); err != nil {
			refuse("", int(h.first+1), "%v", err)
			return false
		}
		h.first += textBytes
		text := cards(block)
		const most = 40 * 100
		if len(h.Text) < most {
			h.Text = append(h.Text, text...)
		}
		if count < 0 && ends(text) {
			r.note(Heeded, "extended text headers (3505)", h.at(3505), 0, "%d are passed, up to ((SEG: EndText))", i+1)
			return true
		}
	}
	if count > 0 {
		r.note(Heeded, "extended text headers (3505)", h.at(3505), 0, "%d are passed", count)
	}
	return true
}

// ends reports whether a text header is the last.
func ends(cards []string) bool {
	text := strings.ToLower(strings.Join(strings.Fields(strings.Join(cards, "")), ""))
	return strings.Contains(text, "((seg:endtext))")
}

// readSecond reads the words of revision 2.
func (h *Header) readSecond(head []byte, r *Report, refuse refusal) bool {
	o := h.order
	if n := o.i32(head, 3269); n > 0 {
		h.Samples = n
		r.note(Heeded, "extended samples (3269)", h.at(3269), 0, "%d of a trace", n)
	} else if n < 0 {
		refuse("extended samples (3269)", 3269, "%d is no number of samples", n)
		return false
	}
	if us := o.f64(head, 3273); us != 0 {
		if !(us > 0 && us < 1e9) {
			refuse("extended interval (3273)", 3273, "%g us is no time between samples", us)
			return false
		}
		h.Interval = us / 1000
		r.note(Heeded, "extended interval (3273)", h.at(3273), 0, "%.10g us", us)
	}
	if h.extensions = o.i32(head, 3507); h.extensions < 0 || h.extensions > 1<<16 {
		refuse("trace header extensions (3507)", 3507, "%d is no number of them", h.extensions)
		return false
	} else if h.extensions > 0 {
		r.note(Heeded, "trace header extensions (3507)", h.at(3507), 0, "up to %d of a trace", h.extensions)
	}
	if h.declared = o.i64(head, 3513); h.declared < 0 {
		refuse("number of traces (3513)", 3513, "%d is none", h.declared)
		return false
	}
	if first := o.i64(head, 3521); first != 0 {
		if first < textBytes+binaryBytes || first > h.Bytes {
			refuse("first trace (3521)", 3521, "byte %d is not behind the headers and within the file's %d bytes", first, h.Bytes)
			return false
		}
		h.first = first
		r.note(Heeded, "first trace (3521)", h.at(3521), 0, "at byte %d", first+1)
	}
	switch n := o.i32(head, 3529); {
	case n < -1 || int64(n) > (h.Bytes-h.first)/textBytes:
		refuse("trailers (3529)", 3529, "%d do not fit the file", n)
		return false
	case n > 0:
		h.end = h.Bytes - int64(n)*textBytes
		r.note(Heeded, "trailers (3529)", h.at(3529), 0, "%d at the end are passed", n)
	}
	return true
}

// trailer reports whether a stanza stands at a place where a trace could: text
// that begins with ((, as far as the end of the file.
func (h *Header) trailer(start []byte, at int64) bool {
	return (h.end-at)%textBytes == 0 && (bytes.HasPrefix(start, []byte("((")) || bytes.HasPrefix(start, []byte{0x4d, 0x4d}))
}

// finite reports whether v is a number.
func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
