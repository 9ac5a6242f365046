package dropoff

import (
	"fmt"
	"iter"
	"time"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
)

// Gaps are the silences of customers: the time from each touch to what the customer did
// next, and the time since the last touch, which is censored: the customer may yet
// return. They tell how long a silence means that a customer is lost; see
// [Gaps.LostAfter].
//
// It is an accumulator. Make it with [NewGaps]; Add paths, Merge the Gaps of other
// shards. It keeps every distinct duration; see [journey.Durations] for the memory.
type Gaps struct {
	asOf time.Time
	// spells that converted are silences that a return ended.
	spells Spells
}

// NewGaps returns Gaps that look from the time asOf: what happened later is ignored.
// Without such a time a last silence has no length, so the zero time is an
// [ErrAsOf].
func NewGaps(asOf time.Time) (*Gaps, error) {
	if asOf.IsZero() {
		return nil, ErrAsOf
	}
	return &Gaps{asOf: asOf.Round(0).UTC()}, nil
}

// AsOf returns the time from which the gaps look.
func (g *Gaps) AsOf() time.Time { return g.asOf }

// Add adds the silences of the path.
//
// A silence begins with each touch, and is ended by the next touch or by the
// conversion, both of which are returns. After the last touch it goes on until asOf. No
// silence begins with a conversion: who has bought need not come back. Whether the
// path is called lost or open makes no difference, since that is the
// question.
//
// The error is [ErrUntimedPath] where the time of a touch or of the conversion is not
// known, [ErrNegativeDuration] where touches are not in order of time, or [ErrAsOf]
// if g was not made by [NewGaps]; nothing has changed then.
func (g *Gaps) Add(p *journey.Path) error {
	if g.asOf.IsZero() {
		return ErrAsOf
	}
	converts := p.Outcome == journey.Converted
	if converts && p.End.IsZero() {
		return ErrUntimedPath
	}
	for i := range p.Touchpoints {
		t := p.Touchpoints[i].Time
		if t.IsZero() {
			return ErrUntimedPath
		}
		if i > 0 && t.Before(p.Touchpoints[i-1].Time) {
			return ErrNegativeDuration
		}
	}

	var since time.Time // when the silence began; zero if there is none
	returned := func(t time.Time) {
		if !since.IsZero() {
			g.spells.ends[journey.Converted].Add(t.Sub(since))
		}
		since = time.Time{}
	}
	for i := range p.Touchpoints {
		t := &p.Touchpoints[i]
		if t.Time.After(g.asOf) {
			break
		}
		if converts && t.Time.After(p.End) {
			returned(p.End)
			converts = false
		}
		returned(t.Time)
		if !t.Conversion {
			since = t.Time
		}
	}
	if converts && !p.End.After(g.asOf) {
		returned(p.End)
	}
	if !since.IsZero() {
		g.spells.ends[journey.Open].Add(g.asOf.Sub(since))
	}
	return nil
}

// Returns returns the number of silences that ended.
func (g *Gaps) Returns() int64 { return g.spells.Count(journey.Converted) }

// Silent returns the number of silences that had not ended.
func (g *Gaps) Silent() int64 { return g.spells.Count(journey.Open) }

// Merge adds the gaps of other; other stays as it is. The error is [ErrAsOf] where
// they look from another time, or [journey.ErrOverflow]; nothing has changed then.
func (g *Gaps) Merge(other *Gaps) error {
	if !g.asOf.Equal(other.asOf) {
		return ErrAsOf
	}
	return g.spells.Merge(&other.spells)
}

// FewSilent is how many silences must be under watch for [Gaps.Curve] to go on.
const FewSilent = 10

// Silence is a point of the curve that [Gaps.Curve] yields.
type Silence struct {
	// For is how long nothing has been heard of a customer.
	For time.Duration
	// Watched counts the silences that were watched for longer than that.
	Watched int64
	// Return is the probability that the customer ever returns. It is 0 at the end of
	// the curve because nothing is known of later returns.
	Return Probability
	// Decided says that silences were watched for at least as long again, so that
	// those who return late had their chance to do it.
	Decided bool
}

