package journey

import (
	"errors"
	"iter"
	"slices"

	"github.com/google/uuid"

	"github.com/cjm-go/cjm/touchpoint"
)

// SegmentIdentifiers returns the identifiers in the properties of a touchpoint,
// under the names of Segment's specification, as its decoder leaves them: userId,
// anonymousId, context.device.id, traits.email and traits.phone, and these two
// also within context. Empty ones are left out.
func SegmentIdentifiers(t *touchpoint.Touchpoint) []Identifier {
	if len(t.Properties) == 0 {
		return nil
	}
	var ids []Identifier
	for _, p := range [...]struct {
		kind IdentifierKind
		name string
	}{
		{UserID, "userId"},
		{Email, "traits.email"},
		{Email, "context.traits.email"},
		{Phone, "traits.phone"},
		{Phone, "context.traits.phone"},
		{AnonymousID, "anonymousId"},
		{Device, "context.device.id"},
	} {
		if value := t.Properties[p.name]; value != "" {
			ids = append(ids, Identifier{p.kind, value})
		}
	}
	return ids
}

// LearnFrom links the identifiers of a touchpoint as of its time: the one of
// highest priority that is not blocked with each of the others. A customer that
// would have too many identifiers is thereby spared those of lowest priority.
// The result has the changes by links that were not known. identifiers finds the
// identifiers; nil means [SegmentIdentifiers]. The error joins those of
// [Identity.Link] and [Identity.Normalise]; the other identifiers are linked.
func (d *Identity) LearnFrom(t *touchpoint.Touchpoint, identifiers func(*touchpoint.Touchpoint) []Identifier) ([]IdentityChange, error) {
	ids, err := d.identifiers(t, identifiers)
	if len(ids) < 2 {
		return nil, err
	}
	var changes []IdentityChange
	for _, id := range ids[1:] {
		c, linkErr := d.Link(Link{A: ids[0], B: id, From: t.Time, Received: t.Received, Source: "touchpoint"})
		if linkErr != nil {
			err = errors.Join(err, linkErr)
		} else if !c.Known {
			changes = append(changes, c)
		}
	}
	return changes, err
}

// identifiers returns those of a touchpoint, normalised, each once, the best one
// to go by first: of the highest priority, but blocked ones last.
func (d *Identity) identifiers(t *touchpoint.Touchpoint, find func(*touchpoint.Touchpoint) []Identifier) ([]Identifier, error) {
	if find == nil {
		find = SegmentIdentifiers
	}
	var (
		ids  []Identifier
		errs []error
	)
	for _, id := range find(t) {
		id, err := d.Normalise(id)
		if err != nil {
			errs = append(errs, err)
		} else if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(i, j Identifier) int {
		if p, q := d.blocked(i), d.blocked(j); p != q {
			if q {
				return -1
			}
			return 1
		}
		return d.compare(i, j)
	})
	return ids, errors.Join(errs...)
}

// Stitch yields the touchpoints of in under the customers to whom they belong by
// the links that are known when each passes: to whom the identifier of highest
// priority resolves at the time of the touchpoint. A touchpoint without an
// identifier, or with blocked ones only, keeps its customer. To count all links
// for all touchpoints, run over them twice: first [Identity.LearnFrom], then
// Stitch.
//
// A touchpoint without an ID gets its [touchpoint.Touchpoint.ContentID] under
// the customer that it came with, so that two of different identifiers which
// look the same otherwise remain two.
//
// identifiers finds the identifiers; nil means [SegmentIdentifiers]. A touchpoint
// with an identifier that cannot be one, [ErrIdentifierTooLong] or
// [ErrBadIdentifier], is replaced by a [*touchpoint.RowError], after which the
// stream goes on. Errors of in are passed on.
func (d *Identity) Stitch(in iter.Seq2[touchpoint.Touchpoint, error], identifiers func(*touchpoint.Touchpoint) []Identifier) iter.Seq2[touchpoint.Touchpoint, error] {
	return func(yield func(touchpoint.Touchpoint, error) bool) {
		for t, err := range in {
			if err == nil {
				if err = d.stitch(&t, identifiers); err != nil {
					t = touchpoint.Touchpoint{}
				}
			}
			if !yield(t, err) {
				return
			}
		}
	}
}

func (d *Identity) stitch(t *touchpoint.Touchpoint, identifiers func(*touchpoint.Touchpoint) []Identifier) error {
	ids, err := d.identifiers(t, identifiers)
	if err != nil {
		return &touchpoint.RowError{Field: "identifiers", Err: err}
	}
	if len(ids) == 0 {
		return nil
	}
	r, err := d.Resolve(ids[0], t.Time)
	if err != nil {
		return &touchpoint.RowError{Field: "identifiers", Err: err}
	}
	if r.Basis == ByNobody {
		return nil
	}
	if t.ID == uuid.Nil {
		t.ID = t.ContentID()
	}
	t.Customer = r.Customer
	return nil
}
