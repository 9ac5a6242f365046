package journey

import (
	"math"

	"github.com/cjm-go/cjm/internal/exact"
)

// PathEntropy returns how evenly a path is spread over its labels: the Shannon
// entropy of their parts in the path, divided by the largest that an alphabet of
// so many labels allows,
//
//	h = -sum p ln p / ln alphabet
//
// It is 0 where all labels are the same and 1 where each of the alphabet occurs
// equally often. This is the longitudinal entropy of Gabadinho, Ritschard,
// Müller and Studer (2011), Analyzing and Visualizing State Sequences in R with
// TraMineR, Journal of Statistical Software 40(4), where TraMineR computes it as
// seqient.
//
// It reports false where that is undefined: there are no labels, more than the
// alphabet has, or an alphabet of fewer than two.
func PathEntropy(labels []string, alphabet int) (float64, bool) {
	return new(sequenceIndices).entropy(codesOf(labels), alphabet)
}

// PathComplexity returns how much happens in a path: the geometric mean of the
// part of its steps that change the label and of its entropy h, see [PathEntropy],
//
//	C = sqrt(changes/(length-1) * h)
//
// A path of one touch has no steps and no complexity, as in TraMineR. The index
// is that of Gabadinho, Ritschard, Studer and Müller (2010), Indice de
// complexité pour le tri et la comparaison de séquences catégorielles, Revue des
// nouvelles technologies de l'information E-19; seqici in TraMineR.
//
// It reports false where the entropy is undefined.
func PathComplexity(labels []string, alphabet int) (float64, bool) {
	return new(sequenceIndices).complexity(codesOf(labels), alphabet)
}

// codesOf numbers the labels.
func codesOf(labels []string) []Code {
	known := make(map[string]Code)
	codes := make([]Code, len(labels))
	for i, label := range labels {
		code, ok := known[label]
		if !ok {
			code = Code(len(known))
			known[label] = code
		}
		codes[i] = code
	}
	return codes
}

// sequenceIndices computes indices of one sequence after the other.
type sequenceIndices struct {
	counts []int  // of the codes; all 0 between two sequences
	met    []Code // the distinct codes in the order in which they come
}

func (x *sequenceIndices) entropy(codes []Code, alphabet int) (float64, bool) {
	x.met = x.met[:0]
	for _, code := range codes {
		for int(code) >= len(x.counts) {
			x.counts = append(x.counts, 0)
		}
		if x.counts[code] == 0 {
			x.met = append(x.met, code)
		}
		x.counts[code]++
	}
	h := 0.0
	for _, code := range x.met {
		p := float64(x.counts[code]) / float64(len(codes))
		h -= p * math.Log(p)
		x.counts[code] = 0
	}
	if len(codes) == 0 || alphabet < 2 || len(x.met) > alphabet {
		return 0, false
	}
	return min(h/math.Log(float64(alphabet)), 1), true // rounding may exceed 1
}

func (x *sequenceIndices) complexity(codes []Code, alphabet int) (float64, bool) {
	h, ok := x.entropy(codes, alphabet)
	if !ok || len(codes) == 1 {
		return 0, ok
	}
	changes := 0
	for i := 1; i < len(codes); i++ {
		if codes[i] != codes[i-1] {
			changes++
		}
	}
	return math.Sqrt(float64(changes) / float64(len(codes)-1) * h), true
}

// Entropy returns the mean of [PathEntropy] over the paths with a touch, of which
// there are Touched; the alphabet is that of all labels that occur. It reports
// false where that is undefined: there is no such path, or a single label.
func (r *FlowResult) Entropy() (float64, bool) { return r.mean((*sequenceIndices).entropy) }

// Complexity returns the mean of [PathComplexity], as [FlowResult.Entropy] does.
func (r *FlowResult) Complexity() (float64, bool) { return r.mean((*sequenceIndices).complexity) }

// Touched returns how many paths have a touch.
func (r *FlowResult) Touched() int64 {
	n := r.Paths()
	for _, v := range r.variants {
		if len(v.codes) == 0 {
			n -= v.counts.total()
		}
	}
	return n
}

func (r *FlowResult) mean(index func(*sequenceIndices, []Code, int) (float64, bool)) (float64, bool) {
	var (
		sum exact.Sum
		x   sequenceIndices
		n   int64
	)
	for _, v := range r.variants {
		if h, ok := index(&x, v.codes, len(r.names)); ok {
			sum.Add(h * float64(v.counts.total()))
			n += v.counts.total()
		}
	}
	if n == 0 {
		return 0, false
	}
	return sum.Float64() / float64(n), true
}

// VariantEntropy returns the Shannon entropy of the variants among the paths,
// -sum p ln p in nats: 0 where all paths are alike, the logarithm of their number
// where no two are. It reports false if there are no paths.
func (r *FlowResult) VariantEntropy() (float64, bool) {
	if len(r.variants) == 0 {
		return 0, false
	}
	var sum exact.Sum
	for _, v := range r.variants {
		p := float64(v.counts.total()) / float64(r.Paths())
		sum.Add(-p * math.Log(p))
	}
	return sum.Float64(), true
}
