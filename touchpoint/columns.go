package touchpoint

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Columns says which column of a CSV file, or which field of a JSON object,
// holds what. An empty name finds the column by the usual names listed below,
// in any case, the first that there is; [NoColumn] leaves the field out. Any
// other name is the column's name exactly, but for space around it; it must
// exist in a CSV header. A column named for one field is not found by a usual
// name for another, but may be named for several.
//
// In JSON a name with dots reaches into nested objects: "context.ts".
//
// A customer, a time, and a channel or a kind are needed. A column that no
// field takes becomes a property of the touchpoint.
type Columns struct {
	ID         string // id, event_id, touchpoint_id, message_id
	Customer   string // customer, customer_id, user_id, client_id, userid, user
	Time       string // time, timestamp, event_time, occurred_at, datetime, date
	Received   string // received, received_at
	Seq        string // seq, sequence
	Channel    string // channel, channel_name
	Setting    string // setting
	Kind       string // kind, event, event_name, event_type
	Stage      string // stage
	Source     string // utm_source, source
	Medium     string // utm_medium, medium
	Campaign   string // utm_campaign, campaign
	Content    string // utm_content
	Term       string // utm_term
	Code       string // code, coupon
	Conversion string // conversion, converted, is_conversion
	Value      string // value, revenue, conversion_value, amount
	Currency   string // currency
	Cost       string // cost
	Emotion    string // emotion
	Consent    string // consent
}

// NoColumn as the name of a column leaves the field empty, even if there is a
// column with a usual name.
const NoColumn = "-"

// ErrColumns means that a choice of columns makes no sense.
var ErrColumns = errors.New("touchpoint: columns")

// of returns where the name of the field's column is kept.
func (c *Columns) of(f field) *string {
	return [numFields]*string{
		fieldID: &c.ID, fieldCustomer: &c.Customer, fieldTime: &c.Time, fieldReceived: &c.Received,
		fieldSeq: &c.Seq, fieldChannel: &c.Channel, fieldSetting: &c.Setting, fieldKind: &c.Kind,
		fieldStage: &c.Stage, fieldSource: &c.Source, fieldMedium: &c.Medium, fieldCampaign: &c.Campaign,
		fieldContent: &c.Content, fieldTerm: &c.Term, fieldCode: &c.Code, fieldConversion: &c.Conversion,
		fieldValue: &c.Value, fieldCurrency: &c.Currency, fieldCost: &c.Cost, fieldEmotion: &c.Emotion,
		fieldConsent: &c.Consent,
	}[f]
}

// named returns the column named for the field, "" if it is to be found by the
// usual names.
func (c *Columns) named(f field) string { return strings.TrimSpace(*c.of(f)) }

// Validate reports all problems at once: names that are not valid UTF-8, and
// [NoColumn] for a field that is needed. They are [ErrColumns].
func (c Columns) Validate() error {
	var errs []error
	for f := range numFields {
		if !utf8.ValidString(*c.of(f)) {
			errs = append(errs, fmt.Errorf("%w: %v: %w", ErrColumns, f, ErrEncoding))
		}
	}
	for _, f := range [...]field{fieldCustomer, fieldTime} {
		if c.named(f) == NoColumn {
			errs = append(errs, fmt.Errorf("%w: %v cannot be left out", ErrColumns, f))
		}
	}
	if c.named(fieldChannel) == NoColumn && c.named(fieldKind) == NoColumn {
		errs = append(errs, fmt.Errorf("%w: channel and kind cannot both be left out", ErrColumns))
	}
	return errors.Join(errs...)
}

// MarshalText writes the names that are set, in the order of the fields of
// Columns:
//
//	customer=cid,time=ts,channel=utm_medium
//
// A comma or backslash in a name has a backslash before it.
func (c Columns) MarshalText() ([]byte, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	var text []byte
	for f := range numFields {
		name := c.named(f)
		if name == "" {
			continue
		}
		if len(text) > 0 {
			text = append(text, ',')
		}
		text = append(append(text, f.String()...), '=')
		for i := range len(name) {
			if name[i] == ',' || name[i] == '\\' {
				text = append(text, '\\')
			}
			text = append(text, name[i])
		}
	}
	return text, nil
}

// UnmarshalText reads the form that [Columns.MarshalText] writes; the empty text
// is the zero value. Space around names does not matter. A field that does not
// exist, occurs twice or has no name is an error, [ErrColumns].
func (c *Columns) UnmarshalText(text []byte) error {
	var v Columns
	if strings.TrimSpace(string(text)) != "" {
		for _, pair := range splitEscaped(string(text)) {
			if err := v.setPair(pair); err != nil {
				return err
			}
		}
	}
	if err := v.Validate(); err != nil {
		return err
	}
	*c = v
	return nil
}

func (c *Columns) setPair(pair string) error {
	key, name, ok := strings.Cut(pair, "=")
	key, name = strings.TrimSpace(key), strings.TrimSpace(name)
	if !ok {
		return fmt.Errorf("%w: %q: want field=column", ErrColumns, key)
	}
	for f := range numFields {
		if f.String() != key {
			continue
		}
		switch {
		case name == "":
			return fmt.Errorf("%w: no column given for %v", ErrColumns, f)
		case *c.of(f) != "":
			return fmt.Errorf("%w: %v is given twice", ErrColumns, f)
		}
		*c.of(f) = name
		return nil
	}
	return fmt.Errorf("%w: unknown field %q; known are %s", ErrColumns, key, knownFields())
}

func knownFields() string {
	names := make([]string, numFields)
	for f := range numFields {
		names[f] = f.String()
	}
	return strings.Join(names, ", ")
}

// splitEscaped splits at commas that have no backslash before them, and takes
// the backslashes away.
func splitEscaped(s string) []string {
	var parts []string
	var part []byte
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == ',':
			parts = append(parts, string(part))
			part = part[:0]
			continue
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == ',' || s[i+1] == '\\'):
			i++
		}
		part = append(part, s[i])
	}
	return append(parts, string(part))
}
