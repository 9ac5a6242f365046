package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// answer writes a JSON answer.
func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // fails if the client is gone
}

// refuse answers with a reason.
func refuse(w http.ResponseWriter, status int, reason string) {
	answer(w, status, map[string]string{"error": reason})
}

// query are the parameters of a request.
type query struct{ url.Values }

// parameters returns those of the request, and refuses others than the named.
func parameters(r *http.Request, names ...string) (query, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return query{}, errors.New("the query is malformed")
	}
	for name, texts := range values {
		if !slices.Contains(names, name) {
			return query{}, fmt.Errorf("a parameter that is none of %q", names)
		}
		if len(texts) > 1 {
			return query{}, fmt.Errorf("%s: given twice", name)
		}
	}
	return query{values}, nil
}

// time returns the time in a parameter, or other if there is none.
func (q query) time(name string, other time.Time) (time.Time, error) {
	text := q.Get(name)
	if text == "" {
		return other, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s: want a time as 2026-01-31T10:00:00Z, with + written as %%2B", name)
	}
	return t.UTC(), nil
}
