package attribution

import (
	"fmt"
	"math"
	"time"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
)

// bootstrap is the [Accumulator] of a [Bootstrap].
type bootstrap struct {
	config      bootstrapConfig
	model       Model
	parallelism int
	aged        bool // the model may look at the ages of touches

	base    Accumulator // all paths once
	tally   *tally
	touched touched

	streams   []replicate   // paths of known customers, weighed
	customers customerSet   // who they are
	journeys  int64         // of them
	alone     distinctPaths // without a customer; weighed in the end

	weighed journey.Counted // scratch
}

// bootstrapConfig is what accumulators must have in common to be merged.
type bootstrapConfig struct {
	name       string
	level      float64
	replicates int
	seed       uint64
}

func (c bootstrapConfig) header() string {
	return fmt.Sprintf("cjm/attribution.Bootstrap(%s at %v, %d replicates, seed %d)", c.name, c.level, c.replicates, c.seed)
}

// replicate counts paths for one replicate.
type replicate struct {
	counts   Accumulator
	journeys int64
}

// mostWeight bounds how many times as large as the counts of paths those of a
// replicate can be.
const mostWeight = 64

// overflows reports whether the counts of a replicate might exceed 2^63-1. There are
// no replicates then.
func (b *bootstrap) overflows() bool { return b.tally.units > math.MaxInt64/mostWeight }

// drop empties the replicates.
func (b *bootstrap) drop() {
	for i := range b.streams {
		b.streams[i] = replicate{counts: b.model.NewAccumulator()}
	}
}

// Add implements [Accumulator]. After an error of a model of a user's own the
// accumulator is of no more use: some replicates may have counted the path.
func (b *bootstrap) Add(p *journey.Counted) error {
	units, err := b.tally.check(p)
	if err != nil || units == 0 {
		return err
	}
	if err := checkSquare(p); err != nil {
		return err
	}
	if err := b.base.Add(p); err != nil {
		return err
	}
	codes, err := b.tally.count(p, units)
	if err != nil {
		return err
	}
	b.touched.count(b.tally, p, codes)
	if p.Customer == 0 {
		var ages []time.Duration
		if b.aged && len(codes) > 0 {
			ages = p.Ages
		}
		b.alone.add(p, codes, ages)
		if b.overflows() {
			b.drop()
		}
		return nil
	}
	journeys := p.Conversions + p.Nulls + p.Opens
	b.customers.add(p.Customer)
	b.journeys += journeys
	if b.overflows() {
		b.drop()
		return nil
	}
	draws := customerStream(b.config.seed, p.Customer)
	q := &b.weighed
	*q = *p
	for i := range b.streams {
		w := poissonOne(draws.uniform(i))
		if w == 0 {
			continue
		}
		q.Conversions, q.Nulls, q.Opens, q.Value = w*p.Conversions, w*p.Nulls, w*p.Opens, float64(w)*p.Value
		if err := b.streams[i].counts.Add(q); err != nil {
			return err
		}
		b.streams[i].journeys += w * journeys
	}
	return nil
}

// Merge implements [Accumulator].
func (b *bootstrap) Merge(other Accumulator) error {
	o, ok := other.(*bootstrap)
	if !ok || o.config != b.config {
		return fmt.Errorf("%w: the other accumulator is not of %s", ErrModel, b.config.header())
	}
	if o == b {
		var err error
		if o, err = b.clone(); err != nil {
			return err
		}
	}
	if err := b.base.Merge(o.base); err != nil {
		return err
	}
	to, err := b.tally.merge(o.tally)
	if err != nil {
		return err
	}
	b.touched.merge(b.tally, &o.touched, to)
	b.alone.merge(&o.alone, to)
	b.customers.merge(&o.customers)
	b.journeys += o.journeys
	if b.overflows() {
		b.drop()
		return nil
	}
	for i := range b.streams {
		if err := b.streams[i].counts.Merge(o.streams[i].counts); err != nil {
			return err
		}
		b.streams[i].journeys += o.streams[i].journeys
	}
	return nil
}

// Result implements [Accumulator]: that of the model.
func (b *bootstrap) Result() (*Result, error) { return b.base.Result() }

const bootstrapVersion = 1

// MarshalBinary implements [Accumulator].
func (b *bootstrap) MarshalBinary() ([]byte, error) {
	dst := wire.AppendHeader(nil, b.config.header(), bootstrapVersion)
	dst, err := b.tally.append(dst)
	if err != nil {
		return nil, err
	}
	if dst, err = b.touched.append(b.tally, dst); err != nil {
		return nil, err
	}
	ranks := b.tally.dict().Ranks()
	if dst, err = b.alone.append(dst, b.alone.sorted(ranks), ranks); err != nil {
		return nil, err
	}
	dst = b.customers.append(dst)
	dst = wire.AppendCount(dst, b.journeys)
	inner, err := b.base.MarshalBinary()
	if err != nil {
		return nil, err
	}
	dst = wire.AppendString(dst, string(inner))
	for _, r := range b.streams {
		dst = wire.AppendCount(dst, r.journeys)
		if inner, err = r.counts.MarshalBinary(); err != nil {
			return nil, err
		}
		dst = wire.AppendString(dst, string(inner))
	}
	return dst, nil
}

// UnmarshalBinary implements [Accumulator].
func (b *bootstrap) UnmarshalBinary(data []byte) error {
	n := b.fresh()
	d := wire.NewDecoder(data)
	d.Header(b.config.header(), bootstrapVersion)
	n.tally.decode(d)
	if d.Err() == nil {
		n.touched.decode(n.tally, d)
		n.alone.decode(d, n.tally)
		n.customers.decode(d)
	}
	n.journeys = d.Count()
	if n.journeys != n.tally.all.journeys()-n.alone.journeys() || (n.journeys == 0) != (len(n.customers.all) == 0) {
		d.Fail()
	}
	inner := func(a Accumulator) {
		if b := d.String(); d.Err() == nil && a.UnmarshalBinary([]byte(b)) != nil {
			d.Fail()
		}
	}
	inner(n.base)
	for i := range n.streams {
		n.streams[i].journeys = d.Count()
		inner(n.streams[i].counts)
	}
	if err := d.Finish(); err != nil {
		return fmt.Errorf("attribution: bytes of %s: %w", b.config.header(), err)
	}
	*b = *n
	return nil
}

// fresh returns an empty accumulator of the same configuration.
func (b *bootstrap) fresh() *bootstrap {
	return Bootstrap{
		Model: b.model, Level: b.config.level, Replicates: b.config.replicates, Seed: b.config.seed,
		Parallelism: b.parallelism,
	}.NewAccumulator().(*bootstrap)
}

// clone returns a copy that shares nothing.
func (b *bootstrap) clone() (*bootstrap, error) {
	data, err := b.MarshalBinary()
	if err != nil {
		return nil, err
	}
	n := b.fresh()
	return n, n.UnmarshalBinary(data)
}

// PathCredit implements [PathCrediter] if the accumulator of the model does.
func (b *bootstrap) PathCredit() (func(p *journey.Counted, conversions, value []float64) error, error) {
	p, ok := b.base.(PathCrediter)
	if !ok {
		return nil, ErrNoPathCredit
	}
	return p.PathCredit()
}
