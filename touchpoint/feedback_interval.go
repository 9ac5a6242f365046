package touchpoint

import (
	"math"

	"github.com/cjm-go/cjm/internal/stat"
)

// scoreOfMean returns the interval [MeanScoreInterval] of the mean of answers: counts[i]
// people answered points[i]. The points ascend; the first and the last are the ends of
// the scale, whether or not anybody answered them. There are two points at least and
// one answer at least.
func scoreOfMean(points []float64, counts []int64, level float64) (lo, hi float64) {
	z := stat.NormalQuantile(level)
	hi = scoreUpper(points, counts, z*z)
	negated, reversed := make([]float64, len(points)), make([]int64, len(counts))
	for i, x := range points {
		negated[len(points)-1-i], reversed[len(points)-1-i] = -x, counts[i]
	}
	return -scoreUpper(negated, reversed, z*z), hi
}

// scoreUpper returns the greatest mean that Pearson's statistic does not reject, which
// grows with the distance from the observed mean.
func scoreUpper(points []float64, counts []int64, limit float64) float64 {
	lo, hi := meanOf(points, counts), points[len(points)-1]
	for {
		mid := lo + (hi-lo)/2
		if mid <= lo || mid >= hi {
			return lo
		}
		if pearson(points, counts, mid) <= limit {
			lo = mid
		} else {
			hi = mid
		}
	}
}

// pearson returns Pearson's chi-square of the counts c against the likeliest
// distribution with the mean u, which is above the observed one, m, and below the upper
// end, b. By Lagrange that distribution is
//
//	p_i = c_i / (n (1 - t (x_i - u)/(b - u))),  sum p_i (x_i - u) = 0
//
// with one t in [0, 1]. Where nobody answered b and even t = 1 leaves the sum below 0,
// what is missing lies on b. In both cases the sum over (c_i - n p_i)^2 / (n p_i) is
//
//	n t (u - m) / (b - u)
func pearson(points []float64, counts []int64, u float64) float64 {
	room := points[len(points)-1] - u
	excess := func(t float64) float64 {
		sum := 0.0
		for i, c := range counts {
			if c > 0 {
				d := points[i] - u
				sum += float64(c) * d / (1 - t*(d/room))
			}
		}
		return sum
	}
	lo, t := 0.0, 1.0
	for {
		mid := lo + (t-lo)/2
		if mid <= lo || mid >= t {
			break
		}
		if excess(mid) > 0 {
			t = mid
		} else {
			lo = mid
		}
	}
	n := 0.0
	for _, c := range counts {
		n += float64(c)
	}
	return n * t * (u - meanOf(points, counts)) / room
}

// meanOf returns the mean of the answers.
func meanOf(points []float64, counts []int64) float64 {
	n, sum := 0.0, 0.0
	for i, c := range counts {
		n += float64(c)
		sum += float64(c) * points[i]
	}
	return min(max(sum/n, points[0]), points[len(points)-1])
}

// deviation returns the standard deviation of the answers, with the divisor n.
func deviation(points []float64, counts []int64) float64 {
	m, n, sum := meanOf(points, counts), 0.0, 0.0
	for i, c := range counts {
		n += float64(c)
		sum += float64(c) * (points[i] - m) * (points[i] - m)
	}
	return math.Sqrt(sum / n)
}