// Curve yields the probability that a customer of whom nothing has been heard for
// longer than τ ever returns,
//
//	P(return | silent for τ) = 1 - S(h)/S(τ),
//
// for τ = 0 and each length of silence after which someone returned, ascending. S is
// the product-limit estimate of the length of silences (see [Curve]), in which
// the last silence of a customer is censored, not taken for a loss. "Ever" is until h,
// where the curve ends: the longest silence for which at least [FewSilent] were watched.
// Who returns later still is not counted, so close to h the curve is too low;
// [Silence] says of each point whether h is far enough away.
//
// This is not the part of returns that take longer than τ, which says nothing of
// those who never return, and not 1 - S(τ), which depends on how many touches
// customers make in quick succession. Short silences have no influence on it.
//
// The interval, of the level such as 0.95, follows from Greenwood's variance between τ and
// h. It takes silences to be independent; a customer contributes many, so it is
// rather too narrow.
//
// The error is [ErrLevel], or [ErrUndecided] if nobody was seen to return or
// there are fewer than FewSilent silences, or none that lasted.
func (g *Gaps) Curve(level float64) (iter.Seq[Silence], error) {
	if err := checkLevel(level); err != nil {
		return nil, err
	}
	if g.Returns() == 0 || g.spells.Len() < FewSilent {
		return nil, ErrUndecided
	}
	c, err := g.spells.KaplanMeier(level, journey.Converted)
	if err != nil {
		return nil, err
	}
	end := 0
	for end+1 < len(c.rows) && c.rows[end+1].atRisk >= FewSilent {
		end++
	}
	rows, last := c.rows[:end+1], c.rows[end]
	if last.t == 0 {
		return nil, ErrUndecided
	}
	return func(yield func(Silence) bool) {
		start := curveRow{atRisk: c.spells, survival: twofold{hi: 1}}
		if rows[0].t > 0 && !yield(silence(start, last, c.z)) {
			return
		}
		for _, r := range rows {
			// Where nobody was silent for longer, there is nobody to return.
			if (r.events > 0 || r.t == 0) && r.survival.hi > 0 && !yield(silence(r, last, c.z)) {
				return
			}
		}
	}, nil
}

// silence returns the point of the curve at r, the end of which is last.
func silence(r, last curveRow, z float64) Silence {
	s := Silence{
		For:     r.t,
		Watched: r.atRisk - r.events - r.censored,
		Decided: r.t <= last.t/2,
	}
	now, then := r.survival.float(), last.survival.float()
	stay, variance := then/now, 0.0
	if then > 0 {
		variance = stay * stay * max(last.variance/then/then-r.variance/now/now, 0)
	}
	e := estimated(stay, variance, z)
	s.Return = Probability{
		Value:    r.survival.minus(last.survival).over(now).float(),
		Variance: variance,
		Lo:       1 - e.Hi, Hi: 1 - e.Lo,
		Known: e.Known,
	}
	return s
}

// LostAfter returns the shortest silence after which a customer returns with
// probability p at most, such as 0.05: the first point of [Gaps.Curve] that is not above
// p. It is what [journey.Builder] wants as LostAfter: silent for as long, without a
// touch at the end of it.
//
// The curve ends where the data do, and comes down to 0 there for want of data. A silence
// is therefore an answer only if others were watched for twice as long
// or longer. If not, the error is [ErrUndecided]: print the curve and judge, or come back
// with journeys watched for longer. It is also the error where the curve is
// undefined. A p that is not between 0 and 1 is [ErrProbability].
func (g *Gaps) LostAfter(p float64) (time.Duration, error) {
	if !(p > 0 && p < 1) {
		return 0, fmt.Errorf("%w: %v", ErrProbability, p)
	}
	curve, err := g.Curve(DefaultLevel) // no interval is looked at
	if err != nil {
		return 0, err
	}
	for s := range curve {
		if !s.Decided {
			break
		}
		if s.Return.Value <= p {
			return s.For, nil
		}
	}
	return 0, ErrUndecided
}

const (
	gapsName    = "cjm/journey/dropoff.Gaps"
	gapsVersion = 1
)

// MarshalBinary returns the gaps as bytes. Equal gaps give equal bytes, whatever the
// order in which they came together. The error is [ErrAsOf] if g was not made by
// [NewGaps].
func (g *Gaps) MarshalBinary() ([]byte, error) {
	if g.asOf.IsZero() {
		return nil, ErrAsOf
	}
	b := wire.AppendHeader(nil, gapsName, gapsVersion)
	return g.spells.appendTo(appendTime(b, g.asOf))
}

// UnmarshalBinary replaces the gaps, and the time from which they look, by what
// [Gaps.MarshalBinary] wrote. It accepts nothing else: on an error nothing has
// changed.
func (g *Gaps) UnmarshalBinary(data []byte) error {
	d := wire.NewDecoder(data)
	d.Header(gapsName, gapsVersion)
	second := int64(d.Uint())
	asOf := time.Unix(second, int64(d.Index(1e9))).UTC()
	spells := readSpells(d)
	if asOf.IsZero() || spells.Count(journey.Lost) > 0 {
		d.Fail()
	}
	if err := d.Finish(); err != nil {
		return fmt.Errorf("dropoff: gaps: %w", err)
	}
	*g = Gaps{asOf: asOf, spells: *spells}
	return nil
}
