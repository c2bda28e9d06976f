package workflow

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Progress keeps how far a task is, so that another worker goes on from there when this
// one dies or has to leave:
//
//	RUN/progress/v0003-00007/ATTEMPT/begun             the attempt takes long
//	RUN/progress/v0003-00007/ATTEMPT/0001-items        what stays as it is
//	RUN/progress/v0003-00007/ATTEMPT/0001-at-00012345  the present, 12345 of 10000ths done
//	RUN/restarts/v0003-00007-ATTEMPT                   an attempt died that took long
//
// An attempt goes on from whichever present is furthest, which names all items that it
// needs. It is kept as often as Young's formula says (J. W. Young, CACM 17, 1974): the time
// between is the square root of twice the time that keeping the present takes times the
// mean time between failures, which is measured: what all tasks of the run took, by the number of
// attempts that died. Until there are any, and weighed against them, it is taken for
// that of Run.Failures. Items are written once however often progress is kept, and take
// at most a tenth of the time.
type Progress struct {
	run     *Run
	ctx     context.Context
	folder  string
	attempt string
	items   []string // keys, of all attempts that this one goes on from
	number  int
	begun   bool          // and said so
	since   time.Time     // progress was kept, or the attempt began
	between time.Duration // failures
	pace    float64       // seconds a byte that keeping takes, as last measured
}

// usualFailures is the mean time between failures of a worker where nothing is known.
const usualFailures = 6 * time.Hour

// firstPace is taken for what keeping takes before it is measured: 200 MB/s.
const firstPace = 1.0 / 200e6

// keepingTakes is what keeping takes at least.
const keepingTakes = 20 * time.Millisecond

// long is how long an attempt takes before it leaves a trace.
const long = 5 * time.Second

func (r *Run) progressKey(t Task) string {
	return fmt.Sprintf("%s/progress/v%04d-%05d/", r.Name, t.Version, t.Place)
}

func (r *Run) restartsKey() string { return r.Name + "/restarts/" }

// Progress opens that of a task; seconds is what all tasks of the versions before took.
func (r *Run) Progress(ctx context.Context, t Task, seconds float64) (*Progress, error) {
	// Of the time, so that the last one sorts last.
	attempt := strconv.FormatInt(time.Now().UnixMilli(), 36) + strings.ToLower(rand.Text()[:6])
	p := &Progress{run: r, ctx: ctx, folder: r.progressKey(t), attempt: attempt, since: time.Now(), pace: firstPace}
	there, err := r.Store.List(ctx, p.folder)
	if err != nil {
		return nil, err
	}
	name := strings.TrimSuffix(p.folder[strings.LastIndex(p.folder[:len(p.folder)-1], "/")+1:], "/")
	for _, k := range there {
		// Its worker may be alive still, where a task is evaluated twice; then failures are
		// taken for a little more frequent than they are.
		if other, ok := strings.CutSuffix(strings.TrimPrefix(k, p.folder), "/begun"); ok {
			if err := r.create(ctx, r.restartsKey()+name+"-"+other, strings.NewReader("")); err != nil {
				return nil, err
			}
		}
	}
	restarts, err := r.Store.List(ctx, r.restartsKey())
	if err != nil {
		return nil, err
	}
	usual := cmp.Or(r.Failures, usualFailures)
	p.between = (usual + time.Duration(seconds*float64(time.Second))) / time.Duration(len(restarts)+1)
	return p, nil
}

// mostItems is the part of the time that may go into writing items.
const mostItems = 0.1

// Due reports whether so many bytes of the present and of items are to be kept now.
func (p *Progress) Due(present, items int64) bool {
	took := time.Since(p.since)
	if !p.begun && took > long {
		p.begun = p.run.create(p.ctx, p.folder+p.attempt+"/begun", strings.NewReader("")) == nil
	}
	written := time.Duration(float64(items) * p.pace * float64(time.Second))
	return took >= spacing(p.takes(present), p.between) && written <= time.Duration(mostItems*float64(took))
}

