package touchpoint

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"
)

// Segment decodes the calls of Segment's tracking API, which RudderStack and
// others share: track, page, screen, identify, group and alias. An input holds
// calls and bodies of the batch endpoint, {"batch": [calls], "sentAt": …}, as
// JSON lines or as JSON values one after another, such as one array of calls.
//
// A call becomes a touchpoint so:
//
//   - Kind is the event of a track call, and the type of any other: "page",
//     "screen", "identify", "group", "alias".
//   - Customer is the userId, or else the anonymousId.
//   - Time is when the call was made, corrected as Clock says; Received is
//     receivedAt. Where one of the three times is missing nothing is corrected.
//     A timestamp beside an originalTimestamp counts as corrected before, and so
//     does one in a call that has a receivedAt; any other is the original. A
//     call without a time was made when it was received.
//   - ID is made of the messageId, as [CSV] makes ids of texts. Without one it is
//     the [Touchpoint.ContentID] of the call as it left the device: with its
//     original time and without sentAt and what stands beside a batch. So a call
//     that is sent again has the same id, whatever the correction.
//   - Consent is context.consent.categoryPreferences. A call without it has none;
//     an empty object is a consent that grants nothing. Anything but booleans in
//     it is [ErrFormat]: a consent that cannot be read is not guessed.
//   - Campaign is context.campaign: source, medium, name, content and term. Where
//     it has none of these, the UTM parameters of context.page.url,
//     properties.url or context.page.search count. Code is properties.coupon.
//   - A track call for an event of ConvertOn is a conversion. Its value is
//     properties.revenue, or else total, or else value, in units of
//     properties.currency. No other call has a value: the total of an Order
//     Refunded, say, stays a property, whatever its sign. A negative value of a
//     conversion is [ErrRange].
//
// All else is a property by its path: "traits.email", "context.device.id",
// "context.consent.categoryPreferences.ads"; but the members of properties are
// properties by their own names, unless the call has a member of that name
// elsewhere, as in a page call with a name and properties.name: then both keep
// their paths. An empty object has the text {}, unless it is properties, traits,
// context or integrations. Arrays, and objects more than 16 deep, stay JSON text.
// Kept beside the field that they went to are the type, userId and anonymousId,
// the consent, the amounts, currency and coupon, sentAt, and as
// "originalTimestamp" the time that was corrected.
//
// The context and integrations of a batch are those of each of its calls, where
// the call has no such member; so are sentAt and receivedAt. A call that says
// anything about consent takes nothing of that from the batch. Other members beside
// the batch are properties below "batch.". The writeKey is a secret: it is left
// out, in a call and beside a batch.
//
// The zero value is ready.
type Segment struct {
	// Columns names members that hold fields, by their path, in place of those
	// above: Columns{Channel: "context.channel", Value: "properties.total"}. They
	// are no properties then. The time of a named member is not corrected, and
	// a named conversion stands in place of ConvertOn.
	Columns Columns
	// Source is the name of the input in errors, such as a file name.
	Source string
	// TimeLayouts are the layouts of times, tried in order: layouts of package
	// time or special names such as [TimeUnix]. Nil means [TimeISO].
	TimeLayouts []string
	// Location is the zone of times that do not say theirs. Nil means UTC.
	Location *time.Location
	// MaxRow is the longest line, call in an array, or body of a batch accepted,
	// in bytes. A longer one is skipped as a bad row. 0 means [DefaultMaxRow].
	MaxRow int
	// Type is the type of calls that do not say theirs, as those to an endpoint
	// such as /v1/identify. Where it is empty, such a call with an event is a
	// track call, and one without is bad.
	Type string
	// Received is when the input arrived, for a server that does not leave it to
	// the sender: it stands in place of every receivedAt, which then is a
	// property. Zero means that the calls say.
	Received time.Time
	// ConvertOn are the events of track calls that are conversions. Nil means
	// "Order Completed"; an empty slice means none.
	ConvertOn []string
	// Clock says how the time of a call is corrected.
	Clock ClockPolicy
	// MaxTransit is how far receivedAt and sentAt lie apart at most because of
	// the network. 0 means [DefaultMaxTransit]. Only for [ClockGuarded].
	MaxTransit time.Duration
	// MaxWait is how long a call waits on its device at most. 0 means
	// [DefaultMaxWait]. Only for [ClockGuarded].
	MaxWait time.Duration
}

// Validate reports all that is wrong with the configuration at once.
func (d Segment) Validate() error {
	errs := validateInput(d.Columns, d.TimeLayouts, d.MaxRow)
	if d.Type != "" && !segmentTypes[d.Type] {
		errs = append(errs, fmt.Errorf("touchpoint: Type: %w", errNotCall))
	}
	if !d.Received.IsZero() && !validTime(d.Received) {
		errs = append(errs, fmt.Errorf("touchpoint: Received: %w", errYear))
	}
	if int(d.Clock) >= len(clockNames) {
		errs = append(errs, fmt.Errorf("touchpoint: Clock: %w", ErrRange))
	}
	if d.MaxTransit < 0 || d.MaxWait < 0 {
		errs = append(errs, errors.New("touchpoint: MaxTransit or MaxWait is negative"))
	}
	return errors.Join(errs...)
}

// Decode reads r to its end and yields every call in order. A bad call is a zero
// Touchpoint and a [*RowError]; the calls after it follow, be it malformed or not
// as long as its brackets and quotes match. Line is where the call begins, and
// Field begins with its place in an array, counted from 0: "[2].userId" or
// "batch[0].timestamp".
//
// The first line that is not blank says how the input is laid out. If it is
// complete the input is JSON lines, of which a bad one never hides another. If it
// begins with '[', or with '{' and goes on in the next line, the input is JSON
// values one after another, and the calls of an array are read one by one: only
// one call, or one body with its batch, is in memory at a time.
//
// A [*InputError] ends the sequence: the reader fails, an array has no end or no
// commas, the context is done, the configuration is not valid. An input without a
// call yields nothing. The sequence can be used once; a consumer may stop at any
// time.
func (d Segment) Decode(ctx context.Context, r io.Reader) iter.Seq2[Touchpoint, error] {
	return d.events(ctx, false).all(r)
}

// DecodeBody decodes the body of a request: a call, a batch or an array of calls.
// It returns the touchpoints in order, and the errors of the others, joined: each
// is a [*RowError] or a [*InputError], and their order is that of the input. An
// empty body is [ErrMissing]. The caller should have limited the size of the
// body, as [net/http.MaxBytesReader] does.
func (d Segment) DecodeBody(data []byte) ([]Touchpoint, error) {
	return d.events(context.Background(), true).body(data)
}

func (d Segment) events(ctx context.Context, over bool) *eventReader {
	e := &eventReader{ctx: ctx, source: d.Source, limit: maxRow(d.MaxRow), over: over, err: d.Validate()}
	if e.err == nil {
		calls := newSegmentDecoder(&d)
		e.value = calls.value
	}
	return e
}
