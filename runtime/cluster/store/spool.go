package store

import (
	"context"
	"io"
	"os"
)

// Spool brings data to a file of no name, which is gone when it is closed: for services
// that must know the length of an object first, or may be sent it again.
func Spool(ctx context.Context, data io.Reader) (*os.File, error) {
	f, err := os.CreateTemp("", "courant-object-*")
	if err != nil {
		return nil, err
	}
	err = os.Remove(f.Name()) // it lives as long as it is open
	if err == nil {
		_, err = io.Copy(f, reader{ctx, data})
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// reader stops when its context ends.
type reader struct {
	ctx  context.Context
	data io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.data.Read(p)
}
