package dropoff

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// seg returns a segment of which so many completed of those who entered.
func seg(name string, completed0, entered0, completed1, entered1 int64) segment {
	return segment{
		value:     ValueOf(name),
		completed: [2]int64{completed0, completed1}, entered: [2]int64{entered0, entered1},
	}
}

func explainSegs(t *testing.T, segments ...segment) *SegmentsExplanation {
	t.Helper()
	e, err := splitSegments(segments, DefaultLevel)
	require.NoError(t, err)
	return e
}

// TestSegmentsByHand: no rate changed, but the worse segment grew from 1/4 to 3/4.
func TestSegmentsByHand(t *testing.T) {
	e := explainSegs(t, seg("ad", 5, 25, 15, 75), seg("mail", 45, 75, 15, 25))
	assert.Equal(t, rate(50, 100), e.Before())
	assert.Equal(t, rate(30, 100), e.After())
	assert.InDelta(t, -.2, e.Change(), 1e-16)
	assert.InDelta(t, -.2, e.Mix(), 1e-16)
	assert.Zero(t, e.Rate())
	assert.InDelta(t, -20, e.Conversions(e.Mix()), 1e-13)
	parts := slices.Collect(e.Segments())
	require.Len(t, parts, 2)
	ad, mail := parts[0], parts[1]
	assert.Equal(t, ValueOf("ad"), ad.Segment)
	assert.Equal(t, SegmentRow{Entered: 25, Share: .25, Rate: rate(5, 25)}, ad.Before)
	assert.Equal(t, SegmentRow{Entered: 75, Share: .75, Rate: rate(15, 75)}, ad.After)
	// Kitagawa's part of the growing segment is positive although it is the worse one.
	assert.InDelta(t, .5*.2, ad.Mix, 1e-16)
	assert.InDelta(t, -.5*.6, mail.Mix, 1e-16)
	assert.InDelta(t, .5*(.2-.4), ad.Shift, 1e-16)
	assert.InDelta(t, -.5*(.6-.4), mail.Shift, 1e-16)
	assert.Zero(t, ad.Rate)
	assert.Zero(t, mail.Rate)
	assert.True(t, ad.SEKnown)
}

// TestSegmentsInOnePeriod: what came or went is a change of size alone.
func TestSegmentsInOnePeriod(t *testing.T) {
	e := explainSegs(t, seg("new", 0, 0, 9, 30), seg("old", 20, 40, 0, 0), seg("same", 6, 60, 14, 70), seg("unseen", 0, 0, 0, 0))
	parts := slices.Collect(e.Segments())
	require.Len(t, parts, 3, "nobody entered from a segment")
	for _, p := range parts[:2] {
		assert.Zero(t, p.Rate)
		assert.False(t, p.SEKnown)
		assert.Zero(t, p.MixSE+p.ShiftSE+p.RateSE)
	}
	assert.False(t, parts[0].Before.Rate.Known)
	assert.False(t, parts[1].After.Rate.Known)
	assert.InDelta(t, .3*.3, parts[0].Mix, 1e-16)
	assert.InDelta(t, -.4*.5, parts[1].Mix, 1e-16)
	assert.InDelta(t, .1*.15, parts[2].Mix, 1e-16)
	assert.InDelta(t, .1*.65, parts[2].Rate, 1e-16)
	assert.InDelta(t, .23-.26, e.Mix()+e.Rate(), 1e-16)
}

// randomSegments draws up to n segments, some of them in one of the groups only.
func randomSegments(r *rand.Rand, n int, most int64) []segment {
	var segments []segment
	for i := range 1 + r.IntN(n) {
		s := seg(fmt.Sprintf("%04d", i), 0, 0, 0, 0)
		for side := range 2 {
			if r.IntN(5) > 0 {
				s.entered[side] = r.Int64N(most)
				s.completed[side] = r.Int64N(s.entered[side] + 1)
			}
		}
		if r.IntN(6) == 0 {
			s.entered[1], s.completed[1] = s.entered[0], s.completed[0]
		}
		segments = append(segments, s)
	}
	segments[0].entered[0]++
	segments[len(segments)-1].entered[1]++
	return segments
}

