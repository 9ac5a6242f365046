package markov

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// orderRowIn is a row with the customer whose journeys it counts.
type orderRowIn struct {
	row
	customer uint64
}

func countOrders(t testing.TB, o OrderOptions, rows ...orderRowIn) *OrderCounts {
	t.Helper()
	c, err := NewOrderCounts(o)
	require.NoError(t, err)
	var d journey.Dictionary
	for _, r := range rows {
		p := r.counted(&d)
		p.Customer = r.customer
		require.NoError(t, c.Add(p))
	}
	return c
}

func chooseOrder(t testing.TB, o OrderOptions, rows ...orderRowIn) *OrderTable {
	t.Helper()
	table, err := countOrders(t, o, rows...).Choose()
	require.NoError(t, err)
	return table
}

// randomOrderRows returns rows of which some have a customer, some are of the same
// customer and some over the same path.
func randomOrderRows(r *rand.Rand, channels int) []orderRowIn {
	var rows []orderRowIn
	for range 1 + r.IntN(5) {
		for _, x := range randomRows(r, channels, true) {
			rows = append(rows, orderRowIn{x, uint64(r.IntN(6))})
		}
	}
	return rows
}

func randomOrderOptions(r *rand.Rand) OrderOptions {
	return OrderOptions{
		MaxOrder: 1 + r.IntN(5), Folds: 2 + r.IntN(6), FoldBy: FoldBy(r.IntN(3)), Seed: r.Uint64(),
		Nulls: Nulls(r.IntN(2)), Criterion: AIC,
	}
}

func marshalOrder(t testing.TB, c *OrderCounts) []byte {
	t.Helper()
	b, err := c.MarshalBinary()
	require.NoError(t, err)
	return b
}

// simulateOrder draws journeys from a random chain of the order over n channels.
// From each window between 10 and 30 of 100 journeys end. Log-probabilities of the
// channels, and of the two ends, are normal with the given spread.
func simulateOrder(r *rand.Rand, n, order, journeys int, spread float64) []*journey.Counted {
	d := new(journey.Dictionary)
	for i := range n {
		d.Code(touchpoint.Channel('a' + rune(i)))
	}
	next := map[string][]float64{}
	law := func(window []journey.Code, start bool) []float64 {
		key := fmt.Sprint(window, start)
		p, ok := next[key]
		if ok {
			return p
		}
		p = make([]float64, n+2)
		fill := func(p []float64, total float64) {
			sum := 0.0
			for i := range p {
				p[i] = math.Exp(spread * r.NormFloat64())
				sum += p[i]
			}
			for i := range p {
				p[i] *= total / sum
			}
		}
		leave := 0.1 + 0.2*r.Float64()
		fill(p[:n], 1-leave)
		fill(p[n:], leave)
		next[key] = p
		return p
	}
	out := make([]*journey.Counted, journeys)
	for i := range out {
		p := &journey.Counted{Dictionary: d}
		out[i] = p
		for p.Conversions+p.Nulls == 0 {
			length := len(p.Channels)
			probabilities := law(p.Channels[max(0, length-order):], length < order)
			x, u := 0, r.Float64()
			for ; x < n+1 && u >= probabilities[x]; x++ {
				u -= probabilities[x]
			}
			switch x {
			case n:
				p.Conversions = 1
			case n + 1:
				p.Nulls = 1
			default:
				p.Channels = append(p.Channels, journey.Code(x))
			}
		}
	}
	return out
}

// pathName joins the names of the channels.
func pathName(names []touchpoint.Channel) string {
	var b strings.Builder
	for _, name := range names {
		b.WriteString(string(name) + " ")
	}
	return b.String()
}

// coinJourney goes on with probability 2/3, over "a" three times as often as over
// "b", and converts with probability 1/4 of its end.
func coinJourney(r *rand.Rand) *journey.Counted {
	p := &journey.Counted{Dictionary: journey.NewDictionary("a", "b")}
	for r.IntN(3) > 0 {
		p.Channels = append(p.Channels, journey.Code(min(r.IntN(4), 1)))
	}
	if r.IntN(4) == 0 {
		p.Conversions = 1
	} else {
		p.Nulls = 1
	}
	return p
}
