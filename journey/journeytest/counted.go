package journeytest

import (
	"math"

	"github.com/cjm-go/cjm/journey"
)

// Counted returns the lines as counted paths that share a new dictionary, with
// codes in the order in which the channels appear. With "* times" a line stands
// for as many journeys: counts and value are multiplied, and the customer is not
// known. It panics if a line is not in the notation.
func Counted(lines ...string) []*journey.Counted {
	var dict journey.Dictionary
	all := make([]*journey.Counted, len(lines))
	for i, text := range lines {
		l := mustScan(text, i)
		p, err := l.path(i + 1)
		must(err, i)
		c := new(journey.Counted)
		must(p.Count(&dict, c), i)
		if l.times > 0 {
			c.Conversions *= l.times
			c.Nulls *= l.times
			c.Opens *= l.times
			c.Value *= float64(l.times)
			c.Customer = 0
			if math.IsInf(c.Value, 0) {
				must(journey.ErrNotFinite, i)
			}
		}
		all[i] = c
	}
	return all
}
