package markov

import (
	"encoding/binary"
	"math"

	"github.com/cjm-go/cjm/journey"
)

// OrderCounts holds what the choice of an order needs: how often each distinct
// path converted, was lost and is open, in each fold. It is an accumulator: Add
// paths, Merge the counts of other shards, then Choose. The zero value is empty
// and ready, with the zero [OrderOptions].
//
// Memory is proportional to the distinct paths, or, where customers are known and
// folds are [ByCustomer], to the distinct pairs of path and fold: about 100 bytes
// and one or two a touch each. Order of rows, sharding and merging change nothing.
// OrderCounts is not safe for concurrent use.
type OrderCounts struct {
	options  OrderOptions
	recoder  journey.Recoder
	index    map[string]int // of a path's key in paths
	paths    []orderPath
	journeys int64
	excluded int64
	// total is the number of steps, as in [Counts.Steps]; it bounds every count.
	total int64
	key   []byte // scratch
}

// orderPath counts the journeys over one sequence of channels in one fold.
type orderPath struct {
	// key is the fold plus one, or 0 where it does not depend on the customer,
	// and the codes of the channels, as varints.
	key                       string
	conversions, nulls, opens int64
}

// NewOrderCounts returns empty counts with the given options. The error is that of
// [OrderOptions.Validate].
func NewOrderCounts(o OrderOptions) (*OrderCounts, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	return &OrderCounts{options: o}, nil
}

// Options returns the options that the counts were made with.
func (c *OrderCounts) Options() OrderOptions { return c.options }

// Journeys returns the number of journeys counted, open ones among them.
func (c *OrderCounts) Journeys() int64 { return c.journeys }

// Excluded returns the number of journeys left out because of [ExcludeNulls].
func (c *OrderCounts) Excluded() int64 { return c.excluded }

// Add counts the journeys of the path. With [ExcludeNulls], only its conversions
// are counted. Values do not matter for the order.
//
// The error is that of [journey.Counted.Validate], [journey.ErrOverflow] or
// [journey.ErrUnknownCode]. On an error nothing has changed.
func (c *OrderCounts) Add(p *journey.Counted) error {
	a, err := admit(p, c.options.Nulls, c.total, c.excluded)
	if err != nil {
		return err
	}
	if a.journeys > 0 {
		codes, err := c.recoder.Codes(p)
		if err != nil {
			return err
		}
		q := c.path(c.mark(p, a.journeys, codes), codes)
		q.conversions += p.Conversions
		q.nulls += a.nulls
		q.opens += a.opens
	}
	c.excluded += a.excluded
	c.total += a.steps
	c.journeys += a.journeys
	return nil
}

// mark returns the fold of the path plus one, or 0 where its journeys are divided
// one by one or by what they went over.
func (c *OrderCounts) mark(p *journey.Counted, journeys int64, codes []journey.Code) uint64 {
	if c.options.FoldBy != ByCustomer || p.Customer == 0 && journeys == 1 {
		return 0
	}
	unit := p.Customer
	if unit == 0 {
		unit = pathHash(c.recoder.Dictionary(), codes)
		for _, x := range [...]uint64{uint64(p.Conversions), uint64(p.Nulls), uint64(p.Opens), math.Float64bits(p.Value)} {
			unit = mix(unit ^ x)
		}
	}
	return 1 + uint64(foldOf(unit, c.options.withDefaults()))
}

// path returns the entry of the codes, made if need be. It is valid until the
// next call.
func (c *OrderCounts) path(mark uint64, codes []journey.Code) *orderPath {
	c.key = binary.AppendUvarint(c.key[:0], mark)
	for _, code := range codes {
		c.key = binary.AppendUvarint(c.key, uint64(code))
	}
	i, ok := c.index[string(c.key)]
	if !ok {
		if c.index == nil {
			c.index = make(map[string]int)
		}
		i = len(c.paths)
		key := string(c.key)
		c.index[key] = i
		c.paths = append(c.paths, orderPath{key: key})
	}
	return &c.paths[i]
}

// split returns the mark, and the codes of the channels as they are in the key.
func (p *orderPath) split() (mark uint64, codes string) {
	var b [binary.MaxVarintLen64]byte
	mark, n := binary.Uvarint(b[:copy(b[:], p.key)])
	return mark, p.key[n:]
}

// decode returns the mark and, appended to dst, the codes of the channels.
func (p *orderPath) decode(dst []journey.Code) (mark uint64, codes []journey.Code) {
	mark, key := p.split()
	for b := []byte(key); len(b) > 0; {
		code, n := binary.Uvarint(b)
		dst, b = append(dst, journey.Code(code)), b[n:]
	}
	return mark, dst
}

// Merge adds what other counted; other stays as it is. Channels are matched by
// name. The error is [ErrMismatch] where the options differ in more than MaxOrder
// and Criterion, or [journey.ErrOverflow]; nothing has changed then.
func (c *OrderCounts) Merge(other *OrderCounts) error {
	if c.options.counted() != other.options.counted() {
		return ErrMismatch
	}
	if other.total > math.MaxInt64-c.total || other.excluded > math.MaxInt64-c.excluded {
		return journey.ErrOverflow
	}
	c.total += other.total
	c.excluded += other.excluded
	c.journeys += other.journeys
	to := c.recoder.Dictionary().Translate(other.recoder.Dictionary())
	var codes []journey.Code
	for i := range other.paths {
		var mark uint64
		p := &other.paths[i]
		mark, codes = p.decode(codes[:0])
		for j, code := range codes {
			codes[j] = to[code]
		}
		q := c.path(mark, codes)
		q.conversions += p.conversions
		q.nulls += p.nulls
		q.opens += p.opens
	}
	return nil
}
