//go:build unix

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// process is the command as a process of its own.
func process(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "CJM_TEST_CHILD=cjm")
	return cmd
}

func TestProcessExitCodes(t *testing.T) {
	table := file(t, "paths.csv", smallTable)
	for _, test := range []struct {
		want int
		args []string
	}{
		{exitOK, []string{"attribute", table}},
		{exitFailed, []string{"attribute", "no/such/file"}},
		{exitUsage, []string{"attribute"}},
	} {
		cmd := process(test.args...)
		_ = cmd.Run() // an error says no more than the exit code
		assert.Equal(t, test.want, cmd.ProcessState.ExitCode(), test.args)
	}
}

func TestProcessInterrupted(t *testing.T) {
	cmd := process("attribute", "-")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	// More than a pipe holds: when it is written, the process reads, and so it
	// listens to signals.
	_, err = io.WriteString(in, "path,conversions\n"+strings.Repeat("A > B,1\n", 100_000))
	require.NoError(t, err)
	require.NoError(t, cmd.Process.Signal(syscall.SIGINT))
	err = cmd.Wait()
	assert.Error(t, err)
	assert.Equal(t, exitFailed, cmd.ProcessState.ExitCode())
	assert.Equal(t, "cjm: cancelled\n", stderr.String())
	assert.Empty(t, stdout.String())
}

// A reader that has seen enough, such as head, is no reason for a message.
func TestProcessWithClosedOutput(t *testing.T) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, r.Close())
	defer w.Close()
	cmd := process("demo", "--events")
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = w, &stderr
	require.Error(t, cmd.Run())
	assert.Empty(t, stderr.String())
}

// A named pipe can be read only once, as the shell's <(...).
func TestProcessReadsAPipeTwice(t *testing.T) {
	dir := temporary(t)
	want := cjm(t, "attribute", "--per-journey", file(t, "p.csv", smallTable))
	require.Equal(t, exitOK, want.code, want.stderr)
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	go func() {
		if w, err := os.OpenFile(pipe, os.O_WRONLY, 0); err == nil {
			io.WriteString(w, smallTable)
			w.Close()
		}
	}()
	got := cjm(t, "attribute", "--per-journey", pipe)
	assert.Equal(t, want.stdout, got.stdout, got.stderr)
	assert.Empty(t, names(t, dir))
}
