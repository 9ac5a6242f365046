package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/cmd/cjm/internal/sample"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

type demoCommand struct {
	Events bool `help:"Print the events of the sample as CSV instead, to try other commands on."`
}

// Help is the long help of the command.
func (demoCommand) Help() string {
	return `The sample is half a year of an invented shop: touches online and in the store, orders,
customers who come back, and journeys that are still open at the end.

` + examples(
		"cjm demo",
		"cjm demo --events >events.csv\tThe sample as a file, to try the other commands on",
	)
}

// demoLostAfter is how long a customer of the sample is silent before the journey
// counts as lost.
const demoLostAfter = 30 * 24 * time.Hour

// Run credits the channels of the sample, says where its customers are lost, and explains
// what comes out.
func (c demoCommand) Run(env *environment) error {
	in, err := sample.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	if c.Events {
		_, err := io.Copy(env.stdout, in)
		return outputError(err)
	}
	d, err := newDemo(env.ctx, in)
	if err != nil {
		return err
	}
	again, err := sample.Open()
	if err != nil {
		return err
	}
	defer again.Close()
	lost, err := newDropoffDemo(env.ctx, again)
	if err != nil {
		return err
	}
	_, err = io.WriteString(env.stdout, d.String()+lost.String())
	return outputError(err)
}

// demo is what the demonstration found out about the sample.
type demo struct {
	customers   map[string]bool
	rows        int
	first, last time.Time
	settings    map[touchpoint.Setting]int
	stages      map[stage.Stage]int
	// results of the models first, last, linear, markov.
	results []*attribution.Result
}

// newDemo analyses events as cjm attribute would.
func newDemo(ctx context.Context, in io.Reader) (*demo, error) {
	d := &demo{
		customers: make(map[string]bool),
		settings:  make(map[touchpoint.Setting]int),
		stages:    make(map[stage.Stage]int),
	}
	models, err := attribution.NewSet(attribution.FirstTouch{}, attribution.LastTouch{}, attribution.Linear{}, attribution.Markov{})
	if err != nil {
		return nil, err
	}
	events := touchpoint.CSV{Source: sample.Name}.Decode(ctx, in)
	builder := journey.Builder{LostAfter: demoLostAfter}
	var dict journey.Dictionary
	var counted journey.Counted
	for p, err := range builder.Build(ctx, events, nil) {
		if err != nil {
			return nil, err
		}
		d.see(&p)
		if err := p.Count(&dict, &counted); err != nil {
			return nil, err
		}
		if err := models.Add(&counted); err != nil {
			return nil, err
		}
	}
	d.results, err = models.Results()
	return d, err
}

// see takes note of what is on the touches of a path.
func (d *demo) see(p *journey.Path) {
	d.customers[p.Customer] = true
	for _, t := range p.Touchpoints {
		d.rows++
		d.settings[t.Setting]++
		d.stages[t.Stage]++
		if d.first.IsZero() || t.Time.Before(d.first) {
			d.first = t.Time
		}
		if t.Time.After(d.last) {
			d.last = t.Time
		}
	}
}

// demoStages are the stages of the sample in their order.
var demoStages = []stage.Stage{stage.Awareness, stage.Consideration, stage.Decision, stage.Purchase, stage.Retention}

// String returns the demonstration as text.
func (d *demo) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "An invented shop, %s to %s: %s customers with %s touches,\n%s of them online and %s offline.\n",
		d.first.Format(time.DateOnly), d.last.Format(time.DateOnly),
		grouped(int64(len(d.customers))), grouped(int64(d.rows)),
		grouped(int64(d.settings[touchpoint.Online])), grouped(int64(d.settings[touchpoint.Offline])))
	var stages []string
	for _, s := range demoStages {
		stages = append(stages, fmt.Sprintf("%s %s", s, grouped(int64(d.stages[s]))))
	}
	fmt.Fprintf(&b, "Touches by stage: %s.\n\n", strings.Join(stages, ", "))
	b.WriteString(totalsText(d.markov().Totals(), sample.Currency))
	b.WriteString("\nWhich channel gets the credit for the conversions? It depends on whom you ask:\n\n")
	b.WriteString(d.table())
	b.WriteString("\nWhat to see here:\n")
	for _, sentence := range d.findings() {
		b.WriteString(wrap(sentence, "  - ", "    "))
	}
	b.WriteString("\n" + wrap("To do this with a file of your own that has columns customer, time, channel, conversion and value: "+
		"cjm attribute --lost-after 30d YOURFILE.csv", "", ""))
	return b.String()
}

func (d *demo) markov() *attribution.Result { return d.results[len(d.results)-1] }

// table shows each channel's credit by every model, and what the chain says.
func (d *demo) table() string {
	header, footer := []string{"Channel"}, []string{"Total"}
	totals := d.markov().Totals()
	for _, r := range d.results {
		header = append(header, r.Model())
		footer = append(footer, amount(float64(totals.Conversions), 1))
	}
	header = append(header, "markov, "+sample.Currency, "removal effect")
	footer = append(footer, amount(totals.Value, 0), "")
	t := newTextTable(header...)
	for _, channel := range byCredit(d.markov()) {
		row := []string{string(channel)}
		for _, r := range d.results {
			c, _ := r.Credit(channel)
			row = append(row, amount(c.Conversions, 1))
		}
		c, _ := d.markov().Credit(channel)
		effect := ""
		if c.Removal != nil {
			effect = percent(c.Removal.Effect)
		}
		t.row(append(row, amount(c.Value, 0), effect)...)
	}
	t.footer(footer...)
	return t.String()
}
