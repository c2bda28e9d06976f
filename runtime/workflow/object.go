package workflow

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
)

// Gradient is what a shot, or a sum of shots, gives.
type Gradient struct {
	Shots int64 // that it is the sum of; 0 for one that was dropped
	Value float64
	By    []float64 // derivatives
}

// ErrCorrupt says that an object is not what was written.
var ErrCorrupt = errors.New("the object is corrupt")

var magic = [8]byte{'c', 'o', 'u', 'r', 'a', 'n', 't', '1'}

// header stands in front of the derivatives, behind which stands the SHA-256 of
// both.
type header struct {
	Magic  [8]byte
	Shots  int64
	Value  float64
	Length int64
}

// encode is the object of a gradient.
func (g *Gradient) encode() io.Reader {
	var b bytes.Buffer
	_ = binary.Write(&b, binary.LittleEndian, header{magic, g.Shots, g.Value, int64(len(g.By))})
	_ = binary.Write(&b, binary.LittleEndian, g.By)
	sum := sha256.Sum256(b.Bytes())
	b.Write(sum[:])
	return &b
}

// decoder reads an object piece by piece.
type decoder struct {
	header
	from io.Reader
	hash hash.Hash
	left int64 // numbers
}

// mostNumbers bounds what a corrupt header can ask for.
const mostNumbers = 1 << 40

func newDecoder(r io.Reader) (*decoder, error) {
	d := &decoder{from: r, hash: sha256.New()}
	if err := binary.Read(io.TeeReader(r, d.hash), binary.LittleEndian, &d.header); err != nil {
		return nil, short(err)
	}
	if d.Magic != magic || d.Length < 0 || d.Length > mostNumbers || d.Shots < 0 {
		return nil, ErrCorrupt
	}
	d.left = d.Length
	return d, nil
}

// short makes of an object that ends too early a corrupt one.
func short(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrCorrupt
	}
	return err
}

// next reads the next numbers, as many as fit into scratch; none behind the last
// one, when the whole object has been found right.
func (d *decoder) next(scratch []byte) ([]byte, error) {
	if d.left == 0 {
		var sum [sha256.Size]byte
		if _, err := io.ReadFull(d.from, sum[:]); err != nil {
			return nil, short(err)
		}
		if !bytes.Equal(sum[:], d.hash.Sum(nil)) {
			return nil, ErrCorrupt
		}
		return nil, nil
	}
	n := min(d.left, int64(len(scratch)/8))
	part := scratch[:8*n]
	if _, err := io.ReadFull(d.from, part); err != nil {
		return nil, short(err)
	}
	d.hash.Write(part)
	d.left -= n
	return part, nil
}

// decode reads a gradient.
func decode(r io.Reader) (*Gradient, error) {
	d, err := newDecoder(r)
	if err != nil {
		return nil, err
	}
	g := &Gradient{Shots: d.Shots, Value: d.Value}
	scratch := make([]byte, pieceBytes)
	for {
		part, err := d.next(scratch)
		if err != nil {
			return nil, err
		}
		if part == nil {
			return g, nil
		}
		for i := 0; i < len(part); i += 8 {
			g.By = append(g.By, math.Float64frombits(binary.LittleEndian.Uint64(part[i:])))
		}
	}
}

// pieceBytes is what a sum holds of each object at a time.
const pieceBytes = 1 << 16

// added is the object of the sum of two, made while it is read: in bounded
// memory, of arrays of any size. It fails when one of them is corrupt, or they
// do not have the same length.
type added struct {
	a, b     *decoder
	hash     hash.Hash
	sa, sb   []byte
	ready    []byte
	finished bool
	alone    bool // b holds nothing
}

func newAdded(a, b io.Reader) (*added, error) {
	s := &added{hash: sha256.New(), sa: make([]byte, pieceBytes), sb: make([]byte, pieceBytes)}
	var err error
	if s.a, err = newDecoder(a); err != nil {
		return nil, err
	}
	if s.b, err = newDecoder(b); err != nil {
		return nil, err
	}
	// What was dropped has no numbers, and adds nothing.
	if s.a.Shots == 0 && s.a.Length == 0 {
		s.a, s.b = s.b, s.a
	}
	s.alone = s.b.Shots == 0 && s.b.Length == 0
	if s.a.Length != s.b.Length && !s.alone {
		return nil, fmt.Errorf("gradients of %d and %d numbers cannot be added", s.a.Length, s.b.Length)
	}
	var head bytes.Buffer
	_ = binary.Write(&head, binary.LittleEndian, header{magic, s.a.Shots + s.b.Shots, s.a.Value + s.b.Value, s.a.Length})
	s.ready = head.Bytes()
	s.hash.Write(s.ready)
	return s, nil
}

func (s *added) Read(p []byte) (int, error) {
	if len(s.ready) == 0 {
		if s.finished {
			return 0, io.EOF
		}
		a, err := s.a.next(s.sa)
		if err != nil {
			return 0, err
		}
		var b []byte
		if !s.alone || a == nil { // at the end, that it is right is checked of both
			if b, err = s.b.next(s.sb); err != nil {
				return 0, err
			}
		}
		if a == nil {
			s.finished, s.ready = true, s.hash.Sum(nil)
		} else {
			for i := 0; i < len(b); i += 8 {
				sum := math.Float64frombits(binary.LittleEndian.Uint64(a[i:])) + math.Float64frombits(binary.LittleEndian.Uint64(b[i:]))
				binary.LittleEndian.PutUint64(a[i:], math.Float64bits(sum))
			}
			s.ready = a
			s.hash.Write(a)
		}
	}
	n := copy(p, s.ready)
	s.ready = s.ready[n:]
	return n, nil
}
