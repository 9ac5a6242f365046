package markov

import (
	"fmt"

	"github.com/cjm-go/cjm/internal/exact"
	"github.com/cjm-go/cjm/journey"
)

// WindowCounts holds how often journeys went from window to window: the counts
// of a chain of order k, whose states are the last min(k, t) channels of a
// journey after its t-th touch. A journey that has just begun has a shorter
// window, which is a state of its own; the empty window is Start. So the
// likelihoods of all orders can be compared, and as many journeys come to a
// state as leave it or end there.
//
// WindowCounts is an accumulator like [Counts], which it equals in content for
// order 1: integers with checked sums, exact values, equal bytes whatever the
// order of arrival. An order at or above the longest path is allowed; the chain
// is then a tree of the paths themselves.
//
// It takes up to 32 bytes for each pair of states that occurs and about 40 for
// each state. It is not safe for concurrent use. The zero value is ready, of
// order 1 and with the zero [Options].
type WindowCounts struct {
	order   int // 0 stands for 1
	options Options
	recoder journey.Recoder

	states windowStates
	edges  windowEdges

	journeys, opens, excluded int64
	// total is the sum of all edges, endings and opens. It bounds each of them.
	total int64
}

// NewWindowCounts returns empty counts of the given order, which is 1 or more.
// The error is [ErrOption], or that of [Options.Validate].
func NewWindowCounts(order int, o Options) (*WindowCounts, error) {
	if order < 1 {
		return nil, fmt.Errorf("%w: order %d is less than 1", ErrOption, order)
	}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	return &WindowCounts{order: order, options: o}, nil
}

// Order returns k, the number of touches that a state remembers.
func (c *WindowCounts) Order() int { return max(c.order, 1) }

// Options returns the options that the counts were made with.
func (c *WindowCounts) Options() Options { return c.options }

// Add counts the journeys of the path, as [Counts.Add] does, with the same
// errors; [journey.ErrOverflow] also where there would be more than 2^31-1
// states. On an error nothing has changed.
func (c *WindowCounts) Add(p *journey.Counted) error {
	a, err := admit(p, c.options.Nulls, c.total, c.excluded)
	if err != nil {
		return err
	}
	if len(p.Channels) > maxStates-c.states.len() {
		return journey.ErrOverflow
	}
	if a.journeys == 0 {
		c.excluded += a.excluded
		return nil
	}
	codes, err := c.recoder.Codes(p)
	if err != nil {
		return err
	}
	c.excluded += a.excluded
	c.total += a.steps
	c.journeys += a.journeys
	c.opens += a.opens
	c.states.end(c.walk(codes, a.journeys), p.Conversions, a.nulls, p.Value)
	return nil
}

// walk counts n journeys along the channels and returns the state it came to.
func (c *WindowCounts) walk(codes []journey.Code, n int64) uint32 {
	c.states.begin()
	c.edges.reserve(len(codes), &c.states)
	at := uint32(0)
	slots, order := c.edges.slots, c.Order()
	for t, code := range codes {
		i := home(at, code, len(slots))
		for {
			e := &slots[i]
			if e.n == 0 {
				to := c.states.next(at, code, t+1, order)
				*e = windowEdge{from: at, to: to, n: n}
				c.edges.used++
				at = to
				break
			}
			if e.from == at && c.states.last[e.to] == code {
				e.n += n
				at = e.to
				break
			}
			if i++; i == len(slots) {
				i = 0
			}
		}
	}
	return at
}

// Journeys returns the number of journeys counted, open ones among them.
func (c *WindowCounts) Journeys() int64 { return c.journeys }

// Steps returns the number of steps counted: a journey of n touches takes n+1,
// the last of which is its end, or stands for the end that is still open.
func (c *WindowCounts) Steps() int64 { return c.total }

// Opens returns the number of open journeys counted.
func (c *WindowCounts) Opens() int64 { return c.opens }

// Excluded returns the number of journeys left out because of [ExcludeNulls].
func (c *WindowCounts) Excluded() int64 { return c.excluded }

// Conversions returns the number of conversions counted.
func (c *WindowCounts) Conversions() int64 {
	n := int64(0)
	for _, e := range c.states.ends {
		n += e.converted
	}
	return n
}

// Nulls returns the number of lost journeys counted.
func (c *WindowCounts) Nulls() int64 {
	n := int64(0)
	for _, e := range c.states.ends {
		n += e.lost
	}
	return n
}

// Value returns the worth of all conversions counted, correctly rounded;
// infinite if that exceeds the largest float64.
func (c *WindowCounts) Value() float64 {
	sum := c.value()
	return sum.Float64()
}

func (c *WindowCounts) value() *exact.Sum {
	sum := new(exact.Sum)
	for i := range c.states.values {
		sum.Merge(&c.states.values[i])
	}
	return sum
}

// States returns the number of states seen before an end, Start among them.
func (c *WindowCounts) States() int { return c.states.len() }

// Transitions returns the number of distinct transitions seen between states.
func (c *WindowCounts) Transitions() int { return c.edges.used }
