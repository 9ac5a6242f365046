package touchpoint

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
)

var (
	errNotText        = fmt.Errorf("%w: want a text that is not empty", ErrFormat)
	errNotSpecVersion = fmt.Errorf("%w: want 1.0", ErrFormat)
	errNotBase64      = fmt.Errorf("%w: not Base64", ErrFormat)
	errTwoData        = fmt.Errorf("%w: both data and data_base64", ErrSyntax)
)

// What an event has beside fields.
const (
	slotCloudID slot = numFields + iota
	slotCloudSource
	slotCloudType
	slotSpecVersion
	slotContentType
	slotSequence
	slotSequenceType
	slotBase64
)

// cloudFields are the attributes that hold fields where Columns names no other.
var cloudFields = map[field][]string{
	fieldCustomer: {"subject"},
	fieldTime:     {"time"},
	fieldReceived: {"recordedtime"},
	fieldKind:     {"type"},
}

const (
	dataKey       = "data"
	dataPrefix    = dataKey + "."
	dataBase64Key = "data_base64"
)

// cloudSlots are the other members that an event is looked through for.
var cloudSlots = map[slot][]string{
	slotCloudID:      {"id"},
	slotCloudSource:  {"source"},
	slotCloudType:    {"type"},
	slotSpecVersion:  {"specversion"},
	slotContentType:  {"datacontenttype"},
	slotSequence:     {"sequence"},
	slotSequenceType: {"sequencetype"},
	slotBase64:       {dataBase64Key},
}

// cloudTops are the members of an event that its errors may name.
var cloudTops = nameSet("id", "source", "type", "specversion", "subject", "time", "dataschema",
	"datacontenttype", "sequence", "sequencetype", "recordedtime", dataKey, dataBase64Key)

// cloudDecoder decodes the values of one input.
type cloudDecoder struct {
	assembler
	flatReader
	config *CloudEvents
	slots  flatSlots
	best   [numSlots]*flatMember
	data   flatReader // of data_base64
}

func newCloudDecoder(config *CloudEvents) *cloudDecoder {
	d := &cloudDecoder{
		assembler: assembler{times: newTimeReader(config.TimeLayouts, config.Location)},
		config:    config,
		slots:     make(flatSlots),
	}
	d.slots.wantNamed(&config.Columns, cloudFields)
	for slot, paths := range cloudSlots {
		d.slots.want(slot, paths...)
	}
	return d
}

// value decodes an event.
func (d *cloudDecoder) value(data []byte, yield eventYield) bool {
	var t Touchpoint
	if bad := d.event(data, &t); bad != nil {
		return yield(Touchpoint{}, bad, 0, "")
	}
	return yield(t, nil, 0, "")
}

func (d *cloudDecoder) event(data []byte, t *Touchpoint) *RowError {
	if err := d.read(data); err != nil {
		return &RowError{Field: knownPart(d.path, cloudTops), Err: err}
	}
	if bad := d.slots.fill(&d.best, d.members); bad != nil {
		return bad
	}
	if bad := d.required(); bad != nil {
		return bad
	}
	if d.best[slotBase64] != nil {
		if bad := d.binary(); bad != nil {
			return bad
		}
		if bad := d.slots.fill(&d.best, d.members); bad != nil {
			return bad
		}
	}
	source, id := d.best[slotCloudSource], d.best[slotCloudID]
	t.ID = d.ids.pairID(source.text, id.text)
	if bad := d.fields(t); bad != nil {
		return bad
	}
	id.used, d.best[slotSpecVersion].used = true, true
	if bad := d.properties(t, d.members, ""); bad != nil {
		return bad
	}
	if t.ID == uuid.Nil { // a Columns names a member that holds the nil UUID
		d.finish(t)
	}
	return nil
}

// required checks the attributes that every event must have.
func (d *cloudDecoder) required() *RowError {
	for _, s := range [...]slot{slotSpecVersion, slotCloudID, slotCloudSource, slotCloudType} {
		switch m, name := d.best[s], cloudSlots[s][0]; {
		case m == nil:
			return &RowError{Field: name, Err: ErrMissing}
		case m.first != '"':
			return &RowError{Field: name, Err: errNotText}
		case s == slotSpecVersion && string(m.text) != "1.0":
			return &RowError{Field: name, Err: errNotSpecVersion}
		}
	}
	return nil
}

