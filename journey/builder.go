package journey

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/cjm-go/cjm/touchpoint"
)

// Errors of a [Builder].
var (
	// ErrNotGrouped says that the touchpoints of a customer do not come one after the
	// other although the order is [Grouped].
	ErrNotGrouped = errors.New("journey: input is not grouped by customer")
	// ErrTooLarge says that an [Unordered] input does not fit in memory, and writing to
	// disk is switched off.
	ErrTooLarge = errors.New("journey: input does not fit in memory")
	// ErrMixedCurrency says that conversions are valued in different currencies.
	ErrMixedCurrency = errors.New("journey: conversions in more than one currency")
	// ErrUnknownChannel says that a channel is empty or not among those known, and the
	// policy is [RefuseUnknown].
	ErrUnknownChannel = errors.New("unknown channel")
)

const (
	// UnknownChannel is the channel of a touch whose own is not known.
	UnknownChannel touchpoint.Channel = "(unknown)"
	// DefaultMaxBuffered is how many touchpoints an [Unordered] run holds in
	// memory where [Builder.MaxBuffered] is 0. A touchpoint takes about 300
	// bytes and its text.
	DefaultMaxBuffered = 1_000_000
)

// Builder makes journeys out of touchpoints. The zero value works: rows in any
// order, one path up to each conversion, no lookback window, every journey
// without conversion lost.
//
// The paths do not depend on the order of the rows, nor on how much fits in
// memory: within a customer touchpoints are ordered by Time, Seq and ID.
type Builder struct {
	// Order says how the touchpoints come: in any order, or all of a customer
	// together.
	Order Order
	// MaxBuffered is how many touchpoints an Unordered run holds in memory; 0
	// means [DefaultMaxBuffered]. Beyond it, sorted runs go to temporary files
	// and are merged at the end.
	MaxBuffered int
	// SpillDir is where the temporary files are made; empty means
	// [os.TempDir]. They hold customers' data, are readable by their owner
	// only, and are gone when the loop over the paths ends, however it ends.
	SpillDir string
	// NoSpill forbids temporary files: beyond MaxBuffered the run fails with
	// [ErrTooLarge].
	NoSpill bool

	// Split says what becomes of a customer who converts more than once.
	Split Split
	// ConvertOn names the events that are themselves the conversion, such as
	// "purchase": a touchpoint of such a kind, or one without kind whose
	// channel has the name, converts and adds no touch. Independently, a
	// touchpoint with Conversion set is first a touch, if it has a channel, and
	// then converts.
	ConvertOn []touchpoint.Kind

	// Lookback drops the touches more than this long before the End of their
	// path; one exactly this long before stays. 0 means no limit.
	Lookback time.Duration
	// LookbackSteps keeps only the last so many touches of a path. 0 means no
	// limit.
	LookbackSteps int

	// LostAfter makes a path without conversion [Lost] if its last touch was
	// this long before AsOf, or longer, and [Open] otherwise. 0 means that
	// every path without conversion is Lost. A gap inside a path never ends it.
	LostAfter time.Duration
	// AsOf is the time from which the analysis looks: later touchpoints do not
	// count. The zero time means no such limit; LostAfter then looks from the
	// latest Time in the input, which only an Unordered run can know.
	AsOf time.Time

	// Known are the channels that the analysis knows; nil means all but the
	// empty one. It has no bearing on ConvertOn.
	Known []touchpoint.Channel
	// Unknown says what becomes of a touch over any other channel.
	Unknown UnknownPolicy

	// KeepDuplicates keeps touchpoints of a customer that have the same ID.
	// Otherwise the first by Time, Seq, Received and content is kept. A
	// touchpoint without ID has its [touchpoint.Touchpoint.ContentID].
	KeepDuplicates bool
}

// Validate reports what is wrong with the settings, all at once.
func (b Builder) Validate() error {
	var errs []error
	bad := func(is bool, field, reason string) {
		if is {
			errs = append(errs, fmt.Errorf("journey: Builder.%s: %s", field, reason))
		}
	}
	bad(int(b.Order) >= len(orderNames), "Order", "no such order")
	bad(b.MaxBuffered < 0, "MaxBuffered", "negative")
	bad(int(b.Split) >= len(splitNames), "Split", "no such split")
	for i, kind := range b.ConvertOn {
		bad(kind == "", fmt.Sprintf("ConvertOn[%d]", i), "empty")
	}
	bad(b.Lookback < 0, "Lookback", "negative")
	bad(b.LookbackSteps < 0, "LookbackSteps", "negative")
	bad(b.LostAfter < 0, "LostAfter", "negative")
	bad(b.LostAfter > 0 && b.AsOf.IsZero() && b.Order == Grouped,
		"LostAfter", "needs AsOf where the order is grouped: the latest time is not known before the end")
	for i, channel := range b.Known {
		bad(channel == "", fmt.Sprintf("Known[%d]", i), "empty")
	}
	bad(int(b.Unknown) >= len(unknownNames), "Unknown", "no such policy")
	return errors.Join(errs...)
}

// Build yields the journeys in the touchpoints of in. Customers come sorted by
// name where the order is [Unordered], as in the input where it is [Grouped];
// the paths of a customer come in order of time. While the loop runs, and after
// it, report says what was read and what was dropped and why; nil is allowed.
//
// An error comes with the zero Path. After a [*touchpoint.RowError], tested for
// by [errors.As], the stream goes on without the row. It is one from in, or one
// for a touchpoint of in that cannot be used: because
// [touchpoint.Touchpoint.Validate] refuses it (a missing customer or time is
// [touchpoint.ErrMissing]), or for [ErrUnknownChannel].
//
// Any other error is the last of the stream: one from in, since what was read
// is then not the whole input; settings that [Builder.Validate] refuses;
// [ErrNotGrouped], if a customer comes back who was among the last 65,536;
// [ErrTooLarge]; [ErrMixedCurrency]; [ErrNotFinite], if the values of a
// customer sum to more than a float64 holds; a failure to write or read
// temporary files; the error of ctx.
func (b Builder) Build(ctx context.Context, in iter.Seq2[touchpoint.Touchpoint, error], report *Report) iter.Seq2[Path, error] {
	return func(yield func(Path, error) bool) {
		if report == nil {
			report = new(Report)
		}
		*report = Report{AsOf: b.AsOf.UTC()}
		err := b.Validate()
		if err == nil {
			r := newBuilderRun(ctx, b, report, yield)
			if b.Order == Grouped {
				err = r.grouped(in)
			} else {
				err = r.unordered(in)
			}
		}
		if err != nil && err != errBuilderStop {
			yield(Path{}, err)
		}
	}
}
