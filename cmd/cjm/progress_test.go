package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sparse returns a file of zeros that takes no room.
func sparse(t *testing.T, size int64) *source {
	t.Helper()
	name := filepath.Join(t.TempDir(), "zeros")
	f, err := os.Create(name)
	require.NoError(t, err)
	require.NoError(t, f.Truncate(size))
	require.NoError(t, f.Close())
	return &source{name: name}
}

func TestProgressOfALargeFile(t *testing.T) {
	var terminal bytes.Buffer
	s := sparse(t, progressFrom)
	done := startProgress(&terminal, []*source{s})
	require.NotNil(t, s.progress)
	r, err := s.Open()
	require.NoError(t, err)
	n, err := io.Copy(io.Discard, r)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	assert.Equal(t, int64(progressFrom), n)
	done()
	assert.Contains(t, terminal.String(), "reading")
	assert.True(t, strings.HasSuffix(terminal.String(), "\r"), "the line is cleared")
}

func TestNoProgress(t *testing.T) {
	var w bytes.Buffer
	small := sparse(t, progressFrom-1)
	startProgress(&w, []*source{small})()
	assert.Nil(t, small.progress, "too small to be worth it")

	large := sparse(t, progressFrom)
	stdin := &source{name: "standard input", stdin: strings.NewReader("")}
	startProgress(&w, []*source{large, stdin})()
	assert.Nil(t, large.progress, "the total is not known")

	showProgress(&w, []*source{large})()
	assert.Nil(t, large.progress, "not a file")
	f, err := os.Create(filepath.Join(t.TempDir(), "log"))
	require.NoError(t, err)
	defer f.Close()
	showProgress(f, []*source{large})()
	assert.Nil(t, large.progress, "not a terminal")
	assert.Empty(t, w.String())
}

func TestProgressBehindAPeek(t *testing.T) {
	var terminal bytes.Buffer
	s := sparse(t, progressFrom)
	_, err := s.peek(maxHeader)
	require.NoError(t, err)
	done := startProgress(&terminal, []*source{s})
	r, err := s.Open()
	require.NoError(t, err)
	n, err := io.Copy(io.Discard, r)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	assert.Equal(t, int64(progressFrom), n)
	done()
	assert.Contains(t, terminal.String(), "reading", "what was opened to be looked at is counted too")
}
