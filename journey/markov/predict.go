package markov

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// Errors of a [Predictor].
var (
	// ErrEnded says that the journey has ended: there is nothing to predict.
	ErrEnded = errors.New("markov: the journey has ended")
	// ErrNoPace says that no silence after the touches of a channel is known.
	ErrNoPace = errors.New("markov: no times are known")
)

// Predictor says what to expect of one journey that is still open, by the first-order
// chain of counted journeys and by how long these were silent between touches. It does
// not change and is safe for concurrent use.
//
// # Silence
//
// A customer who has just touched channel i converts with the probability b_i of the
// chain. Each moment of silence after that speaks for having been lost. Let d_i be
// the probability to be lost after i, and G_i(s) the part of the silences after i,
// among those that ended, that were longer than s. Then after a silence of s
//
//	P(convert) = b_i G_i(s) / ((1 - d_i) G_i(s) + d_i)
//
// by Bayes: it is b_i at s = 0 and falls from there. The journey is taken for a
// semi-Markov process in which the length of a silence does not depend on what ends
// it.
type Predictor struct {
	chain *Chain
	tails map[touchpoint.Channel]tail
	// time is, for each state of the chain, the mean nanoseconds to the
	// conversion of those that convert, from the touch on; first has the part of
	// it up to the next touch.
	time, first []float64
	known       []bool
	best        []NextChannel
}

// Prediction is what to expect of a journey as of a time.
type Prediction struct {
	// Last is the channel of the last touch; empty if there is none.
	Last touchpoint.Channel
	// Silent is how long ago that was.
	Silent time.Duration
	// PConvert is the probability that the journey will convert.
	PConvert float64
	// ExpectedValue is what it will bring on average, in the unit of the counted
	// values.
	ExpectedValue float64
	// Longer of the Silences known after touches of Last were longer than Silent.
	// Where there are few of them there is little to go by.
	Longer, Silences int64
	// TimeToConversion is the mean time from now to the conversion, if it comes;
	// Timed is false where it cannot be told: there is no touch, a channel on the
	// way has no known times, nobody converts, or no silence known was longer.
	TimeToConversion time.Duration
	Timed            bool
	// Next is the channel of which one touch now raises PConvert most, and what it
	// would be then. It describes journeys that went there by themselves; a
	// touch brought about by somebody need not do the same. The channel is empty
	// where the chain has none.
	Next NextChannel
}

// NextChannel is what one more touch would make of P(convert).
type NextChannel struct {
	Channel  touchpoint.Channel
	PConvert float64
}

// NewPredictor returns the predictor of the journeys counted. The error is that of
// [Counts.Fit]. Channels that pace does not know have no times: silence then has no
// bearing, and a prediction after one is [ErrNoPace].
func NewPredictor(counts *Counts, pace *PaceCounts) (*Predictor, error) {
	chain, err := counts.Fit()
	if err != nil {
		return nil, err
	}
	n := len(chain.states)
	p := &Predictor{
		chain: chain, tails: make(map[touchpoint.Channel]tail),
		time: make([]float64, n), first: make([]float64, n), known: make([]bool, n),
	}
	// The chain given conversion goes from i to j with q_ij b_j/b_i. Its mean time is
	// sum_j N_ij b_j tau_j / b_i, a sum of positive terms.
	for i, s := range chain.states {
		channel, ok := s.Channel()
		if !ok {
			continue // nobody is silent at the start
		}
		if t := newTail(pace.Gaps(channel)); len(t.gaps) > 0 {
			p.tails[channel] = t
			p.first[i] = t.sum[0] / float64(t.from[0])
		}
		p.best = append(p.best, NextChannel{channel, chain.convert[i]})
	}
	for i := range n {
		if chain.convert[i] == 0 {
			continue
		}
		p.known[i] = true
		for j, s := range chain.states {
			weight := chain.visits[i*n+j] * chain.convert[j]
			channel, ok := s.Channel()
			if !ok || weight == 0 {
				continue
			}
			if _, timed := p.tails[channel]; !timed {
				p.known[i] = false
			}
			p.time[i] += weight * p.first[j]
		}
		p.time[i] /= chain.convert[i]
	}
	slices.SortFunc(p.best, func(a, b NextChannel) int {
		return cmp.Or(cmp.Compare(b.PConvert, a.PConvert), cmp.Compare(a.Channel, b.Channel))
	})
	return p, nil
}

// Chain returns the chain behind the predictions.
func (p *Predictor) Chain() *Chain { return p.chain }

// Next returns every channel of the chain with the P(convert) after one touch of it,
// the highest first, those that are alike in the order of their names.
func (p *Predictor) Next() []NextChannel { return slices.Clone(p.best) }

// Predict says what to expect of the journey as of now. Touches after now do not count.
// A journey without touches is at its start, and no silence is known of it.
//
// The error is [ErrEnded] for a path that has ended by now, [*UnknownChannelError]
// where the journeys counted never touched the last channel, [ErrNoStart] for a path
// without touches where the chain has no start, [ErrNoPace] where the customer has been silent
// and nothing is known of silences there.
func (p *Predictor) Predict(path *journey.Path, now time.Time) (Prediction, error) {
	if path.Outcome != journey.Open && (path.End.IsZero() || !path.End.After(now)) {
		return Prediction{}, ErrEnded
	}
	touches := path.Touchpoints
	for len(touches) > 0 && touches[len(touches)-1].Time.After(now) {
		touches = touches[:len(touches)-1]
	}
	c := p.chain
	var out Prediction
	if len(p.best) > 0 {
		out.Next = p.best[0]
	}
	if len(touches) == 0 {
		if c.start < 0 {
			return Prediction{}, ErrNoStart
		}
		out.PConvert = c.convert[c.start]
		out.ExpectedValue = c.value[c.start]
		return out, nil
	}
	last := &touches[len(touches)-1]
	i, ok := c.index[At(last.Channel)]
	if !ok {
		return Prediction{}, &UnknownChannelError{last.Channel}
	}
	out.Last, out.Silent = last.Channel, now.Sub(last.Time)
	out.PConvert, out.ExpectedValue = c.convert[i], c.value[i]
	t, timed := p.tails[last.Channel]
	if !timed {
		if out.Silent > 0 {
			return Prediction{}, ErrNoPace
		}
		return out, nil
	}
	var left float64
	out.Silences, out.Longer, left = t.beyond(out.Silent)
	if lost := c.r[2*i+1]; lost > 0 {
		g := float64(out.Longer) / float64(out.Silences)
		if out.Silent == 0 {
			g = 1 // a silence of nothing is no evidence
		}
		factor := g / ((1-lost)*g + lost)
		out.PConvert *= factor
		out.ExpectedValue *= factor
	}
	if p.known[i] && out.Longer > 0 {
		rest := p.time[i] - p.first[i]
		if ns := left + max(rest, 0); ns < float64(1<<63-1) {
			out.TimeToConversion, out.Timed = time.Duration(ns), true
		}
	}
	return out, nil
}
