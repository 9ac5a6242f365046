package attribution

import (
	"github.com/cjm-go/cjm/journey"
)

// creditPath credits the picked touches equally.
func (s *equalSplit) creditPath(t *tally) (func(*journey.Counted, []journey.Code, []float64, []float64) error, error) {
	return nil, nil
}

func (s *weightedSplit) creditPath(t *tally) (func(*journey.Counted, []journey.Code, []float64, []float64) error, error) {
	return nil, nil
}

func (s *removalTables) creditPath(t *tally) (func(*journey.Counted, []journey.Code, []float64, []float64) error, error) {
	return nil, nil
}
