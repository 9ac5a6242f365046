package markov

import (
	"encoding/binary"
	"hash/fnv"
	"math/bits"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/cjm-go/cjm/journey"
)

// foldOf returns the fold of the hash of a customer or path, from 0 to Folds-1.
func foldOf(hash uint64, o OrderOptions) int {
	fold, _ := bits.Mul64(mix(hash^mix(o.Seed)), uint64(o.Folds))
	return int(fold)
}

// mix is one step of SplitMix64 (Steele, Lea and Flood 2014): every bit of the
// result depends on every bit of x.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// pathHash returns a hash of the names of the channels, the same for every
// dictionary and on every machine: FNV-1a of each name behind its length.
func pathHash(d *journey.Dictionary, codes []journey.Code) uint64 {
	h := fnv.New64a()
	var b []byte
	for _, code := range codes {
		name := d.Name(code)
		b = binary.AppendUvarint(b[:0], uint64(len(name)))
		h.Write(append(b, name...))
	}
	return h.Sum64()
}

// foldPart is what falls into a fold of one of the paths counted.
type foldPart struct {
	path                      int
	conversions, nulls, opens int64
}

// divide returns the parts of the paths by fold.
func (c *OrderCounts) divide() [][]foldPart {
	o := c.options.withDefaults()
	folds := make([][]foldPart, o.Folds)
	conversions, nulls, opens := make([]int64, o.Folds), make([]int64, o.Folds), make([]int64, o.Folds)
	var codes []journey.Code
	for i := range c.paths {
		p := &c.paths[i]
		var mark uint64
		mark, codes = p.decode(codes[:0])
		whole := foldPart{i, p.conversions, p.nulls, p.opens}
		if mark > 0 {
			folds[mark-1] = append(folds[mark-1], whole)
			continue
		}
		hash := pathHash(c.recoder.Dictionary(), codes)
		if o.FoldBy == ByPath {
			f := foldOf(hash, o)
			folds[f] = append(folds[f], whole)
			continue
		}
		r := rand.New(rand.NewPCG(hash, o.Seed))
		scatter(conversions, p.conversions, r)
		scatter(nulls, p.nulls, r)
		scatter(opens, p.opens, r)
		for f := range folds {
			part := foldPart{i, conversions[f], nulls[f], opens[f]}
			if part.conversions+part.nulls+part.opens > 0 {
				folds[f] = append(folds[f], part)
			}
		}
	}
	return folds
}

// scatter divides n journeys into the folds of dst, each journey independently of
// the others.
func scatter(dst []int64, n int64, r *rand.Rand) {
	clear(dst)
	const few = 64
	if n <= few {
		for range n {
			dst[r.IntN(len(dst))]++
		}
		return
	}
	// How many of those that are left fall into the next fold.
	last := len(dst) - 1
	for i := range last {
		k := int64(distuv.Binomial{N: float64(n), P: 1 / float64(len(dst)-i), Src: r}.Rand())
		dst[i] = min(max(k, 0), n)
		if n -= dst[i]; n == 0 {
			return
		}
	}
	dst[last] = n
}
