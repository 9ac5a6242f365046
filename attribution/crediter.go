package attribution

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// ErrNoPathCredit says that a model cannot tell what a single path is credited
// with: its accumulator is no [PathCrediter].
var ErrNoPathCredit = errors.New("attribution: the model does not credit single paths")

// PathCrediter is what an [Accumulator] of your own may be as well, so that
// [NewCrediter] works with it. All accumulators of this package are.
type PathCrediter interface {
	// PathCredit returns the rule that credits the touches of a path by what
	// has been counted so far. The rule sets an element of conversions and of
	// value for each touch of p, which is valid; they come in as zeros. Over
	// all paths counted, the credits of a channel's touches add up to what
	// Result gives to the channel. The rule must not change or keep p.
	//
	// The error is that of Result.
	PathCredit() (func(p *journey.Counted, conversions, value []float64) error, error)
}

// TouchCredit is what one touch of a path is credited with.
type TouchCredit struct {
	// Position is the index of the touch in the Channels of the path.
	Position int
	// Channel is the channel of the touch.
	Channel touchpoint.Channel
	// Conversions is the part of the path's conversions; of those of all
	// paths for a model that credits channels as a whole.
	Conversions float64
	// Value is the part of what the conversions were worth.
	Value float64
}

// Crediter says what a model gives to each touch of a path. Over all paths
// counted, the credits of a channel's touches add up to the credit of the channel
// in the model's [Result].
//
// The heuristics follow the rule that they are defined by: a conversion is shared
// among the touches of its own journey. The models that work on all journeys at
// once credit channels. What a channel is given goes to the conversions whose
// journeys touched it, equally, and on a journey to the touches of the channel,
// equally. So the credits of one such path do not add up to its conversions.
//
// A Crediter does not change when paths are added to the accumulator that it was
// made of. It is not safe for concurrent use, nor while that accumulator is used
// by another goroutine.
type Crediter struct {
	rule               func(p *journey.Counted, conversions, value []float64) error
	conversions, value []float64 // scratch
}

// NewCrediter returns the crediter of what the accumulator has counted so far.
// The error is that of [Accumulator.Result], or [ErrNoPathCredit].
func NewCrediter(a Accumulator) (*Crediter, error) {
	p, ok := a.(PathCrediter)
	if !ok {
		return nil, ErrNoPathCredit
	}
	rule, err := p.PathCredit()
	if err != nil {
		return nil, err
	}
	return &Crediter{rule: rule}, nil
}

// Crediters returns the crediter of each model, in the order of the models. The
// error is [ErrNoPathCredit] where one of them has none.
func (s *Set) Crediters() ([]*Crediter, error) {
	var crediters []*Crediter
	for i, a := range s.accumulators {
		c, err := NewCrediter(a)
		if errors.Is(err, ErrNoJourneys) || errors.Is(err, ErrNoConversions) {
			return nil, err // true of every model
		}
		if err != nil {
			return nil, s.of(i, err)
		}
		crediters = append(crediters, c)
	}
	return crediters, nil
}

// Credit returns the credit of each touch of the path, in order. The path need
// not be one of those counted, but its channels must be: the error is an
// [*UnknownChannelError] otherwise, or that of [journey.Counted.Validate], or
// [ErrNoTimes], [ErrWeights] or [ErrOverflow].
func (c *Crediter) Credit(p *journey.Counted) ([]TouchCredit, error) {
	return c.AppendCredit(nil, p)
}

// AppendCredit appends to dst what [Crediter.Credit] returns. On an error it
// returns dst as it was.
func (c *Crediter) AppendCredit(dst []TouchCredit, p *journey.Counted) ([]TouchCredit, error) {
	if err := p.Validate(); err != nil {
		return dst, err
	}
	n := len(p.Channels)
	if n == 0 {
		return dst, nil
	}
	if err := knownCodes(p); err != nil {
		return dst, err
	}
	c.conversions, c.value = zeros(c.conversions, n), zeros(c.value, n)
	if err := c.rule(p, c.conversions, c.value); err != nil {
		return dst, err
	}
	for i := range n {
		if x := c.conversions[i] + c.value[i]; math.IsNaN(x) || math.IsInf(x, 0) {
			return dst, ErrOverflow
		}
	}
	dst = slices.Grow(dst, n)
	for i, code := range p.Channels {
		dst = append(dst, TouchCredit{
			Position: i, Channel: p.Dictionary.Name(code), Conversions: c.conversions[i], Value: c.value[i],
		})
	}
	return dst, nil
}

// knownCodes returns an error if the path has a code that its dictionary lacks.
func knownCodes(p *journey.Counted) error {
	for _, code := range p.Channels {
		if p.Dictionary == nil || int(code) >= p.Dictionary.Len() {
			return fmt.Errorf("%w: %d", journey.ErrUnknownCode, code)
		}
	}
	return nil
}

// zeros returns n zeros, in the memory of s where it suffices.
func zeros(s []float64, n int) []float64 {
	s = slices.Grow(s[:0], n)[:n]
	clear(s)
	return s
}

// UnknownChannelError says that a path has a channel that no path counted had.
type UnknownChannelError struct {
	// Position is the index of the touch in the Channels of the path.
	Position int
	// Channel is its channel. It is not in the message.
	Channel touchpoint.Channel
}

// Error tells the touch.
func (e *UnknownChannelError) Error() string {
	return fmt.Sprintf("attribution: the channel of touch %d was never counted", e.Position+1)
}

// PathCredit implements [PathCrediter].
func (a *accumulator) PathCredit() (func(p *journey.Counted, conversions, value []float64) error, error) {
	if _, err := a.begin(a.name); err != nil {
		return nil, err
	}
	rule, err := a.tables.creditPath(a.tally)
	if err != nil {
		return nil, err
	}
	codes := a.tally.known()
	return func(p *journey.Counted, conversions, value []float64) error {
		known, err := codes(p)
		if err != nil {
			return err
		}
		return rule(p, known, conversions, value)
	}, nil
}

// known returns the function that gives the channels of a path in codes of the
// tally as it is now, valid until the next call. It leaves the tally alone.
func (t *tally) known() func(p *journey.Counted) ([]journey.Code, error) {
	var names []touchpoint.Channel // by code
	for _, name := range t.dict().All() {
		names = append(names, name)
	}
	own := journey.NewDictionary(names...)
	var (
		source *journey.Dictionary
		to     []journey.Code // for the codes of source the own ones plus one, 0 where not known
		codes  []journey.Code
	)
	return func(p *journey.Counted) ([]journey.Code, error) {
		if p.Dictionary != source {
			source, to = p.Dictionary, to[:0]
		}
		codes = codes[:0]
		for i, c := range p.Channels {
			for code := len(to); code <= int(c); code++ {
				mine, ok := own.Lookup(source.Name(journey.Code(code)))
				if ok {
					mine++
				}
				to = append(to, mine)
			}
			if to[c] == 0 {
				return nil, &UnknownChannelError{Position: i, Channel: source.Name(c)}
			}
			codes = append(codes, to[c]-1)
		}
		return codes, nil
	}
}
