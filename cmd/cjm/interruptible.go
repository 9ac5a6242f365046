package main

import (
	"context"
	"io"
)

// interruptible reads from a reader that may wait for ever, such as a terminal,
// until the context is done. A read that is still waiting then is left behind.
type interruptible struct {
	ctx context.Context
	r   io.Reader
	buf []byte
}

func (r *interruptible) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	// Not into p, which belongs to the caller again when this returns.
	if len(r.buf) < len(p) {
		r.buf = make([]byte, len(p))
	}
	type result struct {
		n   int
		err error
	}
	read := make(chan result, 1)
	buf := r.buf[:len(p)]
	go func() {
		n, err := r.r.Read(buf)
		read <- result{n, err}
	}()
	select {
	case <-r.ctx.Done():
		r.buf = nil
		return 0, r.ctx.Err()
	case got := <-read:
		return copy(p, buf[:got.n]), got.err
	}
}
