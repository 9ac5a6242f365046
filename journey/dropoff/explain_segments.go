package dropoff

import (
	"errors"
	"fmt"
	"iter"
	"slices"
)

// SegmentRow is one segment in one of the groups that are compared.
type SegmentRow struct {
	// Entered is how many of the segment entered the funnel, and Share what part
	// they are of all who did.
	Entered int64
	Share   float64
	// Rate is the overall rate of the segment; not known where nobody entered.
	Rate Rate
}

// SegmentPart is the part that one segment has in the change of the overall
// rate, by its size and by its rate.
type SegmentPart struct {
	// Segment is the value that those of the segment have in common.
	Segment Value
	// Before and After are the segment in the two groups.
	Before, After SegmentRow
	// Mix is Kitagawa's effect of the size: the change of the share times the mean
	// of the two rates. For a segment that grows it is never negative, however bad
	// the segment is, so it tells something in the sum over all only: see Shift.
	Mix float64
	// Shift is the effect of the size seen against the mean: the change of the
	// share times how much better the segment converts than all do. It is negative
	// for a segment that grows and is worse than the mean. As shares sum to 1, the
	// sum over all segments is that of Mix.
	Shift float64
	// Rate is the effect of the rate: its change times the mean of the two shares.
	Rate float64
	// MixSE, ShiftSE and RateSE are the standard errors by the delta method, if
	// SEKnown: if somebody of the segment entered in both groups.
	MixSE, ShiftSE, RateSE float64
	SEKnown                bool
}

// SegmentsExplanation splits the change of the overall rate of a funnel over the
// segments of those who entered it, each into what comes of its size and of its
// rate. It does not change.
type SegmentsExplanation struct {
	before, after Rate
	parts         []SegmentPart // in the order of the values
}

// ExplainSegments splits the change R1 - R0 of the overall rate from one group to
// the other over segments, such as channels or devices. With the share w and the
// overall rate q of each segment R is the sum of w q, and the segment has by
// Kitagawa, "Components of a difference between two rates", Journal of the American
// Statistical Association 50 (1955) 1168-1194,
//
//	Mix  = (w1 - w0) (q0 + q1)/2
//	Rate = (q1 - q0) (w0 + w1)/2
//
// which sum over all segments to R1 - R0, and so do Shift and Rate, where
//
//	Shift = (w1 - w0) ((q0 + q1)/2 - (R0 + R1)/2).
//
// A segment that nobody of one of the groups is in has no rate there. Its rate is
// taken to be the one it has in the other: that it came or went is a change of size
// alone, and its Rate is 0. Exchanging the groups turns the signs round.
//
// The change is explained in the sense of arithmetic, not of causes. The values of a
// segment should not depend on what happened in the funnel, see [Which].
//
// The standard errors take the customers to be a random sample, each group of its
// own: the numbers in the segments to be multinomial, and those who complete
// binomial. They are too small where a segment has a few customers.
//
// The errors are [ErrMismatch] if the groups or the steps of the two are not the
// same and [ErrEmptyGroup].
func ExplainSegments(before, after *Breakdown) (*SegmentsExplanation, error) {
	if before.name != after.name || before.of != after.of {
		return nil, fmt.Errorf("%w: segments by %q (%v) before, by %q (%v) after",
			ErrMismatch, before.name, before.of, after.name, after.of)
	}
	values := slices.Concat(before.values, after.values)
	slices.SortFunc(values, Value.Compare)
	var segments []segment
	var funnel *layout
	level := DefaultLevel
	for _, value := range slices.Compact(values) {
		s := segment{value: value}
		for side, group := range []*Breakdown{before, after} {
			r, ok := group.Find(value)
			if !ok {
				continue
			}
			if funnel == nil {
				funnel, level = r.layout, r.level
			}
			if err := checkSteps(funnel, r.layout); err != nil {
				return nil, err
			}
			s.entered[side], s.completed[side] = r.Attempts(), r.Completed()
		}
		segments = append(segments, s)
	}
	return splitSegments(segments, level)
}

// segment is a segment in the two groups: those who entered and those who completed.
type segment struct {
	value              Value
	entered, completed [2]int64
}

// splitSegments explains the change between groups whose segments are in order.
func splitSegments(segments []segment, level float64) (*SegmentsExplanation, error) {
	var entered, completed [2]int64
	for _, s := range segments {
		for side := range entered {
			entered[side] += s.entered[side]
			completed[side] += s.completed[side]
		}
	}
	if err := errors.Join(checkEntered(entered[Before], Before), checkEntered(entered[After], After)); err != nil {
		return nil, err
	}
	e := &SegmentsExplanation{
		before: rateOf(completed[Before], entered[Before], level),
		after:  rateOf(completed[After], entered[After], level),
	}
	d := newSegmentDelta(segments, e.before, e.after)
	for _, s := range segments {
		if s.entered == [2]int64{} {
			continue
		}
		row := func(side Side) SegmentRow {
			return SegmentRow{
				Entered: s.entered[side],
				Share:   float64(s.entered[side]) / float64(entered[side]),
				Rate:    rateOf(s.completed[side], s.entered[side], level),
			}
		}
		p := SegmentPart{Segment: s.value, Before: row(Before), After: row(After)}
		d.split(&p)
		e.parts = append(e.parts, p)
	}
	return e, nil
}

// Before returns the overall rate of the first group.
func (e *SegmentsExplanation) Before() Rate { return e.before }

// After returns the overall rate of the second group.
func (e *SegmentsExplanation) After() Rate { return e.after }

// Change returns by how much the overall rate rose: the sum of Mix and Rate.
func (e *SegmentsExplanation) Change() float64 { return e.after.Value - e.before.Value }

// Mix returns what part of the change is due to other sizes of the segments.
func (e *SegmentsExplanation) Mix() float64 {
	sum := 0.0
	for i := range e.parts {
		// Smaller terms than those of Mix, with the same sum.
		sum += e.parts[i].Shift
	}
	return sum
}

// Rate returns what part of the change is due to other rates of the segments.
func (e *SegmentsExplanation) Rate() float64 {
	sum := 0.0
	for i := range e.parts {
		sum += e.parts[i].Rate
	}
	return sum
}

// Conversions returns a part of the change in conversions of those who entered
// after: how many more they made because of it.
func (e *SegmentsExplanation) Conversions(part float64) float64 { return part * float64(e.after.N) }

// Segments yields the segments that anybody entered, in the order of
// [Value.Compare].
func (e *SegmentsExplanation) Segments() iter.Seq[SegmentPart] { return slices.Values(e.parts) }
