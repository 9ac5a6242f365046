package markov

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tableOf returns a table of orders with the given held-out means, distances from
// the best and their standard errors.
func tableOf(rows ...HeldOut) *OrderTable {
	t := &OrderTable{ended: orderEnds{1, 1}}
	for i, h := range rows {
		t.rows = append(t.rows, OrderRow{Order: i + 1, LogLoss: &h, HeldOutAUC: &h})
	}
	return t
}

func TestChooseHeldOut(t *testing.T) {
	for name, tc := range map[string]struct {
		rows   []HeldOut
		order  int
		reason string
	}{
		"one order": {
			[]HeldOut{{Mean: 1.5}},
			1, "Order 1: its held-out log-loss, 1.5, is the smallest.",
		},
		"the best": {
			[]HeldOut{{Mean: 1.6, Behind: 0.1, BehindSE: 0.09}, {Mean: 1.5}, {Mean: 2, Behind: 0.5, BehindSE: 1}},
			2, "Order 2: its held-out log-loss, 1.5, is the smallest, and no lower order is within one standard error of it.",
		},
		"lower within one": {
			[]HeldOut{{Mean: 1.6, Behind: 0.1, BehindSE: 0.09}, {Mean: 1.53, Behind: 0.03, BehindSE: 0.03}, {Mean: 1.5}},
			2, "Order 2: the lowest whose held-out log-loss, 1.53, is within one standard error (0.03) of the smallest, 1.5 at order 3.",
		},
		"equally good": {
			[]HeldOut{{Mean: 1.5}, {Mean: 1.5}},
			1, "Order 1: its held-out log-loss, 1.5, is the smallest.",
		},
	} {
		choice, err := tableOf(tc.rows...).Choice(CrossValidation)
		require.NoError(t, err, name)
		assert.Equal(t, OrderChoice{CrossValidation, tc.order, tc.reason}, choice, name)
		choice, err = tableOf(tc.rows...).Choice(HeldOutAUC)
		require.NoError(t, err, name)
		assert.Equal(t, tc.order, choice.Order, name)
		assert.Contains(t, choice.Reason, "largest", name)
	}
}

func TestChooseInformation(t *testing.T) {
	table := &OrderTable{rows: []OrderRow{{AIC: 120, BIC: 130}, {AIC: 110, BIC: 140}, {AIC: 110, BIC: 150}}}
	choice, err := table.Choice(AIC)
	require.NoError(t, err)
	assert.Equal(t, OrderChoice{AIC, 2, "Order 2: its AIC, 110, is the smallest."}, choice)
	choice, err = table.Choice(BIC)
	require.NoError(t, err)
	assert.Equal(t, OrderChoice{BIC, 1, "Order 1: its BIC, 130, is the smallest."}, choice)
}

func TestChooseByTest(t *testing.T) {
	for _, tc := range []struct {
		p      []float64
		order  int
		reason string
	}{
		{nil, 1, "Order 1: no other was tried."},
		{[]float64{0.05}, 1, "Order 1: order 2 does not fit significantly better (p = 0.05)."},
		{[]float64{0.049, 0.3, 0.001}, 2, "Order 2: order 3 does not fit significantly better (p = 0.3)."},
		{[]float64{0.01, 0.002}, 3, "Order 3: the highest tried, it still fits significantly better than order 2 (p = 0.002)."},
	} {
		table := &OrderTable{rows: make([]OrderRow, 1)}
		for _, p := range tc.p {
			table.rows = append(table.rows, OrderRow{Test: &LikelihoodRatioTest{P: p}})
		}
		choice, err := table.Choice(LikelihoodRatio)
		require.NoError(t, err)
		assert.Equal(t, OrderChoice{LikelihoodRatio, tc.order, tc.reason}, choice)
	}
}

func TestChooseInSample(t *testing.T) {
	table := &OrderTable{ended: orderEnds{3, 4}, rows: []OrderRow{
		{InSampleAUC: &InSampleROC{Penalised: 0.5}},
		{InSampleAUC: &InSampleROC{Penalised: 0.6}},
		{InSampleAUC: &InSampleROC{Penalised: 0.6}},
		{},
	}}
	choice, err := table.Choice(InSampleAUC)
	require.NoError(t, err)
	assert.Equal(t, OrderChoice{InSampleAUC, 2, "Order 2: its penalised in-sample AUC, 0.6, is the largest."}, choice)
	table.rows = table.rows[3:]
	_, err = table.Choice(InSampleAUC)
	assert.ErrorIs(t, err, ErrInSample)
	table.ended.lost = 0
	_, err = table.Choice(InSampleAUC)
	assert.ErrorIs(t, err, ErrOutcomes)
}

func TestChoiceUndefined(t *testing.T) {
	table := &OrderTable{rows: []OrderRow{{Order: 1}}}
	_, err := table.Choice(CrossValidation)
	assert.ErrorIs(t, err, ErrFolds)
	_, err = table.Choice(HeldOutAUC)
	assert.ErrorIs(t, err, ErrOutcomes)
	_, err = table.Choice(Criterion(6))
	assert.ErrorIs(t, err, ErrOption)
	var defined []Criterion
	for c := range table.Choices() {
		defined = append(defined, c.Criterion)
	}
	assert.Equal(t, []Criterion{AIC, BIC, LikelihoodRatio}, defined)
	for range table.Choices() {
		break // the iterator must bear it
	}
}
