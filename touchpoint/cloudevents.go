package touchpoint

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"
)

// CloudEvents decodes events in the JSON format of CloudEvents 1.0 in structured
// mode: one event (application/cloudevents+json), a batch, which is an array of
// events (application/cloudevents-batch+json), or events or batches as JSON lines
// or one after another.
//
// An event becomes a touchpoint so:
//
//   - Kind is the type, Time is the time, Customer is the subject. An event
//     without a time is as old as its Received. One without a subject is bad,
//     unless Columns says where else the customer is.
//   - ID is the UUIDv5 of the pair of source and id, which the specification
//     makes unique, also where the id is a UUID.
//   - Received is the extension recordedtime. Seq is the extension sequence
//     where that is a whole number; any other sequence is a property, and
//     [ErrFormat] if the sequencetype is Integer.
//
// All else is a property by its path: "source", extensions, "dataschema",
// "data.total". An object is its members; an empty one has the text {}; arrays,
// and objects more than 16 deep, stay JSON text. data that is not an object is the
// property "data". data_base64 of a JSON content type is read as data; of another
// type it is the property "data_base64" as it came, but must be Base64. A member
// that is null counts as absent.
//
// id, source, type and specversion must be texts that are not empty, and the
// specversion "1.0". Texts of time are read as TimeLayouts says, of which the
// default accepts RFC 3339 and more.
//
// The zero value is ready.
type CloudEvents struct {
	// Columns names attributes or members of data that hold fields, by their
	// path: Columns{Customer: "data.customer_id", Value: "data.total"}. They are
	// no properties then. A field without a name is as above, or empty.
	Columns Columns
	// Source is the name of the input in errors, such as a file name.
	Source string
	// TimeLayouts are the layouts of times, tried in order: layouts of package
	// time or special names such as [TimeUnix]. Nil means [TimeISO].
	TimeLayouts []string
	// Location is the zone of times that do not say theirs. Nil means UTC.
	Location *time.Location
	// MaxRow is the longest line or event accepted, in bytes. A longer one is
	// skipped as a bad row. 0 means [DefaultMaxRow].
	MaxRow int
	// Received is when the input arrived, for a server that does not leave it to
	// the sender: it stands in place of every recordedtime, which then is a
	// property. Zero means that the events say.
	Received time.Time
	// ConvertOn are the types of events that are conversions, unless Columns
	// names a conversion.
	ConvertOn []string
}

// Validate reports all that is wrong with the configuration at once.
func (d CloudEvents) Validate() error {
	errs := validateInput(d.Columns, d.TimeLayouts, d.MaxRow)
	if !d.Received.IsZero() && !validTime(d.Received) {
		errs = append(errs, fmt.Errorf("touchpoint: Received: %w", errYear))
	}
	return errors.Join(errs...)
}

// Decode reads r to its end and yields every event in order. A bad event is a zero
// Touchpoint and a [*RowError]; the events after it follow. How the input is laid
// out, where an error is, and what ends the sequence is as in [Segment.Decode].
func (d CloudEvents) Decode(ctx context.Context, r io.Reader) iter.Seq2[Touchpoint, error] {
	return d.events(ctx, false).all(r)
}

// DecodeBody decodes the body of a request: an event or a batch. What it returns
// is as in [Segment.DecodeBody]; the empty batch [] is no error.
func (d CloudEvents) DecodeBody(data []byte) ([]Touchpoint, error) {
	return d.events(context.Background(), true).body(data)
}

func (d CloudEvents) events(ctx context.Context, over bool) *eventReader {
	e := &eventReader{ctx: ctx, source: d.Source, limit: maxRow(d.MaxRow), over: over, err: d.Validate()}
	if e.err == nil {
		events := newCloudDecoder(&d)
		e.value = events.value
	}
	return e
}
