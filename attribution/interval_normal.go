package attribution

import (
	"math"

	"github.com/cjm-go/cjm/internal/stat"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// variances holds the variance of each number of each line: the channels by code,
// then the line of empty paths.
type variances struct {
	conversions, share, value []float64
	effect, valueEffect       []float64 // nil where the model has no removal effects
}

func newVariances(lines int, removal bool) *variances {
	v := &variances{
		conversions: make([]float64, lines),
		share:       make([]float64, lines),
		value:       make([]float64, lines),
	}
	if removal {
		v.effect, v.valueEffect = make([]float64, lines), make([]float64, lines)
	}
	return v
}

// normalUncertainty makes intervals of the variances by the normal approximation.
func normalUncertainty(t *tally, r *Result, touched *touched, v *variances, method Method, level float64, units, customers int64) (*Uncertainty, error) {
	if units < 2 {
		return nil, ErrUnits
	}
	u := beginUncertainty(r, method, level, units, customers)
	z := stat.NormalQuantile(level)
	touched.grow(t)
	for channel, c := range r.All() {
		at, touching := t.line(touched, channel)
		line := ChannelUncertainty{
			Conversions: normal(c.Conversions, v.conversions[at], z, math.Inf(1)),
			Share:       normal(c.Share, v.share[at], z, 1),
			Value:       normal(c.Value, v.value[at], z, math.Inf(1)),
			Touching:    touching,
			Few:         touching < FewConversions,
		}
		if c.Removal != nil {
			e := &RemovalUncertainty{
				Effect:        normal(c.Removal.Effect, v.effect[at], z, 1),
				ValueEffect:   normal(c.Removal.ValueEffect, v.valueEffect[at], z, 1),
				TouchingShare: wilson(touching, t.all.conversions, level),
			}
			if line.Few {
				e.Effect.Lo = min(e.Effect.Lo, e.TouchingShare.Lo)
				e.Effect.Hi = max(e.Effect.Hi, e.TouchingShare.Hi)
			}
			line.Removal = e
		}
		u.channels = append(u.channels, channel)
		u.lines = append(u.lines, line)
	}
	return u, nil
}

// beginUncertainty returns an uncertainty without lines.
func beginUncertainty(r *Result, method Method, level float64, units, customers int64) *Uncertainty {
	u := &Uncertainty{
		model: r.model, method: method, level: level,
		journeys: r.totals.Journeys, units: units, customers: customers,
	}
	if units < FewUnits {
		u.warnings = append(u.warnings, ErrFewUnits)
	}
	return u
}

// line returns the index of a channel in variances, and how many conversions
// touched it.
func (t *tally) line(touched *touched, channel touchpoint.Channel) (at int, touching int64) {
	if channel == journey.None {
		return t.size(), t.none.conversions
	}
	code, ok := t.dict().Lookup(channel)
	if !ok {
		return t.size(), 0 // a model of a user's own gave credit to it
	}
	return int(code), touched.conversions[code]
}

// normal returns the interval x -+ z*SE within [0, most].
func normal(x, variance, z, most float64) Estimate {
	se := math.Sqrt(max(variance, 0))
	return Estimate{SE: se, Lo: max(x-z*se, 0), Hi: min(x+z*se, max(x, most))}
}

// wilson returns Wilson's interval for a probability of which k of n trials are the
// evidence, see [stat.Wilson].
func wilson(k, n int64, level float64) Estimate {
	lo, hi := stat.Wilson(k, n, level)
	trials := float64(n)
	return Estimate{SE: math.Sqrt(float64(k) / trials * (float64(n-k) / trials) / trials), Lo: lo, Hi: hi}
}
