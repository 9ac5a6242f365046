package markov

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestOrderRecovered draws journeys from chains of order 1, 2 and 3 and counts how
// often each criterion finds the order. The bounds are what the criteria are for;
// the seeds are fixed.
func TestOrderRecovered(t *testing.T) {
	seeds := uint64(8)
	if testing.Short() {
		seeds = 2
	}
	found := map[string]int{}
	cases := 0
	for _, channels := range []int{3, 5} {
		for order := 1; order <= 3; order++ {
			for seed := range seeds {
				cases++
				paths := simulateOrder(rand.New(rand.NewPCG(seed, uint64(10*channels+order))), channels, order, 2000, 1)
				for _, by := range []FoldBy{ByJourney, ByCustomer} {
					counts, err := NewOrderCounts(OrderOptions{FoldBy: by})
					require.NoError(t, err)
					for i, p := range paths {
						p.Customer = uint64(i + 1)
						require.NoError(t, counts.Add(p))
					}
					table, err := counts.Choose()
					require.NoError(t, err)
					if table.Order() == order {
						found["by "+by.String()]++
					}
					if by == ByJourney {
						continue
					}
					for choice := range table.Choices() {
						if choice.Order == order {
							found[choice.Criterion.String()]++
						}
					}
				}
			}
		}
	}
	t.Logf("of %d: %v", cases, found)
	for _, what := range []string{"by customer", "by journey", "aic"} {
		assert.GreaterOrEqual(t, found[what], cases-2, what)
	}
	assert.GreaterOrEqual(t, found["likelihood-ratio"], cases*3/4)
	assert.GreaterOrEqual(t, found["held-out-auc"], cases*3/4)
}

// What the documentation warns of: BIC takes too low an order where journeys are
// few, and holding out whole paths mostly takes order 1.
func TestOrderUnderfitted(t *testing.T) {
	const cases = 12
	bic, byPath, cv := 0, 0, 0
	for seed := range uint64(cases) {
		counts, err := NewOrderCounts(OrderOptions{})
		require.NoError(t, err)
		paths, err := NewOrderCounts(OrderOptions{FoldBy: ByPath})
		require.NoError(t, err)
		for _, p := range simulateOrder(rand.New(rand.NewPCG(seed, 99)), 5, 2, 300, 1) {
			require.NoError(t, counts.Add(p))
			require.NoError(t, paths.Add(p))
		}
		table, err := counts.Choose()
		require.NoError(t, err)
		choice, err := table.Choice(BIC)
		require.NoError(t, err)
		if choice.Order == 1 {
			bic++
		}
		if table.Order() == 2 {
			cv++
		}
		if table, err = paths.Choose(); assert.NoError(t, err) && table.Order() == 1 {
			byPath++
		}
	}
	t.Logf("of %d with order 2: BIC takes 1 in %d, folds by path in %d; cross-validation finds 2 in %d", cases, bic, byPath, cv)
	assert.GreaterOrEqual(t, bic, cases-2)
	assert.GreaterOrEqual(t, byPath, cases*2/3)
	assert.GreaterOrEqual(t, cv, cases-3)
}

// The standard error over folds is that of the mean over data sets: the mean of its
// square is near the variance between samples of the same chain.
func TestHeldOutSE(t *testing.T) {
	const runs, journeys = 150, 400
	var sum, squares, claimed float64
	for seed := range uint64(runs) {
		// The law of the chain is drawn first, from the same stream each time.
		counts, err := NewOrderCounts(OrderOptions{MaxOrder: 1, Seed: seed})
		require.NoError(t, err)
		r := rand.New(rand.NewPCG(seed, 7))
		for range journeys {
			require.NoError(t, counts.Add(coinJourney(r)))
		}
		table, err := counts.Choose()
		require.NoError(t, err)
		row, _ := table.Row(1)
		sum += row.LogLoss.Mean
		squares += row.LogLoss.Mean * row.LogLoss.Mean
		claimed += row.LogLoss.SE * row.LogLoss.SE
	}
	variance := (squares - sum*sum/runs) / (runs - 1)
	// The relative standard error of a variance from 150 samples is 12 %, that
	// of the mean claimed variance 4 %.
	assert.InEpsilon(t, variance, claimed/runs, 0.35)
}
