package attribution

import (
	"math"
	"math/big"
	"slices"

	"github.com/cjm-go/cjm/internal/exact"
	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
)

// equalSplit serves the models that pick some touches of a converting path and
// share its conversions and value equally among them. It counts in integers how
// often a channel was one of n touches picked, so conversions are exact.
type equalSplit struct {
	// pick returns the touches that share the credit of a path that is not
	// empty; at least one, perhaps a part of codes itself.
	pick func(s *equalSplit, t *tally, codes []journey.Code) []journey.Code

	short [64]*split // by the number of touches picked
	long  map[int]*split

	seen   marks
	picked []journey.Code // scratch
}

// split holds, for each channel, what paths with one number of picked touches
// gave it, before division by that number.
type split struct {
	conversions []int64
	value       []exact.Sum
}

// row returns the table for n picked touches, with room for every channel.
func (s *equalSplit) row(n, channels int) *split {
	var row *split
	if n < len(s.short) {
		if row = s.short[n]; row == nil {
			row = new(split)
			s.short[n] = row
		}
	} else if row = s.long[n]; row == nil {
		if s.long == nil {
			s.long = make(map[int]*split)
		}
		row = new(split)
		s.long[n] = row
	}
	if more := channels - len(row.conversions); more > 0 {
		row.conversions = append(row.conversions, make([]int64, more)...)
		row.value = append(row.value, make([]exact.Sum, more)...)
	}
	return row
}

// rows returns the numbers of picked touches that occur, in order.
func (s *equalSplit) rows() []int {
	var all []int
	for n, row := range s.short {
		if row != nil {
			all = append(all, n)
		}
	}
	short := len(all)
	for n := range s.long {
		all = append(all, n)
	}
	slices.Sort(all[short:])
	return all
}

func (s *equalSplit) fresh() tables { return &equalSplit{pick: s.pick} }

func (*equalSplit) ready(*journey.Counted) error { return nil }

func (s *equalSplit) count(t *tally, p *journey.Counted, codes []journey.Code) {
	if p.Conversions == 0 || len(codes) == 0 {
		return
	}
	picked := s.pick(s, t, codes)
	row := s.row(len(picked), t.size())
	for _, c := range picked {
		row.conversions[c] += p.Conversions
	}
	if p.Value != 0 {
		for _, c := range picked {
			row.value[c].Add(p.Value)
		}
	}
}

func (s *equalSplit) merge(t *tally, other tables, to []journey.Code) {
	o := other.(*equalSplit)
	for _, n := range o.rows() {
		from, row := o.row(n, 0), s.row(n, t.size())
		for c := range from.conversions {
			row.conversions[to[c]] += from.conversions[c]
			row.value[to[c]].Merge(&from.value[c])
		}
	}
}

func (s *equalSplit) credit(t *tally, _ *Result) (func(journey.Code) Credit, error) {
	rows := s.rows()
	return func(c journey.Code) Credit {
		var conversions, value exact.Sum
		for _, n := range rows {
			row := s.row(n, t.size())
			fraction(&conversions, row.conversions[c], int64(n))
			value.Add(over(&row.value[c], n))
		}
		return Credit{Conversions: conversions.Float64(), Value: value.Float64()}
	}, nil
}

// over returns sum/n. The sum itself may exceed float64 where a channel was
// touched more than once.
func over(sum *exact.Sum, n int) float64 {
	if x := sum.Float64(); !math.IsInf(x, 0) {
		return x / float64(n)
	}
	q := sum.Rat(nil)
	x, _ := q.Quo(q, new(big.Rat).SetInt64(int64(n))).Float64()
	return x
}

// fraction adds n/d to sum, to twice the precision of float64.
func fraction(sum *exact.Sum, n, d int64) {
	sum.AddProduct(1, n/d)
	rest := float64(n % d)
	hi := rest / float64(d)
	sum.Add(hi)
	sum.Add(math.FMA(-hi, float64(d), rest) / float64(d))
}

func (s *equalSplit) append(t *tally, dst []byte) ([]byte, error) {
	rows := s.rows()
	dst = wire.AppendUint(dst, uint64(len(rows)))
	for _, n := range rows {
		dst = wire.AppendUint(dst, uint64(n))
		row := s.row(n, t.size())
		for _, c := range t.dict().Sorted() {
			dst = wire.AppendCount(dst, row.conversions[c])
			var err error
			if dst, err = row.value[c].AppendBinary(dst); err != nil {
				return nil, err
			}
		}
	}
	return dst, nil
}

func (s *equalSplit) decode(t *tally, d *wire.Decoder) {
	last := 0
	for range d.Len() {
		n := d.Count()
		if n <= int64(last) || n > math.MaxInt32 || d.Err() != nil {
			d.Fail()
			return
		}
		last = int(n)
		row := s.row(last, t.size())
		some := false
		for c := range row.conversions {
			row.conversions[c] = d.Count()
			d.Sum(&row.value[c])
			if row.conversions[c] > t.units || row.conversions[c] == 0 && !row.value[c].IsZero() {
				d.Fail()
			}
			if v := over(&row.value[c], last); v < 0 || math.IsInf(v, 0) {
				d.Fail()
			}
			some = some || row.conversions[c] > 0
		}
		if !some {
			d.Fail()
		}
	}
}

// distinct returns the different channels of codes in the order of their first touch.
func (s *equalSplit) distinct(t *tally, codes []journey.Code) []journey.Code {
	s.seen.begin(t.size())
	s.picked = s.picked[:0]
	for _, c := range codes {
		if s.seen.first(c) {
			s.picked = append(s.picked, c)
		}
	}
	return s.picked
}

// marks tells the first touch of a channel on a path from later ones.
type marks struct {
	path int64
	last []int64 // by code: the last path that touched the channel
}

// begin starts a path.
func (m *marks) begin(channels int) {
	if more := channels - len(m.last); more > 0 {
		m.last = append(m.last, make([]int64, more)...)
	}
	m.path++
}

// first reports whether the path touches the channel for the first time.
func (m *marks) first(c journey.Code) bool {
	if m.last[c] == m.path {
		return false
	}
	m.last[c] = m.path
	return true
}
