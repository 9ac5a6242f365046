package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
)

// TestMain lets the test binary stand in for the service when a test starts it.
func TestMain(m *testing.M) {
	if os.Getenv("CRM_TEST_CHILD") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// now is the time by the clock of a service under test.
var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const (
	segment   = "application/json"
	cloud     = "application/cloudevents+json"
	cloudMany = "application/cloudevents-batch+json"
)

// logBook collects what a service logs.
type logBook struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// newTracker returns a tracker as the service has it, over the store.
func newTracker(t testing.TB, s journey.Store) *journey.Tracker {
	tracker, err := journey.NewTracker(journey.TrackerOptions{Rules: rules(), DormantAfter: 30 * 24 * time.Hour}, s)
	require.NoError(t, err)
	return tracker
}

// newService returns a service over the store, nil for one in memory, that listens
// on loopback.
func newService(t testing.TB, s journey.Store) (*service, *logBook) {
	book := new(logBook)
	return &service{
		tracker: newTracker(t, s), ping: func(context.Context) error { return nil },
		now: func() time.Time { return now }, log: slog.New(slog.NewJSONHandler(book, nil)),
		access: access{loopback: true}, maxBody: 1 << 20, timeout: 10 * time.Second,
	}, book
}

// newSQLite returns a store in a file of its own, and the file.
func newSQLite(t testing.TB) (journey.Store, string) {
	path := filepath.Join(t.TempDir(), "odd %?#.db")
	db, store, err := config{db: path}.open(context.Background())
	require.NoError(t, err)
	t.Cleanup(func() { db.Close() })
	return store, path
}

// ask sends a request to the service and returns the status and what the JSON of
// the answer says.
func ask(t testing.TB, s *service, method, url, contentType, body string) (int, map[string]any) {
	t.Helper()
	r := httptest.NewRequest(method, url, strings.NewReader(body))
	r.Host = "localhost:8080"
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	w := httptest.NewRecorder()
	s.handler().ServeHTTP(w, r)
	require.Equal(t, "application/json", w.Header().Get("Content-Type"))
	var got map[string]any
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got))
	return w.Code, got
}

func get(t testing.TB, s *service, url string) (int, map[string]any) {
	t.Helper()
	return ask(t, s, http.MethodGet, url, "", "")
}

// post sends events and returns the status and the answer.
func post(t testing.TB, s *service, contentType, body string) (int, intake) {
	t.Helper()
	status, got := ask(t, s, http.MethodPost, "/events", contentType, body)
	return status, asIntake(t, got)
}

func asIntake(t testing.TB, got any) (in intake) {
	t.Helper()
	text, err := json.Marshal(got)
	require.NoError(t, err)
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&in))
	return in
}

// call is a track call of Segment.
func call(id, customer, event, at string, properties string) string {
	if properties == "" {
		properties = "{}"
	}
	return `{"type":"track","messageId":"` + id + `","userId":"` + customer + `","event":"` + event +
		`","timestamp":"` + at + `","properties":` + properties + `}`
}

func drain(r io.ReadCloser) {
	_, _ = io.Copy(io.Discard, r)
	r.Close()
}
