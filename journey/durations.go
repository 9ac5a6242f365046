package journey

import (
	"encoding/binary"
	"fmt"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/cjm-go/cjm/internal/wire"
)

// Durations is a multiset of durations: exact quantiles of any number of them,
// whatever the order in which they came. The zero value is empty and ready.
//
// It takes 8 bytes for each distinct duration while none is there twice, 16
// afterwards, a quarter of that for those just added, and as much again for a moment
// while those are sorted in. Adding n of them takes O(n log n) time. Reading never changes it, so it is safe concurrently;
// after Add, reading has to sort what was added last, which [Durations.Clone]
// does once and for all.
type Durations struct {
	total int64
	// values are distinct and ascending; counts says how often each is there,
	// and is nil while each is there once. Neither array is ever written to
	// again.
	values []time.Duration
	counts []int64
	// fresh are further durations, in no order.
	fresh []time.Duration
}

const (
	// minFresh is the least number of durations that are sorted in together.
	minFresh = 256
	// maxDurations bounds how many durations Merge and UnmarshalBinary let
	// come together. Nobody can add as many again one by one, so the total
	// never wraps.
	maxDurations = 1 << 62
)

// Add adds a duration once.
func (d *Durations) Add(x time.Duration) {
	d.total++
	if d.fresh = append(d.fresh, x); len(d.fresh) >= max(minFresh, len(d.values)/4) {
		d.settle()
	}
}

// AddN adds a duration n times; nothing unless n is positive. The error is
// [ErrOverflow] where there would be more than 2^62 durations; nothing has changed
// then.
func (d *Durations) AddN(x time.Duration, n int64) error {
	switch {
	case n <= 0:
	case d.total > maxDurations || n > maxDurations-d.total:
		return ErrOverflow
	case n == 1:
		d.Add(x)
	default:
		d.insert([]time.Duration{x}, []int64{n})
		d.total += n
	}
	return nil
}

// settle sorts the fresh durations in.
func (d *Durations) settle() {
	slices.Sort(d.fresh)
	d.insert(d.fresh, nil)
	d.fresh = d.fresh[:0]
}

// insert adds values, which are ascending but may repeat, each as often as counts
// says, or once if that is nil. It does not change the total, nor the arrays that d
// has had: clones share them.
func (d *Durations) insert(values []time.Duration, counts []int64) {
	n, more, repeated := len(d.values), 0, d.counts != nil || counts != nil
	for i, j := 0, 0; j < len(values); j++ {
		if j > 0 && values[j] == values[j-1] {
			repeated = true
			continue
		}
		for i < n && d.values[i] < values[j] {
			i++
		}
		if i < n && d.values[i] == values[j] {
			repeated = true
		} else {
			more++
		}
	}
	merged := Durations{values: make([]time.Duration, 0, n+more)}
	if repeated {
		merged.counts = make([]int64, 0, n+more)
	}
	i := 0
	for j := 0; j < len(values); {
		v, times := values[j], int64(0)
		for ; j < len(values) && values[j] == v; j++ {
			if counts == nil {
				times++
			} else {
				times += counts[j]
			}
		}
		from := i
		for i < n && d.values[i] < v {
			i++
		}
		merged.take(d, from, i)
		if i < n && d.values[i] == v {
			times += d.count(i)
			i++
		}
		merged.values = append(merged.values, v)
		if repeated {
			merged.counts = append(merged.counts, times)
		}
	}
	merged.take(d, i, n)
	d.values, d.counts = merged.values, merged.counts
}

// take appends what other holds at from and up to to.
func (d *Durations) take(other *Durations, from, to int) {
	d.values = append(d.values, other.values[from:to]...)
	switch {
	case d.counts == nil:
	case other.counts != nil:
		d.counts = append(d.counts, other.counts[from:to]...)
	default:
		for range to - from {
			d.counts = append(d.counts, 1)
		}
	}
}

// Compact sorts in what was added last. Clones made next share memory with d.
func (d *Durations) Compact() {
	if len(d.fresh) > 0 {
		d.settle()
	}
	d.fresh = nil
}

// Merge adds what other holds; other stays as it is. The error is [ErrOverflow]
// where there would be more than 2^62 durations; nothing has changed then.
func (d *Durations) Merge(other *Durations) error {
	if d.total > maxDurations || other.total > maxDurations-d.total {
		return ErrOverflow
	}
	if other == d {
		other = d.Clone()
	}
	if other.total <= minFresh {
		// Many small ones must not each move all that d holds.
		for x, n := range other.All() {
			for range n {
				d.Add(x)
			}
		}
		return nil
	}
	o := other.settled()
	d.insert(o.values, o.counts)
	d.total += o.total
	return nil
}

