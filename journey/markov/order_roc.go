package markov

import (
	"cmp"
	"slices"
)

// rocPoints is the number of thresholds of the in-sample curve, the default of
// ChannelAttribution.
const rocPoints = 100

// inSampleArea draws the ROC curve as ChannelAttribution does. It takes the share of conversions R/(R+D) among
// the journeys that ended in a window for the score of these same journeys. The
// thresholds are not the scores themselves but 100 numbers evenly spaced from the
// smallest to the largest score; a journey at a threshold or above is taken for a
// conversion. The result is the area under the points, joined by straight lines.
// It is undefined, ok false, where all journeys ended alike.
func (t *orderTally) inSampleArea(all orderEnds) (area float64, ok bool) {
	if all.converted == 0 || all.lost == 0 {
		return 0, false
	}
	type group struct {
		score float64
		orderEnds
	}
	groups := make([]group, 0, len(t.stops))
	for _, s := range t.stops {
		e := t.ends[s]
		groups = append(groups, group{float64(e.converted) / float64(e.total()), e})
	}
	slices.SortFunc(groups, func(a, b group) int { return cmp.Compare(b.score, a.score) })
	high, low := groups[0].score, groups[len(groups)-1].score
	var x, y float64
	line := func(toX, toY float64) {
		area += float64((toX - x) * (toY + y) / 2)
		x, y = toX, toY
	}
	var taken orderEnds
	for k := rocPoints - 1; k >= 0; k-- {
		threshold := low + float64(float64(k)*(high-low))/(rocPoints-1)
		for len(groups) > 0 && groups[0].score >= threshold {
			taken.converted += groups[0].converted
			taken.lost += groups[0].lost
			groups = groups[1:]
		}
		line(float64(taken.lost)/float64(all.lost), float64(taken.converted)/float64(all.converted))
	}
	line(1, 1)
	return area, true
}

// penalise returns the area with what ChannelAttribution makes of it at an order:
// less a penalty in the manner of the adjusted R^2,
//
//	1 - (1-AUC)*(M-1)/(M-nodes-1)
//
// where M is the number of journeys that have ended and nodes = C(n+k-1, k), that
// of multisets of k of the n channels; 0 where that is not in [0, 1]. ok is false
// at orders with as many nodes as journeys, which it does not look at.
func penalise(area float64, journeys int64, channels, order int) (p InSampleROC, ok bool) {
	m := float64(journeys)
	nodes := 1.0
	for i := 1; i <= order; i++ {
		nodes = nodes * float64(channels+i-1) / float64(i)
		if nodes >= m {
			return InSampleROC{}, false
		}
	}
	p = InSampleROC{AUC: area, Nodes: nodes}
	if left := m - nodes - 1; left > 0 {
		p.Penalised = 1 - (1-area)*(m-1)/left
	}
	if p.Penalised < 0 || p.Penalised > 1 {
		p.Penalised = 0
	}
	return p, true
}
