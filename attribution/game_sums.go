package attribution

import (
	"math"

	"github.com/cjm-go/cjm/internal/exact"
	"github.com/cjm-go/cjm/journey"
)

// creditSums adds up weighted parts of groups of journeys, exactly, so that the
// order of the groups does not matter.
type creditSums struct {
	conversions, value []exact.Sum // by code
}

func newCreditSums(t *tally) *creditSums {
	return &creditSums{make([]exact.Sum, t.size()), make([]exact.Sum, t.size())}
}

// add gives the channel a part of the conversions and of the value of a group. The
// error is [ErrOverflow].
func (s *creditSums) add(c journey.Code, part float64, conversions int64, value float64) error {
	if part == 0 {
		return nil
	}
	product := part * value
	if math.IsInf(product, 0) {
		return ErrOverflow
	}
	s.conversions[c].AddProduct(part, conversions)
	s.value[c].Add(product)
	s.value[c].Add(math.FMA(part, value, -product))
	return nil
}

func (s *creditSums) credit(c journey.Code) Credit {
	return Credit{Conversions: s.conversions[c].Float64(), Value: s.value[c].Float64()}
}
