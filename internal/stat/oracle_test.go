package stat_test

import (
	"math/big"
	"math/rand/v2"
)

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 4)) }

const bigBits = 300

func bigInt(n int64) *big.Float { return new(big.Float).SetPrec(bigBits).SetInt64(n) }

func bigFloat(x float64) *big.Float { return new(big.Float).SetPrec(bigBits).SetFloat64(x) }

func add(x, y *big.Float) *big.Float { return new(big.Float).Add(x, y) }

func sub(x, y *big.Float) *big.Float { return new(big.Float).Sub(x, y) }

func mul(x, y *big.Float) *big.Float { return new(big.Float).Mul(x, y) }

func quo(x, y *big.Float) *big.Float { return new(big.Float).Quo(x, y) }

func sqrt(x *big.Float) *big.Float { return new(big.Float).Sqrt(x) }

func float(x *big.Float) float64 {
	f, _ := x.Float64()
	return f
}

// bigWilson solves the quadratic equation of the bounds in 300 bits.
func bigWilson(k, n int64, z float64) (lo, hi *big.Float) {
	zz := quo(mul(bigFloat(z), bigFloat(z)), bigInt(n))
	p := quo(bigInt(k), bigInt(n))
	a := add(bigInt(1), zz)
	b := add(add(p, p), zz)
	root := sqrt(sub(mul(b, b), mul(bigInt(4), mul(a, mul(p, p)))))
	return quo(sub(b, root), add(a, a)), quo(add(b, root), add(a, a))
}

// proportions draws two of up to n trials, small and skewed ones as often as others.
func proportions(r *rand.Rand, n int64) (k1, n1, k2, n2 int64) {
	one := func() (k, trials int64) {
		trials = 1 + r.Int64N(n)
		if r.IntN(3) == 0 {
			trials = 1 + r.Int64N(min(n, 12))
		}
		switch r.IntN(4) {
		case 0:
			k = min(trials, r.Int64N(4))
		case 1:
			k = trials - min(trials, r.Int64N(4))
		default:
			k = r.Int64N(trials + 1)
		}
		return k, trials
	}
	k1, n1 = one()
	k2, n2 = one()
	return k1, n1, k2, n2
}
