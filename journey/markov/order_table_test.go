package markov

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestChooseDegenerate(t *testing.T) {
	both := row{"a b c", 30, 40, 0, 0}
	for name, tc := range map[string]struct {
		options  OrderOptions
		rows     []orderRowIn
		err      error
		order    int
		warnings []error
	}{
		"nothing": {OrderOptions{}, nil, ErrNoJourneys, 0, nil},
		"no journeys in a row": {
			OrderOptions{},
			[]orderRowIn{{row{"a", 0, 0, 0, 0}, 0}},
			ErrNoJourneys, 0, nil,
		},
		"one journey": {
			OrderOptions{},
			[]orderRowIn{{row{"a", 1, 0, 0, 0}, 0}},
			ErrFolds, 0, nil,
		},
		"one journey, AIC": {
			OrderOptions{Criterion: AIC},
			[]orderRowIn{{row{"a", 1, 0, 0, 0}, 0}},
			nil, 1,
			[]error{ErrEmptyFolds, ErrLongestPath, ErrOutcomes},
		},
		"one path by path": {
			OrderOptions{FoldBy: ByPath},
			[]orderRowIn{{both, 0}},
			ErrFolds, 0, nil,
		},
		"one path": {
			OrderOptions{},
			[]orderRowIn{{both, 0}},
			nil, 1,
			[]error{ErrLongestPath},
		},
		"one customer": {
			OrderOptions{},
			[]orderRowIn{{both, 1}, {row{"c", 5, 5, 0, 0}, 1}},
			ErrFolds, 0, nil,
		},
		"fewer paths than folds": {
			OrderOptions{FoldBy: ByPath, MaxOrder: 3},
			[]orderRowIn{{both, 0}, {row{"c", 5, 5, 0, 0}, 0}, {row{"b", 5, 5, 0, 0}, 0}},
			nil, 2,
			[]error{ErrEmptyFolds},
		},
		"no conversions": {
			OrderOptions{MaxOrder: 1},
			[]orderRowIn{{row{"a b c", 0, 40, 0, 0}, 0}},
			nil, 1,
			[]error{ErrHighestOrder, ErrOutcomes},
		},
		"no conversions, AUC": {
			OrderOptions{Criterion: HeldOutAUC},
			[]orderRowIn{{row{"a b c", 0, 40, 0, 0}, 0}},
			ErrOutcomes, 0, nil,
		},
		"no conversions, in-sample AUC": {
			OrderOptions{Criterion: InSampleAUC},
			[]orderRowIn{{row{"a b c", 0, 40, 0, 0}, 0}},
			ErrOutcomes, 0, nil,
		},
		"conversions only": {
			OrderOptions{MaxOrder: 2},
			[]orderRowIn{{row{"a b c", 40, 0, 0, 0}, 0}},
			nil, 1,
			[]error{ErrOutcomes},
		},
		"more windows than journeys": {
			OrderOptions{Criterion: InSampleAUC},
			[]orderRowIn{{row{"a b c", 1, 1, 0, 0}, 0}},
			ErrInSample, 0, nil,
		},
		"open journeys only": {
			OrderOptions{MaxOrder: 3},
			[]orderRowIn{{row{"a b c", 0, 0, 40, 0}, 0}},
			nil, 1,
			[]error{ErrOutcomes},
		},
		"open journeys without a touch": {
			OrderOptions{Criterion: AIC},
			[]orderRowIn{{row{"", 0, 0, 40, 0}, 0}},
			nil, 1,
			[]error{ErrLongestPath, ErrOutcomes},
		},
		"open journeys without a touch, by cross-validation": {
			OrderOptions{},
			[]orderRowIn{{row{"", 0, 0, 40, 0}, 0}},
			ErrFolds, 0, nil,
		},
		"empty paths": {
			OrderOptions{},
			[]orderRowIn{{row{"", 20, 40, 0, 0}, 0}},
			nil, 1,
			[]error{ErrLongestPath},
		},
	} {
		if tc.options.FoldBy == ByCustomer && len(tc.rows) > 0 && tc.rows[0].customer == 0 {
			tc.options.FoldBy = ByJourney // or the single row would stay together
		}
		table, err := countOrders(t, tc.options, tc.rows...).Choose()
		if tc.err != nil {
			assert.ErrorIs(t, err, tc.err, name)
			assert.Nil(t, table, name)
			continue
		}
		require.NoError(t, err, name)
		assert.Equal(t, tc.order, table.Order(), name)
		warnings := table.Warnings()
		require.Len(t, warnings, len(tc.warnings), "%s: %v", name, warnings)
		for i, w := range tc.warnings {
			assert.ErrorIs(t, warnings[i], w, name)
		}
		for r := range table.All() {
			for _, x := range []float64{r.LogLikelihood, r.AIC, r.BIC} {
				assert.False(t, math.IsNaN(x) || math.IsInf(x, 0), name)
			}
		}
		_, err = json.Marshal(table)
		assert.NoError(t, err, name)
	}
}

