package workflow

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"

	"github.com/klauspost/compress/zstd"
	"github.com/minio/highwayhash"
)

// Object is an array in the store, with what it is about: what a task gives, or a sum of
// tasks, a misfit with its derivatives or an illumination; and data that tasks share.
type Object struct {
	Tasks   int64 // that it is the sum of; 0 for one that was dropped
	Value   float64
	Seconds float64   // that the tasks took
	Values  []float64 // derivatives, or whatever the array is

	of   int64  // tasks of its version
	text []byte // of a state: what is no array
}

// Form says how the numbers of objects are stored.
type Form struct {
	Single     bool // in four bytes a number, not eight; sums have eight always
	Compressed bool // by Zstandard
}

// ErrCorrupt says that an object is not what was written.
var ErrCorrupt = errors.New("the object is corrupt")

var magic = [8]byte{'c', 'o', 'u', 'r', 'a', 'n', 't', '3'}

// newHash is what tells damage: HighwayHash of 256 bits (Alakuijala, Cox and
// Wassenberg 2016) with a key that is no secret, as only accidents are looked for,
// at several times the speed of SHA-256.
//
// The object's key, with the run's name, comes first: an object in another one's
// place is as wrong as a damaged one.
func newHash(key string) hash.Hash {
	h, err := highwayhash.New(make([]byte, highwayhash.Size))
	if err != nil {
		panic("workflow: a hash cannot be made: " + err.Error()) // its key has the right size
	}
	_, _ = io.WriteString(h, key+"\n") // a hash takes everything
	return h
}

// header stands in front of the text and the numbers, behind which stands the hash
// of all. Text, numbers and hash may be compressed.
type header struct {
	Magic      [8]byte
	Tasks      int64
	Of         int64
	Value      float64
	Seconds    float64
	Length     int64
	Text       int32 // bytes
	Single     bool
	Compressed bool
	_          [2]byte
}

// pieceNumbers is how many numbers of an object are held at a time.
const pieceNumbers = 1 << 13

// numbers gives an array piece by piece; nothing behind its end. A piece is valid
// until the next one.
type numbers interface{ next() ([]float64, error) }

type inMemory struct{ left []float64 }

// arrays are numbers that lie in several arrays, one behind the other.
type arrays struct{ left [][]float64 }

func (a *arrays) next() ([]float64, error) {
	for len(a.left) > 0 {
		first := inMemory{a.left[0]}
		piece, err := first.next()
		if a.left[0] = first.left; len(first.left) == 0 {
			a.left = a.left[1:]
		}
		if len(piece) > 0 {
			return piece, err
		}
	}
	return nil, nil
}

func (m *inMemory) next() ([]float64, error) {
	n := min(len(m.left), pieceNumbers)
	piece := m.left[:n]
	m.left = m.left[n:]
	return piece, nil
}

// encode is the object of a gradient that is kept under a key.
func (g *Object) encode(key string, f Form) io.Reader {
	h := header{Tasks: g.Tasks, Of: g.of, Value: g.Value, Seconds: g.Seconds, Length: int64(len(g.Values)), Single: f.Single, Compressed: f.Compressed}
	return newEncoding(key, h, g.text, &inMemory{g.Values})
}

// encoding is an object that is made while it is read: in bounded memory.
type encoding struct {
	text    []byte // that is not yet written
	from    numbers
	single  bool
	hash    hash.Hash
	ready   []byte
	scratch []byte
	small   *zstd.Encoder // nil when it is not compressed
	packed  bytes.Buffer  // what that has given
	over    bool
}

