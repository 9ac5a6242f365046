package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestMain lets the test binary stand in for other programs when a test starts it
// as a child.
func TestMain(m *testing.M) {
	if child, ok := children[os.Getenv("CJM_TEST_CHILD")]; ok {
		os.Exit(child(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// children are the programs, by the name in the environment.
var children = map[string]func(args []string) int{
	"cjm":      func([]string) int { main(); return exitOK },
	"generate": generateChild,
	"scan":     scanChild,
}

// outcome is what a run of the command left behind.
type outcome struct {
	code   int
	stdout string
	stderr string
}

// cjm runs the command in this process, with nothing on standard input.
func cjm(t *testing.T, args ...string) outcome { return cjmIn(t, "", args...) }

// cjmIn runs the command with a standard input.
func cjmIn(t *testing.T, stdin string, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), args, strings.NewReader(stdin), &stdout, &stderr)
	return outcome{code, stdout.String(), stderr.String()}
}

// file writes a file into a directory of the test and returns its name.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// golden compares text with a file in testdata.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), text, "differs from %s; if it should, run the tests with -update", path)
}
