package touchpoint

import (
	"fmt"
	"strconv"
)

// Metric is a score that sums up the answers to a question. The field uses some of
// the names for different things; the constants say what is computed.
type Metric uint8

const (
	// NPS is the Net Promoter Score 100(p-d) of answers from 0 to 10: p is the part of
	// the promoters, who answer 9 or 10, d that of the detractors, who answer 0 to 6.
	// It lies between -100 and 100. Its standard error is
	// 100 sqrt((p + d - (p-d)^2) / n).
	NPS Metric = iota
	// CSAT is the Customer Satisfaction Score as most vendors state it, top-2-box: the
	// part of the answers in the two best points of the scale, from 0 to 1. It needs a
	// scale of three points or more.
	CSAT
	// CSATSum is the Customer Satisfaction Score as ServiceRocket states it: the sum of
	// the answers over the greatest possible one, which is the mean over the upper end. It
	// needs a scale that does not go below 0 and on which more is better. On stars
	// it cannot be below 1/5.
	CSATSum
	// CES is the Customer Effort Score of answers from 1 (hard) to 7 (easy) as their
	// mean. Its standard error is that of the answers' standard deviation, with the
	// divisor n, over sqrt(n).
	CES
	// CESShare is the Customer Effort Score as the part of the answers from 5 to 7,
	// from 0 to 1.
	CESShare
	numMetrics
)

var metricNames = [numMetrics]string{"nps", "csat", "csat-sum", "ces", "ces-share"}

// String returns "nps", "csat", "csat-sum", "ces" or "ces-share", and "Metric(7)" for a
// value that is none of the constants.
func (m Metric) String() string {
	if m >= numMetrics {
		return "Metric(" + strconv.Itoa(int(m)) + ")"
	}
	return metricNames[m]
}

// MarshalText returns the text of [Metric.String]. A value that is none of the constants
// is an error, [ErrRange].
func (m Metric) MarshalText() ([]byte, error) {
	if m >= numMetrics {
		return nil, fmt.Errorf("touchpoint: metric: %w", ErrRange)
	}
	return []byte(m.String()), nil
}

// UnmarshalText reads one of the names, in any case. Any other text is an error,
// [ErrFormat].
func (m *Metric) UnmarshalText(text []byte) error {
	for v := range numMetrics {
		if equalFold(text, metricNames[v]) {
			*m = v
			return nil
		}
	}
	return fmt.Errorf("touchpoint: metric: %w: want nps, csat, csat-sum, ces or ces-share", ErrFormat)
}

// IntervalMethod is how an interval of a [Score] was computed. Both kinds stay within what
// the metric can be, have a width even where all answers are the same, and so serve
// small numbers of answers too.
type IntervalMethod uint8

const (
	// WilsonInterval is the score interval of a proportion (Wilson 1927), of metrics that are
	// one.
	WilsonInterval IntervalMethod = iota
	// MeanScoreInterval is the score interval of the mean of answers that each lie on one of
	// a few points, of metrics that are such a mean: all means that Pearson's
	// chi-square test does not reject, against the likeliest distribution over the points
	// with that mean. On two points it is Wilson's; on the three of [NPS] it is Tango's
	// (Statistics in Medicine 17 (1998) 891-908).
	MeanScoreInterval
	numIntervals
)

var intervalNames = [numIntervals]string{"wilson", "mean-score"}

// String returns "wilson" or "mean-score", and "IntervalMethod(7)" for a value that is none
// of the constants.
func (v IntervalMethod) String() string {
	if v >= numIntervals {
		return "IntervalMethod(" + strconv.Itoa(int(v)) + ")"
	}
	return intervalNames[v]
}

// MarshalText returns the text of [IntervalMethod.String]. A value that is none of the
// constants is an error, [ErrRange].
func (v IntervalMethod) MarshalText() ([]byte, error) {
	if v >= numIntervals {
		return nil, fmt.Errorf("touchpoint: interval: %w", ErrRange)
	}
	return []byte(v.String()), nil
}

// UnmarshalText reads one of the names, in any case. Any other text is an error,
// [ErrFormat].
func (v *IntervalMethod) UnmarshalText(text []byte) error {
	for w := range numIntervals {
		if equalFold(text, intervalNames[w]) {
			*v = w
			return nil
		}
	}
	return fmt.Errorf("touchpoint: interval: %w: want wilson or mean-score", ErrFormat)
}