func newEncoding(key string, h header, text []byte, from numbers) *encoding {
	h.Magic, h.Text = magic, int32(len(text))
	e := &encoding{text: text, from: from, single: h.Single, hash: newHash(key), scratch: make([]byte, 8*pieceNumbers)}
	var head bytes.Buffer
	_ = binary.Write(&head, binary.LittleEndian, h)
	e.ready = head.Bytes()
	e.hash.Write(e.ready)
	if h.Compressed {
		// One goroutine: the same bytes each time.
		e.small, _ = zstd.NewWriter(&e.packed, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	}
	return e
}

// Read implements io.Reader.
func (e *encoding) Read(p []byte) (int, error) {
	for len(e.ready) == 0 {
		if e.over {
			return 0, io.EOF
		}
		if text := e.text; len(text) > 0 {
			e.text = nil
			e.hash.Write(text)
			if err := e.add(text, false); err != nil {
				return 0, err
			}
			continue
		}
		piece, err := e.from.next()
		if err != nil {
			return 0, err
		}
		if len(piece) == 0 {
			e.over = true
			err = e.add(e.hash.Sum(nil), true)
		} else {
			part := e.bytes(piece)
			e.hash.Write(part)
			err = e.add(part, false)
		}
		if err != nil {
			return 0, err
		}
	}
	n := copy(p, e.ready)
	e.ready = e.ready[n:]
	return n, nil
}

func (e *encoding) bytes(piece []float64) []byte {
	if e.single {
		for i, v := range piece {
			binary.LittleEndian.PutUint32(e.scratch[4*i:], math.Float32bits(float32(v)))
		}
		return e.scratch[:4*len(piece)]
	}
	for i, v := range piece {
		binary.LittleEndian.PutUint64(e.scratch[8*i:], math.Float64bits(v))
	}
	return e.scratch[:8*len(piece)]
}

// add makes bytes ready to be read.
func (e *encoding) add(part []byte, last bool) error {
	if e.small == nil {
		e.ready = part
		return nil
	}
	e.packed.Reset()
	_, err := e.small.Write(part)
	if err == nil && last {
		err = e.small.Close()
	}
	e.ready = e.packed.Bytes()
	return err
}

// decoder reads an object piece by piece.
type decoder struct {
	header
	body    io.Reader
	below   *remembering
	small   *zstd.Decoder
	hash    hash.Hash
	text    []byte
	left    int64
	scratch []byte
	piece   []float64
}

// remembering is a reader that knows whether it failed.
type remembering struct {
	io.Reader
	err error
}

func (r *remembering) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

// What a header can ask for.
const (
	mostNumbers = 1 << 40
	mostText    = 1 << 24
	mostTasks   = 1 << 24
	// mostWindow is what a decompressor may keep, in bytes; ours keeps less.
	mostWindow = 8 << 20
)

// newDecoder reads the object of a key.
func newDecoder(key string, r io.Reader) (*decoder, error) {
	d := &decoder{below: &remembering{Reader: r}, hash: newHash(key), scratch: make([]byte, 8*pieceNumbers), piece: make([]float64, pieceNumbers)}
	head := make([]byte, binary.Size(d.header))
	if _, err := io.ReadFull(d.below, head); err != nil {
		return nil, d.failure()
	}
	d.hash.Write(head)
	// A bool is any byte that is not 0 to whoever reads it, and only the hash tells.
	if err := binary.Read(bytes.NewReader(head), binary.LittleEndian, &d.header); err != nil || d.Magic != magic || d.Length < 0 || d.Length > mostNumbers || d.Tasks < 0 || d.Tasks > mostTasks || d.Of < 0 || d.Of > mostTasks || d.Text < 0 || d.Text > mostText {
		return nil, ErrCorrupt
	}
	d.left, d.body = d.Length, d.below
	if d.Compressed {
		small, err := zstd.NewReader(d.below, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(mostWindow))
		if err != nil {
			return nil, d.failure()
		}
		d.small, d.body = small, small
	}
	// Room grows with what comes, not with what is promised.
	var text bytes.Buffer
	if n, _ := io.CopyN(&text, d.body, int64(d.Text)); n != int64(d.Text) {
		d.close()
		return nil, d.failure()
	}
	d.text = text.Bytes()
	d.hash.Write(d.text)
	return d, nil
}

// failure is why reading stopped: the reader's failure, or a corrupt object.
func (d *decoder) failure() error {
	if d.below.err != nil {
		return d.below.err
	}
	return ErrCorrupt
}

func (d *decoder) close() {
	if d.small != nil {
		d.small.Close()
	}
}

// next implements numbers. Behind the last number the whole object has been found
// right.
func (d *decoder) next() ([]float64, error) {
	if d.left == 0 {
		var sum [highwayhash.Size]byte
		if _, err := io.ReadFull(d.body, sum[:]); err != nil {
			return nil, d.failure()
		}
		if !bytes.Equal(sum[:], d.hash.Sum(nil)) {
			return nil, ErrCorrupt
		}
		return nil, nil
	}
	n, size := min(d.left, pieceNumbers), int64(8)
	if d.Single {
		size = 4
	}
	part := d.scratch[:n*size]
	if _, err := io.ReadFull(d.body, part); err != nil {
		return nil, d.failure()
	}
	d.hash.Write(part)
	d.left -= n
	for i := range n {
		if d.Single {
			d.piece[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(part[4*i:])))
		} else {
			d.piece[i] = math.Float64frombits(binary.LittleEndian.Uint64(part[8*i:]))
		}
	}
	return d.piece[:n], nil
}

