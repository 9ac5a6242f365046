package main

import (
	"errors"
	"net/http"
	"time"

	"github.com/cjm-go/cjm/journey"
)

// standing is where a customer stood at a time, and the evidence for it.
type standing struct {
	journey.Standing
	// These are in the answer also where they are false.
	FellBack bool `json:"fell_back"`
	Dormant  bool `json:"dormant"`

	At time.Time `json:"at"`
}

func newStanding(s journey.Standing, at time.Time) standing {
	return standing{Standing: s, FellBack: s.FellBack, Dormant: s.Dormant, At: at}
}

// getStage answers where the customer stood at the time at, or stands now.
func (s *service) getStage(w http.ResponseWriter, r *http.Request) {
	q, err := parameters(r, "at")
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	at, err := q.time("at", s.now().UTC())
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	where, err := s.tracker.Current(r.Context(), r.PathValue("id"), at)
	switch {
	case errors.Is(err, journey.ErrUnknownCustomer):
		refuse(w, http.StatusNotFound, "nothing is known of this customer at that time")
	case err != nil:
		s.failed(w, err)
	default:
		answer(w, http.StatusOK, newStanding(where, at))
	}
}

// deleteCustomer removes every trace of a customer and answers what that was. A
// customer who is not known is no error.
func (s *service) deleteCustomer(w http.ResponseWriter, r *http.Request) {
	gone, err := s.tracker.Erase(r.Context(), r.PathValue("id"))
	if err != nil {
		s.failed(w, err)
		return
	}
	s.log.Info("erased", "evidence", gone.Evidence)
	answer(w, http.StatusOK, gone)
}
