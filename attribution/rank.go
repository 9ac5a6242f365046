package attribution

import (
	"cmp"
	"slices"
)

// rankCounts counts how often each line came in at each place.
type rankCounts struct {
	places [][]float64 // by line; nil for lines without a place
	order  []int       // of the lines that have one; scratch
}

// newRankCounts returns counts of zero for lines, of which some take part.
func newRankCounts(ranked []bool) *rankCounts {
	r := &rankCounts{places: make([][]float64, len(ranked))}
	for i, ok := range ranked {
		if ok {
			r.order = append(r.order, i)
		}
	}
	for _, i := range r.order {
		r.places[i] = make([]float64, len(r.order))
	}
	return r
}

// add counts one ranking by credits, the largest first. Lines that tie share their
// places equally.
func (r *rankCounts) add(credits []float64) {
	slices.SortFunc(r.order, func(a, b int) int { return cmp.Or(cmp.Compare(credits[b], credits[a]), cmp.Compare(a, b)) })
	for from := 0; from < len(r.order); {
		to := from + 1
		for to < len(r.order) && credits[r.order[to]] == credits[r.order[from]] {
			to++
		}
		for _, i := range r.order[from:to] {
			for place := from; place < to; place++ {
				r.places[i][place] += 1 / float64(to-from)
			}
		}
		from = to
	}
}

// probabilities returns, for each line, the parts of n rankings.
func (r *rankCounts) probabilities(n int) [][]float64 {
	for _, places := range r.places {
		for i := range places {
			places[i] /= float64(n)
		}
	}
	return r.places
}
