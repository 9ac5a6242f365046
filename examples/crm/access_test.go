package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// routes are all there are, with one that is not there and ways to write others.
var routes = []string{
	"POST /events", "GET /customers/ada/stage", "DELETE /customers/ada", "GET /lost?stage=decision",
	"GET /none", "POST /healthz/", "GET /./healthz", "GET /none/../healthz", "GET //healthz", "GET /Healthz",
}

func statusOf(s *service, route, host, authorization string) int {
	method, url, _ := strings.Cut(route, " ")
	r := httptest.NewRequest(method, url, nil)
	r.Host = host
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	w := httptest.NewRecorder()
	s.handler().ServeHTTP(w, r)
	return w.Code
}

func TestToken(t *testing.T) {
	for _, loopback := range []bool{true, false} {
		s, book := newService(t, nil)
		_, a, err := config{listen: "127.0.0.1:0", tokenFile: tokenFile(t, goodToken+"\r\n")}.access()
		require.NoError(t, err)
		a.loopback = loopback
		s.access = a
		for _, route := range routes {
			for _, wrong := range []string{
				"", "Bearer", "Bearer ", goodToken, "Basic " + goodToken, "Bearer " + goodToken[1:], "Bearer " + goodToken + "x",
				"Bearer " + strings.ToUpper(goodToken), "Bearer x " + goodToken, "Bearer " + strings.Repeat("x", 10_000),
			} {
				assert.Equal(t, http.StatusUnauthorized, statusOf(s, route, "localhost", wrong), "%s %.40s", route, wrong)
			}
			for _, right := range []string{"Bearer " + goodToken, "bearer  " + goodToken} {
				assert.NotEqual(t, http.StatusUnauthorized, statusOf(s, route, "crm.example", right), route)
			}
		}
		assert.Equal(t, http.StatusOK, statusOf(s, "GET /healthz", "crm.example", ""))
		assert.NotContains(t, book.String(), goodToken)
	}
}

// A token twice is no way round: the first one counts.
func TestTokenTwice(t *testing.T) {
	s, _ := newService(t, nil)
	_, a, err := config{listen: "127.0.0.1:0", tokenFile: tokenFile(t, goodToken)}.access()
	require.NoError(t, err)
	s.access = a
	r := httptest.NewRequest(http.MethodGet, "/lost?stage=decision", nil)
	r.Header["Authorization"] = []string{"Bearer wrong", "Bearer " + goodToken}
	w := httptest.NewRecorder()
	s.handler().ServeHTTP(w, r)
	assert.Equal(t, http.StatusUnauthorized, w.Code)
	assert.Equal(t, "Bearer", w.Header().Get("WWW-Authenticate"))
}

// On loopback without a token, the Host must be this machine: a name that a page in
// a browser brought here is none.
func TestHost(t *testing.T) {
	s, _ := newService(t, nil)
	for host, want := range map[string]bool{
		"localhost": true, "LocalHost:8080": true, "127.0.0.1:8080": true, "127.1.2.3": true, "[::1]:8080": true, "[::1]": true, "::1": true,
		"": false, "crm.example": false, "crm.example:8080": false, "127.0.0.1.crm.example": false, "localhost.crm.example:8080": false,
		"192.0.2.1:8080": false, "[::2]:8080": false, "0.0.0.0:8080": false,
	} {
		for _, route := range routes {
			assert.Equal(t, want, statusOf(s, route, host, "") != http.StatusForbidden, "%q %s", host, route)
		}
		assert.Equal(t, http.StatusOK, statusOf(s, "GET /healthz", host, ""))
	}
	s.access = access{} // --allow-no-token
	assert.Equal(t, http.StatusOK, statusOf(s, "GET /lost?stage=decision", "crm.example", ""))
}

// A page in a browser can make only requests that need no leave of the service, and
// those cannot post events.
func TestNoSimpleRequests(t *testing.T) {
	s, _ := newService(t, nil)
	for _, media := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx", "application/json, text/plain"} {
		status, _ := ask(t, s, http.MethodPost, "/events", media, call("m1", "ada", "Cart Viewed", "2026-02-20T10:00:00Z", ""))
		assert.Equal(t, http.StatusUnsupportedMediaType, status, media)
	}
	r := httptest.NewRequest(http.MethodPost, "/events", bytes.NewReader([]byte("\x1f\x8b")))
	r.Host = "localhost"
	r.Header.Set("Content-Type", segment)
	r.Header.Set("Content-Encoding", "gzip")
	w := httptest.NewRecorder()
	s.handler().ServeHTTP(w, r)
	assert.Equal(t, http.StatusUnsupportedMediaType, w.Code)
	for _, route := range []string{"OPTIONS /events", "PUT /events", "POST /customers/ada/stage", "PATCH /customers/ada", "DELETE /lost"} {
		assert.Equal(t, http.StatusMethodNotAllowed, statusOf(s, route, "localhost", ""), route)
	}
}
