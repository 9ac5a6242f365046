package attributiontest

import (
	"errors"
	"math"
	"slices"
	"time"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// The checks of input at the edge of what is possible, and beyond.

// path returns a row with ages.
func path(r row, channels ...touchpoint.Channel) row {
	r.channels, r.ages = channels, make([]time.Duration, len(channels))
	for i := range r.ages {
		r.ages[i] = time.Duration(len(channels)-i) * time.Hour
	}
	return r
}

// degenerate: what is there to say where there is hardly anything.
func (tr *trial) degenerate() {
	a := tr.fresh()
	_, err := a.Result()
	tr.is(err, attribution.ErrNoJourneys, "the result of nothing")
	for _, lost := range []row{path(row{nulls: 2}, "a"), path(row{opens: 3}, "a", "b"), path(row{nulls: 1, opens: 1})} {
		_, err = tr.count(table{lost}).Result()
		tr.is(err, attribution.ErrNoConversions, "the result of journeys without conversion")
		tr.add(a, table{lost})
	}
	tr.add(a, table{path(row{conversions: 1, value: 2}, "a")})
	if _, err = a.Result(); !tr.undefined(err) {
		tr.ok(err, "the result after the first conversion")
	}

	long := make([]touchpoint.Channel, 300)
	for i := range long {
		long[i] = []touchpoint.Channel{"a", "b", "c"}[i%7%3]
	}
	for _, c := range []struct {
		name string
		rows table
	}{
		{"empty paths only", table{path(row{conversions: 3, nulls: 4, value: 5})}},
		{"one channel", table{path(row{conversions: 3, nulls: 4, value: 5}, "a", "a"), path(row{conversions: 1, nulls: 1}, "a")}},
		{"conversions only", table{path(row{conversions: 3, value: 5}, "a", "b"), path(row{conversions: 1}, "b")}},
		{"no value", table{path(row{conversions: 3, nulls: 2}, "a", "b"), path(row{conversions: 1}, "b")}},
		{"the value of empty paths only", table{path(row{conversions: 3, nulls: 2}, "a"), path(row{conversions: 1, value: 7})}},
		{"a long path", table{path(row{conversions: 3, nulls: 2, value: 9}, long...), path(row{conversions: 1}, "b")}},
		{"counts near 2^50", table{path(row{conversions: 1 << 50, nulls: 3, value: 1e18}, "a", "b"), path(row{conversions: 1, value: 1e-9}, "b", "c")}},
		{"tiny values", table{path(row{conversions: 1, value: 5e-324}, "a"), path(row{conversions: 2, value: 1e-300}, "a", "b")}},
		{"nameless and odd channels", table{path(row{conversions: 2, nulls: 1, value: 3}, "", " ", "a ", "a", "bad\xff"), path(row{conversions: 1}, "bad\xfe", "")}},
	} {
		err := try(tr.model, tr.opts, 0, func(tr *trial) {
			if !tr.defined(c.rows) {
				return
			}
			want, _ := sums(c.rows)
			tr.adds(want, tr.result(tr.count(c.rows)))
			tr.marshal(tr.result(tr.count(c.rows)))
		})
		tr.ok(err, c.name)
	}
	tr.impossible()
}

// impossible: input for which there is no result.
func (tr *trial) impossible() {
	for _, c := range []struct {
		name string
		rows table
		want error
	}{
		{"a channel called " + string(journey.None), table{path(row{conversions: 1}, "a", journey.None), path(row{conversions: 1})}, attribution.ErrReserved},
		{"a total value beyond float64", slices.Repeat(table{path(row{conversions: 1, value: math.MaxFloat64}, "a")}, 2), attribution.ErrOverflow},
	} {
		a := tr.fresh()
		var err error
		for _, r := range c.rows {
			if err == nil {
				err = a.Add(r.counted(new(journey.Dictionary)))
			}
		}
		if err == nil {
			_, err = a.Result()
		}
		tr.is(err, c.want, c.name+", in Add or Result")
	}
}

// refused: a path that cannot be counted is an error of its class and changes
// nothing.
func (tr *trial) refused() {
	base := table{path(row{conversions: 2, nulls: 1, value: 3}, "b", "a"), path(row{conversions: 1, opens: 1})}
	twoAges := path(row{conversions: 1}, "a")
	twoAges.ages = make([]time.Duration, 2)
	for _, c := range []struct {
		name string
		row  row
		want error
	}{
		{"negative conversions", path(row{conversions: -1}, "a"), journey.ErrNegative},
		{"negative nulls", path(row{conversions: 1, nulls: -1}, "a"), journey.ErrNegative},
		{"negative opens", path(row{conversions: 1, opens: -1}, "new"), journey.ErrNegative},
		{"negative counts that cancel out", path(row{conversions: 1, nulls: -1}), journey.ErrNegative},
		{"a negative value", path(row{conversions: 1, value: -0.01}, "a"), journey.ErrNegative},
		{"a value that is not a number", path(row{conversions: 1, value: math.NaN()}, "a"), journey.ErrNotFinite},
		{"an infinite value", path(row{conversions: 1, value: math.Inf(1)}, "a"), journey.ErrNotFinite},
		{"a value without conversion", path(row{nulls: 1, value: 5}, "a"), journey.ErrValueWithoutConversion},
		{"a value of no journey", path(row{value: 5}, "a"), journey.ErrValueWithoutConversion},
		{"two ages for one touch", twoAges, journey.ErrAges},
		{"a row of more than 2^63-1 journeys", path(row{conversions: math.MaxInt64, nulls: math.MaxInt64, opens: 3}, "a"), journey.ErrOverflow},
		{"conversions beyond 2^63-1", path(row{conversions: math.MaxInt64}, "new"), journey.ErrOverflow},
		{"nulls beyond 2^63-1", path(row{nulls: math.MaxInt64 - 2}, "a"), journey.ErrOverflow},
		{"empty journeys beyond 2^63-1", path(row{conversions: math.MaxInt64 - 4}), journey.ErrOverflow},
	} {
		a := tr.count(base)
		was := tr.state(a)
		tr.is(a.Add(c.row.counted(new(journey.Dictionary))), c.want, c.name)
		tr.unchanged(c.name+", refused", was, a)
		tr.add(a, base)
		tr.same("after "+c.name, tr.count(append(base.clone(), base...)), a)
	}
	tr.unknownCodes(base)
	tr.mergeOverflow(base)
	tr.missingTimes(base)
}

// unknownCodes: a code that the dictionary lacks is an error, not a panic.
func (tr *trial) unknownCodes(base table) {
	for _, dict := range []*journey.Dictionary{nil, new(journey.Dictionary), journey.NewDictionary("new", "a")} {
		a := tr.count(base)
		was := tr.state(a)
		p := &journey.Counted{Dictionary: dict, Channels: []journey.Code{0, 2}, Ages: make([]time.Duration, 2), Conversions: 1, Value: 1}
		tr.is(a.Add(p), journey.ErrUnknownCode, "a channel code that the dictionary lacks")
		tr.unchanged("a channel code that the dictionary lacks, refused", was, a)
	}
}

// mergeOverflow: counts that do not fit are refused in a merge as well.
func (tr *trial) mergeOverflow(base table) {
	large := append(base.clone(), path(row{nulls: 1 << 62}))
	a, b := tr.count(large), tr.count(large)
	was := tr.state(a)
	tr.is(a.Merge(b), journey.ErrOverflow, "Merge beyond 2^63-1 journeys")
	tr.unchanged("Merge beyond 2^63-1 journeys, refused", was, a)
	tr.unchanged("the other of a Merge beyond 2^63-1 journeys", was, b)
	tr.is(a.Merge(a), journey.ErrOverflow, "Merge with itself beyond 2^63-1 journeys")
	tr.unchanged("Merge with itself beyond 2^63-1 journeys, refused", was, a)
}

// missingTimes: a model that looks at times may ask for them.
func (tr *trial) missingTimes(base table) {
	timeless := path(row{conversions: 1}, "new", "a")
	timeless.ages = nil
	a := tr.count(base)
	was := tr.state(a)
	err := a.Add(timeless.counted(new(journey.Dictionary)))
	if err == nil {
		return
	}
	if !tr.opts.Times || !errors.Is(err, attribution.ErrNoTimes) {
		tr.failf("a path without ages is refused (Options.Times, and attribution.ErrNoTimes, if the model looks at times): %w", err)
	}
	tr.unchanged("a path without ages, refused", was, a)
}
