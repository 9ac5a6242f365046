package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// child is the service as a process of its own.
type child struct {
	*exec.Cmd
	url   string
	first map[string]any // line of its log
	book  *logBook
	read  chan struct{} // closed when the log has ended
}

func command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "CRM_TEST_CHILD=1")
	return cmd
}

// start starts the service on a free port of loopback and waits until it listens.
func start(t *testing.T, args ...string) *child {
	t.Helper()
	c := &child{Cmd: command(append([]string{"--listen", "127.0.0.1:0"}, args...)...), book: new(logBook), read: make(chan struct{})}
	stderr, err := c.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	t.Cleanup(func() { c.kill() })
	lines := bufio.NewReader(stderr)
	line, err := lines.ReadString('\n')
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal([]byte(line), &c.first), line)
	require.Equal(t, "listening", c.first["msg"], line)
	c.url = c.first["url"].(string)
	go func() {
		_, _ = io.Copy(c.book, lines)
		close(c.read)
	}()
	return c
}

// kill ends the process as kill -9 does, if it has not ended yet.
func (c *child) kill() {
	if c.ProcessState == nil {
		_ = c.Process.Kill()
		<-c.read
		_ = c.Wait()
	}
}

func TestStartSaysWhoCanReachIt(t *testing.T) {
	db := filepath.Join(t.TempDir(), "crm.db")
	c := start(t, "--db", db)
	assert.True(t, strings.HasPrefix(c.url, "http://127.0.0.1:"))
	assert.Equal(t, []any{"this machine only", false, "sqlite"}, []any{c.first["reach"], c.first["token_needed"], c.first["database"]})

	// A second one on the same address says so and ends.
	second := command("--listen", strings.TrimPrefix(c.url, "http://"), "--db", db)
	out, err := second.CombinedOutput()
	require.Error(t, err)
	assert.Contains(t, string(out), "crm: listen tcp")

	c.kill()
	c = start(t, "--db", db, "--token-file", tokenFile(t, goodToken))
	assert.Equal(t, []any{"this machine only", true}, []any{c.first["reach"], c.first["token_needed"]})
	answer, err := http.Get(c.url + "/lost?stage=decision")
	require.NoError(t, err)
	drain(answer.Body)
	assert.Equal(t, http.StatusUnauthorized, answer.StatusCode)
}

func TestStartRefused(t *testing.T) {
	dir := t.TempDir()
	for _, args := range [][]string{{"--listen", "0.0.0.0:0"}, {"--listen", ":0", "--token-file", filepath.Join(dir, "none")}, {"--what"}} {
		cmd := command(append(args, "--db", filepath.Join(dir, "crm.db"))...)
		out, err := cmd.CombinedOutput()
		require.Error(t, err)
		assert.Equal(t, 1, cmd.ProcessState.ExitCode())
		assert.Contains(t, string(out), "crm: ")
	}
	cmd := command("--help")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err)
	assert.Contains(t, string(out), "-allow-no-token")
}

// The timeouts end what does not go on: here a header that never comes.
func TestSlowHeader(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a timeout")
	}
	t.Parallel()
	c := start(t, "--db", filepath.Join(t.TempDir(), "crm.db"))
	conn := dial(t, c)
	_, err := io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost:")
	require.NoError(t, err)
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(3*headerTimeout)))
	_, err = io.ReadAll(conn)
	require.NoError(t, err, "the service closes the connection")
}
