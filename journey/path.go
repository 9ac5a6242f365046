package journey

import (
	"errors"
	"time"

	"github.com/cjm-go/cjm/touchpoint"
)

// Path is one journey of one customer: the touchpoints in the order in which
// they happened, up to an outcome. A Path that a [Builder] yields shares no
// memory with it and is the receiver's own. Its JSON reads back unchanged.
type Path struct {
	// Customer is whose journey it is.
	Customer string `json:"customer,omitempty"`
	// Touchpoints are the touches, ordered by [touchpoint.Touchpoint.Compare].
	// An event that is itself the conversion is not among them.
	Touchpoints []touchpoint.Touchpoint `json:"touchpoints,omitempty"`
	// Outcome is how the journey ended.
	Outcome Outcome `json:"outcome"`
	// End is the time of the outcome: of the (last) conversion if Converted,
	// else of the last touch.
	End time.Time `json:"end,omitzero"`
	// Conversions counts the conversions of the journey: 1 if Converted, more
	// only where a customer's whole history is kept as one path, 0 otherwise.
	Conversions int64 `json:"conversions,omitempty"`
	// Value is what the conversions were worth together, in units of Currency.
	Value float64 `json:"value,omitempty"`
	// Currency is the ISO 4217 code of Value; empty if not known.
	Currency string `json:"currency,omitempty"`
}

// ErrOutcome means that the outcome of a [Path] and its conversions contradict
// each other.
var ErrOutcome = errors.New("journey: outcome and conversions disagree")

// Count makes dst the lean form of the path, with the codes of d, to which it
// adds the channels that d lacks. It uses the slices of dst again, so a loop
// that counts each path into the same dst allocates nothing in the long run.
//
// The age of a touch is End less its time. It is negative for a touch after the
// last conversion, which only [OnePerCustomer] keeps. Where End or the time of
// a touch is not known, there are no ages.
//
// The customer becomes a 64-bit hash, the same on every machine and in every
// run, so that shards agree; an empty name becomes 0. The hash keeps names out
// of the analysis; it is not a protection of somebody who can be guessed.
//
// The error is [ErrOutcome] where Conversions is not positive although the path
// converted, or not zero although it did not, or else one that
// [Counted.Validate] finds. After an error dst and d are as they were.
func (p *Path) Count(d *Dictionary, dst *Counted) error {
	c := Counted{Dictionary: d, Value: p.Value, Conversions: p.Conversions}
	switch p.Outcome {
	case Converted:
	case Lost:
		c.Nulls = 1
	case Open:
		c.Opens = 1
	default:
		return ErrOutcome
	}
	if (p.Outcome == Converted) != (p.Conversions > 0) || p.Conversions < 0 {
		return ErrOutcome
	}
	if err := c.Validate(); err != nil {
		return err
	}
	c.Channels = dst.Channels[:0]
	timed := !p.End.IsZero()
	for i := range p.Touchpoints {
		t := &p.Touchpoints[i]
		c.Channels = append(c.Channels, d.Code(t.Channel))
		timed = timed && !t.Time.IsZero()
	}
	if timed {
		if c.Ages = dst.Ages[:0]; c.Ages == nil {
			c.Ages = make([]time.Duration, 0, len(p.Touchpoints))
		}
		for i := range p.Touchpoints {
			c.Ages = append(c.Ages, p.End.Sub(p.Touchpoints[i].Time))
		}
	}
	if p.Customer != "" {
		c.Customer = hashCustomer(p.Customer)
	}
	*dst = c
	return nil
}
