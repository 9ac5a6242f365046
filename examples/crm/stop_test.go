//go:build unix

package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A request that is under way when the service is told to stop is answered, and no
// new one is let in.
func TestStop(t *testing.T) {
	for _, sig := range []os.Signal{syscall.SIGTERM, syscall.SIGINT} {
		c := start(t, "--db", filepath.Join(t.TempDir(), "crm.db"))
		conn := dial(t, c)
		body := call("m1", "ada", "Cart Viewed", "2026-02-20T10:00:00Z", "")
		_, err := fmt.Fprintf(conn, "POST /events HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", len(body))
		require.NoError(t, err)
		in := bufio.NewReader(conn)
		line, err := in.ReadString('\n')
		require.NoError(t, err)
		require.Contains(t, line, "100 Continue", "the service has begun to read the body")
		_, err = in.ReadString('\n')
		require.NoError(t, err)

		require.NoError(t, c.Process.Signal(sig))
		require.Eventually(t, func() bool { return strings.Contains(c.book.String(), `"stopping"`) }, 5*time.Second, 5*time.Millisecond)
		require.Eventually(t, func() bool {
			late, err := net.Dial("tcp", strings.TrimPrefix(c.url, "http://"))
			if err == nil {
				late.Close()
			}
			return err != nil
		}, 5*time.Second, 5*time.Millisecond)
		_, err = io.WriteString(conn, body)
		require.NoError(t, err)
		answer, err := http.ReadResponse(in, nil)
		require.NoError(t, err)
		drain(answer.Body)
		assert.Equal(t, http.StatusAccepted, answer.StatusCode)
		<-c.read
		require.NoError(t, c.Wait(), "exit code 0")
		assert.Contains(t, c.book.String(), `"stopped"`)
	}
}
