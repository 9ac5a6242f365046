package attributiontest

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/touchpoint"
)

// How far two computations may be apart that are equal in exact arithmetic, as a
// part of all credit.
const (
	// sumTolerance is for sums of credits over channels or paths, and for
	// whatever a model with [Options.Rounded] does.
	sumTolerance = 1e-9
	// shareTolerance is for the same quotients of other numbers.
	shareTolerance = 1e-12
)

// line is a line of a result.
type line struct {
	channel touchpoint.Channel
	credit  attribution.Credit
}

func lines(r *attribution.Result) []line {
	var all []line
	for channel, c := range r.All() {
		all = append(all, line{channel, c})
	}
	return all
}

// amounts is the size of all credits together, without their signs.
type amounts struct{ conversions, value, share float64 }

func magnitude(all []line) amounts {
	var m amounts
	for _, l := range all {
		m.conversions += math.Abs(l.credit.Conversions)
		m.value += math.Abs(l.credit.Value)
		m.share += math.Abs(l.credit.Share)
	}
	return m
}

// sameResult fails unless the results are equal to the last bit, or, for a model
// with Rounded, to rounding.
func (tr *trial) sameResult(what string, want, got *attribution.Result) {
	tr.closeResult(what, want, got, sumTolerance)
	if tr.opts.Rounded {
		return
	}
	what += ", in the last bits (Options.Rounded if sums depend on the order)"
	tr.closeTotals(what, want.Totals(), got.Totals(), 0)
	w, g := lines(want), lines(got)
	for i := range w {
		if a, b := show(w[i].credit), show(g[i].credit); a != b {
			tr.failf("%s: channel %q gets %s, want %s", what, g[i].channel, b, a)
		}
	}
	if a, b := fmt.Sprint(want.Warnings()), fmt.Sprint(got.Warnings()); a != b {
		tr.failf("%s: the warnings are %s, want %s", what, b, a)
	}
	if a, b := tr.marshal(want), tr.marshal(got); string(a) != string(b) {
		tr.failf("%s: the JSON forms differ:\n%s\nwant\n%s", what, b, a)
	}
}

// show writes a credit with all bits of its numbers.
func show(c attribution.Credit) string {
	s := fmt.Sprintf("%v conversions worth %v, share %v", c.Conversions, c.Value, c.Share)
	if c.Removal != nil {
		s += fmt.Sprintf(", removal %+v", *c.Removal)
	}
	return s
}

// closeResult fails unless the results have the same totals and channels, and
// credits that differ by no more than tol, as a part of all credit.
func (tr *trial) closeResult(what string, want, got *attribution.Result, tol float64) {
	if want.Model() != got.Model() {
		tr.failf("%s: the model is called %q, want %q", what, got.Model(), want.Model())
	}
	tr.closeTotals(what, want.Totals(), got.Totals(), tol)
	tr.closeLines(what, lines(want), lines(got), tol)
}

func (tr *trial) closeTotals(what string, want, got attribution.Totals, tol float64) {
	value := got.Value
	if near(want.Value, got.Value, want.Value, tol) {
		value = want.Value
	}
	if got.Value = value; got != want {
		tr.failf("%s: the totals are %+v, want %+v", what, got, want)
	}
}

// closeLines compares channels, conversions, values and shares.
func (tr *trial) closeLines(what string, want, got []line, tol float64) {
	if w, g := names(want), names(got); !slices.Equal(w, g) {
		tr.failf("%s: the channels are %q, want %q", what, g, w)
	}
	scale := magnitude(want)
	for i, w := range want {
		g := got[i].credit
		for _, c := range [...]struct {
			name             string
			want, got, scale float64
		}{
			{"conversions", w.credit.Conversions, g.Conversions, scale.conversions},
			{"value", w.credit.Value, g.Value, scale.value},
			{"share", w.credit.Share, g.Share, scale.share},
		} {
			if !near(c.want, c.got, c.scale, tol) {
				tr.failf("%s: channel %q gets %s %v, want %v", what, w.channel, c.name, c.got, c.want)
			}
		}
	}
}

func names(all []line) []touchpoint.Channel {
	out := make([]touchpoint.Channel, len(all))
	for i, l := range all {
		out[i] = l.channel
	}
	return out
}

// near reports whether the numbers, which are finite, differ by at most tol
// times scale.
func near(want, got, scale, tol float64) bool {
	return math.Abs(want-got) <= tol*scale
}

func (tr *trial) marshal(r *attribution.Result) []byte {
	b, err := json.Marshal(r)
	tr.ok(err, "the JSON form of the result")
	return b
}