// decode reads the gradient of a key, of so many numbers at most.
func decode(key string, r io.Reader, most int64) (*Object, error) {
	d, err := newDecoder(key, r)
	if err != nil {
		return nil, err
	}
	defer d.close()
	if d.Length > most { // little that is compressed may promise much
		return nil, fmt.Errorf("%w: %d numbers, where %d are possible", ErrCorrupt, d.Length, most)
	}
	g := &Object{Tasks: d.Tasks, Value: d.Value, Seconds: d.Seconds, of: d.Of, text: d.text}
	for {
		piece, err := d.next()
		if err != nil {
			return nil, err
		}
		if len(piece) == 0 {
			return g, nil
		}
		g.Values = append(g.Values, piece...)
	}
}

// added are the numbers of the sum of two objects. It fails when one of them is
// corrupt, or they do not have the same length.
type added struct {
	a, b  numbers
	alone bool // b holds nothing
}

// part is an object that is added, and its key.
type part struct {
	key  string
	data io.Reader
}

// newAdded is the object of a sum under a key, of tasks of a version of so many;
// closed is called when it has been read, or is not wanted any more.
func newAdded(key string, of int, a, b part) (sum *encoding, closed func(), err error) {
	var da, db *decoder
	if da, err = newDecoder(a.key, a.data); err != nil {
		return nil, nil, err
	}
	if db, err = newDecoder(b.key, b.data); err != nil {
		da.close()
		return nil, nil, err
	}
	refuse := func(err error) (*encoding, func(), error) {
		da.close()
		db.close()
		return nil, nil, err
	}
	if da.Of != int64(of) || db.Of != int64(of) {
		return refuse(ErrCorrupt)
	}
	// What was dropped has no numbers, and adds nothing.
	if da.Tasks == 0 && da.Length == 0 {
		da, db = db, da
	}
	alone := db.Tasks == 0 && db.Length == 0
	if da.Length != db.Length && !alone {
		return refuse(fmt.Errorf("gradients of %d and %d numbers cannot be added: %s, %s; were they computed by two versions of the program?", da.Length, db.Length, a.key, b.key))
	}
	h := header{Tasks: da.Tasks + db.Tasks, Of: da.Of, Value: da.Value + db.Value, Seconds: da.Seconds + db.Seconds, Length: da.Length, Compressed: da.Compressed}
	first, second := newAhead(da), newAhead(db)
	return newEncoding(key, h, nil, &added{a: first, b: second, alone: alone}), func() {
		first.close()
		second.close()
		da.close()
		db.close()
	}, nil
}

// next implements numbers.
func (s *added) next() ([]float64, error) {
	a, err := s.a.next()
	if err != nil {
		return nil, err
	}
	if s.alone && len(a) > 0 {
		return a, nil
	}
	b, err := s.b.next() // at the end, that it is right is checked of both
	if err != nil {
		return nil, err
	}
	for i, v := range b {
		a[i] += v
	}
	return a, nil
}
