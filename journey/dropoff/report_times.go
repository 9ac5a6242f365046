package dropoff

import (
	"encoding/json"
	"iter"
	"time"

	"github.com/cjm-go/cjm/journey"
)

// Times are durations that were counted. They do not change, and may be read
// concurrently. The zero value is none.
type Times struct{ durations *journey.Durations }

// timesOf returns a view of durations that nobody will change.
func timesOf(d *journey.Durations) Times { return Times{d} }

// Len returns how many there are.
func (t Times) Len() int64 {
	if t.durations == nil {
		return 0
	}
	return t.durations.Len()
}

// Quantile returns the smallest of the durations that at least the part p of them
// does not exceed: for 0 the shortest, for 1 the longest. It reports false if there
// are none, or p is not in [0, 1].
func (t Times) Quantile(p float64) (time.Duration, bool) {
	if t.durations == nil {
		return 0, false
	}
	return t.durations.Quantile(p)
}

// Median returns the quantile of one half.
func (t Times) Median() (time.Duration, bool) { return t.Quantile(.5) }

// All returns the distinct durations in ascending order, and how often each was
// counted.
func (t Times) All() iter.Seq2[time.Duration, int64] {
	if t.durations == nil {
		return func(func(time.Duration, int64) bool) {}
	}
	return t.durations.All()
}

// MarshalJSON returns the number of durations and, unless there are none, quantiles
// in seconds.
func (t Times) MarshalJSON() ([]byte, error) {
	out := struct {
		N   int64    `json:"n"`
		Min *float64 `json:"min_seconds,omitempty"`
		P10 *float64 `json:"p10_seconds,omitempty"`
		P25 *float64 `json:"p25_seconds,omitempty"`
		P50 *float64 `json:"p50_seconds,omitempty"`
		P75 *float64 `json:"p75_seconds,omitempty"`
		P90 *float64 `json:"p90_seconds,omitempty"`
		Max *float64 `json:"max_seconds,omitempty"`
	}{N: t.Len()}
	for _, q := range [...]struct {
		to **float64
		p  float64
	}{{&out.Min, 0}, {&out.P10, .1}, {&out.P25, .25}, {&out.P50, .5}, {&out.P75, .75}, {&out.P90, .9}, {&out.Max, 1}} {
		if d, ok := t.Quantile(q.p); ok {
			seconds := d.Seconds()
			*q.to = &seconds
		}
	}
	return json.Marshal(out)
}

// Between returns the times between steps, of those who did the step with the
// number and one before it: from the touch of the latter to that of the former, on
// the way that counts, where the step before is an earlier one for who skipped
// optional steps. With [AnyOrder] they lead from the touch that made it so many
// steps less one. Touches that count as of one instant are 0 apart. There are none
// at the first step, and none of a step that does not exist.
func (r *Report) Between(step int) Times {
	if step < 1 || step > r.Len() {
		return Times{}
	}
	return timesOf(&r.tally.steps[step-1].between)
}

// ToComplete returns the times from entry to completion of those who completed.
// They are those of the quick: who is still open may take longer. [Report.Spells]
// takes that into account.
func (r *Report) ToComplete() Times { return timesOf(&r.tally.spells[journey.Converted]) }

// Spells returns the times that attempts took: from entry to completion of those
// who completed, to the loss of those who were lost, and, censored, to AsOf of those
// still open. The loss has the time of [Attempt.Until]: with a window or LostAfter
// that is when the customer began to count as lost, so that losses and completions
// of the same age are known alike.
func (r *Report) Spells() *Spells {
	s := new(Spells)
	for outcome := range r.tally.spells {
		if err := s.AddAll(&r.tally.spells[outcome], journey.Outcome(outcome)); err != nil {
			panic(err) // not reached: they are not negative, and no more than maxAttempts
		}
	}
	return s
}
