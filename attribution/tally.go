package attribution

import (
	"math"
	"math/bits"

	"github.com/cjm-go/cjm/internal/exact"
	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// tally is what every accumulator keeps: the dictionary of its tables, and the
// journeys by outcome, those without a touch apart.
type tally struct {
	recoder journey.Recoder
	all     outcomes
	none    outcomes // journeys without a touch
	// units bounds every count in a table: the sum over paths of journeys times
	// steps, which are one more than touches.
	units int64
}

// dict returns the names of the channels counted.
func (t *tally) dict() *journey.Dictionary { return t.recoder.Dictionary() }

// outcomes counts journeys by how they ended.
type outcomes struct {
	conversions, nulls, opens int64
	value                     exact.Sum
}

func (o *outcomes) journeys() int64 { return o.conversions + o.nulls + o.opens }

func (o *outcomes) add(p *journey.Counted) {
	o.conversions += p.Conversions
	o.nulls += p.Nulls
	o.opens += p.Opens
	if p.Value != 0 {
		o.value.Add(p.Value)
	}
}

func (o *outcomes) merge(other *outcomes) {
	o.conversions += other.conversions
	o.nulls += other.nulls
	o.opens += other.opens
	o.value.Merge(&other.value)
}

func (o *outcomes) append(dst []byte) ([]byte, error) {
	dst = wire.AppendCount(dst, o.conversions)
	dst = wire.AppendCount(dst, o.nulls)
	dst = wire.AppendCount(dst, o.opens)
	return o.value.AppendBinary(dst)
}

func (o *outcomes) decode(d *wire.Decoder) {
	o.conversions, o.nulls, o.opens = d.Count(), d.Count(), d.Count()
	d.Sum(&o.value)
	p := journey.Counted{Conversions: o.conversions, Nulls: o.nulls, Opens: o.opens}
	if _, err := p.Journeys(); err != nil || o.conversions == 0 && !o.value.IsZero() {
		d.Fail()
	}
}

// check returns by how much the path raises the units, or why it cannot be
// counted.
func (t *tally) check(p *journey.Counted) (units int64, err error) {
	// Nearly every path passes this short form of the checks below, in which no
	// step can overflow. Every model of a set asks for every path.
	steps := uint64(len(p.Channels) + 1)
	if counts := uint64(p.Conversions | p.Nulls | p.Opens); counts < 1<<31 && steps < 1<<29 && p.Ages == nil &&
		(p.Value == 0 || p.Conversions > 0 && p.Value > 0 && p.Value <= math.MaxFloat64) {
		if units := int64(uint64(p.Conversions+p.Nulls+p.Opens) * steps); units <= math.MaxInt64-t.units {
			return units, nil
		}
	}
	if err := p.Validate(); err != nil {
		return 0, err
	}
	n, err := p.Journeys()
	if err != nil {
		return 0, err
	}
	hi, lo := bits.Mul64(uint64(n), steps)
	if hi > 0 || lo > uint64(math.MaxInt64-t.units) {
		return 0, journey.ErrOverflow
	}
	return int64(lo), nil
}

// count counts a path that has been checked and stands for at least one journey.
// It returns the path's channels in the codes of the tally's dictionary, valid
// until the next call. On an error nothing has changed.
func (t *tally) count(p *journey.Counted, units int64) ([]journey.Code, error) {
	codes, err := t.recoder.Codes(p)
	if err != nil {
		return nil, err
	}
	t.units += units
	t.all.add(p)
	if len(codes) == 0 {
		t.none.add(p)
	}
	return codes, nil
}

// merge adds other and returns, for each code of other, the code in t. On an
// error nothing has changed.
func (t *tally) merge(other *tally) ([]journey.Code, error) {
	if other.units > math.MaxInt64-t.units {
		return nil, journey.ErrOverflow
	}
	t.units += other.units
	t.all.merge(&other.all)
	t.none.merge(&other.none)
	return t.dict().Translate(other.dict()), nil
}

// size returns the number of channels.
func (t *tally) size() int { return t.dict().Len() }

// touchedValue returns the value of the conversions on journeys with a touch.
func (t *tally) touchedValue() float64 {
	v := t.all.value.Rat(nil)
	f, _ := v.Sub(v, t.none.value.Rat(nil)).Float64()
	return f
}

// begin starts a result: it checks that there is something to credit.
func (t *tally) begin(model string) (*Result, error) {
	if t.all.journeys() == 0 {
		return nil, ErrNoJourneys
	}
	if t.all.conversions == 0 {
		return nil, ErrNoConversions
	}
	r := &Result{model: model, totals: Totals{
		Journeys: t.all.journeys(), Conversions: t.all.conversions, Nulls: t.all.nulls, Opens: t.all.opens,
		Value: t.all.value.Float64(), Empty: t.none.journeys(),
	}}
	if math.IsInf(r.totals.Value, 0) {
		return nil, ErrOverflow
	}
	if _, ok := t.dict().Lookup(journey.None); ok {
		return nil, ErrReserved
	}
	return r, nil
}

// finish adds the credit of each channel and the line of empty paths.
func (t *tally) finish(r *Result, credit func(journey.Code) Credit) {
	add := func(channel touchpoint.Channel, c Credit) {
		r.channels = append(r.channels, channel)
		r.credits = append(r.credits, r.share(c))
	}
	empty := t.none.journeys() > 0
	addNone := func() {
		add(journey.None, Credit{Conversions: float64(t.none.conversions), Value: t.none.value.Float64()})
		empty = false
	}
	for _, code := range t.dict().Sorted() {
		name := t.dict().Name(code)
		if empty && name > journey.None {
			addNone()
		}
		add(name, credit(code))
	}
	if empty {
		addNone()
	}
}

// append writes the tally, with the names in their order.
func (t *tally) append(dst []byte) ([]byte, error) {
	dst = wire.AppendNames(dst, t.dict().SortedNames())
	dst = wire.AppendCount(dst, t.units)
	dst, err := t.all.append(dst)
	if err != nil {
		return nil, err
	}
	return t.none.append(dst)
}

func (t *tally) decode(d *wire.Decoder) {
	*t = tally{}
	for _, name := range wire.Names[touchpoint.Channel](d) {
		t.dict().Code(name)
	}
	t.units = d.Count()
	t.all.decode(d)
	t.none.decode(d)
	if t.units < t.all.journeys() || t.all.conversions < t.none.conversions || t.all.nulls < t.none.nulls || t.all.opens < t.none.opens {
		d.Fail()
	}
}