// Orders from the longest path on are the same model.
func TestOrderBeyondLongestPath(t *testing.T) {
	rows := []orderRowIn{
		{row{"a b a", 30, 40, 3, 0}, 0}, {row{"b a", 3, 4, 1, 0}, 0}, {row{"a", 7, 9, 0, 0}, 0}, {row{"b b a", 2, 20, 0, 0}, 0},
	}
	table := chooseOrder(t, OrderOptions{MaxOrder: 100}, rows...)
	assert.Equal(t, 3, table.LongestPath())
	top, ok := table.Row(3)
	require.True(t, ok)
	last, ok := table.Row(100)
	require.True(t, ok)
	assert.Equal(t, &LikelihoodRatioTest{Statistic: 0, DF: 0, P: 1}, last.Test)
	assert.Equal(t, 1+100., float64(int(math.Round(nodesOf(t, 2, 100)))), "C(101, 100)")
	last.Order, last.Test, last.InSampleAUC = top.Order, top.Test, top.InSampleAUC
	assert.Equal(t, top, last)
	for _, order := range []int{-1, 0, 101} {
		_, ok := table.Row(order)
		assert.False(t, ok)
	}
}

func nodesOf(t *testing.T, channels, order int) float64 {
	p, ok := penalise(0.5, 1<<40, channels, order)
	require.True(t, ok)
	return p.Nodes
}

// The table hands out copies.
func TestOrderTableImmutable(t *testing.T) {
	rows := []orderRowIn{{row{"a b a", 30, 40, 0, 0}, 0}, {row{"b a", 30, 40, 0, 0}, 0}}
	table, want := chooseOrder(t, OrderOptions{}, rows...), chooseOrder(t, OrderOptions{}, rows...)
	spoil := func(r OrderRow) {
		*r.LogLoss, *r.HeldOutAUC, *r.InSampleAUC = HeldOut{}, HeldOut{}, InSampleROC{}
		if r.Test != nil {
			*r.Test = LikelihoodRatioTest{}
		}
	}
	for r := range table.All() {
		spoil(r)
	}
	r, _ := table.Row(2)
	spoil(r)
	table.Warnings()
	assert.Equal(t, want, table)
	for range table.All() {
		break // the iterator must bear it
	}
}

func TestOrderTableJSON(t *testing.T) {
	table := chooseOrder(t, OrderOptions{MaxOrder: 2, Seed: 5, FoldBy: ByJourney},
		orderRowIn{row{"a b a", 30, 40, 0, 0}, 0}, orderRowIn{row{"b a", 30, 40, 2, 0}, 0})
	b, err := json.Marshal(table)
	require.NoError(t, err)
	var got map[string]any
	require.NoError(t, json.Unmarshal(b, &got))
	rows := got["rows"].([]any)
	require.Len(t, rows, 2)
	choices := got["choices"].([]any)
	require.Len(t, choices, 6)
	delete(got, "rows")
	delete(got, "choices")
	assert.Equal(t, map[string]any{
		"version": 1., "order": float64(table.Order()), "criterion": "cross-validation", "reason": table.String(),
		"journeys": 142., "transitions": 70*4. + 72*2 + 70, "channels": 2., "longest_path": 3.,
		"folds": 10., "fold_by": "journey", "seed": 5., "nulls": "include",
		"warnings": []any{"markov: the chosen order is the highest tried, 2"},
	}, got)
	second := rows[1].(map[string]any)
	for _, key := range []string{"order", "contexts", "parameters", "log_likelihood", "aic", "bic", "log_loss", "test", "held_out_auc", "in_sample_auc"} {
		assert.Contains(t, second, key)
	}
	assert.NotContains(t, rows[0], "test")
	assert.Equal(t, 2., second["order"])
}

func TestOrderTableAccessors(t *testing.T) {
	table := chooseOrder(t, OrderOptions{FoldBy: ByJourney}, orderRowIn{row{"a b a", 30, 40, 0, 0}, 0})
	assert.Equal(t, OrderOptions{MaxOrder: 4, Folds: 10, FoldBy: ByJourney}, table.Options())
	assert.Equal(t, int64(70), table.Journeys())
	assert.Equal(t, int64(280), table.Transitions())
	assert.Equal(t, 2, table.Channels())
	choice, err := table.Choice(CrossValidation)
	require.NoError(t, err)
	assert.Equal(t, choice.Reason, table.String())
	assert.Equal(t, choice.Order, table.Order())
}
