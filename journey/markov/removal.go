package markov

import (
	"iter"
	"slices"

	"github.com/cjm-go/cjm/touchpoint"
)

// Effect is what a channel is worth to the chain: parts of a whole, in [0, 1].
type Effect struct {
	// Conversion is the part of the conversions that would be lost if every
	// journey that comes to the channel were lost there.
	Conversion float64
	// Value is that part of the value; 0 where [Removal.HasValue] is false.
	Value float64
}

// Removal holds the removal effect of each channel. It does not change.
type Removal struct {
	channels []touchpoint.Channel
	effects  []Effect
	index    map[touchpoint.Channel]int
	valued   bool
}

// Removal returns the removal effects of all channels,
//
//	RE_c = (N_sc/N_cc) b_c / b_s
//
// and the same with expected values for b: the probability that a journey which
// converts went over c. It is what is left out when every transition into c is
// redirected to [Lost] (Anderl, Becker, von Wangenheim and Schumann, "Mapping the
// customer journey", International Journal of Research in Marketing 33 (2016)
// 457-474), without changing the chain once for each channel, and as a product,
// so that small effects have full precision.
//
// The error is [ErrNoStart], or [ErrNoConversions] where no journey converts.
func (c *Chain) Removal() (*Removal, error) {
	if c.start < 0 {
		return nil, ErrNoStart
	}
	b, u := c.convert[c.start], c.value[c.start]
	if b == 0 {
		return nil, ErrNoConversions
	}
	r := &Removal{index: make(map[touchpoint.Channel]int), valued: u > 0}
	for i, s := range c.states {
		channel, ok := s.Channel()
		if !ok {
			continue
		}
		hit := c.hitting(c.start, i)
		e := Effect{Conversion: min(hit*c.convert[i]/b, 1)}
		if r.valued {
			e.Value = min(hit*(c.value[i]/u), 1)
		}
		r.index[channel] = len(r.channels)
		r.channels = append(r.channels, channel)
		r.effects = append(r.effects, e)
	}
	return r, nil
}

// Effect returns the removal effect of the channel. It is exactly 0 for a
// channel on no converting journey, or not in the chain.
func (r *Removal) Effect(channel touchpoint.Channel) Effect {
	if i, ok := r.index[channel]; ok {
		return r.effects[i]
	}
	return Effect{}
}

// All yields the channels with their effects in the order of the chain's states.
func (r *Removal) All() iter.Seq2[touchpoint.Channel, Effect] {
	return func(yield func(touchpoint.Channel, Effect) bool) {
		for i, channel := range r.channels {
			if !yield(channel, r.effects[i]) {
				return
			}
		}
	}
}

// Channels returns the channels in the order of the chain's states.
func (r *Removal) Channels() []touchpoint.Channel { return slices.Clone(r.channels) }

// Sum returns the sum of all effects: the expected number of distinct channels
// on a converting journey, and the same weighted by value.
func (r *Removal) Sum() Effect {
	var sum Effect
	for _, e := range r.effects {
		sum.Conversion += e.Conversion
		sum.Value += e.Value
	}
	return sum
}

// HasValue reports whether the conversions are worth something, so that the
// effects on the value are defined.
func (r *Removal) HasValue() bool { return r.valued }
