package touchpoint

import (
	"errors"
	"fmt"
	"math"

	"github.com/cjm-go/cjm/internal/stat"
)

// Score is a [Metric] of some answers, with its doubt.
type Score struct {
	Metric Metric `json:"metric"`
	// Value is the score, in the unit of the metric.
	Value float64 `json:"value"`
	// N is the number of answers.
	N int64 `json:"n"`
	// SE is the standard error, estimated by the answers. It is 0 where all answers
	// are the same, so it is no guide where there are few.
	SE float64 `json:"se"`
	// Lo and Hi bound the interval that covers the true score with the probability
	// Level, computed as Interval says. They hold Value.
	Lo       float64        `json:"lo"`
	Hi       float64        `json:"hi"`
	Level    float64        `json:"level"`
	Interval IntervalMethod `json:"interval"`
}

var (
	// ErrNoAnswers says that there is no answer, so no score either.
	ErrNoAnswers = errors.New("touchpoint: no answers")
	// ErrLevel says that a level is not between 0 and 1.
	ErrLevel = errors.New("touchpoint: the level is not between 0 and 1")
)

// Score returns the metric of the answers with an interval at the level, such as 0.95.
// The error is [ErrNoAnswers], [ErrLevel], [ErrScale] if the metric is not defined on the
// scale, or [ErrRange] if it is none of the constants.
func (a *Answers) Score(m Metric, level float64) (Score, error) {
	if m >= numMetrics {
		return Score{}, fmt.Errorf("touchpoint: metric: %w", ErrRange)
	}
	if !(level > 0 && level < 1) {
		return Score{}, ErrLevel
	}
	if a.n == 0 {
		return Score{}, ErrNoAnswers
	}
	if err := m.defined(a.scale); err != nil {
		return Score{}, err
	}
	s := Score{Metric: m, N: a.n, Level: level}
	switch m {
	case NPS:
		counts := []int64{a.between(0, 6), a.between(7, 8), a.between(9, 10)}
		s.setMean([]float64{-100, 0, 100}, counts)
	case CSAT:
		if top := a.scale.Len() - 1; a.scale.Reversed {
			s.setShare(a.between(0, 1))
		} else {
			s.setShare(a.between(top-1, top))
		}
	case CSATSum:
		points, counts := a.points()
		for i := range points {
			points[i] /= a.scale.Max
		}
		s.setMean(points, counts)
	case CES:
		s.setMean(a.points())
	case CESShare:
		s.setShare(a.between(5-1, 7-1))
	}
	return s, nil
}

// defined reports whether the metric is defined on the scale.
func (m Metric) defined(s Scale) error {
	switch {
	case m == NPS && !s.same(ZeroToTen()):
		return fmt.Errorf("%w: nps needs whole numbers from 0 to 10", ErrScale)
	case m == CSAT && s.Len() < 3:
		return fmt.Errorf("%w: csat needs three points or more", ErrScale)
	case m == CSATSum && (s.Min < 0 || s.Reversed):
		return fmt.Errorf("%w: csat-sum needs a scale from 0 or above on which more is better", ErrScale)
	case (m == CES || m == CESShare) && !s.same(OneToSeven()):
		return fmt.Errorf("%w: %v needs whole numbers from 1 to 7", ErrScale, m)
	}
	return nil
}

// between returns how many answers are so many steps from the lower end.
func (a *Answers) between(first, last int) int64 {
	var n int64
	for i := first; i <= last; i++ {
		n += a.counts[i]
	}
	return n
}

// points returns the points that were answered and the ends of the scale, in order,
// with their counts.
func (a *Answers) points() (points []float64, counts []int64) {
	add := func(x float64, n int64) { points, counts = append(points, x), append(counts, n) }
	last := a.scale.Len() - 1
	if a.counts[0] == 0 {
		add(a.scale.Min, 0)
	}
	for x, n := range a.All() {
		add(x, n)
	}
	if a.counts[last] == 0 {
		add(a.scale.Max, 0)
	}
	return points, counts
}

// setShare makes s the score of k answers among all.
func (s *Score) setShare(k int64) {
	n := float64(s.N)
	p, q := float64(k)/n, float64(s.N-k)/n
	s.Value, s.SE, s.Interval = p, math.Sqrt(p*q/n), WilsonInterval
	s.Lo, s.Hi = stat.Wilson(k, s.N, s.Level)
}

// setMean makes s the mean of the points.
func (s *Score) setMean(points []float64, counts []int64) {
	s.Value, s.SE, s.Interval = meanOf(points, counts), deviation(points, counts)/math.Sqrt(float64(s.N)), MeanScoreInterval
	s.Lo, s.Hi = scoreOfMean(points, counts, s.Level)
}
