package segy

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// made is a file put together byte by byte, as the standard numbers them.
type made struct {
	order  binary.ByteOrder
	head   []byte // text and binary header
	behind []byte // further text headers
	traces [][]byte
	end    []byte // trailers
}

// v16, v32, f32 and f64 are numbers of a header by their kind.
type (
	v16 int
	v32 int
	f32 float64
	f64 float64
	v64 int64
)

// put writes numbers into a header whose first byte has a number.
func (m *made) put(b []byte, first int, words map[int]any) {
	for at, v := range words {
		to := b[at-first:]
		switch v := v.(type) {
		case v16:
			m.order.PutUint16(to, uint16(v))
		case v32:
			m.order.PutUint32(to, uint32(v))
		case v64:
			m.order.PutUint64(to, uint64(v))
		case f32:
			m.order.PutUint32(to, math.Float32bits(float32(v)))
		case f64:
			m.order.PutUint64(to, math.Float64bits(float64(v)))
		case byte:
			to[0] = v
		case string:
			copy(to, v)
		default:
			panic("no kind")
		}
	}
}

// file sets words of the file header.
func (m *made) file(words map[int]any) *made { m.put(m.head, 1, words); return m }

// every sets words of the headers of all traces.
func (m *made) every(words map[int]any) *made {
	for _, t := range m.traces {
		m.put(t, 1, words)
	}
	return m
}

// one sets words of a trace's header.
func (m *made) one(trace int, words map[int]any) *made { m.put(m.traces[trace], 1, words); return m }

// fieldFile has a shot at x = 200 and z = 20 with receivers at z = 30 and x = 300,
// 400 and so on: IEEE samples, 2 ms apart, that count traces and samples.
func fieldFile(order binary.ByteOrder, traces, samples int) *made {
	m := &made{order: order, head: make([]byte, 3600)}
	for i := range 3200 {
		m.head[i] = 0x40
	}
	m.file(map[int]any{3213: v16(traces), 3217: v16(2000), 3221: v16(samples), 3225: v16(5), 3255: v16(1), 3501: v16(0x0100), 3503: v16(1)})
	for k := range traces {
		t := make([]byte, 240+4*samples)
		m.traces = append(m.traces, t)
		m.one(k, map[int]any{1: v32(k + 1), 5: v32(k + 1), 9: v32(7), 13: v32(k + 1), 29: v16(1), 37: v32(100 * (k + 1)), 41: v32(-30), 49: v32(20), 69: v16(1), 71: v16(1), 73: v32(200), 81: v32(300 + 100*k), 89: v16(1), 115: v16(samples), 117: v16(2000)})
		for i := range samples {
			m.order.PutUint32(t[240+4*i:], math.Float32bits(float32(100*k+i)))
		}
	}
	return m
}

// bytes are the whole file.
func (m *made) bytes() []byte {
	out := append(append([]byte(nil), m.head...), m.behind...)
	for _, t := range m.traces {
		out = append(out, t...)
	}
	return append(out, m.end...)
}

// save writes the file.
func (m *made) save(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "line.sgy")
	if err := os.WriteFile(path, m.bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// blank is a text header in EBCDIC with one line.
func blank(line string) []byte { return ebcdic(line) }

func place(x, y, depth float64) Place { return Place{X: x, Y: y, Depth: depth} }
