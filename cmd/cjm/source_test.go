package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func zipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.String()
}

func readAll(t *testing.T, s *source) string {
	t.Helper()
	r, err := s.Open()
	require.NoError(t, err)
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	return string(text)
}

func TestSourceReadsWhatIsThere(t *testing.T) {
	long := strings.Repeat("0123456789", 100_000)
	tests := []struct{ name, file, content, want string }{
		{"plain", "a.csv", "hello", "hello"},
		{"empty", "a.csv", "", ""},
		{"one byte", "a.csv", "x", "x"},
		{"long", "a.csv", long, long},
		{"gzip", "a.csv.gz", zipped(t, long), long},
		{"gzip by its first bytes", "a.csv", zipped(t, "hello"), "hello"},
		{"two gzip members", "a.gz", zipped(t, "hel") + zipped(t, "lo"), "hello"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := file(t, test.file, test.content)
			for _, stdin := range []bool{false, true} {
				for _, peek := range []int{0, 1, 3, 64 << 10} {
					s := &source{name: path}
					if stdin {
						s = &source{name: "standard input", stdin: iotest.OneByteReader(strings.NewReader(test.content))}
						if len(test.content) > 1000 {
							s.stdin = strings.NewReader(test.content)
						}
					}
					if peek > 0 {
						head, err := s.peek(peek)
						require.NoError(t, err)
						assert.Equal(t, test.want[:min(peek, len(test.want))], string(head))
						_, err = s.peek(peek / 2) // no less than before
						require.NoError(t, err)
					}
					assert.Equal(t, test.want, readAll(t, s))
				}
			}
		})
	}
}

func TestSourceErrors(t *testing.T) {
	whole := zipped(t, strings.Repeat("some text that does not fit in the head\n", 100))
	tests := []struct {
		name, path string
		want       error
	}{
		{"no such file", "no/such/file", fs.ErrNotExist},
		{"a directory", t.TempDir(), syscall.EISDIR},
		{"empty .gz", file(t, "a.gz", ""), errTruncated},
		{"half a gzip header", file(t, "b.gz", whole[:5]), errTruncated},
		{"truncated", file(t, "c.gz", whole[:len(whole)-10]), errTruncated},
		{"not gzip", file(t, "d.gz", "path,conversions\nA,1\n"), gzip.ErrHeader},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := &source{name: test.path}
			_, err := s.peek(maxHeader)
			require.ErrorIs(t, err, test.want)
			assert.True(t, strings.HasPrefix(err.Error(), test.path+": "), err.Error())
			s.close()

			r, err := s.Open()
			if err == nil {
				_, err = io.ReadAll(r)
				r.Close()
			}
			require.ErrorIs(t, err, test.want)
		})
	}
	s := &source{name: "standard input", stdin: iotest.ErrReader(os.ErrDeadlineExceeded)}
	_, err := s.peek(10)
	assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
}

func TestSourceSize(t *testing.T) {
	size, ok := (&source{name: file(t, "a", "12345")}).size()
	assert.True(t, ok)
	assert.Equal(t, int64(5), size)
	for _, s := range []*source{{name: t.TempDir()}, {name: "no/such/file"}, {name: "-", stdin: strings.NewReader("x")}} {
		_, ok := s.size()
		assert.False(t, ok)
	}
}

func TestLooksLikeJSON(t *testing.T) {
	for _, c := range []struct {
		name, head string
		want       bool
	}{
		{"a.jsonl", "", true},
		{"a.ndjson", "", true},
		{"A.JSONL.gz", "", true},
		{"a.csv", `{"customer":1}`, true},
		{"a.csv", "\ufeff \r\n\t{", true},
		{"standard input", "{", true},
		{"a.csv", "customer,time", false},
		{"a.csv", "", false},
		{"a.json.csv", "[", false},
	} {
		assert.Equal(t, c.want, looksLikeJSON(c.name, []byte(c.head)), "%+v", c)
	}
}

func TestInterruptible(t *testing.T) {
	r := &interruptible{ctx: t.Context(), r: iotest.HalfReader(strings.NewReader("hello, world"))}
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.Equal(t, "hello, world", string(text))

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	n, err := (&interruptible{ctx: ctx, r: strings.NewReader("x")}).Read(make([]byte, 1))
	assert.Zero(t, n)
	assert.ErrorIs(t, err, context.Canceled)
}
