package attribution

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/cjm-go/cjm/journey"
)

// A replicate of the bootstrap weighs each unit by a draw from Poisson(1). The draw
// is a function of the unit, the replicate and the seed, so it is the same on every
// shard.

// mix is the finalizer of SplitMix64 (Steele, Lea and Flood, "Fast splittable
// pseudorandom number generators", OOPSLA 2014): a bijection in which each bit of
// the result depends on each bit of x.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// golden is the odd number nearest to 2^64 divided by the golden ratio.
const golden = 0x9e3779b97f4a7c15

// stream is where the draws of a unit come from.
type stream uint64

// customerStream returns the stream of a customer.
func customerStream(seed, customer uint64) stream {
	return stream(mix(customer + mix(seed^golden)))
}

// uniform returns a number in (0, 1) for a replicate.
func (s stream) uniform(replicate int) float64 {
	return (float64(mix(uint64(s)+golden*uint64(replicate+1))>>11) + 0.5) * 0x1p-53
}

// What is drawn for a path without a customer.
const (
	conversionDraw = iota
	nullDraw
	openDraw
	valueDraw
)

// of returns the stream of the draws of one kind.
func (s stream) of(kind int) stream { return stream(mix(uint64(s) + uint64(kind))) }

// pathStream returns the stream of the journeys along a path, which depends on the
// names of its channels and on its ages.
func pathStream(seed uint64, dict *journey.Dictionary, d *distinctPath) stream {
	h := mix(^(seed ^ golden)) // unlike that of customers
	for i, c := range d.codes {
		name := dict.Name(c)
		h = mix(h + uint64(len(name)))
		for j := range len(name) {
			h = (h ^ uint64(name[j])) * 0x100000001b3 // as FNV-1a
		}
		if d.ages != nil {
			h = mix(h ^ uint64(d.ages[i]))
		}
	}
	return stream(mix(h + golden*uint64(len(d.codes))))
}

// poissonByTerms is the largest mean up to which terms of the distribution are added
// up.
const poissonByTerms = 64

// poisson returns the quantile u of the Poisson distribution with the mean n >= 0.
// Beyond a mean of 64 it comes from the Cornish-Fisher expansion with continuity
// correction
//
//	n + sqrt(n) z + z^2/6 + 1/3 - (z^3 + 2z)/(72 sqrt(n)),  z = Phi^-1(u)
//
// rounded down (Giles, "Algorithm 955: approximation of the inverse Poisson
// cumulative distribution function", ACM Transactions on Mathematical Software 42
// (2016) 7), which misses the quantile, by 1, for fewer than one u in 2,000.
func poisson(n int64, u float64) int64 {
	if n <= poissonByTerms {
		return poissonTerms(float64(n), math.Exp(-float64(n)), u)
	}
	mean := float64(n)
	root := math.Sqrt(mean)
	z := distuv.UnitNormal.Quantile(u)
	x := root*z + z*z/6 + 1.0/3 - z*(z*z+2)/(72*root)
	return max(n+int64(math.Floor(x)), 0)
}

// poissonOne returns the quantile u of the Poisson distribution with the mean 1.
func poissonOne(u float64) int64 { return poissonTerms(1, 1/math.E, u) }

// poissonTerms adds up the terms of the distribution, the first of which is p.
func poissonTerms(mean, p, u float64) int64 {
	k := 0.0
	// The sum of the terms may, by rounding, end just below u.
	for sum := p; u > sum && k < 10*mean+40; sum += p {
		k++
		p *= mean / k
	}
	return int64(k)
}