// Clone returns a copy that is as quick to read as can be. The two share memory as
// long as neither is added to, unless there are durations that d has yet to sort in:
// see [Durations.Compact].
func (d *Durations) Clone() *Durations {
	c := &Durations{total: d.total, values: d.values, counts: d.counts}
	if len(d.fresh) > 0 {
		c.fresh = slices.Clone(d.fresh)
		c.Compact()
	}
	return c
}

// settled returns d, or a copy of d that has no fresh durations.
func (d *Durations) settled() *Durations {
	if len(d.fresh) == 0 {
		return d
	}
	return d.Clone()
}

// Len returns how many durations there are, each counted as often as added.
func (d *Durations) Len() int64 { return d.total }

// count returns how often the i-th distinct duration is there.
func (d *Durations) count(i int) int64 {
	if d.counts == nil {
		return 1
	}
	return d.counts[i]
}

// Quantile returns the smallest duration that at least the part p of them does
// not exceed: the shortest for 0, the longest for 1. It reports false if there are
// none, or p is not in [0, 1].
//
// The part that is not exceeded, k of n, is compared with p after it was rounded to a
// float64, so that Quantile(0.07) of a hundred durations is the seventh.
func (d *Durations) Quantile(p float64) (time.Duration, bool) {
	if d.total == 0 || !(p >= 0 && p <= 1) {
		return 0, false
	}
	s := d.settled()
	i, k := 0, s.rank(p)
	if s.counts == nil {
		i = int(k - 1)
	} else {
		for k > s.counts[i] {
			k -= s.counts[i]
			i++
		}
	}
	return s.values[i], true
}

// rank returns the smallest k from 1 for which k/total is at least p.
func (d *Durations) rank(p float64) int64 {
	n := float64(d.total)
	k := int64(min(max(math.Ceil(p*n), 1), n))
	k = min(k, d.total)
	for k > 1 && float64(k-1)/n >= p {
		k--
	}
	for k < d.total && float64(k)/n < p {
		k++
	}
	return k
}

// All returns the distinct durations in ascending order and how often each was
// added.
func (d *Durations) All() iter.Seq2[time.Duration, int64] {
	return func(yield func(time.Duration, int64) bool) {
		s := d.settled()
		for i, v := range s.values {
			if !yield(v, s.count(i)) {
				return
			}
		}
	}
}

const (
	durationsName    = "cjm/journey.Durations"
	durationsVersion = 1
)

// MarshalBinary returns the durations as bytes. Equal multisets give equal bytes,
// whatever the order in which they came together. The error is [ErrOverflow] where there
// are more than 2^62, in theory.
//
// After the header comes the number of distinct durations, then for each the
// distance from the one before, the first in zigzag form, and how often it is
// there.
func (d *Durations) MarshalBinary() ([]byte, error) {
	if d.total > maxDurations {
		return nil, ErrOverflow
	}
	s := d.settled()
	b := wire.AppendHeader(nil, durationsName, durationsVersion)
	b = slices.Grow(b, 3*len(s.values)+binary.MaxVarintLen64)
	b = wire.AppendUint(b, uint64(len(s.values)))
	for i, v := range s.values {
		if i == 0 {
			b = binary.AppendVarint(b, int64(v))
		} else {
			b = wire.AppendUint(b, uint64(v)-uint64(s.values[i-1]))
		}
		b = wire.AppendCount(b, s.count(i))
	}
	return b, nil
}

// UnmarshalBinary replaces d by what [Durations.MarshalBinary] wrote. It accepts
// nothing else: on an error nothing has changed.
func (d *Durations) UnmarshalBinary(data []byte) error {
	r := wire.NewDecoder(data)
	r.Header(durationsName, durationsVersion)
	n := r.Len()
	u := Durations{values: make([]time.Duration, n)}
	for i := range u.values {
		x := r.Uint()
		if i == 0 {
			u.values[0] = time.Duration(x>>1) ^ -time.Duration(x&1)
		} else {
			last := u.values[i-1]
			if x == 0 || x > uint64(math.MaxInt64)-uint64(last) {
				r.Fail()
			}
			u.values[i] = last + time.Duration(x)
		}
		times := r.Count()
		if times == 0 || times > maxDurations-u.total {
			r.Fail()
		}
		if r.Err() != nil {
			break
		}
		u.total += times
		if times > 1 && u.counts == nil {
			u.counts = make([]int64, n)
			for k := range i {
				u.counts[k] = 1
			}
		}
		if u.counts != nil {
			u.counts[i] = times
		}
	}
	if err := r.Finish(); err != nil {
		return fmt.Errorf("journey: durations: %w", err)
	}
	*d = u
	return nil
}
