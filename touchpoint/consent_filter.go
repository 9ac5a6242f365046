package touchpoint

import (
	"errors"
	"fmt"
	"iter"
	"slices"
)

// AbsentConsent says what a [ConsentFilter] does with a touchpoint without consent.
type AbsentConsent uint8

const (
	// DenyAbsent drops it: nobody has allowed anything. It is the zero value.
	DenyAbsent AbsentConsent = iota
	// AllowAbsent keeps it, as Segment does where an event has no consent object. An
	// empty consent is still refused.
	AllowAbsent
)

// String returns "deny" or "allow", and "AbsentConsent(7)" for a value that is none
// of the constants.
func (a AbsentConsent) String() string {
	switch a {
	case DenyAbsent:
		return "deny"
	case AllowAbsent:
		return "allow"
	}
	return fmt.Sprintf("AbsentConsent(%d)", uint8(a))
}

// MarshalText returns the text of [AbsentConsent.String]. A value that is none of the
// constants is an error, [ErrRange].
func (a AbsentConsent) MarshalText() ([]byte, error) {
	if a > AllowAbsent {
		return nil, fmt.Errorf("touchpoint: absent consent: %w", ErrRange)
	}
	return []byte(a.String()), nil
}

// UnmarshalText reads "deny" or "allow", in any case. Any other text is an error,
// [ErrFormat].
func (a *AbsentConsent) UnmarshalText(text []byte) error {
	for v := range AllowAbsent + 1 {
		if equalFold(text, v.String()) {
			*a = v
			return nil
		}
	}
	return fmt.Errorf("touchpoint: absent consent: %w: want deny or allow", ErrFormat)
}

// ConsentFilter drops touchpoints that may not be used for the purposes of an
// analysis. A touchpoint with a consent passes if every purpose is granted: one that
// the consent does not name is not, so an empty consent never passes.
type ConsentFilter struct {
	// Purposes are what the data is to be used for. There must be one at least: a
	// filter without any would let everything pass.
	Purposes []string
	// Absent says what becomes of touchpoints without consent.
	Absent AbsentConsent
}

// ErrConsentFilter means that a [ConsentFilter] is not set up right.
var ErrConsentFilter = errors.New("touchpoint: consent filter")

// Validate reports all that is wrong with the configuration, [ErrConsentFilter].
func (f ConsentFilter) Validate() error {
	var errs []error
	if len(f.Purposes) == 0 {
		errs = append(errs, fmt.Errorf("%w: no purpose", ErrConsentFilter))
	}
	for i, purpose := range f.Purposes {
		if err := validPurpose(purpose); err != nil {
			errs = append(errs, fmt.Errorf("%w: purpose %d: %w", ErrConsentFilter, i+1, err))
		}
		if slices.Contains(f.Purposes[:i], purpose) {
			errs = append(errs, fmt.Errorf("%w: purpose %d occurs twice", ErrConsentFilter, i+1))
		}
	}
	if f.Absent > AllowAbsent {
		errs = append(errs, fmt.Errorf("%w: %v is none of the constants", ErrConsentFilter, f.Absent))
	}
	return errors.Join(errs...)
}

// Allows reports whether a touchpoint with the consent passes. A filter without
// purposes allows nothing.
func (f ConsentFilter) Allows(c Consent) bool {
	if !c.Given() {
		return f.Absent == AllowAbsent && len(f.Purposes) > 0
	}
	for _, purpose := range f.Purposes {
		if !c.Granted(purpose) {
			return false
		}
	}
	return len(f.Purposes) > 0
}

// Filter yields the touchpoints that pass, in order, and adds to the report what
// became of each; the report may be nil, and one is for one filter. Errors of the
// input pass through and are not counted. A filter that is not set up right yields one error and no touchpoint.
func (f ConsentFilter) Filter(in iter.Seq2[Touchpoint, error], report *ConsentReport) iter.Seq2[Touchpoint, error] {
	return func(yield func(Touchpoint, error) bool) {
		if report == nil {
			report = new(ConsentReport)
		}
		if err := f.Validate(); err != nil {
			yield(Touchpoint{}, err)
			return
		}
		for _, purpose := range f.Purposes {
			report.purpose(purpose)
		}
		for t, err := range in {
			if err == nil && !report.count(f, t.Consent) {
				continue
			}
			if !yield(t, err) {
				return
			}
		}
	}
}

// ConsentReport says how many touchpoints a [ConsentFilter] kept and dropped. Every
// one that was read is in exactly one of Kept, Denied and Absent:
//
//	Read = Kept + Denied + Absent
type ConsentReport struct {
	// Read are the touchpoints that came from the input.
	Read int64 `json:"read"`
	// Kept passed.
	Kept int64 `json:"kept"`
	// Denied were dropped: their consent does not grant every purpose.
	Denied int64 `json:"denied"`
	// Absent were dropped because they have no consent, under [DenyAbsent].
	Absent int64 `json:"absent"`
	// Purposes tell it for each purpose of the filter, in its order.
	Purposes []PurposeReport `json:"purposes"`
}

// PurposeReport says what the touchpoints read by a [ConsentFilter] grant for one
// purpose, whatever they grant for others. The three counts add up to all that were
// read.
type PurposeReport struct {
	Purpose string `json:"purpose"`
	// Granted touchpoints have a consent that grants the purpose.
	Granted int64 `json:"granted"`
	// Denied touchpoints have a consent that does not.
	Denied int64 `json:"denied"`
	// Absent touchpoints have no consent, kept or not.
	Absent int64 `json:"absent"`
}

// count enters a touchpoint with the consent and reports whether it passes.
func (r *ConsentReport) count(f ConsentFilter, c Consent) bool {
	r.Read++
	pass := true
	for _, purpose := range f.Purposes {
		p := r.purpose(purpose)
		switch {
		case !c.Given():
			p.Absent++
		case c.Granted(purpose):
			p.Granted++
		default:
			p.Denied++
			pass = false
		}
	}
	switch {
	case !c.Given() && f.Absent != AllowAbsent:
		r.Absent++
		return false
	case !pass:
		r.Denied++
		return false
	}
	r.Kept++
	return true
}

// purpose returns the line of the purpose, made if need be.
func (r *ConsentReport) purpose(name string) *PurposeReport {
	i := slices.IndexFunc(r.Purposes, func(p PurposeReport) bool { return p.Purpose == name })
	if i < 0 {
		i = len(r.Purposes)
		r.Purposes = append(r.Purposes, PurposeReport{Purpose: name})
	}
	return &r.Purposes[i]
}

// Merge adds what the filter of another shard of the input counted. The shards must
// have had the same purposes; one that has read nothing has none yet. Otherwise the
// error is [ErrConsentFilter], and nothing has changed.
func (r *ConsentReport) Merge(other *ConsentReport) error {
	same := func(a, b PurposeReport) bool { return a.Purpose == b.Purpose }
	if r.Read > 0 && other.Read > 0 && !slices.EqualFunc(r.Purposes, other.Purposes, same) {
		return fmt.Errorf("%w: reports on different purposes", ErrConsentFilter)
	}
	r.Read += other.Read
	r.Kept += other.Kept
	r.Denied += other.Denied
	r.Absent += other.Absent
	for _, p := range other.Purposes {
		q := r.purpose(p.Purpose)
		q.Granted += p.Granted
		q.Denied += p.Denied
		q.Absent += p.Absent
	}
	return nil
}
