package touchpoint

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

var (
	errNotCall    = fmt.Errorf("%w: want track, page, screen, identify, group or alias", ErrFormat)
	errManyShared = fmt.Errorf("%w: more than %d members beside the batch", ErrRange, maxShared)
)

// maxShared is how many members may stand beside a batch. Each call gets them
// all, so without a limit a small body could ask for gigabytes.
const maxShared = 128

const segmentTrack = "track"

var segmentTypes = map[string]bool{
	segmentTrack: true, "page": true, "screen": true, "identify": true, "group": true, "alias": true,
}

// What a call has beside fields.
const (
	slotType slot = numFields + iota
	slotEvent
	slotOriginal
	slotTimestamp
	slotSent
	slotUser
	slotGroup
	slotPrevious
	slotURL
)

// segmentFields are the members that hold fields where Columns names no other.
var segmentFields = map[field][]string{
	fieldID:       {"messageId"},
	fieldCustomer: {"userId", "anonymousId"},
	fieldReceived: {"receivedAt"},
	fieldSource:   {"context.campaign.source"},
	fieldMedium:   {"context.campaign.medium"},
	fieldCampaign: {"context.campaign.name"},
	fieldContent:  {"context.campaign.content"},
	fieldTerm:     {"context.campaign.term"},
	fieldCode:     {"properties.coupon"},
	fieldValue:    {"properties.revenue", "properties.total", "properties.value"},
	fieldCurrency: {"properties.currency"},
}

// segmentSlots are the other members that a call is looked through for.
var segmentSlots = map[slot][]string{
	slotType:      {"type"},
	slotEvent:     {"event"},
	slotOriginal:  {originalKey},
	slotTimestamp: {"timestamp"},
	slotSent:      {"sentAt"},
	slotUser:      {"userId"},
	slotGroup:     {"groupId"},
	slotPrevious:  {"previousId"},
	slotURL:       {"context.page.url", "properties.url", "context.page.search"},
}

// segmentTops are the members of a call that its errors may name.
var segmentTops = nameSet("type", "event", "userId", "anonymousId", "groupId", "previousId", "messageId",
	"timestamp", "originalTimestamp", "sentAt", "receivedAt",
	"properties", "traits", "context", "integrations", "name", "category", "channel", "version", "writeKey", batchKey)

func nameSet(names ...string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, name := range names {
		set[name] = true
	}
	return set
}

const (
	propertiesPrefix = propertiesKey + "."
	batchPrefix      = batchKey + "."
	writeKey         = "writeKey"
	originalKey      = "originalTimestamp"
)

// segmentDecoder decodes the values of one input.
type segmentDecoder struct {
	assembler
	config    *Segment
	clock     clock
	slots     flatSlots
	outer     flatReader // calls on their own, and bodies
	inner     flatReader // calls of a batch
	best      [numSlots]*flatMember
	convertOn []string

	shared []flatMember   // of a batch, those that its calls have too
	place  map[string]int // of their paths in shared
	seen   []bool         // whether the call in hand has the path itself
	beside []flatMember   // the other members beside a batch
}

func newSegmentDecoder(config *Segment) *segmentDecoder {
	d := &segmentDecoder{
		assembler: assembler{times: newTimeReader(config.TimeLayouts, config.Location)},
		config:    config,
		clock:     clock{config.Clock, config.MaxTransit, config.MaxWait},
		slots:     make(flatSlots),
		convertOn: config.ConvertOn,
		place:     make(map[string]int),
	}
	if d.clock.maxTransit == 0 {
		d.clock.maxTransit = DefaultMaxTransit
	}
	if d.clock.maxWait == 0 {
		d.clock.maxWait = DefaultMaxWait
	}
	if d.convertOn == nil {
		d.convertOn = []string{"Order Completed"}
	}
	d.outer.batches = true
	d.slots.wantNamed(&config.Columns, segmentFields)
	for slot, paths := range segmentSlots {
		d.slots.want(slot, paths...)
	}
	return d
}

// value decodes a call or a batch.
func (d *segmentDecoder) value(data []byte, yield eventYield) bool {
	d.shared, d.beside = d.shared[:0], d.beside[:0]
	if err := d.outer.read(data); err != nil {
		return yield(Touchpoint{}, &RowError{Field: knownPart(d.outer.path, segmentTops), Err: err}, 0, "")
	}
	if d.outer.batch == 0 {
		var t Touchpoint
		if bad := d.call(d.outer.members, &t); bad != nil {
			return yield(Touchpoint{}, bad, 0, "")
		}
		return yield(t, nil, 0, "")
	}
	if bad := d.share(d.outer.members); bad != nil {
		return yield(Touchpoint{}, bad, 0, "")
	}
	more, i := true, 0
	end, err := elements(data, d.outer.batch, func(start, end int) bool {
		var t Touchpoint
		bad := d.batched(data[start:end], &t)
		if bad != nil {
			more = yield(Touchpoint{}, bad, start, batchKey+"["+strconv.Itoa(i)+"]")
		} else {
			more = yield(t, nil, start, "")
		}
		i++
		return more
	})
	if more && err != nil {
		return yield(Touchpoint{}, &RowError{Err: err}, end, batchKey+"["+strconv.Itoa(i)+"]")
	}
	return more
}

