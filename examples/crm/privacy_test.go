package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// No text of a customer is in a log, or in an answer that is not about that customer.
func TestNoPersonalData(t *testing.T) {
	const marker = "PERSONAL"
	store := &flaky{Store: newMemory()}
	s, book := newService(t, store)
	good := call(marker+"1", marker, "Order Completed", "2026-02-20T10:00:00Z", `{"order_id":"PERSONAL","email":"PERSONAL"}`)
	bodies := []string{
		good,
		strings.ReplaceAll(good, "2026-02-20T10:00:00Z", marker),
		strings.ReplaceAll(good, "2026-02-20T10:00:00Z", "2126-02-20T10:00:00Z"),
		strings.ReplaceAll(good, `"track"`, `"PERSONAL"`),
		strings.ReplaceAll(good, `"userId":"PERSONAL"`, `"userId":{"PERSONAL":1}`),
		strings.ReplaceAll(good, `"userId":"PERSONAL"`, `"userId":"`+strings.Repeat(marker, 1000)+`"`),
		strings.ReplaceAll(good, `"order_id":"PERSONAL"`, `"order_id":"`+strings.Repeat(marker, 1000)+`"`),
		strings.ReplaceAll(good, `"email":`, `"revenue":`),
		strings.ReplaceAll(good, `"email":`, `"order_id":`),
		good[:len(good)-2], good + marker, marker, "[" + good + marker,
		`{"PERSONAL":PERSONAL}`, `{"batch":"PERSONAL"}`, "\"PERSONAL\xff\"",
		`{"specversion":"PERSONAL","id":"PERSONAL"}`,
		`{"specversion":"1.0","id":"PERSONAL","source":"PERSONAL","type":"PERSONAL","subject":["PERSONAL"],"time":"PERSONAL"}`,
		`{"specversion":"1.0","id":"PERSONAL","source":"PERSONAL","type":"PERSONAL","subject":"PERSONAL","time":"PERSONAL","data":{"PERSONAL":1}}`,
	}
	for _, down := range []bool{false, true} {
		store.down.Store(down)
		for _, body := range bodies {
			for _, media := range []string{segment, cloud, cloudMany, marker, "application/json; PERSONAL"} {
				r := httptest.NewRequest(http.MethodPost, "/events?PERSONAL=PERSONAL", strings.NewReader(body))
				r.Host, r.RemoteAddr = "localhost", marker
				r.Header.Set("Content-Type", media)
				r.Header.Set("User-Agent", marker)
				w := httptest.NewRecorder()
				s.handler().ServeHTTP(w, r)
				assert.NotContains(t, w.Body.String(), marker, "%s: %.100s", media, body)
			}
		}
		for _, route := range []string{
			"GET /customers/PERSONAL2/stage", "GET /customers/PERSONAL/stage?at=PERSONAL", "GET /customers/PERSONAL/stage?PERSONAL=1",
			"GET /lost?stage=PERSONAL", "GET /lost?stage=decision&after=PERSONAL", "GET /PERSONAL", "DELETE /customers/PERSONAL",
		} {
			method, url, _ := strings.Cut(route, " ")
			r := httptest.NewRequest(method, url, nil)
			r.Host = "localhost"
			w := httptest.NewRecorder()
			s.handler().ServeHTTP(w, r)
			assert.NotContains(t, w.Body.String(), marker, route)
		}
	}
	assert.NotContains(t, book.String(), marker)
	assert.Contains(t, book.String(), `"route":"POST /events"`)
}

// A defect in a handler is told as one, without what it was about.
func TestPanic(t *testing.T) {
	s, book := newService(t, nil)
	h := s.logged(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(errors.New("PERSONAL")) }))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	assert.Equal(t, http.StatusInternalServerError, w.Code)
	h = s.logged(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, "half")
		panic("PERSONAL")
	}))
	require.PanicsWithValue(t, http.ErrAbortHandler, func() { h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)) })
	assert.Contains(t, book.String(), "panic")
	assert.NotContains(t, book.String(), "PERSONAL")
}
