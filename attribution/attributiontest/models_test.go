package attributiontest_test

import (
	"testing"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/attribution/attributiontest"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/markov"
	"github.com/cjm-go/cjm/touchpoint"
)

// TestModels: every model of the library keeps the promises, in every
// configuration that changes its course.
func TestModels(t *testing.T) {
	var (
		all     = attributiontest.Options{}
		direct  = attributiontest.Options{Channels: []touchpoint.Channel{"Direct", "(direct)"}}
		times   = attributiontest.Options{Times: true}
		chain   = attributiontest.Options{NullsEarn: true}
		sampled = attributiontest.Options{NullsEarn: true, NameOrder: true}
		rates   = attributiontest.Options{NullsEarn: true, Signed: true}
		ratesBy = attributiontest.Options{NullsEarn: true, Signed: true, NameOrder: true}
		// Effects with signs may add up to nothing, or be so large that they
		// cannot be certified to the tolerance, which is absolute.
		variants = attributiontest.Options{NullsEarn: true, Signed: true, Undefined: []error{attribution.ErrSigned, markov.ErrNotConverged}}
	)
	for name, c := range map[string]struct {
		model attribution.Model
		opts  attributiontest.Options
	}{
		"first":                           {attribution.FirstTouch{}, all},
		"last":                            {attribution.LastTouch{}, all},
		"last-non-direct":                 {attribution.LastNonDirect{}, direct},
		"last-non-direct, none is direct": {attribution.LastNonDirect{Direct: []touchpoint.Channel{}}, all},
		"linear":                          {attribution.Linear{}, all},
		"linear-unique":                   {attribution.Linear{Per: attribution.PerChannel}, all},
		"position":                        {attribution.PositionBased{}, all},
		"position 0.3 0.1":                {attribution.PositionBased{First: 0.3, Last: 0.1}, all},
		"time-decay":                      {attribution.TimeDecay{}, times},
		"weighted":                        {attribution.Weighted{Label: "mine", Weights: later}, all},
		"markov":                          {attribution.Markov{}, chain},
		"markov without nulls":            {attribution.Markov{Nulls: attribution.ExcludeNulls}, all},
		"markov, order 2":                 {attribution.Markov{Order: 2}, chain},
		"markov, order 3, without nulls":  {attribution.Markov{Order: 3, Nulls: attribution.ExcludeNulls}, all},
		"markov, order 99":                {attribution.Markov{Order: 99}, all},
		"markov, renormalise":             {attribution.Markov{Variant: attribution.Renormalise}, variants},
		"markov, never-touch":             {attribution.Markov{Variant: attribution.NeverTouch}, variants},
		"markov, order 2, renormalise":    {attribution.Markov{Order: 2, Variant: attribution.Renormalise}, variants},
		"markov, order 2, never-touch":    {attribution.Markov{Order: 2, Variant: attribution.NeverTouch}, variants},
		"shapley":                         {attribution.Shapley{}, all},
		"shapley-ordered":                 {attribution.Shapley{Ordered: true}, all},
		"shapley-markov":                  {attribution.MarkovShapley{}, chain},
		"shapley-markov, order 2":         {attribution.MarkovShapley{Order: 2}, chain},
		"shapley-markov, sampled":         {attribution.MarkovShapley{MaxExact: 2, Permutations: 16}, sampled},
		"shapley-rate":                    {attribution.RateShapley{}, rates},
		"shapley-rate, sampled":           {attribution.RateShapley{MaxExact: 2, Permutations: 64}, ratesBy},
		"dp6-shapley":                     {attribution.DP6Shapley{}, ratesBy},
		"dp6-shapley, all channels":       {attribution.DP6Shapley{Size: 12}, rates},
		"dp6-shapley-ordered":             {attribution.DP6Shapley{Order: true}, rates},
		"fractribution":                   {attribution.Fractribution{}, all},
	} {
		t.Run(name, func(t *testing.T) { attributiontest.Run(t, c.model, c.opts) })
	}
}

// later gives a touch the weight of its number.
func later(dst []float64, _ *journey.Counted) {
	for i := range dst {
		dst[i] = float64(i + 1)
	}
}
