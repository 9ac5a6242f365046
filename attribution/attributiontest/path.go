package attributiontest

import (
	"errors"
	"fmt"
	"math"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// perPath: credits of single paths, where the model has them, add up to the
// credits of the channels, and do not change when paths are added.
func (tr *trial) perPath(t table) {
	a := tr.count(t)
	was := tr.state(a)
	crediter := tr.crediter(a)
	if crediter == nil {
		return
	}
	want := tr.result(a)
	tr.pathsAdd("credits of paths", t, crediter, want)
	tr.unchanged("an accumulator after paths were credited", was, a)
	tr.add(a, randomTable(tr.opts, tr.rng.IntN(1000)))
	tr.pathsAdd("credits of paths, after others were added", t, crediter, want)
}

// crediter returns nil for a model that does not credit single paths.
func (tr *trial) crediter(a attribution.Accumulator) *attribution.Crediter {
	crediter, err := attribution.NewCrediter(a)
	if errors.Is(err, attribution.ErrNoPathCredit) {
		return nil
	}
	tr.ok(err, "attribution.NewCrediter")
	return crediter
}

// unknownChannels: the credit of a path with a channel that was not counted is an
// error, also when it has been counted since.
func (tr *trial) unknownChannels() {
	a := tr.fresh()
	if _, err := attribution.NewCrediter(a); errors.Is(err, attribution.ErrNoPathCredit) {
		return
	} else if err == nil {
		tr.failf("there is a crediter of nothing")
	}
	tr.add(a, tr.someTable())
	crediter := tr.crediter(a)
	stranger := path(row{conversions: 1, value: 1}, "new to the model")
	refuse := func(when string) {
		_, err := crediter.Credit(stranger.counted(new(journey.Dictionary)))
		var unknown *attribution.UnknownChannelError
		if !errors.As(err, &unknown) {
			tr.failf("a channel that was not counted%s: the error is %q, want an *attribution.UnknownChannelError", when, fmt.Sprint(err))
		}
		if unknown.Position != 0 || unknown.Channel != stranger.channels[0] {
			tr.failf("a channel that was not counted%s: the error is about touch %d on channel %q, want touch 1 on %q",
				when, unknown.Position+1, unknown.Channel, stranger.channels[0])
		}
	}
	refuse("")
	tr.add(a, table{stranger})
	_, _ = attribution.NewCrediter(a)
	refuse(" when the crediter was made")
}

// pathsAdd fails unless the credits of all touches add up to the result.
func (tr *trial) pathsAdd(what string, t table, crediter *attribution.Crediter, want *attribution.Result) {
	conversions, value := make(map[touchpoint.Channel]float64), make(map[touchpoint.Channel]float64)
	var touches []attribution.TouchCredit
	for i, r := range t {
		p := r.counted(t.dictionary(tr.rng))
		var err error
		touches, err = crediter.AppendCredit(touches[:0], p)
		tr.ok(err, fmt.Sprintf("%s: row %d", what, i+1))
		if len(touches) != len(r.channels) {
			tr.failf("%s: row %d has %d touches and %d credits", what, i+1, len(r.channels), len(touches))
		}
		for j, c := range touches {
			if c.Position != j || c.Channel != r.channels[j] {
				tr.failf("%s: touch %d of row %d is on channel %q, its credit says touch %d on channel %q",
					what, j+1, i+1, r.channels[j], c.Position+1, c.Channel)
			}
			if !tr.opts.Signed && (c.Conversions < 0 || c.Value < 0) {
				tr.failf("%s: touch %d of row %d gets %v conversions worth %v", what, j+1, i+1, c.Conversions, c.Value)
			}
			conversions[c.Channel] += c.Conversions
			value[c.Channel] += c.Value
		}
	}
	all := lines(want)
	scale := magnitude(all)
	for _, l := range all {
		if l.channel == journey.None {
			continue
		}
		if got := conversions[l.channel]; !(math.Abs(got-l.credit.Conversions) <= sumTolerance*scale.conversions) {
			tr.failf("%s: those of channel %q add up to %v conversions, the result says %v", what, l.channel, got, l.credit.Conversions)
		}
		if got := value[l.channel]; !(math.Abs(got-l.credit.Value) <= sumTolerance*scale.value) {
			tr.failf("%s: those of channel %q add up to value %v, the result says %v", what, l.channel, got, l.credit.Value)
		}
	}
}
