package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// readFlags say how rows are read.
type readFlags struct {
	Columns  string `placeholder:"FIELD=COLUMN,..." help:"Which column holds what, where the header does not say it. Fields of events: customer, time, channel, kind, value, conversion, and others; of a path table: path, conversions, conversion, value, nulls, opens." group:"Reading"`
	TimeZone zone   `placeholder:"NAME" help:"Zone of times that do not say theirs; UTC if not given. Events only." group:"Reading"`
	OnError  string `enum:"stop,skip" default:"stop" placeholder:"stop|skip" help:"What to do at a row that cannot be read: stop (default) or skip it and report." group:"Reading"`
	Comma    comma  `placeholder:"CHAR" help:"What stands between the fields of the rows read: an ASCII character, or tab; a comma if not given." group:"Reading"`
	Sep      string `placeholder:"TEXT" help:"What stands between the channels of a path in a path table; > if not given." group:"Reading"`
	Parallel int    `placeholder:"N" help:"How many goroutines parse a path table and compute: 0 (default) as many as there are processors. Events are parsed by one. The result is the same for every N." group:"Reading"`
}

func (f *readFlags) badRows() journey.BadRows {
	if f.OnError == "skip" {
		return journey.SkipBadRows
	}
	return journey.StopAtBadRow
}

func (f *readFlags) validate(given map[string]bool) error {
	if f.Parallel < 0 {
		return usagef("--parallel: want a whole number from 0 up")
	}
	if given["sep"] && f.Sep == "" {
		return usagef("--sep: want a text that is not empty")
	}
	return nil
}

// journeyFlags say how touchpoints become journeys.
type journeyFlags struct {
	builderFlags
	Transform []journey.Transform `placeholder:"NAME" help:"Rewrite each path, one after the other: exposure (runs of a channel become one touch), unique, first, frequency, remove=A|B, remove-if-not-all=A|B, remove-if-last-and-not-all=A|B, trim=N. Also for a path table." group:"Journeys"`
}

// builderFlags say how touchpoints become journeys, but for what is done with the
// paths then.
type builderFlags struct {
	ConvertOn      []touchpoint.Kind    `placeholder:"NAME" help:"Events of this kind, or channel where there is no kind, are themselves the conversion." group:"Journeys"`
	Lookback       duration             `placeholder:"30d" help:"Drop touches longer before the end of their journey." group:"Journeys"`
	LookbackSteps  positive             `placeholder:"N" help:"Keep only the last N touches of a journey. Also for a path table." group:"Journeys"`
	LostAfter      duration             `placeholder:"30d" help:"A journey without conversion is lost when nothing has happened for so long, and open before. If not given, every journey without conversion is lost." group:"Journeys"`
	AsOf           string               `placeholder:"TIME" help:"Do not look at what happened later. A date means its first moment. If not given, the latest time in the input." group:"Journeys"`
	OnePerCustomer bool                 `name:"one-path-per-customer" help:"Keep each customer's touches as one path, instead of beginning a new one after each conversion." group:"Journeys"`
	Known          []touchpoint.Channel `placeholder:"NAME" help:"The channels that are known; if not given, all but the empty one." group:"Journeys"`
	Unknown        string               `enum:"keep,merge,drop,error" default:"keep" placeholder:"keep|merge|drop|error" help:"What to do with a touch over an unknown channel: keep it (default), merge it into (unknown), drop it, or treat the row as bad (error)." group:"Journeys"`
	Grouped        bool                 `help:"The events of each customer stand together, so that one customer at a time is enough in memory." group:"Journeys"`
	MaxBuffered    positive             `placeholder:"N" help:"How many events to hold in memory before using temporary files." group:"Journeys"`
}

// eventFlagNames are the flags that mean nothing for a path table.
var eventFlagNames = []string{
	"time-zone", "convert-on", "lookback", "lost-after", "as-of",
	"one-path-per-customer", "known", "unknown", "grouped", "max-buffered",
}

// tableFlagNames are the flags that mean nothing for events.
var tableFlagNames = []string{"sep"}

// refuse returns an error for flags that are given but do not apply.
func refuse(given map[string]bool, names []string, to string) error {
	var wrong []string
	for _, name := range names {
		if given[name] {
			wrong = append(wrong, "--"+name)
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	verb := "does"
	if len(wrong) > 1 {
		verb = "do"
	}
	return usagef("%s %s not apply to %s", strings.Join(wrong, ", "), verb, to)
}

// unknownPolicies are the values of --unknown.
var unknownPolicies = map[string]journey.UnknownPolicy{
	"keep":  journey.KeepUnknown,
	"merge": journey.MergeUnknown,
	"drop":  journey.DropUnknown,
	"error": journey.RefuseUnknown,
}

// builder returns what makes journeys as the flags say.
func (f *builderFlags) builder(location *time.Location) (journey.Builder, error) {
	b := journey.Builder{
		MaxBuffered:   int(f.MaxBuffered),
		ConvertOn:     f.ConvertOn,
		Lookback:      time.Duration(f.Lookback),
		LookbackSteps: int(f.LookbackSteps),
		LostAfter:     time.Duration(f.LostAfter),
		Known:         f.Known,
		Unknown:       unknownPolicies[f.Unknown],
	}
	if f.Grouped {
		b.Order = journey.Grouped
	}
	if f.OnePerCustomer {
		b.Split = journey.OnePerCustomer
	}
	if f.AsOf != "" {
		asOf, err := parseTime(f.AsOf, location)
		if err != nil {
			return b, usagef("--as-of: %w", err)
		}
		b.AsOf = asOf
	}
	if f.Grouped && f.LostAfter > 0 && f.AsOf == "" {
		return b, usagef("--lost-after with --grouped needs --as-of: the latest time is not known before the end of the input")
	}
	if err := b.Validate(); err != nil {
		return b, usageError{err}
	}
	return b, nil
}

// tableTransforms are the transforms for a path table, where the lookback by
// steps is one of them.
func (f *journeyFlags) tableTransforms() journey.Transforms {
	var ts journey.Transforms
	if f.LookbackSteps > 0 {
		ts = append(ts, journey.Trim(int(f.LookbackSteps)))
	}
	return append(ts, f.Transform...)
}

// examples formats example command lines for the help of a command, each perhaps
// with a word on it behind a tab.
func examples(lines ...string) string {
	s := "Examples:\n"
	for _, line := range lines {
		command, comment, _ := strings.Cut(line, "\t")
		if comment != "" {
			s += fmt.Sprintf("\n    # %s", comment)
		}
		s += "\n    " + command
	}
	return s
}
