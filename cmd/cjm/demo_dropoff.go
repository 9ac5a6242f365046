package main

import (
	"context"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/cjm-go/cjm/cmd/cjm/internal/sample"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/dropoff"
	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

// dropoffDemo is what the demonstration found out about the customers whom the sample
// loses.
type dropoffDemo struct {
	report *dropoff.Report
	leaks  *dropoff.Leaks
}

// newDropoffDemo analyses events as cjm dropoff would: the stages of a buyer as a
// funnel, and the chain of the channels.
func newDropoffDemo(ctx context.Context, in io.Reader) (*dropoffDemo, error) {
	var touches []touchpoint.Touchpoint
	var latest time.Time
	for t, err := range (touchpoint.CSV{Source: sample.Name}).Decode(ctx, in) {
		if err != nil {
			return nil, err
		}
		if t.Time.After(latest) {
			latest = t.Time
		}
		touches = append(touches, t)
	}
	d := new(dropoffDemo)
	var err error
	if d.report, err = demoFunnel(ctx, touches, latest); err != nil {
		return nil, err
	}
	counts := newLeakCounts()
	var dict journey.Dictionary
	var counted journey.Counted
	for p, err := range (journey.Builder{LostAfter: demoLostAfter}).Build(ctx, each(touches), nil) {
		if err != nil {
			return nil, err
		}
		if err := p.Count(&dict, &counted); err != nil {
			return nil, err
		}
		if err := counts.Add(&counted); err != nil {
			return nil, err
		}
	}
	d.leaks, err = dropoff.NewLeaks(counts.chain, dropoff.LeaksOptions{})
	return d, err
}

// demoFunnel counts the customers in the funnel of the stages up to the purchase.
func demoFunnel(ctx context.Context, touches []touchpoint.Touchpoint, asOf time.Time) (*dropoff.Report, error) {
	funnel := dropoff.FunnelOf(stage.Buyer())
	funnel.AsOf, funnel.LostAfter = asOf, demoLostAfter
	counts, err := dropoff.NewCounts(funnel)
	if err != nil {
		return nil, err
	}
	reader := eventReader{builder: journey.Builder{Split: journey.OnePerCustomer}}
	all := make([]touchpoint.Touchpoint, len(touches))
	copy(all, touches)
	for i := range all {
		reader.makeTouch(&all[i])
	}
	for p, err := range reader.builder.Build(ctx, each(all), nil) {
		if err != nil {
			return nil, err
		}
		if err := counts.Add(&p); err != nil {
			return nil, err
		}
	}
	return counts.Report()
}

// each yields touchpoints as a source does.
func each(touches []touchpoint.Touchpoint) iter.Seq2[touchpoint.Touchpoint, error] {
	return func(yield func(touchpoint.Touchpoint, error) bool) {
		for _, t := range touches {
			if !yield(t, nil) {
				return
			}
		}
	}
}

// String returns the second half of the demonstration as text.
func (d *dropoffDemo) String() string {
	var b strings.Builder
	b.WriteString("\nWhere are customers lost? A funnel of the stages, in which 30 days of silence mean lost:\n\n")
	b.WriteString(stepsBlock(d.report, false))
	b.WriteString("\nWhat to see here:\n")
	for _, sentence := range d.findings() {
		b.WriteString(wrap(sentence, "  - ", "    "))
	}
	b.WriteString("\n" + wrap("To do this with a file of your own that has a column stage as well: cjm dropoff --lost-after 30d --stages buyer YOURFILE.csv, "+
		"and for the channels: cjm dropoff --lost-after 30d --chain YOURFILE.csv", "", ""))
	return b.String()
}

// findings say in plain words where most are lost, and what the worst leaks cost.
func (d *dropoffDemo) findings() []string {
	var sentences []string
	var worst dropoff.StepRow
	for s := range d.report.Steps() {
		if s.Lost > worst.Lost {
			worst = s
		}
	}
	if worst.Lost > 0 {
		sentences = append(sentences, fmt.Sprintf("Most customers are lost on the way to %q: %s of %s. Another %s may still come, whom a naive count takes for lost.",
			worst.Name, grouped(worst.Lost), grouped(worst.Entered), grouped(worst.Open)))
	}
	ranks := []string{"The worst leak", "The second worst", "The third"}
	for leak := range d.leaks.ByUpside() {
		if len(ranks) == 0 || !leak.Upside.Known || leak.Upside.Conversions <= 0 {
			break
		}
		sentences = append(sentences, fmt.Sprintf("%s is %q: %s of the visits end a journey there. Would these go on as the others do, there would be %s more conversions, worth %s %s.",
			ranks[0], printable(leak.State.String()), percent(leak.ExitRate.Value), amount(leak.Upside.Conversions, 1), amount(leak.Upside.Value, 0), sample.Currency))
		ranks = ranks[1:]
	}
	return append(sentences, "These gains do not add up: who is kept here may be lost there.")
}
