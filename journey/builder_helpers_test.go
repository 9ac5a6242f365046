package journey

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/touchpoint"
)

// builderEpoch is hour 0 of the tests.
var builderEpoch = time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)

func builderHour(h float64) time.Time {
	return builderEpoch.Add(time.Duration(h * float64(time.Hour)))
}

func builderTouch(customer string, hour float64, channel touchpoint.Channel) touchpoint.Touchpoint {
	return touchpoint.Touchpoint{Customer: customer, Time: builderHour(hour), Channel: channel}
}

func builderSale(customer string, hour, value float64) touchpoint.Touchpoint {
	return touchpoint.Touchpoint{Customer: customer, Time: builderHour(hour), Kind: "purchase", Value: value}
}

func builderSeq(touchpoints ...touchpoint.Touchpoint) iter.Seq2[touchpoint.Touchpoint, error] {
	return func(yield func(touchpoint.Touchpoint, error) bool) {
		for _, t := range touchpoints {
			if !yield(t, nil) {
				return
			}
		}
	}
}

// builderCollect runs over all paths; errors are collected beside them.
func builderCollect(b Builder, in iter.Seq2[touchpoint.Touchpoint, error]) (paths []Path, report Report, errs []error) {
	for p, err := range b.Build(context.Background(), in, &report) {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		paths = append(paths, p)
	}
	return paths, report, errs
}

// builderBuild is builderCollect for an input that must give no error.
func builderBuild(t testing.TB, b Builder, touchpoints ...touchpoint.Touchpoint) ([]Path, Report) {
	t.Helper()
	paths, report, errs := builderCollect(b, builderSeq(touchpoints...))
	require.Empty(t, errs)
	return paths, report
}

// builderLines writes paths so that a table test can be read:
// "ann: email search > converted 10 @3h".
func builderLines(paths []Path) []string {
	var lines []string
	for _, p := range paths {
		var b strings.Builder
		b.WriteString(p.Customer + ":")
		for _, t := range p.Touchpoints {
			b.WriteString(" " + string(t.Channel))
		}
		fmt.Fprintf(&b, " > %v", p.Outcome)
		if p.Conversions > 1 {
			fmt.Fprintf(&b, " x%d", p.Conversions)
		}
		if p.Value != 0 {
			fmt.Fprintf(&b, " %v%s", p.Value, p.Currency)
		}
		fmt.Fprintf(&b, " @%vh", p.End.Sub(builderEpoch).Hours())
		lines = append(lines, b.String())
	}
	return lines
}

// builderBalance checks that the report accounts for every touchpoint.
func builderBalance(t testing.TB, r *Report) {
	t.Helper()
	require.Equal(t, r.Read, r.Invalid+r.AfterAsOf+r.UnknownRefused+r.Duplicates+r.ConflictingIDs+
		r.UnknownDropped+r.BeforeLookback+r.BeyondSteps+r.ConversionEvents+r.Touches, "report: %+v", *r)
}
