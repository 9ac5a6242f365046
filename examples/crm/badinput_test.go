package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A bad event does not keep the others of its body out, and is told by its place.
func TestBadEvents(t *testing.T) {
	s, _ := newService(t, nil)
	good := func(id string) string { return call(id, "ada", "Cart Viewed", "2026-02-20T10:00:00Z", "") }
	bad := []string{
		call("b1", "", "Cart Viewed", "2026-02-20T10:00:00Z", ""),
		call("b2", "ada", "Cart Viewed", "yesterday", ""),
		call("b3", "ada", "Cart Viewed", "2026-03-01T13:00:01Z", ""),
		call("b4", "ada", "Order Completed", "2026-02-20T10:00:00Z", `{"revenue":-1,"order_id":"x"}`),
		call("b5", strings.Repeat("i", 1025), "Cart Viewed", "2026-02-20T10:00:00Z", ""),
		call("b6", "ada", "Order Completed", "2026-02-20T10:00:00Z", `{"order_id":"`+strings.Repeat("o", 1025)+`"}`),
		call("b7", "ada", "Cart Viewed", "2026-02-20T10:00:00Z", strings.Repeat(`{"a":`, 10_000)+"1"+strings.Repeat("}", 10_000)),
		`{"type":"fly","userId":"ada"}`,
		`7`,
		`{"type":`,
	}
	want := []badEvent{
		{Index: 1, Field: "userId", Reason: "missing"},
		{Index: 3, Field: "timestamp", Reason: "bad format: not a time of an accepted layout"},
		{Index: 5, Field: "time", Reason: "in the future"},
		{Index: 7, Field: "properties.revenue", Reason: "out of range: negative"},
		{Index: 9, Field: "customer", Reason: "longer than 1024 bytes"},
		{Index: 11, Field: "properties.order_id", Reason: "longer than 1024 bytes"},
		{Index: 13, Field: "properties", Reason: "malformed row: nested too deep"},
		{Index: 15, Field: "type", Reason: "bad format: want track, page, screen, identify, group or alias"},
		{Index: 17, Reason: "malformed row: not a JSON object"},
	}
	for layout, wrap := range map[string]func([]string) string{
		"batch": func(all []string) string { return `{"batch":[` + strings.Join(all, ",") + `]}` },
		"array": func(all []string) string { return `[` + strings.Join(all, ",\n") + `]` },
		"lines": func(all []string) string { return strings.Join(all, "\n") },
	} {
		t.Run(layout, func(t *testing.T) {
			var all []string
			for i := range want {
				all = append(all, good(fmt.Sprint(layout, i)), bad[i])
			}
			all = append(all, good(layout))
			status, in := post(t, s, segment, wrap(all))
			require.Equal(t, http.StatusAccepted, status)
			assert.Equal(t, intake{Accepted: len(want) + 1, Bad: len(want), Errors: want}, in)
		})
	}
	for i, text := range bad {
		status, in := post(t, s, segment, text)
		assert.Equal(t, http.StatusBadRequest, status, i)
		assert.NotEmpty(t, in.Error, i)
	}
}

func TestBadCloudEvents(t *testing.T) {
	s, _ := newService(t, nil)
	const head = `{"specversion":"1.0","source":"/s","type":"cart_viewed","time":"2026-02-20T10:00:00Z",`
	status, in := post(t, s, cloudMany, `[`+head+`"id":"1","subject":"ada"},`+head+`"id":"2"},`+
		head+`"id":"3","subject":"ada","data":`+strings.Repeat("[", 10_000)+strings.Repeat("]", 10_000)+`}]`)
	assert.Equal(t, http.StatusAccepted, status)
	assert.Equal(t, intake{Accepted: 1, Bad: 2, Errors: []badEvent{
		{Index: 1, Field: "subject", Reason: "missing"},
		{Index: 2, Field: "data", Reason: "malformed row: nested too deep"},
	}}, in)
}

