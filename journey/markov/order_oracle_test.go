package markov

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/cjm-go/cjm/touchpoint"
)

// orderOracle computes the criteria from their definitions, with maps by name and
// no sharing between orders or folds. It takes the division into folds as given.
type orderOracle struct {
	folds    [][]oracleJourney
	symbols  float64
	channels int
}

type oracleJourney struct {
	names                     []touchpoint.Channel
	conversions, nulls, opens int64
}

const (
	oracleConverted touchpoint.Channel = "\x00converted"
	oracleLost      touchpoint.Channel = "\x00lost"
)

func newOrderOracle(c *OrderCounts) *orderOracle {
	d := c.recoder.Dictionary()
	o := &orderOracle{channels: d.Len(), symbols: float64(d.Len() + 2)}
	if c.options.Nulls == ExcludeNulls {
		o.symbols--
	}
	for _, parts := range c.divide() {
		var fold []oracleJourney
		for _, p := range parts {
			_, codes := c.paths[p.path].decode(nil)
			j := oracleJourney{nil, p.conversions, p.nulls, p.opens}
			for _, code := range codes {
				j.names = append(j.names, d.Name(code))
			}
			fold = append(fold, j)
		}
		o.folds = append(o.folds, fold)
	}
	return o
}

func (j *oracleJourney) window(t, k int) string { return pathName(j.names[max(0, t-k):t]) }

// count returns the transitions by window and symbol, of all folds but one.
func (o *orderOracle) count(k, without int) map[string]map[touchpoint.Channel]int64 {
	c := map[string]map[touchpoint.Channel]int64{}
	add := func(w string, x touchpoint.Channel, n int64) {
		if n == 0 {
			return
		}
		if c[w] == nil {
			c[w] = map[touchpoint.Channel]int64{}
		}
		c[w][x] += n
	}
	for f, fold := range o.folds {
		if f == without {
			continue
		}
		for _, j := range fold {
			for t, x := range j.names {
				add(j.window(t, k), x, j.conversions+j.nulls+j.opens)
			}
			add(j.window(len(j.names), k), oracleConverted, j.conversions)
			add(j.window(len(j.names), k), oracleLost, j.nulls)
		}
	}
	return c
}

func sumOf(m map[touchpoint.Channel]int64) (sum int64) {
	for _, n := range m {
		sum += n
	}
	return sum
}

// likelihood returns the log-likelihood, the visited windows and the transitions.
func (o *orderOracle) likelihood(k int) (l float64, contexts int, transitions int64) {
	for _, next := range o.count(k, -1) {
		contexts++
		transitions += sumOf(next)
		for _, n := range next {
			l += float64(n) * (math.Log(float64(n)) - math.Log(float64(sumOf(next))))
		}
	}
	return l, contexts, transitions
}

// loss returns the held-out loss and symbols of a fold.
func (o *orderOracle) loss(k, fold int) (loss, n float64) {
	seen := o.count(k, fold)
	alone := orderOracle{folds: [][]oracleJourney{o.folds[fold]}}
	for w, next := range alone.count(k, -1) {
		for x, c := range next {
			p := (float64(seen[w][x]) + 0.5) / (float64(sumOf(seen[w])) + 0.5*o.symbols)
			loss -= float64(c) * math.Log(p)
			n += float64(c)
		}
	}
	return loss, n
}

// pairs compares all journeys of a fold with all others.
func (o *orderOracle) pairs(k, fold int) (wins, pairs float64) {
	seen := o.count(k, fold)
	score := func(j oracleJourney) *big.Rat {
		c := seen[j.window(len(j.names), k)]
		return big.NewRat(2*c[oracleConverted]+1, 2*(c[oracleConverted]+c[oracleLost]+1))
	}
	for _, a := range o.folds[fold] {
		for _, b := range o.folds[fold] {
			n := float64(a.conversions) * float64(b.nulls)
			pairs += n
			wins += n * float64(1+score(a).Cmp(score(b))) / 2
		}
	}
	return wins, pairs
}

