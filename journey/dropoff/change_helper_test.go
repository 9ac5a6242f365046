package dropoff

import (
	"fmt"
	"math/rand/v2"
)

// rowsOf returns the rows of a funnel that is not open of steps a, b, ... that so
// many did.
func rowsOf(reached ...int64) []StepRow {
	var rows []StepRow
	came := reached[0]
	for i, n := range reached {
		row := StepRow{
			Step: i + 1, Name: fmt.Sprintf("step %d", i+1), Entered: came, Reached: n, Lost: came - n,
			StepRate: rateOf(n, came, DefaultLevel), OverallRate: rateOf(n, reached[0], DefaultLevel),
		}
		if i == 0 {
			row.Started = n
		}
		rows = append(rows, row)
		came = n
	}
	return rows
}

// randomReached draws how many did each of n steps. Zeros and steps that all do are
// among them.
func randomReached(r *rand.Rand, n int, most int64) []int64 {
	reached := []int64{1 + r.Int64N(most)}
	for range n - 1 {
		came := reached[len(reached)-1]
		k := came
		switch r.IntN(8) {
		case 0:
		case 1:
			k = came / 2
		default:
			k = came - min(came, r.Int64N(came+1))
		}
		reached = append(reached, k)
	}
	return reached
}

func newChangeRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 44)) }

// plainRows returns the rows without intervals, whose bounds are no round numbers.
func plainRows(reached ...int64) []StepRow {
	rows := rowsOf(reached...)
	for i := range rows {
		for _, r := range []*Rate{&rows[i].StepRate, &rows[i].OverallRate} {
			r.Lo, r.Hi = 0, r.Value
		}
	}
	return rows
}
