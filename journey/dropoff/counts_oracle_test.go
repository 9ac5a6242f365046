package dropoff

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeytest"
)

// countsOracle looks at every attempt and step by itself.
type countsOracle struct {
	rows       [][6]int64 // as countsRows
	lostBy     []map[Reason]int64
	between    [][]time.Duration
	complete   []time.Duration
	entered    int64
	absent     int64
	dropped    int64
	done, lost int64
}

func newCountsOracle(optional []bool, anyOrder bool, attempts []Attempt) *countsOracle {
	n := len(optional)
	o := &countsOracle{rows: make([][6]int64, n), lostBy: make([]map[Reason]int64, n), between: make([][]time.Duration, n)}
	for i := range o.lostBy {
		o.lostBy[i] = map[Reason]int64{}
	}
	for _, a := range attempts {
		if a.Status == NotEntered {
			o.absent++
			continue
		}
		if a.Dropped {
			o.dropped++
			continue
		}
		o.entered++
		switch a.Status {
		case Completed:
			o.done++
			o.complete = append(o.complete, a.Until.Sub(a.Since))
		case Lost, TimedOut, Excluded:
			o.lost++
		}
		for i := 1; i < len(a.Hits); i++ {
			at := a.Hits[i].Step - 1
			if anyOrder {
				at = i
			}
			o.between[at] = append(o.between[at], a.Hits[i].Time.Sub(a.Hits[i-1].Time))
		}
		// From the entry on, the customer stands before each step until one that
		// is not optional is not done.
		for k := a.Entered; k <= n; k++ {
			row := &o.rows[k-1]
			row[0]++
			if k == a.Entered {
				row[5]++
			}
			if optional[k-1] {
				if a.Did>>(k-1)&1 == 1 {
					row[1]++
				} else {
					row[2]++
				}
				continue
			}
			if a.Reached >= k {
				row[1]++
				continue
			}
			if a.Status == StillOpen {
				row[4]++
			} else {
				row[3]++
				o.lostBy[k-1][a.Reason]++
			}
			break
		}
	}
	return o
}

// The lines agree with what is found by going through the steps of each attempt.
func TestCountsOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 1))
	for range 400 {
		n := 1 + rng.IntN(6)
		f := Funnel{Open: rng.IntN(2) == 0}
		optional := make([]bool, n)
		for i := range n {
			optional[i] = i > 0 && i < n-1 && rng.IntN(2) == 0
			name := "abcdef"[i : i+1]
			if optional[i] {
				name += "?"
			}
			f.Steps = append(f.Steps, countsFunnel(name).Steps...)
		}
		c, err := NewCounts(f)
		require.NoError(t, err)
		var attempts []Attempt
		paths := int64(1 + rng.IntN(20))
		for range paths {
			var mine []Attempt
			for range 1 + rng.IntN(2) {
				mine = append(mine, countsAttempt(rng, c.layout, f.Open))
			}
			attempts = append(attempts, mine...)
			p := journeytest.Path("a > b > c > d > e > f")
			require.NoError(t, c.count(&p, mine))
		}
		want := newCountsOracle(optional, false, attempts)
		r := countsReport(t, c)
		require.Equal(t, want.rows, countsRows(r))
		require.Equal(t, []int64{paths, want.entered, want.absent, want.dropped, want.done, want.lost, want.entered - want.done - want.lost},
			[]int64{r.Customers(), r.Attempts(), r.NotEntered(), r.Excluded(), r.Completed(), r.Lost(), r.Open()})
		for k := 1; k <= n; k++ {
			got := map[Reason]int64{}
			for reason, n := range r.LostBy(k) {
				got[reason] = n
			}
			require.Equal(t, want.lostBy[k-1], got)
			countsSameTimes(t, want.between[k-1], r.Between(k))
		}
		countsSameTimes(t, want.complete, r.ToComplete())
		spells := r.Spells()
		require.Equal(t, [3]int64{r.Open(), r.Completed(), r.Lost()},
			[3]int64{spells.Count(journey.Open), spells.Count(journey.Converted), spells.Count(journey.Lost)})
		countsSums(t, r)
	}
}

func countsSameTimes(t *testing.T, want []time.Duration, got Times) {
	t.Helper()
	require.EqualValues(t, len(want), got.Len())
	for _, p := range []float64{0, .1, .5, .9, 1} {
		q, ok := got.Quantile(p)
		require.Equal(t, len(want) > 0, ok)
		if ok {
			require.Equal(t, countsQuantile(want, p), q)
		}
	}
}

// countsSums checks what the documentation of StepRow promises.
func countsSums(t *testing.T, r *Report) {
	t.Helper()
	lost, open, started := int64(0), int64(0), int64(0)
	for s := range r.Steps() {
		assert.Equal(t, s.Entered, s.Reached+s.Skipped+s.Lost+s.Open, s.Name)
		if s.Optional {
			assert.Zero(t, s.Lost+s.Open, s.Name)
		} else {
			assert.Zero(t, s.Skipped, s.Name)
		}
		lost += s.Lost
		open += s.Open
		started += s.Started
	}
	assert.Equal(t, []int64{r.Lost(), r.Open(), r.Attempts()}, []int64{lost, open, started})
	last, ok := r.Step(r.Len())
	assert.True(t, ok)
	assert.Equal(t, r.Completed(), last.Reached)
}