// area returns the area under ChannelAttribution's curve.
func (o *orderOracle) area(k int) (area float64, journeys float64) {
	seen := o.count(k, -1)
	type ended struct {
		score           float64
		converted, lost float64
	}
	var all []ended
	var converted, lost float64
	low, high := 1.0, 0.0
	for _, fold := range o.folds {
		for _, j := range fold {
			c := seen[j.window(len(j.names), k)]
			if c[oracleConverted]+c[oracleLost] == 0 {
				continue
			}
			e := ended{float64(c[oracleConverted]) / float64(c[oracleConverted]+c[oracleLost]), float64(j.conversions), float64(j.nulls)}
			all = append(all, e)
			converted += e.converted
			lost += e.lost
			low, high = min(low, e.score), max(high, e.score)
		}
	}
	xs, ys := []float64{0}, []float64{0}
	for i := 99; i >= 0; i-- {
		var x, y float64
		for _, e := range all {
			if e.score >= low+float64(float64(i)*(high-low))/99 {
				x += e.lost / lost
				y += e.converted / converted
			}
		}
		xs, ys = append(xs, x), append(ys, y)
	}
	xs, ys = append(xs, 1), append(ys, 1)
	for i := 1; i < len(xs); i++ {
		area += (xs[i] - xs[i-1]) * (ys[i] + ys[i-1]) / 2
	}
	return area, converted + lost
}

// meanOf returns the mean over folds and its standard error.
func meanOf(sums, weights []float64) (mean, se float64, ok bool) {
	var a, b, q, folds float64
	for f, w := range weights {
		if w > 0 {
			a, b, folds = a+sums[f], b+w, folds+1
		}
	}
	if folds < 2 {
		return 0, 0, false
	}
	for f, w := range weights {
		q += math.Pow(sums[f]-a/b*w, 2)
	}
	return a / b, math.Sqrt(q*folds/(folds-1)) / b, true
}

// TestOrderAgainstOracle: every number of the table on random data. Sums of at most
// a few thousand terms in another order: 1e-12 of what is summed.
func TestOrderAgainstOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 1))
	runs := 400
	if testing.Short() {
		runs = 60
	}
	defined := map[string]int{}
	for range runs {
		options := randomOrderOptions(r)
		counts := countOrders(t, options, randomOrderRows(r, 4)...)
		if counts.Journeys() == 0 {
			continue
		}
		table, err := counts.Choose()
		require.NoError(t, err)
		o := newOrderOracle(counts)
		losses, wins := o.checkRows(t, table, defined)
		for k := range losses {
			row := table.rows[k]
			checkHeldOut(t, row.LogLoss, losses, k, 1, row.Order)
			checkHeldOut(t, row.HeldOutAUC, wins, k, -1, row.Order)
		}
	}
	for _, what := range []string{"loss", "auc", "in sample", "test"} {
		assert.Greater(t, defined[what], runs/4, what)
	}
}

// foldSums are the sums and weights of an order by fold.
type foldSums struct{ sums, weights []float64 }

