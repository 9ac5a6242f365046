package attribution_test

import (
	"iter"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// The oracle computes what the heuristics are defined to be, in exact rational
// arithmetic and with the plainest loops. It shares nothing with the models.

// oracleRow is one row of a table of journeys, by names.
type oracleRow struct {
	channels                  []string
	ages                      []time.Duration // one a touch, or nil
	conversions, nulls, opens int64
	value                     float64
}

// oracleFeed yields the rows as counted paths over dict. The memory of a path is
// overwritten when the next is asked for, so that a model which keeps a view of
// it is found out.
func oracleFeed(dict *journey.Dictionary, rows []oracleRow) iter.Seq2[*journey.Counted, error] {
	return func(yield func(*journey.Counted, error) bool) {
		for _, r := range rows {
			p := r.counted(dict)
			if !yield(p, nil) {
				return
			}
			for i := range p.Channels {
				p.Channels[i] = math.MaxUint32
			}
			clear(p.Ages)
			*p = journey.Counted{Conversions: -1}
		}
	}
}

func (r oracleRow) counted(dict *journey.Dictionary) *journey.Counted {
	p := &journey.Counted{
		Dictionary: dict, Ages: slices.Clone(r.ages),
		Conversions: r.conversions, Nulls: r.nulls, Opens: r.opens, Value: r.value,
	}
	for _, name := range r.channels {
		p.Channels = append(p.Channels, dict.Code(touchpoint.Channel(name)))
	}
	return p
}

// oracleNames are channels that a careless model could take for something else.
var oracleNames = []string{
	"direct", "(direct)", "DIRECT", "Direct", "email", "Email", "!bang", "(start)", "(conversion)", "(null)",
	"null", "(nonf", "(nona", "a,b", `q"uote`, "x > y", "поиск", "🎯", "trailing ", "bad\xff", "paid", "social", "tv",
}

// oracleRows makes a random table: 1 to 6 channels, up to 12 rows, some empty
// paths, and at times a channel that is only on null journeys, or no null at all.
// Values are whole multiples of 1/64, so that they can be split without rounding.
func oracleRows(rng *rand.Rand, opens bool) []oracleRow {
	names := slices.Clone(oracleNames)
	rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	names = names[:1+rng.IntN(6)]
	nullOnly := ""
	if len(names) > 1 && rng.IntN(3) == 0 {
		nullOnly = names[0]
	}
	noNulls := nullOnly == "" && rng.IntN(4) == 0
	most := []int64{2, 50, 1_000_000}[rng.IntN(3)]
	rows := make([]oracleRow, rng.IntN(13))
	for i := range rows {
		r := &rows[i]
		onlyNull := false
		if rng.IntN(7) > 0 {
			for len(r.channels) == 0 || rng.IntN(3) > 0 && len(r.channels) < 9 {
				name := names[rng.IntN(len(names))]
				if n := len(r.channels); n > 0 && rng.IntN(4) == 0 {
					name = r.channels[n-1]
				}
				onlyNull = onlyNull || name == nullOnly
				r.channels = append(r.channels, name)
				r.ages = append(r.ages, time.Duration(rng.Int64N(int64(60*24*time.Hour))))
			}
		}
		for r.conversions+r.nulls+r.opens == 0 {
			if !onlyNull && rng.IntN(2) == 0 {
				r.conversions = rng.Int64N(most + 1)
			}
			if !noNulls && rng.IntN(2) == 0 {
				r.nulls = rng.Int64N(most + 1)
			}
			if opens && rng.IntN(4) == 0 {
				r.opens = rng.Int64N(most + 1)
			}
		}
		if r.conversions > 0 && rng.IntN(3) > 0 {
			r.value = float64(rng.Int64N(1<<30)) / 64
		}
	}
	return rows
}

// oracleLong is a table with a path of up to 300 touches and a few short ones.
func oracleLong(rng *rand.Rand) []oracleRow {
	rows := append(oracleRows(rng, false), oracleRow{conversions: 1})
	long := oracleRow{conversions: 1 + rng.Int64N(1000), nulls: rng.Int64N(1000), value: float64(rng.Int64N(1<<30)) / 64}
	for range 10 + rng.IntN(291) {
		long.channels = append(long.channels, oracleNames[rng.IntN(len(oracleNames))])
		long.ages = append(long.ages, time.Duration(rng.Int64N(int64(60*24*time.Hour))))
	}
	return append(rows, long)
}

// oracleTimeless is the table without ages.
func oracleTimeless(rows []oracleRow) []oracleRow {
	rows = slices.Clone(rows)
	for i := range rows {
		rows[i].ages = nil
	}
	return rows
}

// oracleCredit is what a channel is due.
type oracleCredit struct{ conversions, value *big.Rat }

// oracleResult is what a model should make of a table.
type oracleResult struct {
	totals  attribution.Totals
	credits map[string]oracleCredit
}

// oracleTotals counts the table and gives the empty paths their own line. Every
// channel seen has a credit of zero so far.
func oracleTotals(rows []oracleRow) oracleResult {
	want := oracleResult{credits: map[string]oracleCredit{}}
	value, none := new(big.Rat), oracleCredit{new(big.Rat), new(big.Rat)}
	for _, r := range rows {
		want.totals.Conversions += r.conversions
		want.totals.Nulls += r.nulls
		want.totals.Opens += r.opens
		value.Add(value, oracleRat(r.value))
		if len(r.channels) == 0 {
			want.totals.Empty += r.conversions + r.nulls + r.opens
			none.conversions.Add(none.conversions, oracleInt(r.conversions))
			none.value.Add(none.value, oracleRat(r.value))
		}
		for _, c := range r.channels {
			want.credits[c] = oracleCredit{new(big.Rat), new(big.Rat)}
		}
	}
	want.totals.Journeys = want.totals.Conversions + want.totals.Nulls + want.totals.Opens
	want.totals.Value, _ = value.Float64()
	if want.totals.Empty > 0 {
		want.credits[string(journey.None)] = none
	}
	return want
}

func oracleInt(n int64) *big.Rat   { return new(big.Rat).SetInt64(n) }
func oracleRat(f float64) *big.Rat { return new(big.Rat).SetFloat64(f) }

// oracleShares says which part of a path each of its touches gets; the parts of
// a path with touches add up to one.
type oracleShares func(r oracleRow) []*big.Rat

func (shares oracleShares) result(rows []oracleRow) oracleResult {
	want := oracleTotals(rows)
	for _, r := range rows {
		if len(r.channels) == 0 || r.conversions == 0 {
			continue
		}
		for i, share := range shares(r) {
			credit := want.credits[r.channels[i]]
			credit.conversions.Add(credit.conversions, new(big.Rat).Mul(share, oracleInt(r.conversions)))
			credit.value.Add(credit.value, new(big.Rat).Mul(share, oracleRat(r.value)))
		}
	}
	return want
}

func oracleZeros(n int) []*big.Rat {
	zeros := make([]*big.Rat, n)
	for i := range zeros {
		zeros[i] = new(big.Rat)
	}
	return zeros
}

func oracleFirst(r oracleRow) []*big.Rat {
	shares := oracleZeros(len(r.channels))
	shares[0].SetInt64(1)
	return shares
}

func oracleLast(r oracleRow) []*big.Rat {
	shares := oracleZeros(len(r.channels))
	shares[len(shares)-1].SetInt64(1)
	return shares
}

func oracleLastNonDirect(direct ...string) oracleShares {
	return func(r oracleRow) []*big.Rat {
		shares := oracleZeros(len(r.channels))
		for i, channel := range slices.Backward(r.channels) {
			if !slices.ContainsFunc(direct, func(d string) bool { return strings.EqualFold(d, channel) }) {
				shares[i].SetInt64(1)
				return shares
			}
		}
		return oracleLast(r)
	}
}

func oracleLinear(r oracleRow) []*big.Rat {
	shares := oracleZeros(len(r.channels))
	for _, share := range shares {
		share.SetFrac64(1, int64(len(shares)))
	}
	return shares
}

func oracleLinearUnique(r oracleRow) []*big.Rat {
	distinct := slices.Compact(slices.Sorted(slices.Values(r.channels)))
	shares := oracleZeros(len(r.channels))
	for _, channel := range distinct {
		shares[slices.Index(r.channels, channel)].SetFrac64(1, int64(len(distinct)))
	}
	return shares
}

// oraclePosition takes the parts as the decimals that they are written as.
func oraclePosition(first, last string) oracleShares {
	f, _ := new(big.Rat).SetString(first)
	l, _ := new(big.Rat).SetString(last)
	return func(r oracleRow) []*big.Rat {
		n := len(r.channels)
		shares := oracleZeros(n)
		switch n {
		case 1:
			shares[0].SetInt64(1)
		case 2:
			sum := new(big.Rat).Add(f, l)
			shares[0].Quo(f, sum)
			shares[1].Quo(l, sum)
		default:
			rest := new(big.Rat).Sub(oracleInt(1), f)
			rest.Sub(rest, l)
			rest.Quo(rest, oracleInt(int64(n-2)))
			for i := range shares {
				shares[i].Set(rest)
			}
			shares[0].Set(f)
			shares[n-1].Set(l)
		}
		return shares
	}
}

// oracleDecay weighs a touch by 2^(-age/halfLife). A factor common to all touches
// of a path makes no difference, so ages count from the latest touch.
func oracleDecay(halfLife time.Duration) oracleShares {
	return func(r oracleRow) []*big.Rat {
		weights := make([]float64, len(r.ages))
		for i, age := range r.ages {
			weights[i] = math.Exp2(-float64(age-slices.Min(r.ages)) / float64(halfLife))
		}
		return oracleNormal(weights)
	}
}

func oracleNormal(weights []float64) []*big.Rat {
	shares, sum := oracleZeros(len(weights)), new(big.Rat)
	for i, w := range weights {
		sum.Add(sum, shares[i].SetFloat64(w))
	}
	for _, share := range shares {
		share.Quo(share, sum)
	}
	return shares
}

// oracleWeights is a user's rule: the n-th touch weighs n/10, every third nothing
// unless it is the only one, and a repeat of the touch before counts double.
func oracleWeights(dst []float64, p *journey.Counted) {
	for i, c := range p.Channels {
		if i%3 == 0 && len(dst) > 1 {
			continue
		}
		dst[i] = float64(i+1) / 10
		if i > 0 && p.Channels[i-1] == c {
			dst[i] *= 2
		}
	}
}

// oracleWeightShares is the same rule once more, by names.
func oracleWeightShares(r oracleRow) []*big.Rat {
	weights := make([]float64, len(r.channels))
	for i, c := range r.channels {
		switch {
		case i%3 == 0 && len(weights) > 1:
		case i > 0 && r.channels[i-1] == c:
			weights[i] = float64(i+1) / 5
		default:
			weights[i] = float64(i+1) / 10
		}
	}
	return oracleNormal(weights)
}

// oracleModel is a model and what it should do. Where rounded is set, every credit
// is one sum, which must be the float64 nearest to the true one.
type oracleModel struct {
	model   attribution.Model
	shares  oracleShares
	rounded bool
}

func oracleHeuristics() []oracleModel {
	const day = 24 * time.Hour
	weighted := func(label string) attribution.Weighted {
		return attribution.Weighted{Label: label, Weights: oracleWeights}
	}
	return []oracleModel{
		{attribution.FirstTouch{}, oracleFirst, true},
		{attribution.LastTouch{}, oracleLast, true},
		{attribution.LastNonDirect{}, oracleLastNonDirect("direct", "(direct)"), true},
		{attribution.LastNonDirect{Direct: []touchpoint.Channel{"EMAIL", "ПОИСК", "tv"}}, oracleLastNonDirect("email", "поиск", "tv"), true},
		{attribution.LastNonDirect{Direct: []touchpoint.Channel{}}, oracleLast, true},
		{attribution.Linear{}, oracleLinear, false},
		{attribution.Linear{Per: attribution.PerChannel}, oracleLinearUnique, false},
		{attribution.PositionBased{}, oraclePosition("0.4", "0.4"), false},
		{attribution.PositionBased{First: 0.3, Last: 0.1}, oraclePosition("0.3", "0.1"), false},
		{attribution.PositionBased{First: 1}, oraclePosition("1", "0"), false},
		{attribution.PositionBased{Last: 0.25}, oraclePosition("0", "0.25"), false},
		{attribution.PositionBased{First: 0.5, Last: 0.5}, oraclePosition("0.5", "0.5"), false},
		{attribution.TimeDecay{}, oracleDecay(7 * day), false},
		{attribution.TimeDecay{HalfLife: 30 * day}, oracleDecay(30 * day), false},
		{attribution.TimeDecay{HalfLife: 20 * time.Hour}, oracleDecay(20 * time.Hour), false},
		{weighted(""), oracleWeightShares, false},
	}
}

// requireOracle compares a result with the oracle: counts exactly, the total value
// to the last bit, credits to a relative tolerance, and a credit of zero exactly.
// It returns the largest relative error.
func requireOracle(t *testing.T, want oracleResult, got *attribution.Result, tol float64, rows []oracleRow) (worst float64) {
	t.Helper()
	require.Equalf(t, want.totals, got.Totals(), "%s: totals of %+v", got.Model(), rows)
	var names []string
	var conversions, value, share float64
	for channel, credit := range got.All() {
		names = append(names, string(channel))
		w, ok := want.credits[string(channel)]
		require.Truef(t, ok, "%s: %q was not seen in %+v", got.Model(), channel, rows)
		for _, c := range []struct {
			want *big.Rat
			got  float64
		}{{w.conversions, credit.Conversions}, {w.value, credit.Value}} {
			e := oracleError(c.want, c.got)
			require.LessOrEqualf(t, e, tol, "%s: %q gets %v, not %s of %+v", got.Model(), channel, c.got, c.want.FloatString(20), rows)
			worst = max(worst, e)
		}
		conversions += credit.Conversions
		value += credit.Value
		share += credit.Share
		again, ok := got.Credit(channel)
		require.True(t, ok)
		require.Equal(t, credit, again)
	}
	require.Equalf(t, len(want.credits), len(names), "%s: lines %q of %+v", got.Model(), names, rows)
	require.True(t, slices.IsSorted(names))
	require.InEpsilonf(t, float64(want.totals.Conversions), conversions, 1e-12, "%s: conversions of %+v", got.Model(), rows)
	require.InDeltaf(t, want.totals.Value, value, 1e-12*want.totals.Value, "%s: value of %+v", got.Model(), rows)
	require.InDeltaf(t, 1, share, 1e-12, "%s: shares of %+v", got.Model(), rows)
	return worst
}

// oracleError is the relative error of got, infinite where zero is wanted and not
// got or where got is not a number.
func oracleError(want *big.Rat, got float64) float64 {
	w, _ := want.Float64()
	switch {
	case w == got:
		return 0
	case w == 0 || math.IsNaN(got):
		return math.Inf(1)
	}
	return math.Abs(got-w) / w
}

// requireNothing says that there is nothing to credit, and what the error is.
func requireNothing(t *testing.T, want oracleResult, err error) {
	t.Helper()
	if want.totals.Journeys == 0 {
		require.ErrorIs(t, err, attribution.ErrNoJourneys)
		return
	}
	require.ErrorIs(t, err, attribution.ErrNoConversions)
}