// takes is what keeping so many bytes takes.
func (p *Progress) takes(size int64) time.Duration {
	return keepingTakes + time.Duration(float64(size)*p.pace*float64(time.Second))
}

// spacing is Young's time between two checkpoints.
func spacing(takes, between time.Duration) time.Duration {
	return time.Duration(math.Sqrt(2 * float64(takes) * float64(between)))
}

// Leaving reports whether this process has to end soon.
func (p *Progress) Leaving() bool {
	select {
	case <-p.run.Leaving: // never, when it is nil
		return true
	default:
		return false
	}
}

// Keep writes items, nil for none, and the present. Done grows as the task goes on.
func (p *Progress) Keep(done float64, items, present func(w io.Writer) error) error {
	start, size := time.Now(), int64(0)
	p.number++
	write := func(key string, write func(w io.Writer) error) error {
		data, w := io.Pipe()
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			f := newFramed(w, key)
			err := write(f)
			if err == nil {
				err = f.end()
			}
			size += f.size
			w.CloseWithError(err)
		}()
		err := p.run.Store.Create(p.ctx, key, data)
		_ = data.CloseWithError(errors.New("it is not read to its end"))
		<-ended // it reads memory of the caller
		return err
	}
	chain := p.items
	if items != nil {
		key := fmt.Sprintf("%s%s/%04d-items", p.folder, p.attempt, p.number)
		if err := write(key, items); err != nil {
			return err
		}
		chain = append(slices.Clone(chain), key)
	}
	key := fmt.Sprintf("%s%s/%04d-at-%08d", p.folder, p.attempt, p.number, int(done*1e4))
	err := write(key, func(w io.Writer) error {
		text, err := json.Marshal(chain)
		if err != nil {
			return err
		}
		if err := binary.Write(w, binary.LittleEndian, uint32(len(text))); err != nil {
			return err
		}
		if _, err := w.Write(text); err != nil {
			return err
		}
		return present(w)
	})
	if err != nil {
		return err
	}
	// Those of this attempt that are passed are of no use any more.
	if old, err := p.run.Store.List(p.ctx, p.folder+p.attempt+"/"); err == nil {
		for _, k := range old {
			if k != key && strings.Contains(k[len(p.folder):], "-at-") {
				_ = p.run.Store.Delete(p.ctx, k)
			}
		}
	}
	p.items, p.since = chain, time.Now()
	if size > 1<<20 {
		p.pace = time.Since(start).Seconds() / float64(size)
	}
	return nil
}

// Load opens the furthest present that some attempt has kept, and gives what opens the
// items that it needs; nil when there is none.
func (p *Progress) Load() (present io.ReadCloser, items []func() (io.ReadCloser, error), err error) {
	keys, err := p.run.Store.List(p.ctx, p.folder)
	if err != nil {
		return nil, nil, err
	}
	best, furthest := "", -1
	for _, k := range keys {
		if _, text, ok := strings.Cut(k[len(p.folder):], "-at-"); ok {
			if done, err := strconv.Atoi(text); err == nil && done > furthest {
				best, furthest = k, done
			}
		}
	}
	if best == "" {
		return nil, nil, nil
	}
	f, err := p.open(best)
	if err != nil {
		return nil, nil, err
	}
	var n uint32
	if err = binary.Read(f, binary.LittleEndian, &n); err == nil && n > mostText {
		err = ErrCorrupt
	}
	var chain []string
	if err == nil {
		text := &io.LimitedReader{R: f, N: int64(n)}
		if err = json.NewDecoder(text).Decode(&chain); err == nil {
			_, err = io.Copy(io.Discard, text)
		}
	}
	if err != nil {
		_ = f.Close()
		return nil, nil, err
	}
	p.items = chain
	for _, k := range chain {
		items = append(items, func() (io.ReadCloser, error) { return p.open(k) })
	}
	return f, items, nil
}

