package attribution

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// ErrNoChain says that an accumulator is of a model without a Markov chain, so
// that it cannot score paths.
var ErrNoChain = errors.New("attribution: the model has no chain to score paths with")

// Score is what to expect of a journey that has come along a path and goes on
// from there.
type Score struct {
	// PConvert is the probability that it will convert, in [0, 1].
	PConvert float64
	// ExpectedValue is what it will bring on average, in the unit of the counted
	// values.
	ExpectedValue float64
	// Used is the number of last touches that the score rests on: at most the
	// order of the chain, fewer where no journey counted had these touches one
	// after the other; the chain of that lower order is then asked. 0 says that
	// nothing is known of the last touch, or that there is none: the score is
	// that of a journey at its start.
	Used int
}

// NextTouch says what one more touch would make of the score of a path.
type NextTouch struct {
	// Channel is the channel of the touch.
	Channel touchpoint.Channel
	// Score is that of the path with the touch at its end.
	Score
	// Lift is how much PConvert rises by the touch; negative where it falls.
	Lift float64
	// ValueLift is the same for ExpectedValue.
	ValueLift float64
}

// Scorer tells how likely a journey is to convert, by the Markov chain of a model:
// a journey that is still open, or a path that no journey has taken yet. Only the
// last touches count, as many as the order of the chain. What it says describes
// journeys that went on by themselves; that a touch brought about by somebody
// would have the same effect is not known from them.
//
// A Scorer does not change. It is safe for concurrent use.
type Scorer struct {
	chain windows
	start Score
}

// windows is a chain whose states are the last touches of a journey.
type windows interface {
	// Order is the length of the longest window.
	Order() int
	// Channels returns the channels of the chain, sorted.
	Channels() []touchpoint.Channel
	// PConvert returns the probability to convert after the window, and how many
	// of its last touches it rests on.
	PConvert(window ...touchpoint.Channel) (p float64, used int, err error)
	// ExpectedValue does the same for the value.
	ExpectedValue(window ...touchpoint.Channel) (value float64, used int, err error)
}

// chained are tables with a chain.
type chained interface {
	windows() (windows, error)
}

// NewScorer returns the scorer of what an accumulator of [Markov] has counted so
// far. The error is [ErrNoJourneys], or [ErrNoChain] for other models, or that of
// fitting the chain.
func NewScorer(a Accumulator) (*Scorer, error) {
	ours, ok := a.(*accumulator)
	if !ok {
		return nil, ErrNoChain
	}
	tables, ok := ours.tables.(chained)
	if !ok {
		return nil, ErrNoChain
	}
	if ours.all.journeys() == 0 {
		return nil, ErrNoJourneys
	}
	chain, err := tables.windows()
	if err != nil {
		return nil, err
	}
	return newScorer(chain)
}

func newScorer(chain windows) (*Scorer, error) {
	s := &Scorer{chain: chain}
	start, err := s.window(nil)
	if err != nil {
		return nil, err
	}
	s.start = start
	return s, nil
}

// Order returns the order of the chain: how many touches a score looks back.
func (s *Scorer) Order() int { return s.chain.Order() }

// Start returns the score of a journey that has not begun.
func (s *Scorer) Start() Score { return s.start }

// Score returns the score of a journey that has come along the path. What the
// path itself counts does not matter. The error is [journey.ErrUnknownCode], or
// one of the chain.
func (s *Scorer) Score(p *journey.Counted) (Score, error) {
	window, err := s.last(p, s.chain.Order())
	if err != nil {
		return Score{}, err
	}
	return s.window(window)
}

// Next returns what one more touch would make of the score, for each channel of
// the chain: the one that raises PConvert most comes first, those that raise it
// alike in the order of their names. Where every touch lowers it, the first is
// still the best. The errors are those of [Scorer.Score].
func (s *Scorer) Next(p *journey.Counted) ([]NextTouch, error) {
	now, err := s.Score(p)
	if err != nil {
		return nil, err
	}
	window, err := s.last(p, s.chain.Order()-1)
	if err != nil {
		return nil, err
	}
	var next []NextTouch
	for _, channel := range s.chain.Channels() {
		score, err := s.window(append(window, channel))
		if err != nil {
			return nil, err
		}
		next = append(next, NextTouch{
			Channel: channel, Score: score,
			Lift: score.PConvert - now.PConvert, ValueLift: score.ExpectedValue - now.ExpectedValue,
		})
	}
	slices.SortFunc(next, func(a, b NextTouch) int {
		return cmp.Or(cmp.Compare(b.PConvert, a.PConvert), strings.Compare(string(a.Channel), string(b.Channel)))
	})
	return next, nil
}

// last returns the channels of the last n touches of the path, of all if it has
// fewer.
func (s *Scorer) last(p *journey.Counted, n int) ([]touchpoint.Channel, error) {
	if err := knownCodes(p); err != nil {
		return nil, err
	}
	codes := p.Channels[max(0, len(p.Channels)-n):]
	window := make([]touchpoint.Channel, 0, len(codes)+1)
	for _, c := range codes {
		window = append(window, p.Dictionary.Name(c))
	}
	return window, nil
}

func (s *Scorer) window(window []touchpoint.Channel) (Score, error) {
	p, used, err := s.chain.PConvert(window...)
	if err != nil {
		return Score{}, err
	}
	value, _, err := s.chain.ExpectedValue(window...)
	if err != nil {
		return Score{}, err
	}
	return Score{PConvert: p, ExpectedValue: value, Used: used}, nil
}
