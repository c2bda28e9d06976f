package workflow

// ahead reads numbers in a goroutine of its own, a few pieces before they are
// asked for: so that two objects are read and checked while their sum is written.
type ahead struct {
	pieces chan piece
	free   chan []float64
	last   []float64 // lent to whoever asked
	stop   chan struct{}
	ended  chan struct{}
}

// piece is what was read; behind the last one there is nothing, or an error.
type piece struct {
	numbers []float64
	err     error
}

// aheadPieces is how many pieces may wait.
const aheadPieces = 4

func newAhead(from numbers) *ahead {
	a := &ahead{pieces: make(chan piece), free: make(chan []float64, aheadPieces+1), stop: make(chan struct{}), ended: make(chan struct{})}
	for range aheadPieces {
		a.free <- make([]float64, pieceNumbers)
	}
	go func() {
		defer close(a.ended)
		for {
			var into []float64
			select {
			case into = <-a.free:
			case <-a.stop:
				return
			}
			p, err := from.next()
			n := copy(into[:pieceNumbers], p)
			select {
			case a.pieces <- piece{into[:n], err}:
			case <-a.stop:
				return
			}
			if err != nil || n == 0 {
				return
			}
		}
	}()
	return a
}

// next implements numbers. Behind the end it must not be called again.
func (a *ahead) next() ([]float64, error) {
	if a.last != nil {
		a.free <- a.last
		a.last = nil
	}
	p := <-a.pieces
	if p.err == nil && len(p.numbers) > 0 {
		a.last = p.numbers
	}
	return p.numbers, p.err
}

// close ends the goroutine, and waits for that.
func (a *ahead) close() {
	close(a.stop)
	<-a.ended
}
