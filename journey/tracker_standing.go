package journey

import (
	"time"

	"github.com/google/uuid"

	"github.com/cjm-go/cjm/stage"
)

// Standing is where a customer stood at a time, and why.
type Standing struct {
	Customer string `json:"customer"`
	// Stage is the stage, empty if there is evidence of none: the customer was
	// only active so far, or the one purchase known was undone.
	Stage stage.Stage `json:"stage,omitempty"`
	// Phase is that of the stage: [stage.PrePurchase] is the buyer's part of
	// the journey, what comes from the purchase on the customer's. See Bought.
	Phase stage.Phase `json:"phase,omitzero"`
	// Since is when the customer came to the stage, by the Rule for the
	// Touchpoint, from the stage Previous, which may be empty. Zero if there was
	// never a stage.
	Since      time.Time   `json:"since,omitzero"`
	Rule       string      `json:"rule,omitempty"`
	Touchpoint uuid.UUID   `json:"touchpoint,omitzero"`
	Previous   stage.Stage `json:"previous,omitempty"`
	// Kind says how the customer came to the stage: [Entered], [FellBack],
	// [Repeated] or [Refunded].
	Kind TransitionKind `json:"kind"`
	// FellBack: the stage is earlier than Previous, be it by evidence or by a
	// refund, or the refund left none.
	FellBack bool `json:"fell_back,omitzero"`
	// LastSeen is the time of the latest evidence.
	LastSeen time.Time `json:"last_seen"`
	// Dormant: the customer has been silent for DormantAfter. DormantSince is
	// when that time was over; zero if not dormant.
	Dormant      bool      `json:"dormant,omitzero"`
	DormantSince time.Time `json:"dormant_since,omitzero"`
	// Purchases counts them all; Refunds how many of them were undone.
	Purchases int64 `json:"purchases"`
	Refunds   int64 `json:"refunds"`
}

// Bought reports whether the customer is one in the proper sense: has a purchase
// that was not undone or, where no purchase is known, is in a stage of phase
// [stage.AtPurchase] or [stage.PostPurchase]. Under [Latest] somebody who bought
// may well be in a stage before the purchase again.
func (s Standing) Bought() bool {
	return s.Purchases > s.Refunds || s.Purchases == 0 && s.Phase >= stage.AtPurchase
}

// where returns where the customer stands after the replay, which is of at
// least one piece of evidence.
func (r *replay) where(customer string) Standing {
	s := Standing{
		Customer: customer, Stage: r.name(r.stage), Phase: r.phase(r.stage),
		LastSeen:  r.evidence[len(r.evidence)-1].Time,
		Purchases: int64(r.purchases), Refunds: int64(r.refunds),
	}
	for i := range r.made {
		t := &r.made[i]
		switch {
		case t.Kind == Slept:
			s.Dormant, s.DormantSince = true, t.At
		case t.Kind == Woke:
			s.Dormant, s.DormantSince = false, time.Time{}
		case t.From != t.To:
			s.Since, s.Rule, s.Touchpoint, s.Previous, s.Kind = t.At, t.Rule, t.Touchpoint, t.From, t.Kind
			s.FellBack = t.Kind == FellBack || t.Kind == Refunded && (t.To == "" || r.model.Before(t.To, t.From))
		}
	}
	return s
}

// StageTime is how long a customer was in a stage.
type StageTime struct {
	Stage stage.Stage `json:"stage"`
	// Visits is how often the customer came to it.
	Visits int64 `json:"visits"`
	// Time is the time spent in it, dormant or not, Dormant the dormant part.
	// They end at the largest time.Duration, 292 years.
	Time    time.Duration `json:"time"`
	Dormant time.Duration `json:"dormant"`
}

// times returns the time in each stage up to the time at, in the order of the
// model.
func (r *replay) times(at time.Time) []StageTime {
	all := make([]StageTime, r.model.Len())
	cur := int32(nowhere)
	var since, slept time.Time
	asleep := false
	until := func(t time.Time) {
		if cur == nowhere {
			return
		}
		all[cur].Time = saturated(all[cur].Time, t.Sub(since))
		if asleep {
			all[cur].Dormant = saturated(all[cur].Dormant, t.Sub(slept))
		}
	}
	for i := range r.made {
		t := &r.made[i]
		until(t.At)
		since, slept = t.At, t.At
		switch t.Kind {
		case Slept:
			asleep = true
		case Woke:
			asleep = false
		}
		if t.From != t.To {
			if cur = nowhere; t.To != "" {
				cur = r.index[t.To]
				all[cur].Visits++
			}
		}
	}
	until(at)
	kept := all[:0]
	for i := range all {
		if all[i].Visits > 0 {
			all[i].Stage = r.name(int32(i))
			kept = append(kept, all[i])
		}
	}
	return kept
}

// saturated returns the sum of two durations that are not negative, or the
// largest there is.
func saturated(a, b time.Duration) time.Duration {
	const most = time.Duration(1<<63 - 1)
	if a > most-b {
		return most
	}
	return a + b
}