// share sorts the members beside a batch.
func (d *segmentDecoder) share(members []flatMember) *RowError {
	if len(members) > maxShared {
		return &RowError{Err: errManyShared}
	}
	clear(d.place)
	for _, m := range members {
		top, _, _ := strings.Cut(m.path, ".")
		switch top {
		case "context", "integrations", "sentAt", "receivedAt":
			if _, ok := d.place[m.path]; ok {
				return &RowError{Field: top, Err: errTwice}
			}
			d.place[m.path] = len(d.shared)
			d.shared = append(d.shared, m)
		case writeKey:
		default:
			m.path = batchPrefix + m.path
			d.beside = append(d.beside, m)
		}
	}
	d.seen = slices.Grow(d.seen[:0], len(d.shared))[:len(d.shared)]
	return nil
}

// batched decodes a call of a batch.
func (d *segmentDecoder) batched(data []byte, t *Touchpoint) *RowError {
	r := &d.inner
	if err := r.read(data); err != nil {
		return &RowError{Field: knownPart(r.path, segmentTops), Err: err}
	}
	clear(d.seen)
	consent := false // a call's own is not mixed with that of the batch
	for i := range r.members {
		path := r.members[i].path
		if j, ok := d.place[path]; ok {
			d.seen[j] = true
		}
		consent = consent || inConsent(path)
	}
	for j, m := range d.shared {
		if !d.seen[j] && !(consent && inConsent(m.path)) {
			r.members = append(r.members, m)
		}
	}
	return d.call(r.members, t)
}

// call makes a touchpoint of the members of a call.
func (d *segmentDecoder) call(members []flatMember, t *Touchpoint) *RowError {
	if bad := d.slots.fill(&d.best, members); bad != nil {
		return bad
	}
	if bad := d.what(t); bad != nil {
		return bad
	}
	if d.best[fieldCustomer] == nil {
		name := d.config.Columns.named(fieldCustomer)
		if name == "" {
			name = "userId"
		}
		return &RowError{Field: name, Err: ErrMissing}
	}
	if bad := d.fields(t); bad != nil {
		return bad
	}
	consent, keep := consentPreference, true
	if named := d.config.Columns.named(fieldConsent); named != "" {
		consent, keep = named, false
	}
	if consent != NoColumn {
		if bad := d.setConsent(t, members, consent, keep); bad != nil {
			return bad
		}
	}
	original, bad := d.when(t)
	if bad != nil {
		return bad
	}
	return d.rest(members, t, original)
}

// what finds out the kind of a call, and whether it is a conversion.
func (d *segmentDecoder) what(t *Touchpoint) *RowError {
	event := d.best[slotEvent]
	callType := d.config.Type
	if m := d.best[slotType]; m != nil {
		callType = string(trimSpace(m.text))
	} else if callType == "" && event != nil {
		callType = segmentTrack
	}
	switch {
	case callType == "":
		return &RowError{Field: "type", Err: ErrMissing}
	case !segmentTypes[callType]:
		return &RowError{Field: "type", Err: errNotCall}
	case callType == segmentTrack && event == nil:
		return &RowError{Field: "event", Err: ErrMissing}
	case callType == "group" && d.best[slotGroup] == nil:
		return &RowError{Field: "groupId", Err: ErrMissing}
	case callType == "alias" && d.best[slotPrevious] == nil:
		return &RowError{Field: "previousId", Err: ErrMissing}
	case callType == "alias" && d.best[slotUser] == nil:
		return &RowError{Field: "userId", Err: ErrMissing}
	}
	t.Kind = Kind(callType)
	if callType == segmentTrack {
		if bad := d.setFrom(t, fieldKind, event, false); bad != nil {
			return bad
		}
		t.Conversion = slices.Contains(d.convertOn, string(t.Kind))
	}
	return nil
}

