package markov

import (
	"math"
	"math/bits"

	"github.com/cjm-go/cjm/journey"
)

// admission is what of a path is counted.
type admission struct {
	journeys     int64 // conversions, nulls and opens together
	nulls, opens int64
	excluded     int64 // journeys left out because of ExcludeNulls
	steps        int64 // of the journeys counted, their ends among them
}

// admit checks a path for counts that hold the given totals of steps and of
// excluded journeys. The error is that of [journey.Counted.Validate], or
// [journey.ErrOverflow].
func admit(p *journey.Counted, nulls Nulls, total, excluded int64) (a admission, err error) {
	if err := p.Validate(); err != nil {
		return a, err
	}
	n, err := p.Journeys()
	if err != nil {
		return a, err
	}
	a = admission{journeys: n, nulls: p.Nulls, opens: p.Opens}
	if nulls == ExcludeNulls {
		a = admission{journeys: p.Conversions, excluded: p.Nulls + p.Opens}
	}
	hi, steps := bits.Mul64(uint64(a.journeys), uint64(len(p.Channels))+1)
	if hi > 0 || steps > uint64(math.MaxInt64-total) || a.excluded > math.MaxInt64-excluded {
		return a, journey.ErrOverflow
	}
	a.steps = int64(steps)
	return a, nil
}
