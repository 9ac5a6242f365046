package main

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/cjm-go/cjm/journey"
)

// source is one input of the command line: a file, or standard input. Compressed
// input is told by its first bytes, or by the name.
type source struct {
	name     string // in messages
	file     string // if not under the name
	stdin    io.Reader
	progress *progress

	// What peek has left open.
	head   []byte
	rest   io.Reader
	closer io.Closer
}

var errStdinOnce = usagef("standard input can be read only once")

// newSources returns the sources that the command line names. "-" is standard
// input.
func newSources(ctx context.Context, files []string, stdin io.Reader) ([]*source, error) {
	var sources []*source
	dash := false
	for _, file := range files {
		s := &source{name: file}
		if file == "-" {
			if dash {
				return nil, errStdinOnce
			}
			dash = true
			s.name, s.stdin = "standard input", &interruptible{ctx: ctx, r: stdin}
		}
		sources = append(sources, s)
	}
	return sources, nil
}

// path returns the name of the file that holds the input.
func (s *source) path() string { return cmp.Or(s.file, s.name) }

// size returns the size of a regular file.
func (s *source) size() (int64, bool) {
	if s.stdin != nil {
		return 0, false
	}
	info, err := os.Stat(s.path())
	if err != nil || !info.Mode().IsRegular() {
		return 0, false
	}
	return info.Size(), true
}

// begin opens the input, below any compression.
func (s *source) begin() (io.Reader, io.Closer, error) {
	var raw io.ReadCloser
	if s.stdin != nil {
		raw = io.NopCloser(s.stdin)
	} else {
		file, err := os.Open(s.path())
		if err != nil {
			return nil, nil, bareError(err)
		}
		raw = file
	}
	var r io.Reader = counting{s, raw}
	magic := make([]byte, 2)
	n, err := io.ReadFull(r, magic)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		raw.Close()
		return nil, nil, bareError(err)
	}
	r = io.MultiReader(bytes.NewReader(magic[:n]), r)
	if string(magic) != "\x1f\x8b" && !strings.HasSuffix(s.name, ".gz") {
		return r, raw, nil
	}
	unzipped, err := gzip.NewReader(bufio.NewReaderSize(r, 64<<10))
	if err != nil {
		raw.Close()
		return nil, nil, gzipError(err)
	}
	return gzipReader{unzipped}, raw, nil
}

// peek returns the first bytes of the input, up to n, and leaves them to be read
// again.
func (s *source) peek(n int) ([]byte, error) {
	if s.rest == nil {
		r, closer, err := s.begin()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		s.rest, s.closer = r, closer
	}
	if have := len(s.head); have < n {
		head := append(s.head, make([]byte, n-have)...)
		m, err := io.ReadFull(s.rest, head[have:])
		s.head = head[:have+m]
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return s.head, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return s.head, nil
}

// Open returns the whole input.
func (s *source) Open() (io.ReadCloser, error) {
	r, closer := s.rest, s.closer
	if r == nil {
		var err error
		if r, closer, err = s.begin(); err != nil {
			return nil, err
		}
	}
	if len(s.head) > 0 {
		r = io.MultiReader(bytes.NewReader(s.head), r)
	}
	s.head, s.rest, s.closer = nil, nil, nil
	return readCloser{r, closer}, nil
}

// close closes what peek has left open, and removes what keep has made.
func (s *source) close() {
	if s.closer != nil {
		s.closer.Close()
	}
	s.head, s.rest, s.closer = nil, nil, nil
	s.forget()
}

// inputs are the sources as shards of a path table.
func inputs(sources []*source) []journey.Input {
	var all []journey.Input
	for _, s := range sources {
		all = append(all, journey.Input{Name: s.name, Open: s.Open})
	}
	return all
}

type readCloser struct {
	io.Reader
	io.Closer
}

// gzipReader says in plain words that a compressed file ends too early.
type gzipReader struct{ r *gzip.Reader }

func (r gzipReader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if err != nil && err != io.EOF {
		err = gzipError(err)
	}
	return n, err
}

var errTruncated = errors.New("the compressed file is truncated")

func gzipError(err error) error {
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		return errTruncated
	}
	return err
}

// bareError drops the operation and the name of the file, which messages have
// elsewhere.
func bareError(err error) error {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}

// looksLikeJSON reports whether an input holds JSON lines, by its name or its
// first byte.
func looksLikeJSON(name string, head []byte) bool {
	name = strings.ToLower(strings.TrimSuffix(name, ".gz"))
	if strings.HasSuffix(name, ".jsonl") || strings.HasSuffix(name, ".ndjson") {
		return true
	}
	head = bytes.TrimPrefix(head, []byte("\ufeff"))
	return bytes.HasPrefix(bytes.TrimSpace(head), []byte("{"))
}
