package attributiontest

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"slices"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
)

// trial is one run of a check. Its methods end the run at the first failure, as
// t.FailNow does: they panic with a failure, which try recovers.
type trial struct {
	model attribution.Model
	opts  Options
	rng   *rand.Rand
}

type failure struct{ error }

// try returns the failure of one run of a check, or the panic of the model. All
// that is random in it depends on the seed and n.
func try(model attribution.Model, opts Options, n int, run func(*trial)) (err error) {
	defer func() { err = recovered(recover(), err) }()
	run(&trial{model: model, opts: opts, rng: rand.New(rand.NewPCG(^opts.Seed, uint64(n)))})
	return nil
}

// recovered returns the error that a recovered value stands for, and err where
// nothing panicked.
func recovered(v any, err error) error {
	if v == nil {
		return err
	}
	if f, ok := v.(failure); ok {
		return f.error
	}
	return fmt.Errorf("panic: %v\n%s", v, debug.Stack())
}

func (tr *trial) failf(format string, args ...any) {
	panic(failure{fmt.Errorf(format, args...)})
}

// ok fails unless err is nil.
func (tr *trial) ok(err error, doing string) {
	if err != nil {
		tr.failf("%s: %w", doing, err)
	}
}

// is fails unless err is of the class want.
func (tr *trial) is(err, want error, doing string) {
	if !errors.Is(err, want) {
		tr.failf("%s: the error is %q, want one that is %q", doing, fmt.Sprint(err), want)
	}
}

// fresh returns an empty accumulator.
func (tr *trial) fresh() attribution.Accumulator {
	a := tr.model.NewAccumulator()
	if a == nil {
		tr.failf("NewAccumulator returns nil")
	}
	return a
}

// count returns an accumulator of the table, which came with a dictionary in
// random order.
func (tr *trial) count(t table) attribution.Accumulator {
	a := tr.fresh()
	tr.add(a, t)
	return a
}

// add counts the table, which comes with a dictionary in random order.
func (tr *trial) add(a attribution.Accumulator, t table) {
	tr.addWith(a, t.dictionary(tr.rng), t)
}

// addWith counts the table with paths of the dictionary. Each path is overwritten
// when it has been counted, as a source that uses its memory again does.
func (tr *trial) addWith(a attribution.Accumulator, dict *journey.Dictionary, t table) {
	for i, r := range t {
		p, before := r.counted(dict), r.counted(dict)
		if err := a.Add(p); err != nil {
			tr.failf("row %d is refused: %w", i+1, err)
		}
		if !samePath(p, before) {
			tr.failf("row %d has been changed by Add", i+1)
		}
		overwrite(p)
	}
}

// result returns the result, which must be there.
func (tr *trial) result(a attribution.Accumulator) *attribution.Result {
	r, err := a.Result()
	tr.ok(err, "Result")
	if r == nil {
		tr.failf("Result returns nil without an error")
	}
	return r
}

// defined reports whether the model has a result for the table.
func (tr *trial) defined(t table) bool {
	if len(tr.opts.Undefined) == 0 {
		return true
	}
	_, err := tr.count(t).Result()
	return !tr.undefined(err)
}

// undefined reports whether an error of Result is of a class that may be.
func (tr *trial) undefined(err error) bool {
	return slices.ContainsFunc(tr.opts.Undefined, func(class error) bool { return errors.Is(err, class) })
}

func (tr *trial) bytes(a attribution.Accumulator) []byte {
	b, err := a.MarshalBinary()
	tr.ok(err, "MarshalBinary")
	return b
}

// state is all that can be seen of an accumulator.
type state struct {
	bytes  []byte
	result *attribution.Result
	err    error
}

func (tr *trial) state(a attribution.Accumulator) state {
	r, err := a.Result()
	if err == nil && r == nil {
		tr.failf("Result returns nil without an error")
	}
	return state{bytes: bytes.Clone(tr.bytes(a)), result: r, err: err}
}

// same fails unless the accumulators cannot be told apart.
func (tr *trial) same(what string, want, got attribution.Accumulator) {
	tr.sameState(what, tr.state(want), tr.state(got))
}

// unchanged fails unless the accumulator is as it was.
func (tr *trial) unchanged(what string, was state, a attribution.Accumulator) {
	tr.sameState(what, was, tr.state(a))
}

func (tr *trial) sameState(what string, want, got state) {
	if fmt.Sprint(want.err) != fmt.Sprint(got.err) {
		tr.failf("%s: the error of Result is %q, want %q", what, fmt.Sprint(got.err), fmt.Sprint(want.err))
	}
	if want.err == nil {
		tr.sameResult(what, want.result, got.result)
	}
	if !tr.opts.Rounded && !bytes.Equal(want.bytes, got.bytes) {
		tr.failf("%s: results are equal, but the bytes differ: %d and %d of them, the first difference at %d",
			what, len(want.bytes), len(got.bytes), firstDifference(want.bytes, got.bytes))
	}
}

func firstDifference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}
