// Dropoff reads events, prints a funnel of them, and names the customers who were
// lost on the way to the last step, with what they did instead.
//
//	go run ./examples/dropoff
//
// For a file of your own, put the [os.File] in place of the embedded text.
package main

import (
	"context"
	_ "embed"
	"fmt"
	"iter"
	"log"
	"strings"
	"time"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/dropoff"
	"github.com/cjm-go/cjm/touchpoint"
)

//go:embed events.csv
var events string

// journeys yields the history of each customer in the events.
func journeys() iter.Seq2[journey.Path, error] {
	ctx := context.Background()
	touchpoints := touchpoint.CSV{Source: "events.csv"}.Decode(ctx, strings.NewReader(events))
	return journey.Builder{Split: journey.OnePerCustomer}.Build(ctx, touchpoints, nil)
}

func main() {
	funnel := dropoff.Funnel{
		Steps:  dropoff.KindSteps("visit", "cart", "checkout", "purchase"),
		Window: 7 * 24 * time.Hour,
		AsOf:   time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC),
	}
	counts, err := dropoff.NewCounts(funnel)
	if err != nil {
		log.Fatal(err)
	}
	for path, err := range journeys() {
		if err != nil {
			log.Fatal(err)
		}
		if err := counts.Add(&path); err != nil {
			log.Fatal(err)
		}
	}
	report, err := counts.Report()
	if err != nil {
		log.Fatal(err)
	}
	for step := range report.Steps() {
		fmt.Printf("%-9s %2d came, %2d did it, %d lost, %d open: %3.0f %% (%.0f to %.0f)\n", step.Name, step.Entered,
			step.Reached, step.Lost, step.Open, 100*step.StepRate.Value, 100*step.StepRate.Lo, 100*step.StepRate.Hi)
	}
	for lost, err := range funnel.LostAt(4, journeys()) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s is lost (%v), last seen with %q\n", lost.Customer, lost.Attempt.Reason, lost.Last.Kind)
	}
}