// TestSegmentsExact: every part against the same in rationals, and the sums.
func TestSegmentsExact(t *testing.T) {
	r := newChangeRand(10)
	worst := 0.0
	for range 500 {
		segments := randomSegments(r, 30, []int64{6, 1000, 1e12}[r.IntN(3)])
		if r.IntN(3) == 0 {
			segments = segments[:1]
			segments[0].entered[1]++
		}
		e := explainSegs(t, segments...)
		var total [2]int64
		for _, s := range segments {
			total[0] += s.entered[0]
			total[1] += s.entered[1]
		}
		all, mixes := new(big.Rat), 0.0
		rest := e.parts
		for _, s := range segments {
			if s.entered == [2]int64{} {
				continue
			}
			p := rest[0]
			rest = rest[1:]
			var w, q [2]*big.Rat
			for side := range 2 {
				w[side] = big.NewRat(s.entered[side], total[side])
				if s.entered[side] > 0 {
					q[side] = big.NewRat(s.completed[side], s.entered[side])
				}
			}
			if q[0] == nil {
				q[0] = q[1]
			}
			if q[1] == nil {
				q[1] = q[0]
			}
			half := big.NewRat(1, 2)
			mix := new(big.Rat).Mul(new(big.Rat).Sub(w[1], w[0]), new(big.Rat).Add(q[0], q[1]))
			change := new(big.Rat).Mul(new(big.Rat).Sub(q[1], q[0]), new(big.Rat).Add(w[0], w[1]))
			mix.Mul(mix, half)
			change.Mul(change, half)
			all.Add(all, mix).Add(all, change)
			wantMix, _ := mix.Float64()
			wantRate, _ := change.Float64()
			assert.InDelta(t, wantMix, p.Mix, 2e-16)
			assert.InDelta(t, wantRate, p.Rate, 2e-16)
			ahead := p.Mix - p.Shift
			assert.InDelta(t, (p.After.Share-p.Before.Share)*(e.before.Value+e.after.Value)/2, ahead, 3e-16)
			mixes += p.Mix
		}
		assert.Empty(t, rest)
		exact, _ := all.Float64()
		assert.InDelta(t, exact, e.Change(), 2e-16)
		d := math.Abs(e.Mix() + e.Rate() - e.Change())
		require.LessOrEqual(t, d, 1e-13)
		worst = max(worst, d)
		assert.InDelta(t, mixes, e.Mix(), 1e-13, "shifts and mixes have one sum")
	}
	t.Logf("largest error of a sum: %.2g", worst)
}

// TestSegmentsProperties: unchanged segments have no part, exchanged groups turn the
// signs round, and the order of the segments does not count.
func TestSegmentsProperties(t *testing.T) {
	r := newChangeRand(11)
	for range 300 {
		segments := randomSegments(r, 12, 500)
		e := explainSegs(t, segments...)
		exchanged := slices.Clone(segments)
		for i := range exchanged {
			s := &exchanged[i]
			s.entered[0], s.entered[1] = s.entered[1], s.entered[0]
			s.completed[0], s.completed[1] = s.completed[1], s.completed[0]
		}
		back := explainSegs(t, exchanged...)
		reversed := slices.Clone(segments)
		slices.Reverse(reversed)
		turned := explainSegs(t, reversed...)
		assert.Equal(t, e.Change(), -back.Change())
		for i, p := range e.parts {
			b, v := back.parts[i], turned.parts[len(e.parts)-1-i]
			assert.Equal(t, [3]float64{p.Mix, p.Rate, p.Shift}, [3]float64{-b.Mix, -b.Rate, -b.Shift})
			assert.Equal(t, [3]float64{p.Mix, p.Rate, p.Shift}, [3]float64{v.Mix, v.Rate, v.Shift})
			assert.InDelta(t, p.ShiftSE, b.ShiftSE, 1e-14)
			assert.InDelta(t, p.ShiftSE, v.ShiftSE, 1e-14)
			if p.Before.Share == p.After.Share {
				assert.Zero(t, p.Mix)
				assert.Zero(t, p.Shift)
			}
			if p.Before.Rate.Value == p.After.Rate.Value {
				assert.Zero(t, p.Rate)
			}
			for _, x := range []float64{p.MixSE, p.ShiftSE, p.RateSE} {
				assert.False(t, math.IsNaN(x))
			}
		}
	}
	// Groups that are the same but for their size.
	for _, p := range explainSegs(t, seg("a", 1, 4, 2, 8), seg("b", 3, 6, 6, 12)).parts {
		assert.Zero(t, p.Mix)
		assert.Zero(t, p.Shift)
		assert.Zero(t, p.Rate)
	}
}