func (p *Progress) open(key string) (io.ReadCloser, error) {
	f, err := p.run.Store.Open(p.ctx, key)
	if err != nil {
		return nil, err
	}
	return &unframed{from: f, hash: newHash(key)}, nil
}

// Remove deletes what is kept of the task, which is done.
func (p *Progress) Remove() {
	// What stays is removed with the version.
	keys, err := p.run.Store.List(p.ctx, p.folder)
	if err != nil {
		return
	}
	for _, k := range keys {
		_ = p.run.Store.Delete(p.ctx, k)
	}
}

// forget removes what is kept of all tasks of the versions that pass a test.
func (r *Run) forget(ctx context.Context, which func(version int) bool) error {
	keys, err := r.Store.List(ctx, r.Name+"/progress/")
	if err != nil {
		return err
	}
	for _, k := range keys {
		var version int
		if _, err := fmt.Sscanf(strings.TrimPrefix(k, r.Name+"/progress/"), "v%d-", &version); err == nil && which(version) {
			if err := r.Store.Delete(ctx, k); err != nil {
				return err
			}
		}
	}
	return nil
}

// framed writes what is read by unframed: pieces with their lengths, and behind them a
// hash of all, so that damage is found before the end is believed.
type framed struct {
	to    io.Writer
	hash  hash.Hash
	piece bytes.Buffer
	size  int64
}

// mostPiece is the longest piece, in bytes.
const mostPiece = 1 << 20

func newFramed(to io.Writer, key string) *framed { return &framed{to: to, hash: newHash(key)} }

// Write implements io.Writer.
func (f *framed) Write(p []byte) (n int, err error) {
	for len(p) > 0 {
		k := min(len(p), mostPiece-f.piece.Len())
		f.piece.Write(p[:k])
		p, n = p[k:], n+k
		if f.piece.Len() == mostPiece {
			if err := f.flush(); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

func (f *framed) flush() error {
	if f.piece.Len() == 0 {
		return nil
	}
	f.hash.Write(f.piece.Bytes())
	err := binary.Write(f.to, binary.LittleEndian, uint32(f.piece.Len()))
	if err == nil {
		var n int
		n, err = f.to.Write(f.piece.Bytes())
		f.size += int64(n)
	}
	f.piece.Reset()
	return err
}

func (f *framed) end() error {
	if err := f.flush(); err != nil {
		return err
	}
	if err := binary.Write(f.to, binary.LittleEndian, uint32(0)); err != nil {
		return err
	}
	_, err := f.to.Write(f.hash.Sum(nil))
	return err
}

// unframed reads what framed wrote. Its end is reached only when all of it was right.
type unframed struct {
	from io.ReadCloser
	hash hash.Hash
	left uint32 // of the piece
	over bool
}

// Read implements io.Reader. Errors: ErrCorrupt.
func (u *unframed) Read(p []byte) (int, error) {
	if u.over {
		return 0, io.EOF
	}
	if u.left == 0 {
		if err := binary.Read(u.from, binary.LittleEndian, &u.left); err != nil || u.left > mostPiece {
			return 0, fmt.Errorf("%w: %w", ErrCorrupt, cmp.Or(err, io.ErrUnexpectedEOF))
		}
		if u.left == 0 {
			sum := make([]byte, u.hash.Size())
			if _, err := io.ReadFull(u.from, sum); err != nil || !bytes.Equal(sum, u.hash.Sum(nil)) {
				return 0, ErrCorrupt
			}
			u.over = true
			return 0, io.EOF
		}
	}
	n, err := u.from.Read(p[:min(len(p), int(u.left))])
	u.hash.Write(p[:n])
	u.left -= uint32(n)
	if errors.Is(err, io.EOF) {
		err = nil // the hash is still to come
		if n == 0 {
			err = ErrCorrupt
		}
	}
	return n, err
}

// Close implements io.Closer.
func (u *unframed) Close() error { return u.from.Close() }
