package segy

import (
	"cmp"
	"fmt"
	"io"
	"iter"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/seismic/places"
)

// File is a SEG-Y file, or several that are read as one, of which the headers
// have been read. Samples stay where they are until a shot is read, so that a
// survey may be larger than memory: a trace takes about a hundred bytes.
type File struct {
	Headers  []*Header
	Interval float64 // between samples, ms
	Shots    []Shot  // in the order of their first traces
	Report   Report
	// Geographic is the longitude and the latitude, in degrees, of the place that
	// coordinates are counted from; nil when they are lengths in the file.
	Geographic *[2]float64

	how Reading
}

// Shot is the traces of one firing of a source.
type Shot struct {
	Record, Point int64 // numbers of the field record (9) and of the source point (17)
	Source        Place
	Traces        []Trace
}

// Trace is a record of one receiver.
type Trace struct {
	Receiver Place
	Start    float64 // time of the first sample, ms
	Samples  int
	Dead     bool // it has no weight, and its samples mean nothing
	// MuteStart and MuteEnd are times, ms, between which samples have no weight; equal
	// where all have.
	MuteStart, MuteEnd float32

	at        int64 // of the samples in the file
	number    int32 // in the file, from 1
	file      int32
	weighting int16
}

// Open reads the headers of a file; of a folder's files; or of those that a
// pattern such as line_*.sgy fits. Errors: all that is refused, with places; see
// Inspect.
func Open(path string, how Reading) (*File, error) {
	f, err := Inspect(path, how)
	if err == nil {
		err = f.Report.Refusal()
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Files are the SEG-Y files that a path stands for.
func Files(path string) ([]string, error) {
	about, err := os.Stat(path)
	switch {
	case err == nil && !about.IsDir():
		if !about.Mode().IsRegular() {
			return nil, fmt.Errorf("%s is no regular file", path)
		}
		return []string{path}, nil
	case err == nil:
		entries, err := os.ReadDir(path)
		if err != nil {
			return nil, err
		}
		var out []string
		for _, e := range entries {
			if Named(e.Name()) && !e.IsDir() {
				out = append(out, filepath.Join(path, e.Name()))
			}
		}
		if out == nil {
			return nil, fmt.Errorf("the folder %s has no files .sgy or .segy", path)
		}
		return out, nil
	case strings.ContainsAny(path, "*?["):
		out, globbing := filepath.Glob(path)
		if globbing != nil {
			return nil, fmt.Errorf("%s: %w", path, globbing)
		}
		if out == nil {
			return nil, fmt.Errorf("no file fits %s: %w", path, os.ErrNotExist)
		}
		return out, nil
	}
	return nil, err
}

// Inspect reads headers as Open does, and goes on as far as it can: what is
// refused is in the Report. Errors are those of the way to the files.
func Inspect(path string, how Reading) (*File, error) {
	if err := how.Check(); err != nil {
		return nil, err
	}
	paths, err := Files(path)
	if err != nil {
		return nil, err
	}
	f := &File{how: how, Report: Report{Kinds: map[int]int{}}}
	s := &scan{File: f, words: how.Words.places(), groups: map[group]int{}, data: map[int]int{}}
	for i, p := range paths {
		if err := s.file(int32(i), p); err != nil {
			return nil, err
		}
	}
	s.finish()
	return f, nil
}

// Traces is the number of traces of all shots.
func (f *File) Traces() int {
	n := 0
	for i := range f.Shots {
		n += len(f.Shots[i].Traces)
	}
	return n
}

// All are the places of the sources, once for each trace, and of the receivers;
// dead traces have no say.
func (f *File) All() iter.Seq[Place] {
	return func(yield func(Place) bool) {
		for a, b := range f.Pairs() {
			if !yield(a) || !yield(b) {
				return
			}
		}
	}
}

// Pairs are the places of the source and the receiver of every trace that is not
// dead.
func (f *File) Pairs() iter.Seq2[Place, Place] {
	return func(yield func(source, receiver Place) bool) {
		for i := range f.Shots {
			for k := range f.Shots[i].Traces {
				if t := &f.Shots[i].Traces[k]; !t.Dead && !yield(f.Shots[i].Source, t.Receiver) {
					return
				}
			}
		}
	}
}

// Fit is the straight line that fits all sources and receivers best, with how far
// they are from it.
func (f *File) Fit() Line {
	l := places.Fit(f.All())
	l.Measure(f.All(), f.Pairs())
	return l
}

// Name says where a trace stands: its file and number.
func (f *File) Name(t Trace) string {
	return fmt.Sprintf("%s, trace %d", f.Headers[t.file].Path, t.number)
}

// Read reads the samples of a shot's traces, one by one in their order, as the file has
// them; those of dead traces are nil. Records has them in one array. Errors: with file, trace and sample what is no number, and
// those of reading.
func (f *File) Read(shot int) ([][]float64, error) {
	out := make([][]float64, len(f.Shots[shot].Traces))
	err := f.visit(shot, func(k int, samples []float64) { out[k] = slices.Clone(samples) })
	return out, err
}

// Records are the traces of a shot in the shape that Gather has, (samples, traces); dead
// traces are zero. Errors: those of Read, and traces of different lengths.
func (f *File) Records(shot int) (*field.Array, error) {
	traces, err := f.Read(shot)
	if err != nil {
		return nil, err
	}
	n := 0
	for _, t := range traces {
		n = max(n, len(t))
	}
	out := field.New64(n, len(traces))
	for k, t := range traces {
		if t != nil && len(t) != n {
			return nil, fmt.Errorf("%s has %d samples, and others of the shot %d; read them one by one", f.Name(f.Shots[shot].Traces[k]), len(t), n)
		}
		for i, v := range t {
			out.F64[i*len(traces)+k] = v
		}
	}
	return out, nil
}

// visit calls each with the samples of a shot's traces that are not dead, one after
// the other; the slice is used again.
func (f *File) visit(shot int, each func(k int, samples []float64)) error {
	var in *os.File
	defer func() {
		if in != nil {
			in.Close()
		}
	}()
	open := int32(-1)
	factor := cmp.Or(f.how.Factor, 1)
	var body []byte
	var v []float64
	for i, t := range f.Shots[shot].Traces {
		if t.Dead {
			continue
		}
		h := f.Headers[t.file]
		if t.file != open {
			if in != nil {
				in.Close()
			}
			var err error
			if in, err = os.Open(h.Path); err != nil {
				return err
			}
			open = t.file
		}
		n := t.Samples * int(h.Format.bytes())
		body = slices.Grow(body[:0], n)[:n]
		if _, err := in.ReadAt(body, t.at); err != nil {
			return fmt.Errorf("%s: the file has changed since its headers were read: %w", f.Name(t), err)
		}
		v = h.Format.decode(body, h.order, v[:0])
		for k := range v {
			if v[k] *= factor * math.Exp2(-float64(t.weighting)); !finite(v[k]) {
				return fmt.Errorf("%s: sample %d at byte %d is %g, no number; where that is a dead trace, its identification (29) is 2", f.Name(t), k+1, t.at+int64(k)*h.Format.bytes()+1, v[k])
			}
		}
		each(i, v)
	}
	return nil
}

// file scans one.
func (s *scan) file(index int32, path string) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	about, err := in.Stat()
	if err != nil {
		return err
	}
	h, ok := readHeader(in, about.Size(), path, s.how, &s.Report)
	s.Headers = append(s.Headers, h)
	if !ok {
		return nil
	}
	return s.traces(index, h, in)
}

// traces scans the headers of a file's traces.
func (s *scan) traces(index int32, h *Header, in io.ReaderAt) error {
	file := &window{in: in, end: h.Bytes}
	var bits []uint32
	at := h.first
	for ; at < h.end; h.Traces++ {
		where := fmt.Sprintf("%s, trace %d at byte %d", h.Path, h.Traces+1, at+1)
		if h.end-at < headerBytes {
			s.Report.note(Refused, "", where, 0, "the file ends in the header of this trace; it is cut short, or what stands here is no trace")
			return nil
		}
		head, err := file.read(at, headerBytes)
		if err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
		if h.trailer(head, at) {
			s.Report.note(Heeded, "trailers", where, 0, "%d at the end are passed", (h.end-at)/textBytes)
			break
		}
		body := at + headerBytes
		var more []byte
		if h.extensions > 0 {
			if h.end-body < headerBytes {
				s.Report.note(Refused, "", where, 0, "the file ends in the header's extension")
				return nil
			}
			head = slices.Clone(head)
			extension, err := file.read(body, headerBytes)
			if err != nil {
				return fmt.Errorf("%s: %w", where, err)
			}
			count := h.extensions
			if first(extension) {
				more = extension
				if n := h.order.u16(more, 157); n > 0 {
					count = n
				}
			}
			if count > h.extensions {
				s.Report.note(Refused, "trace header extensions (157 of the first)", where, 1, "%d, and the file has at most %d (3507)", count, h.extensions)
				return nil
			}
			body += int64(count) * headerBytes
		}
		n, ok := s.length(h, head, more, where)
		if !ok {
			return nil
		}
		next := body + int64(n)*h.Format.bytes()
		if next > h.end {
			s.Report.note(Refused, "", where, 0, "the file ends in this trace: %d samples of %d bytes end at byte %d, the traces of the file at byte %d; it is cut short, or the number of samples (115, 3221) or the format (3225) is another", n, h.Format.bytes(), next, h.end)
			return nil
		}
		data := s.trace(index, h, head, more, n, body, where)
		// The first traces, and then ever fewer, show what their samples look like.
		if k := h.Traces; data && len(bits) < 1<<16 && (k < 16 || k&(k-1) == 0) && h.Format.bytes() == 4 {
			part, err := file.read(body, 4*min(n, 1<<12))
			if err != nil {
				return fmt.Errorf("%s: %w", where, err)
			}
			for i := 0; i < len(part); i += 4 {
				bits = append(bits, h.order.Uint32(part[i:]))
			}
		}
		at = next
	}
	if h.Traces == 0 {
		s.Report.note(Refused, "", h.Path, 0, "the file has no traces")
	}
	if h.declared != 0 && h.declared != int64(h.Traces) {
		s.Report.note(Refused, "number of traces (3513)", h.at(3513), 0, "%d are said, and the file has %d; it is cut short, or the number of samples is another", h.declared, h.Traces)
	}
	if s.how.Format == 0 {
		switch like, why := h.Format.suspects(bits); like {
		case 0:
		case h.Format:
			s.Report.note(Refused, "format (3225)", h.at(3225), 0, "is %v, but %s; say with format and endian what they are", h.Format, why)
		default:
			s.Report.note(Refused, "format (3225)", h.at(3225), 0, "is %v, but %s; say format = %q, or format = %q if it is right", h.Format, why, formatKey(like), formatKey(h.Format))
		}
	}
	return nil
}

// window reads pieces of a file that follow each other: of short traces many at a
// time, of long ones the headers alone.
type window struct {
	in   io.ReaderAt
	end  int64 // of the file
	from int64
	buf  []byte
	last int64 // where the piece before began
}

// read gives bytes that stay until the next call.
func (w *window) read(at int64, n int) ([]byte, error) {
	if at >= w.from && at+int64(n) <= w.from+int64(len(w.buf)) {
		w.last = at
		return w.buf[at-w.from:][:n], nil
	}
	size := n
	if near := at - w.last; near >= 0 && near < 1<<15 {
		size = max(n, int(min(1<<20, w.end-at)))
	}
	w.from, w.last = at, at
	w.buf = slices.Grow(w.buf[:0], size)[:size]
	got, err := w.in.ReadAt(w.buf, at)
	if w.buf = w.buf[:got]; got >= n {
		return w.buf[:n], nil
	}
	return nil, err
}

func formatKey(f Format) string {
	for name, g := range Formats {
		if g == f {
			return name
		}
	}
	return ""
}

// first reports whether an extension of a trace header is the standard's first.
func first(extension []byte) bool {
	name := string(extension[232:240])
	ebcdic := make([]byte, 8)
	for i := range ebcdic {
		ebcdic[i] = toLatin[extension[232+i]]
	}
	return name == "SEG00001" || string(ebcdic) == "SEG00001" || name == strings.Repeat("\x00", 8)
}

// length is the number of samples of a trace.
func (s *scan) length(h *Header, head, more []byte, where string) (n int, ok bool) {
	own := int(h.order.word(head, s.words[samples]))
	if s.words[samples].Byte > 0 && s.words[samples].Kind == Int16 && own < 0 {
		own += 1 << 16 // the count has no sign
	}
	word := s.called(samples)
	if more != nil {
		if extended := h.order.i32(more, 137); extended != 0 {
			own, word = extended&0xffffffff, "samples (137 of the extension)"
		}
	}
	n = own
	switch {
	case own == 0 && h.Samples == 0:
		s.Report.note(Refused, word, where, 0, "neither this trace nor the file header (3221) says how many samples there are")
		return 0, false
	case own == 0 || own != h.Samples && s.how.SamplesFrom == "binary":
		n = h.Samples
	case h.Samples == 0 || own == h.Samples || s.how.SamplesFrom == "traces":
	case h.major >= 1 && !h.Fixed:
		s.Report.note(Heeded, word, where, 1, "traces have lengths of their own, of which the file header says %d", h.Samples)
	default:
		s.Report.note(Refused, word, where, 1, "is %d, and the file header (3221) says %d for all traces; say samples_from = \"traces\" or \"binary\"", own, h.Samples)
		return 0, false
	}
	if n < 0 {
		s.Report.note(Refused, word, where, 1, "%d is no number of samples", n)
		return 0, false
	}
	return n, true
}

// called names a word, with its place.
func (s *scan) called(i int) string {
	name := strings.ReplaceAll(allWords[i].name, "_", " ")
	if w := s.words[i]; w.Byte > 0 {
		return fmt.Sprintf("%s (%d)", name, w.Byte)
	}
	return name + " (given)"
}
