package dropoff

import (
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// StagePath is [journey.Path.Count] for the stages of the touches instead of their
// channels: the channels of dst, and the names in d, are names of stages. Counted so,
// [markov.Counts] make a chain of stages, and [NewLeaks] says at which stage journeys
// are lost. Touches without a stage are left out; it returns how many there were.
//
// A stage with several touches in a row leads to itself, once for each further touch.
// These steps count as steps and visits. P(convert), losses and upsides are the same
// with and without them.
//
// The error is that of [journey.Path.Count]; dst and d are as they were then.
func StagePath(p *journey.Path, d *journey.Dictionary, dst *journey.Counted) (without int, err error) {
	lean := *p
	lean.Touchpoints = nil
	c := journey.Counted{Channels: dst.Channels, Ages: dst.Ages}
	if err := lean.Count(d, &c); err != nil {
		return 0, err
	}
	timed := !p.End.IsZero()
	for i := range p.Touchpoints {
		t := &p.Touchpoints[i]
		if t.Stage == "" {
			without++
			continue
		}
		c.Channels = append(c.Channels, d.Code(touchpoint.Channel(t.Stage)))
		if timed = timed && !t.Time.IsZero(); timed {
			c.Ages = append(c.Ages, p.End.Sub(t.Time))
		}
	}
	if !timed {
		c.Ages = nil
	}
	*dst = c
	return without, nil
}
