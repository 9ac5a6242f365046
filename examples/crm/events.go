package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"mime"
	"net/http"
	"regexp"

	"github.com/cjm-go/cjm/touchpoint"
)

// maxListed is how many bad events an answer lists. It counts them all.
const maxListed = 100

// intake is what became of the events of a body.
type intake struct {
	// Accepted events changed what is known of a customer, Duplicates were known
	// before, Ignored match no rule, Bad cannot be used.
	Accepted   int `json:"accepted"`
	Duplicates int `json:"duplicates"`
	Ignored    int `json:"ignored"`
	Bad        int `json:"bad"`
	// Errors are the first hundred of the bad ones.
	Errors []badEvent `json:"errors,omitempty"`
	// Error is why the rest of the body, or all of it, was not taken in.
	Error string `json:"error,omitempty"`
}

// badEvent says what is wrong with an event, without quoting it.
type badEvent struct {
	Index  int    `json:"index"` // in the body, from 0
	Field  string `json:"field,omitempty"`
	Reason string `json:"reason"`
}

// decoder decodes the events of a body.
type decoder func(context.Context, io.Reader) iter.Seq2[touchpoint.Touchpoint, error]

// decoderOf returns the decoder for a content type.
//
// No time of the server goes into a touchpoint, so a body that is sent again gives
// the same ones. The clock of a device is corrected where the sender says when it
// received the call, as Segment does.
func decoderOf(contentType string) (decoder, bool) {
	media, _, _ := mime.ParseMediaType(contentType)
	switch media {
	case "application/json":
		return touchpoint.Segment{}.Decode, true
	case "application/cloudevents+json", "application/cloudevents-batch+json":
		return func(ctx context.Context, r io.Reader) iter.Seq2[touchpoint.Touchpoint, error] {
			return func(yield func(touchpoint.Touchpoint, error) bool) {
				for t, err := range (touchpoint.CloudEvents{}).Decode(ctx, r) {
					if err == nil {
						fitCloud(&t)
					}
					if !yield(t, err) {
						return
					}
				}
			}
		}, true
	}
	return nil, false
}

// postEvents takes events in and answers when they are durable.
func (s *service) postEvents(w http.ResponseWriter, r *http.Request) {
	decode, ok := decoderOf(r.Header.Get("Content-Type"))
	if encoding := r.Header.Get("Content-Encoding"); !ok || encoding != "" && encoding != "identity" {
		refuse(w, http.StatusUnsupportedMediaType,
			"want application/json, application/cloudevents+json or application/cloudevents-batch+json, and no Content-Encoding")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.maxBody))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		refuse(w, http.StatusRequestEntityTooLarge, "the body is too large")
		return
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, "the body ended early")
		return
	}
	if len(bytes.TrimSpace(body)) == 0 {
		refuse(w, http.StatusBadRequest, "the body is empty")
		return
	}
	var in intake
	status := http.StatusAccepted
	err = s.takeIn(decode(r.Context(), bytes.NewReader(body)), r.Context(), &in)
	var malformed *touchpoint.InputError
	switch {
	case errors.As(err, &malformed) && r.Context().Err() == nil:
		status, in.Error = http.StatusBadRequest, malformed.Error()
	case err != nil:
		status, in.Error = s.failure(w, err)
	case in.Bad > 0 && in.Accepted+in.Duplicates+in.Ignored == 0:
		status, in.Error = http.StatusBadRequest, "no event can be used"
	}
	s.log.Info("events", "accepted", in.Accepted, "duplicates", in.Duplicates, "ignored", in.Ignored, "bad", in.Bad)
	answer(w, status, in)
}

// takeIn observes the events. It goes on after a bad one; any other error ends it.
func (s *service) takeIn(events iter.Seq2[touchpoint.Touchpoint, error], ctx context.Context, in *intake) error {
	index := 0
	for t, err := range events {
		if err == nil {
			err = s.observe(ctx, &t, in)
		}
		if bad := new(touchpoint.RowError); errors.As(err, &bad) {
			in.note(index, bad)
		} else if err != nil {
			return err
		}
		index++
	}
	return nil
}

func (s *service) observe(ctx context.Context, t *touchpoint.Touchpoint, in *intake) error {
	// What is in the future is for the clock of this machine to say.
	t.Received = s.now().UTC()
	change, err := s.tracker.Observe(ctx, t)
	switch {
	case err != nil:
		return err
	case change.Rule == "":
		in.Ignored++
	case change.Duplicate:
		in.Duplicates++
	default:
		in.Accepted++
	}
	return nil
}

// position begins the field of an error in an array. The index says the same.
var position = regexp.MustCompile(`^(\[\d+\]\.?)?(batch\[\d+\]\.?)?`)

func (in *intake) note(index int, bad *touchpoint.RowError) {
	in.Bad++
	if len(in.Errors) < maxListed {
		in.Errors = append(in.Errors, badEvent{
			Index: index, Field: position.ReplaceAllString(bad.Field, ""), Reason: bad.Err.Error(),
		})
	}
}