// TestSegmentsGradient: the standard errors from derivatives by differences of the
// parts, with the covariance of the shares written out.
func TestSegmentsGradient(t *testing.T) {
	r := newChangeRand(13)
	for range 40 {
		n := 1 + r.IntN(4)
		var segments []segment
		for i := range n {
			s := seg(fmt.Sprint(i), 0, 0, 0, 0)
			for side := range 2 {
				s.entered[side] = 100 + r.Int64N(500)
				s.completed[side] = 20 + r.Int64N(80)
			}
			segments = append(segments, s)
		}
		e := explainSegs(t, segments...)
		// The shares, then the rates, of each group.
		var x [2][]float64
		for side := range 2 {
			x[side] = make([]float64, 2*n)
			for i, p := range e.parts {
				row := []SegmentRow{p.Before, p.After}[side]
				x[side][i], x[side][n+i] = row.Share, row.Rate.Value
			}
		}
		parts := func(i int) [3]float64 {
			var mean float64
			for j := range n {
				mean += (x[0][j]*x[0][n+j] + x[1][j]*x[1][n+j]) / 2
			}
			growth, rate := x[1][i]-x[0][i], (x[0][n+i]+x[1][n+i])/2
			return [3]float64{growth * rate, growth * (rate - mean), (x[1][n+i] - x[0][n+i]) * (x[0][i] + x[1][i]) / 2}
		}
		const h = 1e-5
		for i, p := range e.parts {
			assert.InDeltaSlice(t, []float64{p.Mix, p.Shift, p.Rate}, func() []float64 { v := parts(i); return v[:] }(), 1e-15)
			var variance [3]float64
			for side, total := range []int64{e.before.N, e.after.N} {
				slopes := make([][3]float64, 2*n)
				for j := range slopes {
					at := x[side][j]
					x[side][j] = at + h
					up := parts(i)
					x[side][j] = at - h
					down := parts(i)
					x[side][j] = at
					for k := range up {
						slopes[j][k] = (up[k] - down[k]) / (2 * h)
					}
				}
				for k := range variance {
					for a := range n {
						w, q := x[side][a], x[side][n+a]
						variance[k] += slopes[n+a][k] * slopes[n+a][k] * q * (1 - q) / float64(segments[a].entered[side])
						for b := range n {
							covariance := -w * x[side][b]
							if a == b {
								covariance += w
							}
							variance[k] += slopes[a][k] * slopes[b][k] * covariance / float64(total)
						}
					}
				}
			}
			for k, se := range []float64{p.MixSE, p.ShiftSE, p.RateSE} {
				assert.InDelta(t, math.Sqrt(max(variance[k], 0)), se, 1e-8)
			}
		}
	}
}

// TestSegmentsSE: against the spread of the parts over 6000 pairs of random groups, of
// which the standard deviation has a standard error of .9 %.
func TestSegmentsSE(t *testing.T) {
	r := newChangeRand(12)
	shares := [2][]float64{{.5, .3, .2}, {.4, .25, .35}}
	rates := [2][]float64{{.1, .5, .6}, {.15, .4, .5}}
	sizes := [2]int{700, 900}
	draw := func() []segment {
		segments := []segment{{value: ValueOf("a")}, {value: ValueOf("b")}, {value: ValueOf("c")}}
		for side := range 2 {
			for range sizes[side] {
				at, u := 0, r.Float64()
				for at < 2 && u >= shares[side][at] {
					u -= shares[side][at]
					at++
				}
				segments[at].entered[side]++
				if r.Float64() < rates[side][at] {
					segments[at].completed[side]++
				}
			}
		}
		return segments
	}
	truth := explainSegs(t, seg("a", 5e6, 5e7, 6e6, 4e7), seg("b", 15e6, 3e7, 1e7, 25e6), seg("c", 12e6, 2e7, 175e5, 35e6))
	const runs = 6000
	var squares, variances [3][3]float64
	for range runs {
		e := explainSegs(t, draw()...)
		for i, p := range e.parts {
			want := truth.parts[i]
			for k, d := range []float64{p.Mix - want.Mix, p.Shift - want.Shift, p.Rate - want.Rate} {
				squares[i][k] += d * d
			}
			for k, se := range []float64{p.MixSE, p.ShiftSE, p.RateSE} {
				variances[i][k] += se * se
			}
		}
	}
	for i := range squares {
		for k, what := range []string{"mix", "shift", "rate"} {
			assert.InDelta(t, 1, math.Sqrt(squares[i][k]/variances[i][k]), .036, "%s of segment %d", what, i)
		}
	}
}

