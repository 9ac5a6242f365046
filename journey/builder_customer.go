package journey

import (
	"bytes"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/cjm-go/cjm/internal/exact"
	"github.com/cjm-go/cjm/touchpoint"
)

// customer makes and yields the paths of one customer, whose touchpoints are
// refs in any order.
func (r *builderRun) customer(refs []*touchpoint.Touchpoint) error {
	r.report.Customers++
	slices.SortFunc(refs, compareDeliveries)
	if !r.KeepDuplicates {
		refs = r.distinct(refs)
	}
	var end pathEnd
	touches := r.touches[:0]
	defer func() { r.touches = touches }()
	for _, t := range refs {
		if err := r.tick(); err != nil {
			return err
		}
		converts, touch := r.role(t)
		switch {
		case !touch:
			r.report.ConversionEvents++
		case r.Unknown == DropUnknown && !r.knows(t.Channel):
			r.report.UnknownDropped++
		default:
			touches = append(touches, t)
		}
		if !converts {
			if t.Value > 0 {
				r.report.UnusedValues++
			}
			continue
		}
		if t.Value > 0 && t.Currency != "" {
			if r.currency != "" && r.currency != t.Currency {
				return ErrMixedCurrency
			}
			r.currency = t.Currency
		}
		end.add(t)
		if r.Split == SplitAtConversion {
			if err := r.emit(refs[0].Customer, touches, &end); err != nil {
				return err
			}
			touches, end = touches[:0], pathEnd{values: end.values[:0]}
		}
	}
	if len(touches) == 0 && end.conversions == 0 {
		return nil
	}
	return r.emit(refs[0].Customer, touches, &end)
}

// compareDeliveries orders touchpoints by [touchpoint.Touchpoint.Compare], then
// several deliveries of the same one: the earliest received first, those of
// which that is not known last, then by content. Only what is the same in every
// field compares equal.
func compareDeliveries(a, b *touchpoint.Touchpoint) int {
	if c := a.Compare(b); c != 0 {
		return c
	}
	if !a.Received.Equal(b.Received) {
		if a.Received.IsZero() {
			return 1
		}
		if b.Received.IsZero() {
			return -1
		}
		return a.Received.Compare(b.Received)
	}
	ida, idb := a.ContentID(), b.ContentID()
	if c := bytes.Compare(ida[:], idb[:]); c != 0 {
		return c
	}
	// The content id passes over properties with an empty text.
	return slices.Compare(slices.Sorted(maps.Keys(a.Properties)), slices.Sorted(maps.Keys(b.Properties)))
}

// distinct keeps the first of the touchpoints that share an id, in place.
func (r *builderRun) distinct(refs []*touchpoint.Touchpoint) []*touchpoint.Touchpoint {
	const few = 32 // up to here comparing all beats a map
	var byID map[uuid.UUID]*touchpoint.Touchpoint
	if len(refs) > few {
		byID = make(map[uuid.UUID]*touchpoint.Touchpoint, len(refs))
	}
	kept := refs[:0]
	for _, t := range refs {
		var first *touchpoint.Touchpoint
		if byID != nil {
			first = byID[t.ID]
		} else if i := slices.IndexFunc(kept, func(k *touchpoint.Touchpoint) bool { return k.ID == t.ID }); i >= 0 {
			first = kept[i]
		}
		switch {
		case first == nil:
			kept = append(kept, t)
			if byID != nil {
				byID[t.ID] = t
			}
		case first.ContentID() == t.ContentID():
			r.report.Duplicates++
		default:
			r.report.ConflictingIDs++
		}
	}
	return kept
}

// pathEnd gathers the conversions of a path.
type pathEnd struct {
	conversions int64
	at          time.Time // of the last
	values      []float64 // those above 0
	currency    string
	valued      bool // currency is that of a value
}

func (e *pathEnd) add(t *touchpoint.Touchpoint) {
	e.conversions++
	e.at = t.Time
	if t.Value > 0 {
		e.values = append(e.values, t.Value)
	}
	if valued := t.Value > 0; t.Currency != "" && (e.currency == "" || valued && !e.valued) {
		e.currency, e.valued = t.Currency, valued
	}
}

// value returns the sum of the values, rounded once, whatever their order.
func (e *pathEnd) value() (float64, error) {
	switch len(e.values) {
	case 0:
		return 0, nil
	case 1:
		return e.values[0], nil
	}
	var sum exact.Sum
	for _, v := range e.values {
		sum.Add(v)
	}
	if v := sum.Float64(); !math.IsInf(v, 0) {
		return v, nil
	}
	return 0, ErrNotFinite
}

// emit yields the path that has the touches, before any window, and the end.
func (r *builderRun) emit(customer string, touches []*touchpoint.Touchpoint, end *pathEnd) error {
	p := Path{Customer: customer}
	if end.conversions > 0 {
		value, err := end.value()
		if err != nil {
			return err
		}
		p.Outcome, p.End = Converted, end.at
		p.Conversions, p.Value, p.Currency = end.conversions, value, end.currency
	} else {
		p.End = touches[len(touches)-1].Time
		p.Outcome = Lost
		if r.LostAfter > 0 && p.End.Add(r.LostAfter).After(r.AsOf) {
			p.Outcome = Open
		}
	}
	p.Touchpoints = r.copyTouches(r.window(touches, p.End))
	r.report.count(&p)
	if !r.yield(p, nil) {
		return errBuilderStop
	}
	return nil
}

// window applies the lookback by time, then that by steps.
func (r *builderRun) window(touches []*touchpoint.Touchpoint, end time.Time) []*touchpoint.Touchpoint {
	if r.Lookback > 0 {
		from := end.Add(-r.Lookback)
		old := 0
		for old < len(touches) && touches[old].Time.Before(from) {
			old++
		}
		r.report.BeforeLookback += int64(old)
		touches = touches[old:]
	}
	if old := len(touches) - r.LookbackSteps; r.LookbackSteps > 0 && old > 0 {
		r.report.BeyondSteps += int64(old)
		touches = touches[old:]
	}
	return touches
}

// copyTouches returns the touches as the path's own, each under the channel
// that the policy for unknown ones gives it.
func (r *builderRun) copyTouches(touches []*touchpoint.Touchpoint) []touchpoint.Touchpoint {
	if len(touches) == 0 {
		return nil
	}
	own := make([]touchpoint.Touchpoint, len(touches))
	for i, t := range touches {
		own[i] = *t
		if t.Channel == "" || r.Unknown == MergeUnknown && !r.knows(t.Channel) {
			own[i].Channel = UnknownChannel
		}
	}
	return own
}
