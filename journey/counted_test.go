package journey_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/cjm-go/cjm/journey"
)

func TestCountedTimed(t *testing.T) {
	d := journey.NewDictionary("a")
	two := []journey.Code{0, 0}
	for _, c := range []struct {
		channels []journey.Code
		ages     []time.Duration
		want     bool
	}{
		{nil, nil, true},
		{two, nil, false},
		{two, []time.Duration{2}, false},
		{two, []time.Duration{2, 1}, true},
		{two, []time.Duration{1, 1}, true},
		{two, []time.Duration{0, 0}, true},
		{two, []time.Duration{1, 2}, false},
		{two, []time.Duration{1, -1}, false},
	} {
		p := journey.Counted{Dictionary: d, Channels: c.channels, Ages: c.ages}
		assert.Equal(t, c.want, p.Timed(), "%v", c.ages)
	}
}
