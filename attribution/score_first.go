package attribution

import (
	"errors"

	"github.com/cjm-go/cjm/journey/markov"
	"github.com/cjm-go/cjm/touchpoint"
)

// The two kinds of chain, for the compiler to check.
var (
	_ windows = firstOrder{}
	_ windows = (*markov.WindowChain)(nil)
)

// firstOrder is a chain of the first order as one of windows.
type firstOrder struct{ *markov.Chain }

// windows implements chained.
func (s *removalTables) windows() (windows, error) {
	chain, err := s.chain.Fit()
	if err != nil {
		return nil, err
	}
	return firstOrder{chain}, nil
}

func (firstOrder) Order() int { return 1 }

func (c firstOrder) Channels() []touchpoint.Channel {
	var channels []touchpoint.Channel
	for _, s := range c.States() {
		if channel, ok := s.Channel(); ok {
			channels = append(channels, channel)
		}
	}
	return channels
}

func (c firstOrder) PConvert(window ...touchpoint.Channel) (p float64, used int, err error) {
	return c.at(window, c.Chain.PConvert)
}

func (c firstOrder) ExpectedValue(window ...touchpoint.Channel) (value float64, used int, err error) {
	return c.at(window, c.Chain.ExpectedValue)
}

// at answers a question for the last channel of the window; for the start where
// there is none or the chain does not have it.
func (c firstOrder) at(window []touchpoint.Channel, ask func(markov.State) (float64, error)) (x float64, used int, err error) {
	if n := len(window); n > 0 {
		x, err = ask(markov.At(window[n-1]))
		if !errors.Is(err, markov.ErrUnknownState) {
			return x, 1, err
		}
	}
	x, err = ask(markov.Start)
	return x, 0, err
}
