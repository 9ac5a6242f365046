package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestReadme runs every curl command of the README against the service.
func TestReadme(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("SKIPPED: there is no curl on this machine")
	}
	text, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	commands := regexp.MustCompile(`(?m)^    curl .*\n(      .*\n)*`).FindAllString(string(text), -1)
	require.Len(t, commands, 4)
	c := start(t, "--db", filepath.Join(t.TempDir(), "crm.db"))
	for i, want := range []string{`"accepted":1`, `"stage":"decision"`, `"customer":"ada"`, `"evidence":1`} {
		command := strings.ReplaceAll(commands[i], "localhost:8080", strings.TrimPrefix(c.url, "http://"))
		out, err := exec.Command("sh", "-c", strings.Replace(command, "curl", "curl -sS --fail-with-body --globoff", 1)).CombinedOutput()
		require.NoError(t, err, "%s\n%s", command, out)
		assert.Contains(t, strings.ReplaceAll(string(out), " ", ""), want, command)
	}
}
