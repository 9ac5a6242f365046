package attribution

import (
	"iter"

	"github.com/cjm-go/cjm/journey"
)

// pathParts adds up what a path credits to the touches of each channel.
type pathParts struct {
	rule   pathRule
	ruleOf *tally

	x, y  []float64 // a touch
	total []part    // by code; zeros between paths
	seen  marks
}

// part is what a path credits to a channel: conversions and their value.
type part struct{ x, y float64 }

// of yields the channels of a path, which the tables credit by itself and which was
// ready, with their parts, in the order of their first touch.
func (s *pathParts) of(t *tally, rules tables, p *journey.Counted, codes []journey.Code) iter.Seq2[journey.Code, part] {
	if s.ruleOf != t {
		rule, err := rules.creditPath(t)
		if err != nil {
			panic(err) // such tables have a rule at any time
		}
		s.rule, s.ruleOf = rule, t
	}
	if more := t.size() - len(s.total); more > 0 {
		s.total = append(s.total, make([]part, more)...)
	}
	if len(s.x) < len(codes) {
		s.x, s.y = make([]float64, 2*len(codes)), make([]float64, 2*len(codes))
	}
	x, y := s.x[:len(codes)], s.y[:len(codes)]
	clear(x)
	clear(y)
	if err := s.rule(p, codes, x, y); err != nil {
		panic(err) // the path was ready
	}
	for i, c := range codes {
		s.total[c].x += x[i]
		s.total[c].y += y[i]
	}
	return func(yield func(journey.Code, part) bool) {
		s.seen.begin(t.size())
		more := true
		for _, c := range codes {
			if !s.seen.first(c) {
				continue
			}
			sum := s.total[c]
			s.total[c] = part{}
			more = more && (sum.x <= 0 && sum.y <= 0 || yield(c, sum))
		}
	}
}