// fields sets all fields but the times.
func (d *segmentDecoder) fields(t *Touchpoint) *RowError {
	named := func(f field) bool { return d.config.Columns.named(f) != "" }
	if named(fieldKind) {
		t.Kind = ""
	}
	if named(fieldConversion) {
		t.Conversion = false
	}
	for f := range numFields {
		keep := false
		switch f {
		case fieldTime, fieldReceived, fieldValue, fieldCurrency, fieldConsent:
			continue
		case fieldCustomer, fieldCode:
			keep = !named(f)
		}
		if bad := d.setFrom(t, f, d.best[f], keep); bad != nil {
			return bad
		}
	}
	if t.Kind == "" && t.Channel == "" {
		return &RowError{Field: "event", Err: ErrMissing}
	}
	if t.Conversion {
		if bad := d.setFrom(t, fieldValue, d.best[fieldValue], !named(fieldValue)); bad != nil {
			return bad
		}
	}
	if t.Conversion || t.Cost != 0 {
		if bad := d.setFrom(t, fieldCurrency, d.best[fieldCurrency], !named(fieldCurrency)); bad != nil {
			return bad
		}
	}
	// Tags of two origins are not mixed, and those named are all there are.
	tags := t.Campaign
	tags.Code = ""
	byName := named(fieldSource) || named(fieldMedium) || named(fieldCampaign) || named(fieldContent) || named(fieldTerm)
	if m := d.best[slotURL]; m != nil && m.scalar() && tags == (Campaign{}) && !byName {
		d.setTags(&t.Campaign, m.text)
	}
	return nil
}

// when finds out when a call was made. It returns the time by the clock of the
// device, zero if that is not known.
func (d *segmentDecoder) when(t *Touchpoint) (original time.Time, bad *RowError) {
	read := func(m *flatMember) (at time.Time) {
		if m == nil || bad != nil {
			return time.Time{}
		}
		err := errWantScalar
		if m.scalar() {
			at, err = d.times.parse(trimSpace(m.text))
		}
		if err != nil {
			bad = &RowError{Field: m.path, Err: err}
		}
		return at
	}
	received, stamp, device := d.best[fieldReceived], d.best[slotTimestamp], d.best[slotOriginal]
	if t.Received = d.config.Received.UTC(); t.Received.IsZero() {
		if t.Received = read(received); received != nil {
			received.used = true
		}
	} else {
		received = nil // what the sender says of it does not count
	}
	sent, at := read(d.best[slotSent]), read(stamp)
	switch {
	case device != nil:
		original = read(device)
	case received == nil:
		device, original = stamp, at
	}
	if name := d.config.Columns.named(fieldTime); name != "" {
		m := d.best[fieldTime]
		if m == nil {
			return original, &RowError{Field: name, Err: ErrMissing}
		}
		t.Time = read(m)
		m.used = true
		return original, bad
	}
	switch {
	case bad != nil:
		return original, bad
	case !original.IsZero() && !sent.IsZero() && !t.Received.IsZero():
		if t.Time = d.clock.correct(original, sent, t.Received); !validTime(t.Time) {
			return original, &RowError{Field: device.path, Err: errYear}
		}
	case !at.IsZero():
		t.Time = at
	case !original.IsZero():
		t.Time = original
	case !t.Received.IsZero():
		t.Time = t.Received
	default:
		return original, &RowError{Field: "timestamp", Err: ErrMissing}
	}
	if stamp != nil {
		if t.Time.Equal(at) {
			stamp.used = true
		} else if device == stamp {
			stamp.path = originalKey
		}
	}
	return original, nil
}

// rest makes properties of what is left, and the id.
func (d *segmentDecoder) rest(members []flatMember, t *Touchpoint, original time.Time) *RowError {
	var late []string // properties that differ when the call is sent again
	for i := range members {
		m := &members[i]
		switch m.path {
		case writeKey:
			m.used = true
		case propertiesKey, "traits", "context", "integrations":
			m.used = m.used || m.first == '{'
		case "sentAt", "receivedAt", "timestamp", originalKey:
			if !m.used {
				late = append(late, m.path)
			}
		}
	}
	if bad := d.properties(t, members, propertiesPrefix); bad != nil {
		return bad
	}
	if t.ID == uuid.Nil {
		d.contentID(t, original, late)
	}
	for i := range d.beside {
		if bad := d.property(t, d.beside[i].path, &d.beside[i]); bad != nil {
			return bad
		}
	}
	return nil
}

// contentID gives t the id of the call as it left the device.
func (d *segmentDecoder) contentID(t *Touchpoint, original time.Time, late []string) {
	u := *t
	if !original.IsZero() {
		u.Time = original
	}
	texts := make([]string, len(late))
	for i, key := range late {
		texts[i] = t.Properties[key]
		delete(t.Properties, key)
	}
	t.ID = d.ids.contentID(&u)
	for i, key := range late {
		t.Properties[key] = texts[i]
	}
}
