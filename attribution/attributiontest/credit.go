package attributiontest

import (
	"encoding/json"
	"math"
	"math/big"
	"slices"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// The checks of what a result says about one table.

// totals: the result says what was counted, and lists the channels seen.
func (tr *trial) totals(t table) {
	r := tr.result(tr.count(t))
	if r.Model() != tr.model.Name() {
		tr.failf("the result is called %q, the model %q", r.Model(), tr.model.Name())
	}
	want, _ := sums(t)
	tr.closeTotals("totals", want, r.Totals(), shareTolerance)

	channels := t.channels()
	if want.Empty > 0 {
		channels = append(channels, journey.None)
		slices.Sort(channels)
	}
	if got := names(lines(r)); !slices.Equal(got, channels) {
		tr.failf("the channels of the result are %q, want %q", got, channels)
	}
	for channel, c := range r.All() {
		if found, ok := r.Credit(channel); !ok || found.Conversions != c.Conversions || found.Value != c.Value {
			tr.failf("All gives channel %q other credit than Credit", channel)
		}
	}
	if _, ok := r.Credit("never seen"); ok {
		tr.failf("a channel of the dictionary that is on no path is in the result")
	}
}

// sums returns the totals of a table, and the credit of its empty paths.
func sums(t table) (attribution.Totals, attribution.Credit) {
	var (
		totals attribution.Totals
		none   attribution.Credit
	)
	value, noneValue := new(big.Rat), new(big.Rat)
	for _, r := range t {
		n := r.conversions + r.nulls + r.opens
		totals.Journeys += n
		totals.Conversions += r.conversions
		totals.Nulls += r.nulls
		totals.Opens += r.opens
		worth := new(big.Rat).SetFloat64(r.value)
		value.Add(value, worth)
		if len(r.channels) == 0 {
			totals.Empty += n
			none.Conversions += float64(r.conversions)
			noneValue.Add(noneValue, worth)
		}
	}
	totals.Value, _ = value.Float64()
	none.Value, _ = noneValue.Float64()
	return totals, none
}

// efficiency: credits add up to the conversions, values to the value, and what
// came without a touch stays in the line of empty paths.
func (tr *trial) efficiency(t table) {
	want, none := sums(t)
	r := tr.result(tr.count(t))
	tr.adds(want, r)
	if c, _ := r.Credit(journey.None); !near(none.Conversions, c.Conversions, float64(want.Conversions), sumTolerance) ||
		!near(none.Value, c.Value, want.Value, sumTolerance) {
		tr.failf("%s gets %v conversions worth %v; paths without a touch have %v worth %v",
			journey.None, c.Conversions, c.Value, none.Conversions, none.Value)
	}
}

// adds fails unless the result holds numbers that can be and add up to the totals.
func (tr *trial) adds(want attribution.Totals, r *attribution.Result) {
	all := lines(r)
	var conversions, value float64
	for _, l := range all {
		c := l.credit
		for _, x := range [...]struct {
			name string
			x    float64
		}{{"conversions", c.Conversions}, {"value", c.Value}, {"share", c.Share}} {
			if !finite(x.x) {
				tr.failf("channel %q gets %s %v", l.channel, x.name, x.x)
			}
			if x.x < 0 && !tr.opts.Signed {
				tr.failf("channel %q gets %s %v; a model that gives negative credit has Options.Signed", l.channel, x.name, x.x)
			}
		}
		if m := c.Removal; m != nil && !finite(m.Effect, m.ValueEffect, m.TouchingShare) {
			tr.failf("channel %q has the removal effects %+v", l.channel, *m)
		}
		if share := c.Conversions / float64(want.Conversions); !near(share, c.Share, math.Abs(share), shareTolerance) {
			tr.failf("channel %q has the share %v, want %v: conversions %v of %d", l.channel, c.Share, share, c.Conversions, want.Conversions)
		}
		conversions += c.Conversions
		value += c.Value
	}
	scale := magnitude(all)
	if n := float64(want.Conversions); !near(n, conversions, max(n, scale.conversions), sumTolerance) {
		tr.failf("credits add up to %v conversions of %d", conversions, want.Conversions)
	}
	if !near(want.Value, value, max(want.Value, scale.value), sumTolerance) {
		tr.failf("values add up to %v of %v", value, want.Value)
	}
}

// finite reports whether none of the numbers is infinite or not a number.
func finite(xs ...float64) bool {
	for _, x := range xs {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}

// nullPlayer: a channel on no converting path gets exactly 0.
func (tr *trial) nullPlayer(t table) {
	var winners []touchpoint.Channel
	for _, r := range t {
		if r.conversions > 0 {
			winners = append(winners, r.channels...)
		}
	}
	for channel, c := range tr.result(tr.count(t)).All() {
		if channel != journey.None && !slices.Contains(winners, channel) && (c.Conversions != 0 || c.Value != 0) {
			tr.failf("channel %q is on no converting path and gets %v conversions worth %v", channel, c.Conversions, c.Value)
		}
	}
}

// symmetry: channels by other names get the same. With the order of the names
// sums may be rounded otherwise.
func (tr *trial) symmetry(t table) {
	want := lines(tr.result(tr.count(t)))
	try := func(what string, to func(touchpoint.Channel) touchpoint.Channel, tol float64) {
		expected := slices.Clone(want)
		for i, l := range expected {
			if l.channel != journey.None {
				expected[i].channel = to(l.channel)
			}
		}
		slices.SortFunc(expected, func(a, b line) int {
			if a.channel < b.channel {
				return -1
			}
			return 1
		})
		got := lines(tr.result(tr.count(t.renamed(to))))
		tr.closeLines(what, expected, got, tol)
	}
	fixed := func(c touchpoint.Channel) bool { return slices.Contains(tr.opts.Channels, c) }
	tol := 0.0
	if tr.opts.Rounded {
		tol = sumTolerance
	}
	try("names that keep their order", func(c touchpoint.Channel) touchpoint.Channel {
		if fixed(c) {
			return c
		}
		return c + "\x00" // comes before whatever came after c
	}, tol)
	if tr.opts.NameOrder {
		return
	}
	free := slices.DeleteFunc(t.channels(), fixed)
	permuted := slices.Clone(free)
	tr.rng.Shuffle(len(permuted), func(i, j int) { permuted[i], permuted[j] = permuted[j], permuted[i] })
	try("names that are interchanged (Options.NameOrder if their order may matter)", func(c touchpoint.Channel) touchpoint.Channel {
		if i, ok := slices.BinarySearch(free, c); ok {
			return permuted[i]
		}
		return c
	}, sumTolerance)
}

// scale: k times the journeys, the same shares.
func (tr *trial) scale(t table) {
	k := 2 + tr.rng.Int64N(20)
	times := t.clone()
	for i := range times {
		r := &times[i]
		r.conversions *= k
		r.nulls *= k
		r.opens *= k
		r.value *= float64(k)
	}
	tol := shareTolerance
	if tr.opts.Rounded {
		tol = sumTolerance
	}
	want := lines(tr.result(tr.count(t)))
	for i := range want {
		want[i].credit.Conversions *= float64(k)
		want[i].credit.Value *= float64(k)
	}
	tr.closeLines("every journey many times", want, lines(tr.result(tr.count(times))), tol)
}

// json: the JSON form says what the accessors say.
func (tr *trial) json(t table) {
	r := tr.result(tr.count(t))
	var got struct {
		Version                                    int
		Model                                      string
		Journeys, Conversions, Nulls, Opens, Empty int64
		Value                                      float64
		Channels                                   []struct {
			Channel                   touchpoint.Channel
			Conversions, Value, Share float64
		}
	}
	tr.ok(json.Unmarshal(tr.marshal(r), &got), "reading the JSON form of the result")
	if got.Version == 0 || got.Model != r.Model() {
		tr.failf("the JSON form has version %d and model %q", got.Version, got.Model)
	}
	tr.closeTotals("JSON", r.Totals(), attribution.Totals{
		Journeys: got.Journeys, Conversions: got.Conversions, Nulls: got.Nulls, Opens: got.Opens, Value: got.Value, Empty: got.Empty,
	}, 0)
	var credits []line
	for _, c := range got.Channels {
		credits = append(credits, line{c.Channel, attribution.Credit{Conversions: c.Conversions, Value: c.Value, Share: c.Share}})
	}
	tr.closeLines("JSON", lines(r), credits, 0)
}