func TestSegmentsEmptyGroup(t *testing.T) {
	_, err := splitSegments([]segment{seg("a", 0, 0, 1, 2)}, DefaultLevel)
	var e *EmptyGroupError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, Before, e.Side)
	_, err = splitSegments(nil, DefaultLevel)
	require.ErrorIs(t, err, ErrEmptyGroup)
	require.ErrorContains(t, err, "before")
	require.ErrorContains(t, err, "after")
}

func TestExplainSegmentsMismatch(t *testing.T) {
	a := &Breakdown{name: "device", of: FirstKnown}
	for _, b := range []*Breakdown{{name: "campaign", of: FirstKnown}, {name: "device", of: AtEntry}} {
		_, err := ExplainSegments(a, b)
		require.ErrorIs(t, err, ErrMismatch)
	}
	counted := func(step string) *Breakdown {
		f := Funnel{Steps: []Step{{Name: step, Channels: []touchpoint.Channel{"a"}}}}
		c, err := NewCounts(f, Group{Name: "all", Key: journey.ByChannel})
		require.NoError(t, err)
		require.NoError(t, c.Add(&journey.Path{Touchpoints: []touchpoint.Touchpoint{{Channel: "a"}}}))
		r, err := c.Report()
		require.NoError(t, err)
		return r.Group(0)
	}
	_, err := ExplainSegments(counted("x"), counted("y"))
	require.ErrorIs(t, err, ErrMismatch)
	_, err = ExplainSegments(counted("x"), counted("x"))
	require.NoError(t, err)
}

func TestSegmentsExplanationJSON(t *testing.T) {
	e := explainSegs(t, seg("ad", 1, 2, 1, 4), seg("", 0, 0, 1, 4))
	// No round numbers are the bounds of the rates and the standard errors.
	for _, r := range []*Rate{&e.before, &e.after} {
		r.Lo, r.Hi = 0, 1
	}
	for i := range e.parts {
		p := &e.parts[i]
		for _, r := range []*Rate{&p.Before.Rate, &p.After.Rate} {
			r.Lo, r.Hi = 0, 1
		}
		p.MixSE, p.ShiftSE, p.RateSE = .5, .25, .125
	}
	got, err := json.Marshal(e)
	require.NoError(t, err)
	assert.JSONEq(t, `{"version":1,
		"before":{"k":1,"n":2,"value":0.5,"lo":0,"hi":1},"after":{"k":2,"n":8,"value":0.25,"lo":0,"hi":1},
		"change":-0.25,"mix":-0.0625,"rate":-0.1875,"segments":[
		{"segment":"ad",
			"before":{"entered":2,"share":1,"rate":{"k":1,"n":2,"value":0.5,"lo":0,"hi":1}},
			"after":{"entered":4,"share":0.5,"rate":{"k":1,"n":4,"value":0.25,"lo":0,"hi":1}},
			"mix":-0.1875,"shift":0,"rate":-0.1875,"se":{"mix":0.5,"shift":0.25,"rate":0.125}},
		{"segment":null,
			"before":{"entered":0,"share":0,"rate":null},
			"after":{"entered":4,"share":0.5,"rate":{"k":1,"n":4,"value":0.25,"lo":0,"hi":1}},
			"mix":0.125,"shift":-0.0625,"rate":0}]}`, string(got))
}
