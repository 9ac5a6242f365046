package attribution

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// The models of this package, for the compiler to check.
var (
	_ Model = FirstTouch{}
	_ Model = LastTouch{}
	_ Model = LastNonDirect{}
	_ Model = Linear{}
	_ Model = PositionBased{}
	_ Model = TimeDecay{}
	_ Model = Weighted{}
	_ Model = Markov{}
	_ Model = Shapley{}
	_ Model = MarkovShapley{}
	_ Model = RateShapley{}
	_ Model = DP6Shapley{}
	_ Model = Fractribution{}
)

// FirstTouch credits the first touch of a converting path with all of it.
type FirstTouch struct{}

// Name returns "first".
func (FirstTouch) Name() string { return "first" }

// Validate returns nil.
func (FirstTouch) Validate() error { return nil }

// NewAccumulator implements [Model].
func (m FirstTouch) NewAccumulator() Accumulator {
	return newAccumulator(identity{name: m.Name()}, &equalSplit{pick: func(_ *equalSplit, _ *tally, codes []journey.Code) []journey.Code {
		return codes[:1]
	}})
}

// LastTouch credits the last touch of a converting path with all of it.
type LastTouch struct{}

// Name returns "last".
func (LastTouch) Name() string { return "last" }

// Validate returns nil.
func (LastTouch) Validate() error { return nil }

// NewAccumulator implements [Model].
func (m LastTouch) NewAccumulator() Accumulator {
	return newAccumulator(identity{name: m.Name()}, &equalSplit{pick: func(_ *equalSplit, _ *tally, codes []journey.Code) []journey.Code {
		return codes[len(codes)-1:]
	}})
}

// LastNonDirect credits the last touch whose channel is not direct with all of a
// converting path; where every touch is direct, the last one.
type LastNonDirect struct {
	// Direct are the channels that count as direct, compared without regard to
	// case. Nil means "direct" and "(direct)"; an empty list means that none is.
	Direct []touchpoint.Channel
}

// Name returns "last-non-direct".
func (LastNonDirect) Name() string { return "last-non-direct" }

// Validate returns nil.
func (LastNonDirect) Validate() error { return nil }

// NewAccumulator implements [Model].
func (m LastNonDirect) NewAccumulator() Accumulator {
	direct := m.Direct
	if direct == nil {
		direct = []touchpoint.Channel{"(direct)", "direct"}
	}
	names := make([]string, len(direct))
	for i, c := range direct {
		names[i] = fold(string(c))
	}
	slices.Sort(names)
	names = slices.Compact(names)
	var ( // answers for the codes of one dictionary
		dict     *journey.Dictionary
		isDirect []bool
	)
	return newAccumulator(
		identity{name: m.Name(), config: fmt.Sprintf("%q", names)},
		&equalSplit{pick: func(_ *equalSplit, t *tally, codes []journey.Code) []journey.Code {
			if t.dict() != dict {
				dict, isDirect = t.dict(), nil
			}
			for i, c := range slices.Backward(codes) {
				for int(c) >= len(isDirect) {
					name := string(dict.Name(journey.Code(len(isDirect))))
					isDirect = append(isDirect, slices.Contains(names, fold(name)))
				}
				if !isDirect[c] {
					return codes[i : i+1]
				}
			}
			return codes[len(codes)-1:]
		}},
	)
}

// fold maps all strings that differ in case only, as strings.EqualFold sees it, to
// one of them.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, s)
}

// Linear shares a converting path equally among its touches.
type Linear struct {
	// Per says what is counted once: every touch, or every distinct channel.
	Per Per
}

// Per says among what a path is shared equally.
type Per uint8

const (
	// PerTouch: a channel touched twice gets two parts. ChannelAttribution and
	// GA call this linear.
	PerTouch Per = iota
	// PerChannel: a channel gets one part however often it was touched. This is
	// also the Shapley value of the game whose coalitions are worth the
	// conversions that only they touched (Zhao et al. 2018).
	PerChannel
)

// Name returns "linear", or "linear-unique" for PerChannel.
func (m Linear) Name() string {
	if m.Per == PerChannel {
		return "linear-unique"
	}
	return "linear"
}

// Validate reports a Per that does not exist.
func (m Linear) Validate() error {
	if m.Per > PerChannel {
		return configError(m.Name(), "no such Per")
	}
	return nil
}

// NewAccumulator implements [Model].
func (m Linear) NewAccumulator() Accumulator {
	pick := func(_ *equalSplit, _ *tally, codes []journey.Code) []journey.Code { return codes }
	if m.Per == PerChannel {
		pick = (*equalSplit).distinct
	}
	return newAccumulator(identity{name: m.Name()}, &equalSplit{pick: pick})
}
