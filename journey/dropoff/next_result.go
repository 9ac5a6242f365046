package dropoff

import (
	"cmp"
	"iter"
	"slices"
)

// Next is the result of [NextCounts]. It does not change.
type Next struct {
	layout *layout
	steps  []nextResult
}

type nextResult struct {
	lost, nothing, untraced, wentOn int64
	rows                            []NextRow
}

// NextRow says how many did something next.
type NextRow struct {
	// Value is what they did.
	Value Value
	// OfLost are those of the lost who did it, and OfWentOn those of who went on to
	// the step; the interval is of [DefaultLevel]. Of the lost those count whose
	// last touch is known, those who did nothing among them.
	OfLost, OfWentOn Rate
}

// Result returns what has been counted so far. The error is [ErrNoPaths].
func (c *NextCounts) Result() (*Next, error) {
	if c.attempts == 0 {
		return nil, ErrNoPaths
	}
	n := &Next{layout: c.layout, steps: make([]nextResult, len(c.steps))}
	for i := range c.steps {
		s, r := &c.steps[i], &n.steps[i]
		r.nothing, r.untraced, r.lost = s.nothing, s.untraced, s.nothing+s.untraced
		for _, v := range s.values {
			r.lost += v.lost
			r.wentOn += v.wentOn
		}
		for text, v := range s.values {
			r.rows = append(r.rows, NextRow{
				Value:    Value{text},
				OfLost:   rateOf(v.lost, r.lost-r.untraced, DefaultLevel),
				OfWentOn: rateOf(v.wentOn, r.wentOn, DefaultLevel),
			})
		}
		slices.SortFunc(r.rows, func(a, b NextRow) int {
			return cmp.Or(cmp.Compare(b.OfLost.K, a.OfLost.K), a.Value.Compare(b.Value))
		})
	}
	return n, nil
}

// At returns what was done next by those who came to the step with the number, from
// 1: what most of the lost did first, then by value. What the customers did who did
// nothing next is not a line but [Next.Nothing].
func (n *Next) At(step int) iter.Seq[NextRow] { return slices.Values(n.step(step).rows) }

// Lost returns how many were lost at the step.
func (n *Next) Lost(step int) int64 { return n.step(step).lost }

// Nothing returns how many of the lost did nothing any more.
func (n *Next) Nothing(step int) int64 { return n.step(step).nothing }

// Untraced returns of how many of the lost it is not known what they did next, since
// a tool that the funnel is [Like] does not say which touch was the last to count.
func (n *Next) Untraced(step int) int64 { return n.step(step).untraced }

// WentOn returns how many did the step of whom it is known what they did next.
func (n *Next) WentOn(step int) int64 { return n.step(step).wentOn }

// step returns the result for a step, an empty one if there is no such step.
func (n *Next) step(number int) *nextResult {
	if number < 1 || number > len(n.steps) {
		return new(nextResult)
	}
	return &n.steps[number-1]
}
