package markov

import (
	"encoding"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOrderOptionsValidate(t *testing.T) {
	for _, o := range []OrderOptions{
		{}, {MaxOrder: 1}, {MaxOrder: 100, Folds: 2}, {Folds: 10_000, FoldBy: ByPath, Criterion: InSampleAUC, Nulls: ExcludeNulls},
	} {
		assert.NoError(t, o.Validate(), "%+v", o)
	}
	for _, o := range []OrderOptions{
		{MaxOrder: -1}, {MaxOrder: 101}, {Folds: 1}, {Folds: -10}, {Folds: 10_001}, {FoldBy: 3}, {Criterion: 6}, {Nulls: 2},
	} {
		assert.ErrorIs(t, o.Validate(), ErrOption, "%+v", o)
		_, err := NewOrderCounts(o)
		assert.ErrorIs(t, err, ErrOption)
	}
	err := OrderOptions{MaxOrder: -1, Folds: 1, FoldBy: 9, Criterion: 9, Nulls: 9}.Validate()
	assert.Len(t, err.(interface{ Unwrap() []error }).Unwrap(), 5, "all at once")
}

func TestOrderOptionsDefaults(t *testing.T) {
	assert.Equal(t, OrderOptions{MaxOrder: 4, Folds: 10}, OrderOptions{}.withDefaults())
	set := OrderOptions{MaxOrder: 2, Folds: 3}
	assert.Equal(t, set, set.withDefaults())
}

func TestOrderEnumText(t *testing.T) {
	type text interface {
		encoding.TextMarshaler
		String() string
	}
	for want, v := range map[string]text{
		"cross-validation": CrossValidation, "aic": AIC, "bic": BIC, "likelihood-ratio": LikelihoodRatio,
		"held-out-auc": HeldOutAUC, "in-sample-auc": InSampleAUC,
		"customer": ByCustomer, "journey": ByJourney, "path": ByPath,
	} {
		b, err := v.MarshalText()
		require.NoError(t, err)
		assert.Equal(t, want, string(b))
		assert.Equal(t, want, v.String())
		switch v := v.(type) {
		case Criterion:
			back := Criterion(99)
			require.NoError(t, back.UnmarshalText(b))
			assert.Equal(t, v, back)
		case FoldBy:
			back := FoldBy(99)
			require.NoError(t, back.UnmarshalText(b))
			assert.Equal(t, v, back)
		}
	}
	assert.Equal(t, "Criterion(7)", Criterion(7).String())
	assert.Equal(t, "FoldBy(7)", FoldBy(7).String())
	_, err := Criterion(7).MarshalText()
	assert.ErrorIs(t, err, ErrOption)
	_, err = FoldBy(7).MarshalText()
	assert.ErrorIs(t, err, ErrOption)
	c, f := BIC, ByPath
	assert.ErrorIs(t, c.UnmarshalText([]byte("CV")), ErrOption)
	assert.ErrorIs(t, f.UnmarshalText([]byte("")), ErrOption)
	assert.Equal(t, BIC, c)
	assert.Equal(t, ByPath, f)
}
