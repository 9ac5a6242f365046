package dropoff

import (
	"fmt"
	"time"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
)

// Spells are times that began with something, such as the first touch, and ended:
// [journey.Converted] or [journey.Lost], or not yet, [journey.Open]. Of an open
// spell is known that it lasts at least so long; it is censored. What comes of
// spells in time is estimated by [Spells.KaplanMeier] and [Spells.AalenJohansen],
// and compared by [LogRank].
//
// It is an accumulator: Add spells, Merge the Spells of other shards. The zero
// value is empty and ready. It keeps every distinct duration; see
// [journey.Durations] for the memory. Reading it concurrently is safe.
type Spells struct {
	ends [numOutcomes]journey.Durations // by outcome
}

// Add adds a spell that lasted d and ended so. A spell that ended at once lasted
// 0. The error is [ErrNegativeDuration] or [ErrSpellEnd].
func (s *Spells) Add(d time.Duration, end journey.Outcome) error {
	if int(end) >= len(s.ends) {
		return ErrSpellEnd
	}
	if d < 0 {
		return ErrNegativeDuration
	}
	s.ends[end].Add(d)
	return nil
}

// AddAll adds spells that all ended alike. The error is [ErrNegativeDuration] if
// any is negative, [ErrSpellEnd] or [journey.ErrOverflow]; nothing has changed
// then.
func (s *Spells) AddAll(all *journey.Durations, end journey.Outcome) error {
	if int(end) >= len(s.ends) {
		return ErrSpellEnd
	}
	if shortest, ok := all.Quantile(0); ok && shortest < 0 {
		return ErrNegativeDuration
	}
	if s.Len() > maxAttempts-min(all.Len(), maxAttempts) {
		return journey.ErrOverflow
	}
	return s.ends[end].Merge(all)
}

// AddPath adds the journey as a spell that began with the first touch.
//
//   - If it converted, the spell ended then.
//   - If it is lost, the spell ended lostAfter after the last touch: the time at
//     which the journey began to count as lost. Let lostAfter be that of the
//     [journey.Builder]; 0 ends it with the last touch.
//   - If it is open, the spell is censored at asOf, the time from which the analysis
//     looks, because until then it neither converted nor was lost. If asOf is the
//     zero time, it is censored at the last touch.
//
// Both arguments matter wherever journeys are open. Without lostAfter, losses date from
// when nobody could know them, and are missing among the journeys that are too young;
// without asOf, the silence that an open journey has behind it is left out. Either
// makes conversion look more frequent than it is, the first by far.
//
// A path that holds a customer's whole history ([journey.OnePerCustomer]) lasts
// until its last conversion.
//
// The error is [ErrUntimedPath], [ErrNegativeDuration] if the end is before the
// first touch or lostAfter is negative, [ErrAsOf] if the path ended after asOf, or
// [ErrSpellEnd] if it has no valid outcome; nothing has changed then.
func (s *Spells) AddPath(p *journey.Path, asOf time.Time, lostAfter time.Duration) error {
	if lostAfter < 0 {
		return ErrNegativeDuration
	}
	if len(p.Touchpoints) == 0 || p.Touchpoints[0].Time.IsZero() || p.End.IsZero() {
		return ErrUntimedPath
	}
	end := p.End
	if p.Outcome == journey.Lost {
		end = end.Add(lostAfter)
	}
	if !asOf.IsZero() {
		if end.After(asOf) {
			return ErrAsOf
		}
		if p.Outcome == journey.Open {
			end = asOf
		}
	}
	return s.Add(end.Sub(p.Touchpoints[0].Time), p.Outcome)
}

// Len returns the number of spells.
func (s *Spells) Len() int64 {
	n := int64(0)
	for i := range s.ends {
		n += s.ends[i].Len()
	}
	return n
}

// Count returns the number of spells that ended so; 0 if there is no such end.
func (s *Spells) Count(end journey.Outcome) int64 {
	if int(end) >= len(s.ends) {
		return 0
	}
	return s.ends[end].Len()
}

// Merge adds the spells of other; other stays as it is. The error is
// [journey.ErrOverflow]; nothing has changed then.
func (s *Spells) Merge(other *Spells) error {
	if s.Len() > maxAttempts-min(other.Len(), maxAttempts) {
		return journey.ErrOverflow
	}
	for i := range s.ends {
		if err := s.ends[i].Merge(&other.ends[i]); err != nil {
			return err // not reached: no part is larger than the whole
		}
	}
	return nil
}

const (
	spellsName    = "cjm/journey/dropoff.Spells"
	spellsVersion = 1
)

// MarshalBinary returns the spells as bytes. Equal spells give equal bytes,
// whatever the order in which they came together.
func (s *Spells) MarshalBinary() ([]byte, error) {
	return s.appendTo(wire.AppendHeader(nil, spellsName, spellsVersion))
}

// appendTo appends the durations of the open, the converted and the lost.
func (s *Spells) appendTo(b []byte) ([]byte, error) {
	var err error
	for i := range s.ends {
		if b, err = appendDurations(b, &s.ends[i]); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// UnmarshalBinary replaces the spells by what [Spells.MarshalBinary] wrote. It
// accepts nothing else: on an error nothing has changed.
func (s *Spells) UnmarshalBinary(data []byte) error {
	d := wire.NewDecoder(data)
	d.Header(spellsName, spellsVersion)
	read := readSpells(d)
	if err := d.Finish(); err != nil {
		return fmt.Errorf("dropoff: spells: %w", err)
	}
	*s = *read
	return nil
}

// readSpells reads what appendTo wrote.
func readSpells(d *wire.Decoder) *Spells {
	s := new(Spells)
	left := int64(maxAttempts)
	for i := range s.ends {
		decodeDurations(d, &s.ends[i])
		if s.ends[i].Len() > left {
			d.Fail()
			break
		}
		left -= s.ends[i].Len()
	}
	return s
}

// moment is a time at which spells ended or were censored.
type moment struct {
	t    time.Duration
	ends [numOutcomes]int64 // by outcome
}

// moments returns the times at which anything ended, ascending.
func (s *Spells) moments() []moment {
	var all []moment
	for end := range s.ends {
		merged := make([]moment, 0, len(all))
		i := 0
		for t, n := range s.ends[end].All() {
			for i < len(all) && all[i].t < t {
				merged = append(merged, all[i])
				i++
			}
			m := moment{t: t}
			if i < len(all) && all[i].t == t {
				m = all[i]
				i++
			}
			m.ends[end] = n
			merged = append(merged, m)
		}
		all = append(merged, all[i:]...)
	}
	return all
}
