package attributiontest

import (
	"github.com/cjm-go/cjm/attribution"
)

// other is the model that stands beside the one checked in a set.
func (tr *trial) other() attribution.Model { return tr.others()[0] }

// configuration: the model is valid, has a name, and its accumulators share
// nothing.
func (tr *trial) configuration() {
	tr.ok(tr.model.Validate(), "Validate")
	name := tr.model.Name()
	if name == "" {
		tr.failf("the model has no name")
	}
	used, unused := tr.fresh(), tr.fresh()
	was := tr.state(unused)
	tr.add(used, randomTable(tr.opts, 0))
	tr.unchanged("an accumulator after paths were added to another", was, unused)
	tr.same("two new accumulators", tr.fresh(), unused)
	if again := tr.model.Name(); again != name {
		tr.failf("the model is called %q, then %q", name, again)
	}
	tr.ok(tr.model.Validate(), "Validate, after use")
}

// set: in a set the model gives what it gives alone.
func (tr *trial) set(t table) {
	whole, err := attribution.NewSet(tr.other(), tr.model)
	tr.ok(err, "attribution.NewSet")
	shard := whole.New()
	dict, shardDict := t.dictionary(tr.rng), t.dictionary(tr.rng)
	for i, r := range t {
		to, d := whole, dict
		if i%3 == 1 {
			to, d = shard, shardDict
		}
		p := r.counted(d)
		tr.ok(to.Add(p), "Add of a set")
		overwrite(p)
	}
	b, err := shard.MarshalBinary()
	tr.ok(err, "MarshalBinary of a set")
	sent := whole.New()
	tr.ok(sent.UnmarshalBinary(b), "UnmarshalBinary of a set")
	tr.ok(whole.Merge(sent), "Merge of a set")
	results, err := whole.Results()
	tr.ok(err, "Results of a set")
	tr.sameResult("in a set", tr.result(tr.count(t)), results[1])
}
