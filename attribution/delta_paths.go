package attribution

import (
	"fmt"
	"math"

	"github.com/cjm-go/cjm/internal/exact"
	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
)

// pathMoments are the tables of a model that credits each path by itself, with
// what its intervals need: sums over the journeys without a customer, and the log
// of the others.
type pathMoments struct {
	closedSpec
	tables  // of the model
	touched touched

	alone []moments // by code: of paths without a customer
	empty moments   // likewise, of the line of empty paths
	known creditLog

	path pathParts
}

// moments are sums over journeys of what they credit to one line: x conversions of
// the value y.
type moments struct {
	x, xx, y, yy exact.Sum
}

// largestValue is the largest value of a path whose square, and the sum of 2^63 of
// them, is a float64.
const largestValue = 0x1p480

// checkSquare returns an error for a path whose value cannot be squared.
func checkSquare(p *journey.Counted) error {
	if p.Value > largestValue {
		return fmt.Errorf("%w: the square of a path's value", ErrOverflow)
	}
	return nil
}

// add counts a path of n conversions that credits x of them, and y of their value.
func (m *moments) add(x, y float64, n int64) {
	m.x.Add(x)
	m.xx.Add(x * (x / float64(n)))
	if y > 0 {
		m.y.Add(y)
		m.yy.Add(y * (y / float64(n)))
	}
}

func (m *moments) merge(other *moments) {
	m.x.Merge(&other.x)
	m.xx.Merge(&other.xx)
	m.y.Merge(&other.y)
	m.yy.Merge(&other.yy)
}

func (m *moments) sums() [4]*exact.Sum { return [...]*exact.Sum{&m.x, &m.xx, &m.y, &m.yy} }

func (m *moments) append(dst []byte) ([]byte, error) {
	var err error
	for _, s := range m.sums() {
		if dst, err = s.AppendBinary(dst); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

func (m *moments) decode(d *wire.Decoder) {
	for _, s := range m.sums() {
		decodePositive(d, s)
	}
}

// decodePositive reads a sum of numbers that are not negative.
func decodePositive(d *wire.Decoder, s *exact.Sum) {
	d.Sum(s)
	if f := s.Float64(); f < 0 || math.IsInf(f, 0) {
		d.Fail()
	}
}

func (s *pathMoments) fresh() tables {
	return &pathMoments{closedSpec: s.closedSpec, tables: s.tables.fresh()}
}

func (s *pathMoments) ready(p *journey.Counted) error {
	if err := checkSquare(p); err != nil {
		return err
	}
	return s.tables.ready(p)
}

func (s *pathMoments) count(t *tally, p *journey.Counted, codes []journey.Code) {
	s.tables.count(t, p, codes)
	s.touched.count(t, p, codes)
	s.grow(t)
	customer := s.customer(p)
	if customer != 0 {
		s.known.addUnit(customer, p)
	}
	if p.Conversions == 0 {
		return
	}
	if len(codes) == 0 {
		s.creditLine(customer, emptyLine, float64(p.Conversions), p.Value, p.Conversions)
		return
	}
	for c, part := range s.path.of(t, s.tables, p, codes) {
		s.creditLine(customer, c, part.x, part.y, p.Conversions)
	}
}

// creditLine counts what a path of n conversions credits to a channel.
func (s *pathMoments) creditLine(customer uint64, c journey.Code, x, y float64, n int64) {
	switch {
	case customer != 0:
		s.known.addCredit(customer, c, x, y)
	case c == emptyLine:
		s.empty.add(x, y, n)
	default:
		s.alone[c].add(x, y, n)
	}
}

func (s *pathMoments) grow(t *tally) {
	if n := t.size() - len(s.alone); n > 0 {
		s.alone = append(s.alone, make([]moments, n)...)
	}
}

func (s *pathMoments) merge(t *tally, other tables, to []journey.Code) {
	o := other.(*pathMoments)
	s.tables.merge(t, o.tables, to)
	s.touched.merge(t, &o.touched, to)
	s.grow(t)
	for c := range o.alone {
		s.alone[to[c]].merge(&o.alone[c])
	}
	s.empty.merge(&o.empty)
	s.known.merge(&o.known, to)
}

func (s *pathMoments) append(t *tally, dst []byte) ([]byte, error) {
	dst, err := s.tables.append(t, dst)
	if err != nil {
		return nil, err
	}
	if dst, err = s.touched.append(t, dst); err != nil {
		return nil, err
	}
	s.grow(t)
	for _, c := range t.dict().Sorted() {
		if dst, err = s.alone[c].append(dst); err != nil {
			return nil, err
		}
	}
	if dst, err = s.empty.append(dst); err != nil {
		return nil, err
	}
	return s.known.append(dst, t.dict().Ranks()), nil
}

func (s *pathMoments) decode(t *tally, d *wire.Decoder) {
	s.tables.decode(t, d)
	s.touched.decode(t, d)
	s.grow(t)
	for c := range s.alone {
		s.alone[c].decode(d)
	}
	s.empty.decode(d)
	s.known.decode(d, t)
	if s.method == ByDelta && len(s.known.units) > 0 {
		d.Fail()
	}
}

// uncertainty adds up the squares of what each unit moves a line by.
func (s *pathMoments) uncertainty(t *tally, r *Result) (*Uncertainty, error) {
	s.grow(t)
	lines := t.size() + 1
	known := s.known.sums(t)
	journeys, conversions := float64(t.all.journeys()), float64(t.all.conversions)
	aloneJourneys := float64(t.all.journeys() - known.journeys)
	aloneConversions := float64(t.all.conversions - known.conversions)
	v := newVariances(lines, false)
	for c := range lines {
		m := &s.empty
		if c < len(s.alone) {
			m = &s.alone[c]
		}
		k := &known.lines[c]
		x, xx, y, yy := m.x.Float64(), m.xx.Float64(), m.y.Float64(), m.yy.Float64()
		rate := (x + k.x) / journeys
		v.conversions[c] = xx - 2*rate*x + rate*rate*aloneJourneys +
			k.xx - 2*rate*k.xm + rate*rate*known.mm
		share := (x + k.x) / conversions
		v.share[c] = (xx - 2*share*x + share*share*aloneConversions +
			k.xx - 2*share*k.xk + share*share*known.kk) / (conversions * conversions)
		rate = (y + k.y) / journeys
		v.value[c] = yy - 2*rate*y + rate*rate*aloneJourneys +
			k.yy - 2*rate*k.ym + rate*rate*known.mm
	}
	units := t.all.journeys() - known.journeys + known.customers
	return normalUncertainty(t, r, &s.touched, v, s.method, s.level, units, known.customers)
}
