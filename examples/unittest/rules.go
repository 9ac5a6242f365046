// Package unittest shows how to test marketing rules of your own: an attribution
// model and a rule for loyal customers here, and their tests beside it, a journey
// a line, in the notation of package
// [github.com/cjm-go/cjm/journey/journeytest].
package unittest

import (
	"slices"
	"time"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// Advice is a model that counts the touches over channels where somebody advises
// the customer twice, and all others once.
func Advice(advising ...touchpoint.Channel) attribution.Model {
	return attribution.Weighted{
		Label: "advice",
		Weights: func(dst []float64, p *journey.Counted) {
			for i, code := range p.Channels {
				dst[i] = 1
				if slices.Contains(advising, p.Dictionary.Name(code)) {
					dst[i] = 2
				}
			}
		},
	}
}

// LoyalWithin is how soon after a purchase the next one makes a customer loyal.
const LoyalWithin = 60 * 24 * time.Hour

// Loyal reports whether a customer, whose journeys come in order of time, bought
// again within [LoyalWithin] of an earlier purchase.
func Loyal(journeys []journey.Path) bool {
	var last time.Time
	for _, p := range journeys {
		if p.Outcome != journey.Converted {
			continue
		}
		if !last.IsZero() && p.End.Sub(last) <= LoyalWithin {
			return true
		}
		last = p.End
	}
	return false
}
