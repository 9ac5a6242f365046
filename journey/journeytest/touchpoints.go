package journeytest

import (
	"iter"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// Touchpoints returns the touchpoints of the lines, one line after the other, as
// a source of data would hand them to a [journey.Builder]. A conversion becomes
// an event of the kind "buy", without channel and with Conversion set, so that
// the zero Builder takes it for what it is. "lost" and "open" leave no event:
// whether such a journey is lost is for the Builder to decide.
//
// Another line of the same customer goes on where the one before ended. So this
// is one customer with two conversions:
//
//	journeytest.Touchpoints("ann: email > buy:10", "ann: search > buy:20")
//
// It panics if a line is not in the notation.
func Touchpoints(lines ...string) []touchpoint.Touchpoint {
	var all []touchpoint.Touchpoint
	clocks := make(map[string]*clock)
	for i, text := range lines {
		l := mustScan(text, i)
		if l.times > 0 {
			must(errTimes(text), i)
		}
		customer := l.name(i + 1)
		c := clocks[customer]
		if c == nil {
			c = new(clock)
			clocks[customer] = c
		}
		touches, err := l.walk(c, customer)
		must(err, i)
		all = append(all, touches...)
		if l.outcome == journey.Converted {
			must(c.step(l.endGap), i)
			all = append(all, c.event(customer, touchpoint.Touchpoint{
				Kind: "buy", Conversion: true, Value: l.value, Currency: l.currency,
			}))
		}
	}
	return all
}

// Stream yields the items without any error: touchpoints as a
// [journey.Builder] takes them, or whatever else a stream is made of.
func Stream[T any](items []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
}
