package attribution_test

import (
	"fmt"
	"testing"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/attribution/attributiontest"
)

// TestIntervalModelsConform: a model with intervals is a model like any other.
func TestIntervalModelsConform(t *testing.T) {
	for _, c := range []struct {
		model attribution.Model
		opts  attributiontest.Options
	}{
		{attribution.Delta{Model: attribution.Linear{}}, attributiontest.Options{Tables: 10}},
		{attribution.Delta{Model: attribution.TimeDecay{}}, attributiontest.Options{Tables: 10, Times: true}},
		{attribution.Delta{Model: attribution.Markov{}}, attributiontest.Options{Tables: 10, NullsEarn: true}},
		{attribution.Sandwich{Model: attribution.PositionBased{}}, attributiontest.Options{Tables: 10}},
		{attribution.Sandwich{Model: attribution.Markov{Nulls: attribution.ExcludeNulls}}, attributiontest.Options{Tables: 10, NullsEarn: true}},
		{attribution.Bootstrap{Model: attribution.Linear{}, Replicates: 39}, attributiontest.Options{Tables: 3}},
		{attribution.Bootstrap{Model: attribution.Markov{}, Replicates: 39}, attributiontest.Options{Tables: 3, NullsEarn: true}},
	} {
		t.Run(fmt.Sprintf("%T of %s", c.model, c.model.Name()), func(t *testing.T) { attributiontest.Run(t, c.model, c.opts) })
	}
}