func TestBadBodies(t *testing.T) {
	s, _ := newService(t, nil)
	good := call("m1", "ada", "Cart Viewed", "2026-02-20T10:00:00Z", "")
	deep := strings.Repeat("[", 10_000)
	for _, body := range []string{
		"", " \n", "null", "x", "\x00", "\xff\xfe", `"text"`, `{}`, deep, strings.Repeat(`{"a":`, 10_000), `{"batch":` + deep,
		`{"batch":{}}`, `{"batch":[`, good[:len(good)-1],
	} {
		for _, media := range []string{segment, cloud, cloudMany} {
			status, got := ask(t, s, http.MethodPost, "/events", media, body)
			assert.Equal(t, http.StatusBadRequest, status, "%s %.20q", media, body)
			assert.NotEmpty(t, got["error"])
		}
	}
	// What came before the end was taken in, and is known when the body comes again.
	status, in := post(t, s, segment, "["+good+",")
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Equal(t, 1, in.Accepted)
	status, in = post(t, s, segment, "["+good+"]")
	assert.Equal(t, http.StatusAccepted, status)
	assert.Equal(t, intake{Duplicates: 1}, in)
	for _, body := range []string{"[]", `{"batch":[]}`} {
		status, in = post(t, s, segment, body)
		assert.Equal(t, http.StatusAccepted, status)
		assert.Equal(t, intake{}, in)
	}
	// Fifty years ago is no error.
	status, _ = post(t, s, segment, call("old", "old", "Cart Viewed", "1976-02-20T10:00:00Z", ""))
	assert.Equal(t, http.StatusAccepted, status)
}

// An answer does not grow with what is bad.
func TestManyBadEvents(t *testing.T) {
	s, _ := newService(t, nil)
	status, in := post(t, s, segment, "["+strings.Repeat("1,", 100_000)+"1]")
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Equal(t, 100_001, in.Bad)
	assert.Len(t, in.Errors, maxListed)
}

// streamed sends a request whose body is n bytes of a batch that does not end, and
// returns the status and how much of it was sent.
func streamed(t *testing.T, address string, n int64, length string) (status int, sent int64) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	_, err = fmt.Fprintf(conn, "POST /events HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n%s\r\n\r\n", address, length)
	require.NoError(t, err)
	written := make(chan int64)
	go func() {
		chunk := fmt.Sprintf("%x\r\n%s\r\n", 1<<16, strings.Repeat(" ", 1<<16))
		if strings.HasPrefix(length, "Content-Length") {
			chunk = strings.Repeat(" ", 1<<16)
		}
		var sent int64
		for sent < n {
			m, err := io.WriteString(conn, chunk)
			sent += int64(m)
			if err != nil {
				break // the service does not take any more
			}
		}
		written <- sent
	}()
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	drain(answer.Body)
	conn.Close()
	return answer.StatusCode, <-written
}

// A body of 100 MB is refused, told or not how long it will be, without being read.
func TestLargeBody(t *testing.T) {
	s, _ := newService(t, nil)
	server := httptest.NewServer(s.handler())
	defer server.Close()
	address := server.Listener.Addr().String()
	const large = 100_000_000
	for _, length := range []string{"Transfer-Encoding: chunked", fmt.Sprint("Content-Length: ", large)} {
		status, sent := streamed(t, address, large, length)
		assert.Equal(t, http.StatusRequestEntityTooLarge, status, length)
		assert.Less(t, sent, int64(large), length)
	}
	// The limit is exact.
	good := call("m1", "ada", "Cart Viewed", "2026-02-20T10:00:00Z", "")
	s.maxBody = int64(len(good))
	status, _ := post(t, s, segment, good)
	assert.Equal(t, http.StatusAccepted, status)
	status, _ = ask(t, s, http.MethodPost, "/events", segment, good+" ")
	assert.Equal(t, http.StatusRequestEntityTooLarge, status)
}