// fields sets all fields but the id from source and id.
func (d *cloudDecoder) fields(t *Touchpoint) *RowError {
	columns := &d.config.Columns
	if !d.config.Received.IsZero() {
		t.Received = d.config.Received.UTC()
		d.best[fieldReceived] = nil
	}
	if columns.named(fieldConversion) == "" {
		t.Conversion = slices.Contains(d.config.ConvertOn, string(d.best[slotCloudType].text))
	}
	if columns.named(fieldSeq) == "" {
		if bad := d.sequence(t); bad != nil {
			return bad
		}
	}
	if named := columns.named(fieldConsent); named != "" && named != NoColumn {
		if bad := d.setConsent(t, d.members, named, false); bad != nil {
			return bad
		}
	}
	for f := range numFields {
		if f == fieldConsent {
			continue
		}
		if bad := d.setFrom(t, f, d.best[f], false); bad != nil {
			return bad
		}
	}
	missing := func(f field, name string) *RowError {
		if named := columns.named(f); named != "" && named != NoColumn {
			name = named
		}
		return &RowError{Field: name, Err: ErrMissing}
	}
	switch {
	case t.Customer == "":
		return missing(fieldCustomer, "subject")
	case t.Time.IsZero() && (t.Received.IsZero() || columns.named(fieldTime) != ""):
		return missing(fieldTime, "time")
	case t.Time.IsZero():
		t.Time = t.Received
	}
	if t.Kind == "" && t.Channel == "" {
		return missing(fieldKind, "type")
	}
	return nil
}

// sequence reads the extension of that name.
func (d *cloudDecoder) sequence(t *Touchpoint) *RowError {
	m, kind := d.best[slotSequence], d.best[slotSequenceType]
	if m == nil {
		return nil
	}
	n, err := parseSeq(trimSpace(m.text))
	switch {
	case err == nil:
		t.Seq, m.used = n, true
	case kind != nil && string(kind.text) == "Integer":
		return &RowError{Field: m.path, Err: err}
	}
	return nil
}

// binary replaces data_base64 that holds JSON by the members of that.
func (d *cloudDecoder) binary() *RowError {
	for i := range d.members {
		if path := d.members[i].path; path == dataKey || strings.HasPrefix(path, dataPrefix) {
			return &RowError{Field: dataBase64Key, Err: errTwoData}
		}
	}
	m := d.best[slotBase64]
	data, err := base64.StdEncoding.DecodeString(string(m.text))
	if err != nil || m.first != '"' {
		return &RowError{Field: dataBase64Key, Err: errNotBase64}
	}
	if kind := d.best[slotContentType]; kind != nil && !isJSONType(string(kind.text)) {
		return nil
	}
	m.used = true
	if d.data.reset(data); d.data.skip() != nil || d.data.peek() != 0 || d.data.pos < len(data) {
		return &RowError{Field: dataBase64Key, Err: errNotJSON}
	}
	text := append(append([]byte(`{"data":`), data...), '}')
	if err := d.data.read(text); err != nil {
		return &RowError{Field: dataBase64Key, Err: err}
	}
	d.members = append(d.members, d.data.members...)
	return nil
}

// isJSONType reports whether a media type is that of JSON, as the specification
// of the format says: its subtype is json or ends in +json.
func isJSONType(media string) bool {
	media, _, _ = strings.Cut(media, ";")
	_, subtype, _ := strings.Cut(strings.ToLower(strings.TrimSpace(media)), "/")
	return subtype == "json" || strings.HasSuffix(subtype, "+json")
}

// pairHeader begins what is hashed for the id of a pair. No UTF-8 text begins so,
// and no content id.
const pairHeader = "\xff\x02"

// pairID returns the id of a pair of texts.
func (h *idMaker) pairID(a, b []byte) uuid.UUID {
	buf := append(append(h.buf[:0], namespace[:]...), pairHeader...)
	buf = binary.AppendUvarint(buf, uint64(len(a)))
	buf = append(append(buf, a...), b...)
	h.buf = buf
	return v5(buf)
}
