package main

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// temporary makes the temporary files of this test appear in a directory of its
// own, which it returns.
func temporary(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir) // Unix
	t.Setenv("TMP", dir)    // Windows
	return dir
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestKeepStandardInput(t *testing.T) {
	dir := temporary(t)
	for _, content := range []string{"", "x", strings.Repeat("hello ", 50_000), zipped(t, "hello")} {
		s := &source{name: "standard input", stdin: iotest.HalfReader(strings.NewReader(content))}
		require.NoError(t, s.keep())
		assert.Len(t, names(t, dir), 1)
		want := content
		if strings.HasPrefix(content, "\x1f\x8b") {
			want = "hello"
		}
		for range 3 {
			head, err := s.peek(5)
			require.NoError(t, err)
			assert.Equal(t, want[:min(5, len(want))], string(head))
			assert.Equal(t, want, readAll(t, s))
		}
		size, ok := s.size()
		assert.True(t, ok)
		assert.EqualValues(t, len(content), size)
		s.close()
		assert.Empty(t, names(t, dir))
	}
}

func TestKeepIsForItsOwnerOnly(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED: the permissions of Windows are others")
	}
	temporary(t)
	s := &source{name: "standard input", stdin: strings.NewReader("x")}
	require.NoError(t, s.keep())
	defer s.close()
	info, err := os.Stat(s.file)
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0), info.Mode().Perm()&0o077)
}

func TestKeepLeavesFilesAlone(t *testing.T) {
	dir := temporary(t)
	path := file(t, "a.csv", "hello")
	for _, name := range []string{path, "no/such/file", t.TempDir()} {
		s := &source{name: name}
		require.NoError(t, s.keep())
		assert.Empty(t, s.file)
		s.close()
	}
	assert.Empty(t, names(t, dir))
	assert.FileExists(t, path)
}

func TestKeepFails(t *testing.T) {
	dir := temporary(t)
	broken := errors.New("broken")
	s := &source{name: "standard input", stdin: iotest.ErrReader(broken)}
	require.ErrorIs(t, s.keep(), broken)
	s.close()
	assert.Empty(t, names(t, dir))

	t.Setenv("TMPDIR", dir+"/no/such")
	s = &source{name: "standard input", stdin: strings.NewReader("x")}
	require.ErrorIs(t, s.keep(), fs.ErrNotExist)
	s.close()
}
