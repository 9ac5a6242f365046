package journey

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Report says what a [Builder] read, what it dropped and why, and what came of
// the rest. Every touchpoint that was read is in exactly one of the counts from
// Invalid to Touches once the loop has run to its end:
//
//	Read = Invalid + AfterAsOf + UnknownRefused + Duplicates + ConflictingIDs +
//	       UnknownDropped + BeforeLookback + BeyondSteps + ConversionEvents + Touches
type Report struct {
	// BadRows are the errors that came from the input instead of a touchpoint.
	BadRows int64 `json:"bad_rows"`
	// Read are the touchpoints that came from the input.
	Read int64 `json:"read"`

	// Invalid touchpoints have no customer, no time, or another field that is
	// not allowed.
	Invalid int64 `json:"invalid"`
	// AfterAsOf touchpoints are later than AsOf.
	AfterAsOf int64 `json:"after_as_of"`
	// UnknownRefused touchpoints have an unknown channel, under [RefuseUnknown].
	UnknownRefused int64 `json:"unknown_refused"`
	// Duplicates have the ID and the content of an earlier touchpoint of the
	// same customer: it was delivered again.
	Duplicates int64 `json:"duplicates"`
	// ConflictingIDs have the ID of an earlier touchpoint of the same customer
	// but other content. They are dropped like duplicates; many of them mean
	// that the ID does not identify a touchpoint.
	ConflictingIDs int64 `json:"conflicting_ids"`
	// UnknownDropped touches have an unknown channel, under [DropUnknown].
	UnknownDropped int64 `json:"unknown_dropped"`
	// BeforeLookback touches were too long before the end of their path.
	BeforeLookback int64 `json:"before_lookback"`
	// BeyondSteps touches were too many steps before the end of their path.
	BeyondSteps int64 `json:"beyond_steps"`
	// ConversionEvents are conversions that are no touch.
	ConversionEvents int64 `json:"conversion_events"`
	// Touches are the touchpoints in the paths.
	Touches int64 `json:"touches"`

	// UnusedValues are the touchpoints with a value that are no conversion: the
	// value was ignored. Their number does not enter the sum above.
	UnusedValues int64 `json:"unused_values"`

	// Customers are those with at least one touchpoint that was looked at.
	Customers int64 `json:"customers"`
	// Converted, Lost and Open are the paths by outcome.
	Converted int64 `json:"converted"`
	Lost      int64 `json:"lost"`
	Open      int64 `json:"open"`
	// EmptyPaths are the converted paths without any touch.
	EmptyPaths int64 `json:"empty_paths"`
	// Conversions are those of all paths; more than Converted only under
	// [OnePerCustomer].
	Conversions int64 `json:"conversions"`

	// Spilled are the touchpoints that did not fit in memory, SpilledBytes what
	// was written to temporary files for them, merging included.
	Spilled      int64 `json:"spilled"`
	SpilledBytes int64 `json:"spilled_bytes"`
	// AsOf is the time from which the analysis looked; zero if it did not matter.
	AsOf time.Time `json:"as_of,omitzero"`
}

// Paths returns the number of paths.
func (r Report) Paths() int64 { return r.Converted + r.Lost + r.Open }

// count enters a path that is about to be yielded.
func (r *Report) count(p *Path) {
	switch p.Outcome {
	case Converted:
		r.Converted++
	case Lost:
		r.Lost++
	case Open:
		r.Open++
	}
	if len(p.Touchpoints) == 0 {
		r.EmptyPaths++
	}
	r.Touches += int64(len(p.Touchpoints))
	r.Conversions += p.Conversions
}

// String returns the report as a few aligned lines for people. Reasons that did
// not occur are left out.
func (r Report) String() string {
	var b strings.Builder
	line := func(always bool, indent, label string, n int64) {
		if always || n != 0 {
			fmt.Fprintf(&b, "%-32s%12d\n", indent+label, n)
		}
	}
	line(false, "", "bad rows", r.BadRows)
	line(true, "", "touchpoints", r.Read)
	line(true, "  ", "touches", r.Touches)
	line(false, "  ", "conversion events", r.ConversionEvents)
	line(false, "  ", "invalid", r.Invalid)
	line(false, "  ", "after the as-of time", r.AfterAsOf)
	line(false, "  ", "unknown channel, refused", r.UnknownRefused)
	line(false, "  ", "unknown channel, dropped", r.UnknownDropped)
	line(false, "  ", "redelivered", r.Duplicates)
	line(false, "  ", "same id, other content", r.ConflictingIDs)
	line(false, "  ", "before the lookback window", r.BeforeLookback)
	line(false, "  ", "beyond the lookback steps", r.BeyondSteps)
	line(false, "", "values without a conversion", r.UnusedValues)
	line(true, "", "customers", r.Customers)
	line(true, "", "paths", r.Paths())
	line(true, "  ", "converted", r.Converted)
	line(true, "  ", "lost", r.Lost)
	line(false, "  ", "open", r.Open)
	line(false, "", "converted without a touch", r.EmptyPaths)
	if r.Conversions != r.Converted {
		line(true, "", "conversions", r.Conversions)
	}
	line(false, "", "touchpoints spilled to disk", r.Spilled)
	line(false, "", "bytes spilled to disk", r.SpilledBytes)
	if !r.AsOf.IsZero() {
		fmt.Fprintf(&b, "%-24s%s\n", "as of", r.AsOf.UTC().Format(time.RFC3339))
	}
	return b.String()
}

// reportVersion is the version of the JSON form of a Report.
const reportVersion = 1

// MarshalJSON returns the counts under their names in snake case, with the
// version of this form.
func (r Report) MarshalJSON() ([]byte, error) {
	type fields Report
	return json.Marshal(struct {
		Version int `json:"version"`
		fields
	}{reportVersion, fields(r)})
}

// UnmarshalJSON reads what [Report.MarshalJSON] writes. Another version is an
// error.
func (r *Report) UnmarshalJSON(data []byte) error {
	type fields Report
	var v struct {
		Version int `json:"version"`
		fields
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return fmt.Errorf("journey: report: %w", err)
	}
	if v.Version != reportVersion {
		return fmt.Errorf("journey: report: version %d, want %d", v.Version, reportVersion)
	}
	*r = Report(v.fields)
	return nil
}
