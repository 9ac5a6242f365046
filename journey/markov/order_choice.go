package markov

import (
	"fmt"
	"iter"
)

// OrderChoice is the order that a criterion takes.
type OrderChoice struct {
	Criterion Criterion `json:"criterion"`
	Order     int       `json:"order"`
	// Reason is one sentence for people.
	Reason string `json:"reason"`
}

// Choice returns the order that a criterion takes. The error is [ErrFolds],
// [ErrOutcomes] or [ErrInSample] where the criterion is undefined, and [ErrOption]
// where there is none such.
func (t *OrderTable) Choice(by Criterion) (OrderChoice, error) {
	choice := OrderChoice{Criterion: by}
	var err error
	switch by {
	case CrossValidation:
		choice.Order, choice.Reason, err = t.chooseHeldOut("log-loss", "smallest", ErrFolds,
			func(r *OrderRow) *HeldOut { return r.LogLoss })
	case HeldOutAUC:
		choice.Order, choice.Reason, err = t.chooseHeldOut("AUC", "largest", errHeldOutcomes,
			func(r *OrderRow) *HeldOut { return r.HeldOutAUC })
	case AIC:
		choice.Order, choice.Reason = t.chooseSmallest("AIC", func(r *OrderRow) float64 { return r.AIC })
	case BIC:
		choice.Order, choice.Reason = t.chooseSmallest("BIC", func(r *OrderRow) float64 { return r.BIC })
	case LikelihoodRatio:
		choice.Order, choice.Reason = t.chooseByTest()
	case InSampleAUC:
		choice.Order, choice.Reason, err = t.chooseInSample()
	default:
		err = fmt.Errorf("%w: %v", ErrOption, by)
	}
	if err != nil {
		return OrderChoice{}, err
	}
	return choice, nil
}

// Choices yields what each criterion takes, those left out that are undefined.
func (t *OrderTable) Choices() iter.Seq[OrderChoice] {
	return func(yield func(OrderChoice) bool) {
		for c := range criterionNames {
			if choice, err := t.Choice(Criterion(c)); err == nil && !yield(choice) {
				return
			}
		}
	}
}

// chooseHeldOut takes the lowest order that is as good as the best.
func (t *OrderTable) chooseHeldOut(what, best string, undefined error, of func(*OrderRow) *HeldOut) (int, string, error) {
	if of(&t.rows[0]) == nil {
		return 0, "", undefined
	}
	chosen, top := -1, -1
	for i := range t.rows {
		h := of(&t.rows[i])
		if chosen < 0 && h.Behind <= h.BehindSE {
			chosen = i
		}
		if top < 0 && h.Behind == 0 {
			top = i
		}
	}
	c, b := of(&t.rows[chosen]), of(&t.rows[top])
	if top == 0 {
		return 1, fmt.Sprintf("Order 1: its held-out %s, %.4g, is the %s.", what, b.Mean, best), nil
	}
	if chosen == top {
		return top + 1, fmt.Sprintf("Order %d: its held-out %s, %.4g, is the %s, and no lower order is within one standard error of it.",
			top+1, what, b.Mean, best), nil
	}
	return chosen + 1, fmt.Sprintf("Order %d: the lowest whose held-out %s, %.4g, is within one standard error (%.2g) of the %s, %.4g at order %d.",
		chosen+1, what, c.Mean, c.BehindSE, best, b.Mean, top+1), nil
}

func (t *OrderTable) chooseSmallest(what string, of func(*OrderRow) float64) (int, string) {
	best := 0
	for i := range t.rows {
		if of(&t.rows[i]) < of(&t.rows[best]) {
			best = i
		}
	}
	return best + 1, fmt.Sprintf("Order %d: its %s, %.6g, is the smallest.", best+1, what, of(&t.rows[best]))
}

func (t *OrderTable) chooseByTest() (int, string) {
	for i := range t.rows[1:] {
		if p := t.rows[i+1].Test.P; p >= LikelihoodRatioLevel {
			return i + 1, fmt.Sprintf("Order %d: order %d does not fit significantly better (p = %.2g).", i+1, i+2, p)
		}
	}
	n := len(t.rows)
	if n == 1 {
		return 1, "Order 1: no other was tried."
	}
	return n, fmt.Sprintf("Order %d: the highest tried, it still fits significantly better than order %d (p = %.2g).",
		n, n-1, t.rows[n-1].Test.P)
}

func (t *OrderTable) chooseInSample() (int, string, error) {
	best := -1
	for i := range t.rows {
		if r := t.rows[i].InSampleAUC; r != nil && (best < 0 || r.Penalised > t.rows[best].InSampleAUC.Penalised) {
			best = i
		}
	}
	if best < 0 {
		if t.ended.converted == 0 || t.ended.lost == 0 {
			return 0, "", ErrOutcomes
		}
		return 0, "", ErrInSample
	}
	return best + 1, fmt.Sprintf("Order %d: its penalised in-sample AUC, %.4g, is the largest.",
		best+1, t.rows[best].InSampleAUC.Penalised), nil
}
