package attributiontest

import (
	"github.com/cjm-go/cjm/attribution"
)

// The checks of merging: sharding does not matter.

// merge: shards with dictionaries of their own, some sent as bytes, merged in any
// order, are the same as one pass, and what is merged stays as it is.
func (tr *trial) merge(t table) {
	var shards []attribution.Accumulator
	for _, part := range t.parts(tr.rng, 1+tr.rng.IntN(5)) {
		shards = append(shards, tr.count(part))
	}
	for len(shards) > 1 {
		i := 1 + tr.rng.IntN(len(shards)-1)
		shards[0], shards[i] = shards[i], shards[0]
		if tr.rng.IntN(3) == 0 {
			shards[0] = tr.sent(shards[0])
		}
		last := shards[len(shards)-1]
		was := tr.state(last)
		tr.ok(shards[0].Merge(last), "Merge")
		tr.unchanged("the other accumulator of a merge", was, last)
		shards = shards[:len(shards)-1]
	}
	tr.same("shards merged", tr.count(t), shards[0])
}

// sent returns the accumulator as it comes out of its bytes.
func (tr *trial) sent(a attribution.Accumulator) attribution.Accumulator {
	b := tr.bytes(a)
	got := tr.fresh()
	tr.ok(got.UnmarshalBinary(b), "UnmarshalBinary")
	clear(b) // it is the caller's again
	return got
}

// mergeCopies: after a merge the two share nothing.
func (tr *trial) mergeCopies(t table) {
	more := randomTable(tr.opts, tr.rng.IntN(1000))
	from, to := tr.count(t), tr.fresh()
	tr.ok(to.Merge(from), "Merge")
	was := tr.state(from)
	tr.add(to, more)
	tr.add(to, t)
	tr.unchanged("adding to an accumulator changes one that was merged into it", was, from)
	was = tr.state(to)
	tr.add(from, more)
	tr.add(from, t)
	tr.unchanged("adding to an accumulator changes one that it was merged into", was, to)
}

// mergeEmpty: an empty accumulator is the identity.
func (tr *trial) mergeEmpty(t table) {
	want := tr.count(t)
	a := tr.count(t)
	tr.ok(a.Merge(tr.fresh()), "Merge of an empty one")
	tr.same("merged with an empty one", want, a)
	b := tr.fresh()
	tr.ok(b.Merge(want), "Merge into an empty one")
	tr.same("merged into an empty one", want, b)
}

// mergeSelf: everything counts twice.
func (tr *trial) mergeSelf(t table) {
	a := tr.count(t)
	tr.ok(a.Merge(a), "Merge with itself")
	tr.same("merged with itself", tr.count(append(t.clone(), t...)), a)
}

// foreign is an accumulator that no model can know.
type foreign struct{ attribution.Accumulator }

// others returns models that are not the one checked.
func (tr *trial) others() []attribution.Model {
	var models []attribution.Model
	for _, m := range []attribution.Model{attribution.FirstTouch{}, attribution.Linear{}, attribution.Markov{}} {
		if m.Name() != tr.model.Name() {
			models = append(models, m)
		}
	}
	return models
}

// mergeOthers: what belongs to another model is refused.
func (tr *trial) mergeOthers() {
	a := tr.count(randomTable(tr.opts, 0))
	was := tr.state(a)
	refuse := func(what string, other attribution.Accumulator) {
		tr.is(a.Merge(other), attribution.ErrModel, what)
		tr.unchanged(what+", refused", was, a)
	}
	refuse("Merge of nil", nil)
	refuse("Merge of an accumulator of unknown type", foreign{tr.fresh()})
	for _, m := range tr.others() {
		refuse("Merge of an accumulator of the model "+m.Name(), m.NewAccumulator())
	}
}
