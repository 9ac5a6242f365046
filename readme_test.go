package cjm_test

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// blocks returns the fenced blocks of the README in a language.
func blocks(t *testing.T, language string) []string {
	t.Helper()
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	var all []string
	for i, part := range strings.Split(string(text), "```") {
		if body, ok := strings.CutPrefix(part, language+"\n"); ok && i%2 == 1 {
			all = append(all, body)
		}
	}
	require.NotEmpty(t, all)
	return all
}

// TestReadmeCode: every Go block is a part of an example program, which CI runs.
func TestReadmeCode(t *testing.T) {
	var programs bytes.Buffer
	require.NoError(t, filepath.WalkDir("examples", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" {
			return err
		}
		text, err := os.ReadFile(path)
		programs.Write(text)
		return err
	}))
	for _, block := range blocks(t, "go") {
		assert.Contains(t, programs.String(), block)
	}
}

// TestReadmeCommands runs every command shown and compares what it prints. A line
// of three dots stands for any number of lines.
func TestReadmeCommands(t *testing.T) {
	for _, block := range blocks(t, "console") {
		line, want, _ := strings.Cut(block, "\n")
		command := strings.Fields(strings.TrimPrefix(line, "$ "))
		t.Run(line, func(t *testing.T) {
			cmd := exec.Command(command[0], command[1:]...)
			var stderr strings.Builder
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			require.NoError(t, err, stderr.String())
			rest := "\n" + string(out)
			for part := range strings.SplitSeq("\n"+want, "\n...\n") {
				i := strings.Index(rest, "\n"+strings.Trim(part, "\n"))
				require.GreaterOrEqual(t, i, 0, "%s\nis not in\n%s", part, out)
				rest = rest[i+len(strings.Trim(part, "\n")):]
			}
		})
	}
}
