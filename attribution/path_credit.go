package attribution

import (
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/markov"
)

// pathRule credits the touches of one path, see tables.creditPath.
type pathRule = func(p *journey.Counted, codes []journey.Code, conversions, value []float64) error

// creditPath credits the picked touches equally. Where channels are picked and not
// touches, a channel's part is shared equally by its touches.
func (s *equalSplit) creditPath(t *tally) (pathRule, error) {
	own := &equalSplit{pick: s.pick} // with scratch memory of its own
	var times occurrences
	return func(p *journey.Counted, codes []journey.Code, conversions, value []float64) error {
		if p.Conversions == 0 || len(codes) == 0 {
			return nil
		}
		picked := own.pick(own, t, codes)
		n := float64(len(picked))
		if at := within(codes, picked); at >= 0 {
			for i := at; i < at+len(picked); i++ {
				conversions[i], value[i] = float64(p.Conversions)/n, p.Value/n
			}
			return nil
		}
		times.count(codes)
		for i, c := range codes {
			touches := n * times.of(c)
			conversions[i], value[i] = float64(p.Conversions)/touches, p.Value/touches
		}
		times.reset(codes)
		return nil
	}, nil
}

// within returns where in codes the memory of picked begins, -1 if it is other
// memory.
func within(codes, picked []journey.Code) int {
	for i := range codes {
		if &codes[i] == &picked[0] {
			return i
		}
	}
	return -1
}

// creditPath credits the touches by their weights.
func (s *weightedSplit) creditPath(*tally) (pathRule, error) {
	own := &weightedSplit{weigh: s.weigh}
	return func(p *journey.Counted, codes []journey.Code, conversions, value []float64) error {
		if p.Conversions == 0 || len(codes) == 0 {
			return nil
		}
		if err := own.ready(p); err != nil {
			return err
		}
		for i, w := range own.weights {
			conversions[i], value[i] = float64(p.Conversions)*w, p.Value*w
		}
		return nil
	}, nil
}

// creditPath spreads what the chain gives to a channel.
func (s *removalTables) creditPath(t *tally) (pathRule, error) {
	credit, err := s.credit(t, new(Result))
	if err != nil {
		return nil, err
	}
	return spread(t, credit, s.touched.of, s.visits(t)), nil
}

// visits returns the function that says how often the journeys of the chain touched
// a channel.
func (s *removalTables) visits(t *tally) func(journey.Code) int64 {
	states := s.chain.States()
	return func(c journey.Code) (n int64) {
		for _, from := range states {
			n += s.chain.Transitions(from, markov.At(t.dict().Name(c)))
		}
		return n
	}
}

// of returns the conversions whose journeys touched the channel, and their value.
// The tables must have been grown.
func (s *touched) of(c journey.Code) (conversions int64, value float64) {
	return s.conversions[c], s.value[c].Float64()
}
