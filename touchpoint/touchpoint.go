package touchpoint

import (
	"time"

	"github.com/google/uuid"

	"github.com/cjm-go/cjm/stage"
)

// Touchpoint is one interaction of one customer with the brand over a channel,
// online or offline. The zero value of every field means "not known".
//
// Time, Kind and Channel, which analyses read most, stand side by side in memory.
type Touchpoint struct {
	// ID identifies the touchpoint. Two touchpoints with the same ID are the
	// same interaction, delivered twice. See [Touchpoint.ContentID].
	ID uuid.UUID
	// Customer is the key by which touchpoints are grouped into journeys.
	Customer string
	// Time is when the interaction happened, in UTC.
	Time time.Time
	// Kind names what happened: "visit", "email_open", "purchase".
	Kind Kind
	// Channel is the medium of the interaction; empty if not known.
	Channel Channel
	// Received is when the record of it arrived, in UTC; zero if not known.
	// It takes no part in ordering and none in the content id.
	Received time.Time
	// Seq orders touchpoints of the same customer and Time.
	Seq int64
	// Setting tells online from offline.
	Setting Setting
	// Stage is where in the journey the source says the interaction stands.
	Stage stage.Stage
	// Campaign holds the campaign tags of the interaction.
	Campaign Campaign
	// Conversion reports that the interaction ended in a conversion: the touch
	// counts, and the journey up to and including it converted.
	Conversion bool
	// Value is what the conversion was worth, in units of Currency. It is
	// finite and not negative.
	Value float64
	// Currency is the ISO 4217 code of Value and Cost; empty if not known.
	Currency string
	// Cost is what the interaction cost, in units of Currency. It is finite
	// and not negative.
	Cost float64
	// Emotion is how the customer felt about it.
	Emotion Emotion
	// Consent is what the customer allowed the use of the record for.
	Consent Consent
	// Properties are the other fields of the source, as text. A value that is
	// not text in the source keeps its JSON form.
	Properties map[string]string
}

// Channel is the medium over which an interaction happened, such as "email",
// "paid search" or "store". It is an ordinary string: no name is special,
// except that the empty one means "not known".
type Channel string

// Kind names what happened in an interaction, such as "visit" or "purchase".
type Kind string

// Campaign holds the tags by which marketing tracks an interaction. Source to
// Term are the five UTM parameters; Code is the offline counterpart, such as a
// coupon or the number printed on a flyer.
type Campaign struct {
	Source  string `json:"source,omitempty"`
	Medium  string `json:"medium,omitempty"`
	Name    string `json:"name,omitempty"`
	Content string `json:"content,omitempty"`
	Term    string `json:"term,omitempty"`
	Code    string `json:"code,omitempty"`
}

// Compare orders touchpoints of one customer as they happened: by Time, then
// Seq, then ID. It is a total order over distinct touchpoints, so sorting by it
// gives one result whatever the order of arrival.
func (t *Touchpoint) Compare(u *Touchpoint) int {
	if c := t.Time.Compare(u.Time); c != 0 {
		return c
	}
	switch {
	case t.Seq < u.Seq:
		return -1
	case t.Seq > u.Seq:
		return 1
	}
	for i, b := range t.ID {
		if b != u.ID[i] {
			return int(b) - int(u.ID[i])
		}
	}
	return 0
}