func (o *orderOracle) checkRows(t *testing.T, table *OrderTable, defined map[string]int) (losses, wins []foldSums) {
	for row := range table.All() {
		k := row.Order
		l, contexts, transitions := o.likelihood(k)
		close := 1e-12 * (1 + math.Abs(l))
		require.Equal(t, contexts, row.Contexts)
		require.Equal(t, transitions, table.Transitions())
		df := float64(contexts) * (o.symbols - 1)
		require.Equal(t, df, row.Parameters)
		require.InDelta(t, l, row.LogLikelihood, close)
		require.InDelta(t, -2*l+2*df, row.AIC, 2*close)
		require.InDelta(t, -2*l+df*math.Log(float64(transitions)), row.BIC, 2*close+1e-12*df)
		if k > 1 {
			below, _, _ := o.likelihood(k - 1)
			more := df - table.rows[k-2].Parameters
			require.InDelta(t, 2*(l-below), row.Test.Statistic, 4*close)
			require.Equal(t, more, row.Test.DF)
			p := 1.0
			if more > 0 {
				p = 1 - distuv.ChiSquared{K: more}.CDF(row.Test.Statistic)
			}
			require.InDelta(t, p, row.Test.P, 1e-10)
			defined["test"]++
		} else {
			require.Nil(t, row.Test)
		}

		var loss, win foldSums
		for f := range o.folds {
			s, w := o.loss(k, f)
			loss = foldSums{append(loss.sums, s), append(loss.weights, w)}
			s, w = o.pairs(k, f)
			win = foldSums{append(win.sums, s), append(win.weights, w)}
		}
		losses, wins = append(losses, loss), append(wins, win)
		if row.LogLoss != nil {
			defined["loss"]++
		}
		if row.HeldOutAUC != nil {
			defined["auc"]++
		}

		area, journeys := o.area(k)
		nodes := new(big.Int).Binomial(int64(o.channels+k-1), int64(k))
		n, _ := nodes.Float64()
		if math.IsNaN(area) || n >= journeys {
			require.Nil(t, row.InSampleAUC)
			continue
		}
		defined["in sample"]++
		require.InDelta(t, area, row.InSampleAUC.AUC, 1e-12)
		require.Equal(t, n, row.InSampleAUC.Nodes)
		penalised := 1 - (1-area)*(journeys-1)/(journeys-n-1)
		if !(penalised >= 0 && penalised <= 1) {
			penalised = 0
		}
		require.InDelta(t, penalised, row.InSampleAUC.Penalised, 1e-12*journeys)
	}
	return losses, wins
}

func checkHeldOut(t *testing.T, got *HeldOut, orders []foldSums, k int, sign float64, order int) {
	mean, se, ok := meanOf(orders[k].sums, orders[k].weights)
	if !ok {
		require.Nil(t, got, "order %d", order)
		return
	}
	require.NotNil(t, got, "order %d", order)
	require.InDelta(t, mean, got.Mean, 1e-12*(1+mean))
	require.InDelta(t, se, got.SE, 1e-9)
	best := math.Inf(1)
	for _, s := range orders {
		m, _, _ := meanOf(s.sums, s.weights)
		best = min(best, sign*m)
	}
	require.InDelta(t, sign*mean-best, got.Behind, 1e-12*(1+mean))
	require.GreaterOrEqual(t, got.Behind, 0.0)
	// Against the order with the best mean: any of those within rounding.
	found := false
	for _, s := range orders {
		if m, _, _ := meanOf(s.sums, s.weights); sign*m-best > 1e-12 {
			continue
		}
		d := make([]float64, len(s.sums))
		for f := range d {
			d[f] = orders[k].sums[f] - s.sums[f]
		}
		_, e, _ := meanOf(d, s.weights)
		found = found || math.Abs(e-got.BehindSE) < 1e-9
	}
	require.True(t, found, "standard error of the difference, order %d", order)
}

// The held-out AUC is that of integers: large counts do not round.
func TestHeldOutPairsLarge(t *testing.T) {
	const n = 1 << 61
	// Converted and lost journeys of a fold in two windows; the rest says that
	// the first window converts more.
	all := &orderTally{ends: []orderEnds{{n, 3}, {5, n}}}
	part := &orderTally{ends: []orderEnds{{n - 1, 1}, {2, n - 7}}, stops: []uint32{0, 1}}
	wins, pairs := heldOutPairs(all, part)
	want := new(big.Int).SetInt64(n - 1) // converted in window 0 beat lost in 1
	want.Mul(want, big.NewInt(n-7))
	want.Mul(want, big.NewInt(2))
	tie := new(big.Int).Add(big.NewInt(n-1), new(big.Int).Mul(big.NewInt(2), big.NewInt(n-7)))
	want.Add(want, tie) // ties within the windows, half
	exact, _ := new(big.Rat).SetFrac(want, big.NewInt(2)).Float64()
	assert.Equal(t, exact, wins)
	total := new(big.Int).Mul(big.NewInt(n+1), big.NewInt(n-6))
	exact, _ = new(big.Float).SetInt(total).Float64()
	assert.Equal(t, exact, pairs)
}
