package main

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/stage"
)

const (
	defaultLimit = 1000
	maxLimit     = 10_000
)

// lost is who became dormant in a stage within [From, To) and still was at At.
type lost struct {
	Stage     stage.Stage `json:"stage"`
	From      time.Time   `json:"from"`
	To        time.Time   `json:"to"`
	At        time.Time   `json:"at"`
	Customers []standing  `json:"customers"` // sorted
	// More: there are others, which the parameter after=ID of the last one gets.
	More bool `json:"more"`
}

// getLost answers who was lost in a stage. Without from and to it is the seven days
// up to the time at, without which it is now.
func (s *service) getLost(w http.ResponseWriter, r *http.Request) {
	l, after, limit, err := s.lostQuery(r)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	for where, err := range s.tracker.LostAt(r.Context(), l.Stage, l.From, l.To, l.At) {
		switch {
		case errors.Is(err, journey.ErrUnknownStage):
			refuse(w, http.StatusBadRequest, "stage: unknown")
			return
		case err != nil:
			s.failed(w, err)
			return
		case where.Customer <= after:
			continue
		}
		if l.More = len(l.Customers) == limit; l.More {
			break
		}
		l.Customers = append(l.Customers, newStanding(where, l.At))
	}
	answer(w, http.StatusOK, l)
}

// lostQuery reads the parameters.
func (s *service) lostQuery(r *http.Request) (l lost, after string, limit int, err error) {
	q, err := parameters(r, "stage", "from", "to", "at", "after", "limit")
	if err != nil {
		return l, "", 0, err
	}
	at, err1 := q.time("at", s.now().UTC())
	to, err2 := q.time("to", at)
	from, err3 := q.time("from", to.AddDate(0, 0, -7))
	if err := errors.Join(err1, err2, err3); err != nil {
		return l, "", 0, err
	}
	limit = defaultLimit
	if text := q.Get("limit"); text != "" {
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > maxLimit {
			return l, "", 0, errors.New("limit: not from 1 to " + strconv.Itoa(maxLimit))
		}
	}
	switch {
	case !q.Has("stage"):
		return l, "", 0, errors.New("stage: missing")
	case !from.Before(to):
		return l, "", 0, errors.New("from: not before to")
	}
	return lost{Stage: stage.Stage(q.Get("stage")), From: from, To: to, At: at, Customers: []standing{}}, q.Get("after"), limit, nil
}
