package attribution

import (
	"github.com/cjm-go/cjm/journey"
)

// spread returns the rule for paths of a model that credits channels as a whole.
// What credit gives to a channel goes in equal parts to the conversions whose
// journeys touched it, and its value in proportion to what these were worth, or in
// equal parts where they were worth nothing. In a journey the touches of a channel
// share alike.
//
// Touched returns these conversions and their value. A chain may credit a channel
// that no journey with a conversion touched; such a credit, positive or negative,
// goes in equal parts to all touches of the channel, whatever became of the
// journeys. Visits returns how many these are. It is asked for nothing else and may
// be nil where a model never does that.
func spread(
	t *tally, credit func(journey.Code) Credit,
	touched func(journey.Code) (conversions int64, value float64), visits func(journey.Code) int64,
) pathRule {
	type part struct {
		Credit
		conversions, value, visits float64 // among which it is shared
	}
	parts := make([]part, t.size())
	for i := range parts {
		c := journey.Code(i)
		conversions, value := touched(c)
		parts[i] = part{Credit: credit(c), conversions: float64(conversions), value: value}
		if p := &parts[i]; conversions == 0 && (p.Conversions != 0 || p.Value != 0) {
			p.visits = float64(visits(c))
		}
	}
	var times occurrences
	return func(p *journey.Counted, codes []journey.Code, conversions, value []float64) error {
		journeys, err := p.Journeys()
		if err != nil {
			return err
		}
		times.count(codes)
		for i, c := range codes {
			part := &parts[c]
			switch n := times.of(c); {
			case part.visits > 0:
				conversions[i] = part.Conversions * (float64(journeys) / part.visits)
				value[i] = part.Value * (float64(journeys) / part.visits)
			case part.conversions > 0:
				of := float64(p.Conversions) / part.conversions
				conversions[i] = part.Conversions * of / n
				if part.value > 0 {
					of = p.Value / part.value
				}
				value[i] = part.Value * of / n
			}
		}
		times.reset(codes)
		return nil
	}
}

// occurrences counts how often each channel occurs on a path.
type occurrences struct {
	n []int // by code; zeros between paths
}

func (o *occurrences) count(codes []journey.Code) {
	for _, c := range codes {
		for int(c) >= len(o.n) {
			o.n = append(o.n, 0)
		}
		o.n[c]++
	}
}

func (o *occurrences) of(c journey.Code) float64 { return float64(o.n[c]) }

func (o *occurrences) reset(codes []journey.Code) {
	for _, c := range codes {
		o.n[c] = 0
	}
}
