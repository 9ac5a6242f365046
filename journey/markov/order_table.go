package markov

import (
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// OrderTable compares the orders of chains fitted on the same journeys, and says
// which one to take. It does not change.
type OrderTable struct {
	options     OrderOptions // with defaults
	journeys    int64
	transitions int64
	ended       orderEnds
	channels    int
	longest     int
	rows        []OrderRow
	choice      OrderChoice
	warnings    []error
}

// Choose compares the orders from 1 to MaxOrder on what has been counted so far,
// and chooses one by the criterion of the options. Memory is proportional to the
// touches of the distinct paths, time to MaxOrder and to these touches, once for each
// fold that the path occurs in: two million and four orders take about two seconds.
//
// Transitions of open journeys count; that they have not ended is no symbol.
//
// The error is [ErrNoJourneys]; or [ErrFolds], [ErrOutcomes] or [ErrInSample] where
// the criterion cannot be computed, as another one may; or [journey.ErrOverflow]
// where the distinct paths have more than 2^32 touches.
func (c *OrderCounts) Choose() (*OrderTable, error) {
	if c.journeys == 0 {
		return nil, ErrNoJourneys
	}
	corpus, err := c.corpus()
	if err != nil {
		return nil, err
	}
	t := &OrderTable{
		options: c.options.withDefaults(), journeys: c.journeys,
		channels: corpus.channels, longest: corpus.longest,
	}
	fits := corpus.fit(t.options.MaxOrder)
	t.transitions, t.ended = fits[0].symbols, fits[0].ended
	t.fill(corpus, fits)
	if t.choice, err = t.Choice(t.options.Criterion); err != nil {
		return nil, err
	}
	t.warn(corpus)
	return t, nil
}

// fit computes the orders from 1 to most. Those from the longest path on are the
// same model.
func (c *corpus) fit(most int) []*orderFit {
	fits := make([]*orderFit, 0, most)
	w := windowsOfNoTouch(c).next(c)
	for range min(most, max(c.longest, 1)) {
		next := w.next(c)
		fits = append(fits, c.fitOrder(w, next))
		w = next
	}
	for len(fits) < most {
		fits = append(fits, fits[len(fits)-1])
	}
	return fits
}

// fill makes the rows.
func (t *OrderTable) fill(c *corpus, fits []*orderFit) {
	var loss, auc [][]float64
	for i, f := range fits {
		parameters := float64(f.contexts) * float64(c.alphabet-1)
		row := OrderRow{
			Order: i + 1, Contexts: f.contexts, Parameters: parameters, LogLikelihood: f.logLik,
			AIC: 2*parameters - 2*f.logLik,
			BIC: float64(parameters*math.Log(float64(max(f.symbols, 1)))) - 2*f.logLik,
		}
		if i > 0 {
			row.Test = compareFits(t.rows[i-1], row)
		}
		if f.areaOK {
			if p, ok := penalise(f.area, f.ended.total(), c.channels, i+1); ok {
				row.InSampleAUC = &p
			}
		}
		t.rows = append(t.rows, row)
		loss, auc = append(loss, f.loss), append(auc, f.wins)
	}
	for i, h := range heldOut(loss, fits[0].size, 1) {
		t.rows[i].LogLoss = h
	}
	for i, h := range heldOut(auc, fits[0].pairs, -1) {
		t.rows[i].HeldOutAUC = h
	}
}

// compareFits tests an order against the one above.
func compareFits(below, above OrderRow) *LikelihoodRatioTest {
	test := &LikelihoodRatioTest{
		Statistic: max(2*(above.LogLikelihood-below.LogLikelihood), 0),
		DF:        above.Parameters - below.Parameters,
		P:         1,
	}
	if test.DF > 0 {
		test.P = distuv.ChiSquared{K: test.DF}.Survival(test.Statistic)
	}
	return test
}

// heldOut returns the means of sums, given by order and fold, with their standard
// errors; nothing where they are undefined. sign is 1 where small means are good and
// -1 where large ones are.
func heldOut(sums [][]float64, weights []float64, sign float64) []*HeldOut {
	out := make([]*HeldOut, len(sums))
	best := 0
	for i, s := range sums {
		mean, se, ok := overFolds(s, weights)
		if !ok {
			return nil
		}
		out[i] = &HeldOut{Mean: mean, SE: se}
		if sign*mean < sign*out[best].Mean {
			best = i
		}
	}
	d := make([]float64, len(weights))
	for i, s := range sums {
		for f := range d {
			d[f] = sign * (s[f] - sums[best][f])
		}
		behind, se, _ := overFolds(d, weights)
		out[i].Behind, out[i].BehindSE = max(behind, 0), se
	}
	return out
}

func (t *OrderTable) warn(c *corpus) {
	holding := 0
	for f := range t.options.Folds {
		if c.folds[f] < c.folds[f+1] {
			holding++
		}
	}
	if holding < t.options.Folds {
		t.warnings = append(t.warnings, fmt.Errorf("%w: %d of %d", ErrEmptyFolds, t.options.Folds-holding, t.options.Folds))
	}
	if t.options.MaxOrder > t.longest {
		t.warnings = append(t.warnings, fmt.Errorf("%w, which has %d touches", ErrLongestPath, t.longest))
	} else if t.choice.Order == t.options.MaxOrder && t.options.MaxOrder < t.longest {
		t.warnings = append(t.warnings, fmt.Errorf("%w, %d", ErrHighestOrder, t.choice.Order))
	}
	if t.rows[0].HeldOutAUC == nil {
		t.warnings = append(t.warnings, errHeldOutcomes)
	}
}

// Order returns the chosen order.
func (t *OrderTable) Order() int { return t.choice.Order }

// String says in one sentence which order was chosen and why.
func (t *OrderTable) String() string { return t.choice.Reason }

// Options returns the options, with the defaults in the place of zeros. They hold
// the seed.
func (t *OrderTable) Options() OrderOptions { return t.options }

// Journeys returns the number of journeys, open ones among them.
func (t *OrderTable) Journeys() int64 { return t.journeys }

// Transitions returns the number of transitions: touches and ends of all journeys.
func (t *OrderTable) Transitions() int64 { return t.transitions }

// Channels returns the number of channels.
func (t *OrderTable) Channels() int { return t.channels }

// LongestPath returns the number of touches of the longest path. Chains of that
// order and above are all the same: the journeys themselves.
func (t *OrderTable) LongestPath() int { return t.longest }

// All yields the rows, order 1 first.
func (t *OrderTable) All() iter.Seq[OrderRow] {
	return func(yield func(OrderRow) bool) {
		for _, r := range t.rows {
			if !yield(r.clone()) {
				return
			}
		}
	}
}

// Row returns the row of an order, and whether it was tried.
func (t *OrderTable) Row(order int) (OrderRow, bool) {
	if order < 1 || order > len(t.rows) {
		return OrderRow{}, false
	}
	return t.rows[order-1].clone(), true
}

// Warnings returns what to know before trusting the choice: [ErrEmptyFolds],
// [ErrLongestPath], [ErrHighestOrder], [ErrOutcomes], wrapped.
func (t *OrderTable) Warnings() []error { return slices.Clone(t.warnings) }

// orderTableVersion is the version of the JSON form.
const orderTableVersion = 1

// MarshalJSON returns the table as an object with a version field.
func (t *OrderTable) MarshalJSON() ([]byte, error) {
	out := jsonOrderTable{
		Version: orderTableVersion, Order: t.choice.Order, Criterion: t.options.Criterion, Reason: t.choice.Reason,
		Journeys: t.journeys, Transitions: t.transitions, Channels: t.channels, LongestPath: t.longest,
		Folds: t.options.Folds, FoldBy: t.options.FoldBy, Seed: t.options.Seed, Nulls: t.options.Nulls,
		Rows: t.rows, Choices: []OrderChoice{},
	}
	for choice := range t.Choices() {
		out.Choices = append(out.Choices, choice)
	}
	for _, w := range t.warnings {
		out.Warnings = append(out.Warnings, w.Error())
	}
	return json.Marshal(out)
}

type jsonOrderTable struct {
	Version     int           `json:"version"`
	Order       int           `json:"order"`
	Criterion   Criterion     `json:"criterion"`
	Reason      string        `json:"reason"`
	Journeys    int64         `json:"journeys"`
	Transitions int64         `json:"transitions"`
	Channels    int           `json:"channels"`
	LongestPath int           `json:"longest_path"`
	Folds       int           `json:"folds"`
	FoldBy      FoldBy        `json:"fold_by"`
	Seed        uint64        `json:"seed"`
	Nulls       Nulls         `json:"nulls"`
	Rows        []OrderRow    `json:"rows"`
	Choices     []OrderChoice `json:"choices"`
	Warnings    []string      `json:"warnings,omitempty"`
}
