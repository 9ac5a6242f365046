package dropoff

import "math"

// segmentDelta has what the standard errors of the parts of segments need to
// know of the groups.
type segmentDelta struct {
	rate    [2]float64 // the overall rates
	entered [2]float64
	squares [2]float64 // the sums of w q^2
}

func newSegmentDelta(segments []segment, before, after Rate) *segmentDelta {
	d := &segmentDelta{
		rate:    [2]float64{before.Value, after.Value},
		entered: [2]float64{float64(before.N), float64(after.N)},
	}
	for _, s := range segments {
		for side, n := range s.entered {
			if n > 0 {
				q := float64(s.completed[side]) / float64(n)
				d.squares[side] += float64(n) / d.entered[side] * q * q
			}
		}
	}
	return d
}

// split sets the parts of a segment and their standard errors.
func (d *segmentDelta) split(p *SegmentPart) {
	w := [2]float64{p.Before.Share, p.After.Share}
	q := [2]float64{p.Before.Rate.Value, p.After.Rate.Value}
	p.SEKnown = p.Before.Rate.Known && p.After.Rate.Known
	if !p.Before.Rate.Known {
		q[Before] = q[After]
	}
	if !p.After.Rate.Known {
		q[After] = q[Before]
	}
	growth, rise := w[After]-w[Before], q[After]-q[Before]
	size, rate := (w[Before]+w[After])/2, (q[Before]+q[After])/2
	ahead := ((q[Before] - d.rate[Before]) + (q[After] - d.rate[After])) / 2
	p.Mix, p.Shift, p.Rate = growth*rate, growth*ahead, rise*size
	if !p.SEKnown {
		return
	}
	p.MixSE = d.se(w, q, func(sign float64) gradient { return gradient{share: sign * rate, rate: growth / 2} })
	p.ShiftSE = d.se(w, q, func(sign float64) gradient {
		return gradient{share: sign * ahead, rate: growth / 2, overall: -growth / 2}
	})
	p.RateSE = d.se(w, q, func(sign float64) gradient { return gradient{share: rise / 2, rate: sign * size} })
}

// gradient is the derivative of a number by the share and the rate of its segment and
// by the overall rate, in one of the groups.
type gradient struct {
	share, rate, overall float64
}

// se returns the standard error of a number of a segment by the delta method. With
// shares w_j that are multinomial, rates q_j that are binomial given the numbers in
// the segments, and the overall rate R = sum w_j q_j, the number with the gradient
// (a, c, b) at segment i has in each group the variance
//
//	(a^2 w_i + 2ab w_i q_i + b^2 sum w_j q_j^2 - (a w_i + b R)^2) / N
//	+ (c^2 / w_i + 2cb) q_i (1-q_i) / N + b^2 (R - sum w_j q_j^2) / N.
func (d *segmentDelta) se(w, q [2]float64, by func(sign float64) gradient) float64 {
	variance := 0.0
	for side, sign := range [2]float64{-1, 1} {
		g := by(sign)
		a, b, c := g.share, g.overall, g.rate
		mean := a*w[side] + b*d.rate[side]
		shares := a*a*w[side] + 2*a*b*w[side]*q[side] + b*b*d.squares[side] - mean*mean
		rates := (c*c/w[side]+2*c*b)*q[side]*(1-q[side]) + b*b*(d.rate[side]-d.squares[side])
		variance += (shares + rates) / d.entered[side]
	}
	return math.Sqrt(max(variance, 0))
}
