package attributiontest

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
)

// The checks of how the paths come: none of it matters.

// orderOfRows: any order of the rows is the same.
func (tr *trial) orderOfRows(t table) {
	tr.same("the same rows again", tr.count(t), tr.count(t))
	tr.same("the rows in another order", tr.count(t), tr.count(t.shuffled(tr.rng)))
}

// splitRows: a row for ten journeys is the same as ten rows.
func (tr *trial) splitRows(t table) {
	var split table
	for _, r := range t {
		for tr.rng.IntN(3) > 0 {
			part := r
			part.conversions = tr.rng.Int64N(max(r.conversions, 1)) // leaves one, to which the value belongs
			part.nulls = tr.rng.Int64N(r.nulls + 1)
			part.opens = tr.rng.Int64N(r.opens + 1)
			part.value = 0
			r.conversions, r.nulls, r.opens = r.conversions-part.conversions, r.nulls-part.nulls, r.opens-part.opens
			split = append(split, part)
		}
		split = append(split, r)
	}
	tr.closeResult("rows of many journeys as rows of fewer", tr.result(tr.count(t)), tr.result(tr.count(split)), sumTolerance)
	a := tr.count(t)
	was := tr.state(a)
	tr.add(a, table{{channels: t.channels(), ages: make([]time.Duration, len(t.channels()))}})
	tr.unchanged("a path that stands for no journey", was, a)
}

// dictionary: the codes of the channels do not matter, nor do names that no path
// has, nor does a change of dictionary in between.
func (tr *trial) dictionary(t table) {
	want := tr.fresh()
	tr.addWith(want, new(journey.Dictionary), t)
	known := t.channels()
	slices.Reverse(known)
	got := tr.fresh()
	tr.addWith(got, journey.NewDictionary(append(known, "never seen")...), t)
	tr.same("a dictionary in another order", want, got)

	got = tr.fresh()
	for _, r := range t {
		tr.add(got, table{r})
	}
	tr.same("a dictionary for each row", want, got)
}

// ages: they do not matter to a model that does not look at times.
func (tr *trial) ages(t table) {
	without, with := t.clone(), t.clone()
	for i := range t {
		without[i].ages = nil
		with[i].ages = make([]time.Duration, len(t[i].channels))
		for j := range with[i].ages {
			with[i].ages[j] = time.Duration(tr.rng.Int64N(int64(time.Hour)))
		}
	}
	tr.same("ages, without Options.Times", tr.count(without), tr.count(with))
}

// parallelism: accumulators of a model work on goroutines of their own.
func (tr *trial) parallelism(t table) {
	want := tr.count(t)
	shards := make([]attribution.Accumulator, 4)
	errs := make([]error, len(shards))
	var wg sync.WaitGroup
	for i, part := range t.parts(tr.rng, len(shards)) {
		dict := part.dictionary(tr.rng)
		wg.Go(func() {
			defer func() { errs[i] = recovered(recover(), errs[i]) }()
			shards[i] = tr.fresh()
			tr.addWith(shards[i], dict, part)
			_, _ = shards[i].Result()
		})
	}
	wg.Wait()
	for i, err := range errs {
		tr.ok(err, fmt.Sprintf("goroutine %d", i+1))
		if i > 0 {
			tr.ok(shards[0].Merge(shards[i]), "Merge")
		}
	}
	tr.same("shards counted on goroutines of their own", want, shards[0])
	if !tr.opts.Times { // which a path table does not have
		tr.fold(t, want)
	}
}

// fold: the path table in files, read on one, two or four goroutines.
func (tr *trial) fold(t table, want attribution.Accumulator) {
	pathTable := journey.PathTable{Separator: "|"}
	var inputs []journey.Input
	for _, r := range t {
		var (
			counts journey.Counts
			file   strings.Builder
		)
		tr.ok(counts.Add(r.counted(new(journey.Dictionary))), "the row as a path table")
		tr.ok(pathTable.Write(&file, &counts), "the row as a path table")
		inputs = append(inputs, journey.Input{Open: func() (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(file.String())), nil
		}})
	}
	n := []int{1, 2, 4}[tr.rng.IntN(3)]
	got, _, err := journey.Fold(context.Background(), pathTable, inputs, journey.FoldOptions{Parallelism: n}, func() guarded {
		return guarded{tr.fresh()}
	})
	tr.ok(err, "journey.Fold")
	tr.same(fmt.Sprintf("journey.Fold with Parallelism %d", n), want, got.Accumulator)
}

// guarded turns a panic on a goroutine, which nobody could recover, into an error.
type guarded struct{ attribution.Accumulator }

func (g guarded) Add(p *journey.Counted) (err error) {
	defer func() { err = recovered(recover(), err) }()
	return g.Accumulator.Add(p)
}

func (g guarded) Merge(other guarded) error { return g.Accumulator.Merge(other.Accumulator) }

// snapshots: a result does not change when paths are added, nor does the
// accumulator when it is asked.
func (tr *trial) snapshots(t table) {
	more := randomTable(tr.opts, tr.rng.IntN(1000))
	a := tr.count(t)
	first := tr.result(a)
	before := tr.marshal(first)
	tr.sameResult("asking twice", first, tr.result(a))
	tr.add(a, more)
	_, _ = a.Result()
	if after := tr.marshal(first); string(before) != string(after) {
		tr.failf("a result changes when paths are added:\n%s\nwas\n%s", after, before)
	}
	asked := tr.count(t)
	_, _ = asked.Result()
	_ = tr.bytes(asked)
	tr.add(asked, more)
	unasked := tr.count(t)
	tr.add(unasked, more)
	tr.same("asking in between", unasked, asked)
}
