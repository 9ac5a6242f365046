package markov

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestOrderUnits: without customers a row of counts stays in one fold, wherever it
// comes from, and rows of one journey each are divided.
func TestOrderUnits(t *testing.T) {
	parts := func(rows ...orderRowIn) (folds int) {
		for _, fold := range countOrders(t, OrderOptions{}, rows...).divide() {
			if len(fold) > 0 {
				folds++
			}
		}
		return folds
	}
	assert.Equal(t, 1, parts(orderRowIn{row{"a b", 300, 400, 0, 7}, 0}))
	assert.Equal(t, 1, parts(orderRowIn{row{"a b", 300, 400, 0, 7}, 0}, orderRowIn{row{"a b", 300, 400, 0, 7}, 0}))
	var ones, rows []orderRowIn
	for i := range int64(100) {
		ones = append(ones, orderRowIn{row{"a b", 0, 1, 0, 0}, 0})
		rows = append(rows, orderRowIn{row{"a b", 1, 1 + i, 0, 0}, 0})
	}
	assert.Equal(t, 10, parts(ones...))
	assert.Equal(t, 10, parts(rows...), "rows of other counts are other units")

	// Names and not codes decide, so shards agree.
	forward := countOrders(t, OrderOptions{}, rows...)
	backward := countOrders(t, OrderOptions{}, append([]orderRowIn{{row{"b a", 0, 5, 0, 0}, 0}}, rows...)...)
	require.NoError(t, forward.Merge(countOrders(t, OrderOptions{}, orderRowIn{row{"b a", 0, 5, 0, 0}, 0})))
	assert.Equal(t, marshalOrder(t, forward), marshalOrder(t, backward))
}
