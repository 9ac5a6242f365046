package markov

import (
	"context"
	"iter"
	"math"
	"sync"
	"sync/atomic"

	"github.com/cjm-go/cjm/touchpoint"
)

// WindowEffect is the removal effect of a channel, or of several, with the bounds
// of its error.
type WindowEffect struct {
	// Conversion is the part of the conversions that would be lost. It is in
	// [0, 1] for [Redirect]; the other variants may gain conversions, and then
	// it is negative.
	Conversion float64
	// Value is that part of the value; 0 where the conversions are worth
	// nothing.
	Value float64
	// ConversionBound and ValueBound are certified: the exact numbers, those of
	// the chain in real arithmetic, are not farther away.
	ConversionBound, ValueBound float64
}

// WindowRemoval holds the removal effect of each channel of a [WindowChain]. It
// does not change.
type WindowRemoval struct {
	options            RemovalOptions
	channels           []touchpoint.Channel
	effects            []WindowEffect
	index              map[touchpoint.Channel]int
	valued             bool
	iterations         int
	order              int
	states, transition int
}

// Removal returns the removal effects of all channels, certified: residuals and
// rounding errors bound how far each is from the exact number. Small chains, and
// what iteration is slow at, are eliminated. The others are iterated, eight
// channels at a time: corrections of the states in groups, by a coarse chain,
// alternate with sweeps over the transitions (Gauss-Seidel). That takes about
// 25 passes for 12 digits, and 70 bytes for each state and goroutine.
//
// The error is that of [RemovalOptions.Validate]; [ErrNoConversions] where no
// journey converts; a [*NotConvergedError]; or that of the context.
func (c *WindowChain) Removal(ctx context.Context, o RemovalOptions) (*WindowRemoval, error) {
	r := &WindowRemoval{
		options:    o,
		channels:   c.Channels(),
		index:      make(map[touchpoint.Channel]int),
		order:      c.order,
		states:     c.States(),
		transition: c.Transitions(),
	}
	sets := make([][]int32, len(r.channels))
	for i, channel := range r.channels {
		r.index[channel] = i
		sets[i] = []int32{int32(i)}
	}
	var err error
	r.effects, r.iterations, err = c.removeSets(ctx, o, sets)
	if err != nil {
		return nil, err
	}
	r.valued = c.value > 0
	return r, nil
}

// RemovalOfSet returns the removal effect of several channels at once: for
// [Redirect], the part of the conversions on journeys that went over any of them.
// That of no channel is 0.
//
// The error is an [*UnknownChannelError], or as for [WindowChain.Removal].
func (c *WindowChain) RemovalOfSet(ctx context.Context, o RemovalOptions, channels ...touchpoint.Channel) (WindowEffect, error) {
	set, err := c.indices(channels)
	if err != nil {
		return WindowEffect{}, err
	}
	effects, _, err := c.removeSets(ctx, o, [][]int32{set})
	if err != nil {
		return WindowEffect{}, err
	}
	return effects[0], nil
}

func (c *WindowChain) indices(channels []touchpoint.Channel) ([]int32, error) {
	set := make([]int32, len(channels))
	for i, channel := range channels {
		k, ok := c.channelIndex(channel)
		if !ok {
			return nil, &UnknownChannelError{Channel: channel}
		}
		set[i] = int32(k)
	}
	return set, nil
}

// removeSets returns the effect of removing each set of channels.
func (c *WindowChain) removeSets(ctx context.Context, o RemovalOptions, sets [][]int32) ([]WindowEffect, int, error) {
	if err := o.Validate(); err != nil {
		return nil, 0, err
	}
	if c.converted == 0 {
		return nil, 0, ErrNoConversions
	}
	s := c.newRemovalSystem(o)
	effects := make([]WindowEffect, len(sets))
	batches := (len(sets) + width - 1) / width
	passes, errs := make([]int, batches), make([]error, batches)
	var next atomic.Int64
	work := func() {
		for {
			b := int(next.Add(1)) - 1
			if b >= batches {
				return
			}
			if errs[b] = ctx.Err(); errs[b] != nil {
				return
			}
			lo, hi := b*width, min((b+1)*width, len(sets))
			passes[b], errs[b] = s.remove(ctx, sets[lo:hi], effects[lo:hi])
		}
	}
	var wg sync.WaitGroup
	for range min(o.workers(), batches) - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()
	most := 0
	for b, err := range errs {
		if err != nil {
			return nil, 0, err
		}
		most = max(most, passes[b])
	}
	return effects, most, nil
}

// Effect returns the removal effect of the channel; zero for a channel that is
// not in the chain.
func (r *WindowRemoval) Effect(channel touchpoint.Channel) WindowEffect {
	if i, ok := r.index[channel]; ok {
		return r.effects[i]
	}
	return WindowEffect{}
}

// All yields the channels with their effects, sorted by name.
func (r *WindowRemoval) All() iter.Seq2[touchpoint.Channel, WindowEffect] {
	return func(yield func(touchpoint.Channel, WindowEffect) bool) {
		for i, channel := range r.channels {
			if !yield(channel, r.effects[i]) {
				return
			}
		}
	}
}

// Sum returns the sum of all effects; for [Redirect] the expected number of
// distinct channels on a converting journey, and the same weighted by value.
// Its bounds are the sums of the bounds.
func (r *WindowRemoval) Sum() WindowEffect {
	var sum WindowEffect
	for _, e := range r.effects {
		sum.Conversion += e.Conversion
		sum.Value += e.Value
		sum.ConversionBound += e.ConversionBound
		sum.ValueBound += e.ValueBound
	}
	return sum
}

// Certificate returns the largest bound of an error, on conversions or value:
// relative to the effect for [Redirect], absolute for the other variants.
func (r *WindowRemoval) Certificate() float64 {
	most := 0.0
	for _, e := range r.effects {
		most = max(most, e.certificate(r.options.Variant))
	}
	return most
}

func (e WindowEffect) certificate(v Variant) float64 {
	if v != Redirect {
		return max(e.ConversionBound, e.ValueBound)
	}
	return max(quotient(e.ConversionBound, e.Conversion), quotient(e.ValueBound, e.Value))
}

// quotient returns a/b for numbers that are not negative, 0 for 0/0.
func quotient(a, b float64) float64 {
	if a == 0 {
		return 0
	}
	if b == 0 {
		return math.Inf(1)
	}
	return a / b
}

// HasValue reports whether the conversions are worth something, so that the
// effects on the value are defined.
func (r *WindowRemoval) HasValue() bool { return r.valued }

// Options returns the options that the effects were found with.
func (r *WindowRemoval) Options() RemovalOptions { return r.options }

// Iterations returns the number of passes over the transitions that the slowest
// channel took; 0 where none was needed.
func (r *WindowRemoval) Iterations() int { return r.iterations }

// Order returns the order of the chain.
func (r *WindowRemoval) Order() int { return r.order }

// States returns the number of states of the chain.
func (r *WindowRemoval) States() int { return r.states }

// Transitions returns the number of distinct transitions of the chain.
func (r *WindowRemoval) Transitions() int { return r.transition }
