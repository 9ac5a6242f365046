package attribution

import (
	"fmt"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
)

// accumulator is the [Accumulator] of all models of this package: the tally,
// which is alike for all, and the tables of the model. In a [Set] the
// accumulators share one tally, so that a path is checked and recoded once.
type accumulator struct {
	identity
	*tally
	tables
}

// tables is what a model keeps beside the tally. Channels have the codes of the
// tally's dictionary.
type tables interface {
	// fresh returns empty tables of the same configuration.
	fresh() tables
	// ready returns why the path, which is valid, cannot be counted, and may
	// prepare for count.
	ready(p *journey.Counted) error
	// count counts a path that was ready just before and whose channels have
	// the given codes.
	count(t *tally, p *journey.Counted, codes []journey.Code)
	// merge adds tables of the same identity, in whose codes to is indexed.
	merge(t *tally, other tables, to []journey.Code)
	// credit returns the function that credits each channel.
	credit(t *tally, r *Result) (func(journey.Code) Credit, error)
	// creditPath returns the function that credits the touches of one path,
	// given in codes of the tally, by setting an element of conversions and
	// value for each of them, which come in as zeros. Over all paths counted,
	// the credits of a channel's touches add up to what credit gives it.
	creditPath(t *tally) (func(p *journey.Counted, codes []journey.Code, conversions, value []float64) error, error)
	// append writes the tables, with channels in the order of their names.
	append(t *tally, dst []byte) ([]byte, error)
	// decode reads them into fresh tables.
	decode(t *tally, d *wire.Decoder)
}

func newAccumulator(id identity, tables tables) *accumulator {
	return &accumulator{identity: id, tally: new(tally), tables: tables}
}

// Add implements [Accumulator].
func (a *accumulator) Add(p *journey.Counted) error {
	return addShared(a.tally, p, a)
}

// addShared counts the path for accumulators that share a tally. On an error
// nothing has changed.
func addShared(t *tally, p *journey.Counted, sharers ...*accumulator) error {
	units, err := t.check(p)
	if err != nil || units == 0 {
		return err
	}
	for _, a := range sharers {
		if err := a.tables.ready(p); err != nil {
			return fmt.Errorf("%w (model %s)", err, a.name)
		}
	}
	codes, err := t.count(p, units)
	if err != nil {
		return err
	}
	for _, a := range sharers {
		a.tables.count(t, p, codes)
	}
	return nil
}

// Merge implements [Accumulator].
func (a *accumulator) Merge(other Accumulator) error {
	o, ok := other.(*accumulator)
	if !ok || o.identity != a.identity {
		return fmt.Errorf("%w: the other accumulator is not of %s", ErrModel, a.header())
	}
	return mergeShared(a.tally, o.tally, []*accumulator{a}, []*accumulator{o})
}

// mergeShared merges accumulators that share the tally u into those that share t,
// pair by pair.
func mergeShared(t, u *tally, sharers, others []*accumulator) error {
	if t == u {
		// The codes and tables would change while they are read.
		b, err := appendShared(u, nil, others)
		if err != nil {
			return err
		}
		d := wire.NewDecoder(b)
		u, others = decodeShared(d, others)
		if err := d.Finish(); err != nil {
			return err
		}
	}
	to, err := t.merge(u)
	if err != nil {
		return err
	}
	for i, a := range sharers {
		a.tables.merge(t, others[i].tables, to)
	}
	return nil
}

// Result implements [Accumulator].
func (a *accumulator) Result() (*Result, error) {
	r, err := a.begin(a.name)
	if err != nil {
		return nil, err
	}
	credit, err := a.tables.credit(a.tally, r)
	if err != nil {
		return nil, err
	}
	a.finish(r, credit)
	return r, nil
}

const accumulatorVersion = 1

// MarshalBinary implements [Accumulator].
func (a *accumulator) MarshalBinary() ([]byte, error) {
	return appendShared(a.tally, wire.AppendHeader(nil, a.header(), accumulatorVersion), []*accumulator{a})
}

// appendShared writes the tally and the tables of the accumulators that share it.
func appendShared(t *tally, dst []byte, sharers []*accumulator) ([]byte, error) {
	dst, err := t.append(dst)
	for _, a := range sharers {
		if err != nil {
			return nil, err
		}
		dst, err = a.tables.append(t, dst)
	}
	return dst, err
}

// UnmarshalBinary implements [Accumulator].
func (a *accumulator) UnmarshalBinary(b []byte) error {
	d := wire.NewDecoder(b)
	d.Header(a.header(), accumulatorVersion)
	_, read := decodeShared(d, []*accumulator{a})
	if err := d.Finish(); err != nil {
		return fmt.Errorf("attribution: bytes of %s: %w", a.header(), err)
	}
	*a = *read[0]
	return nil
}

// decodeShared reads what appendShared wrote into copies of the accumulators.
func decodeShared(d *wire.Decoder, sharers []*accumulator) (*tally, []*accumulator) {
	t := new(tally)
	t.decode(d)
	read := make([]*accumulator, len(sharers))
	for i, a := range sharers {
		read[i] = &accumulator{identity: a.identity, tally: t, tables: a.tables.fresh()}
		if d.Err() == nil {
			read[i].tables.decode(t, d)
		}
	}
	return t, read
}
