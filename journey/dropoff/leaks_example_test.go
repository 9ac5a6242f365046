package dropoff_test

import (
	"fmt"
	"log"
	"time"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/dropoff"
	"github.com/cjm-go/cjm/journey/markov"
	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

// Where are journeys lost, and where would it pay to keep them?
func ExampleNewLeaks() {
	var names journey.Dictionary
	ad, shop, cart, help := names.Code("ad"), names.Code("shop"), names.Code("cart"), names.Code("help")
	var counts markov.Counts
	for _, p := range []journey.Counted{
		{Channels: []journey.Code{ad}, Nulls: 500},
		{Channels: []journey.Code{ad, shop}, Nulls: 300},
		{Channels: []journey.Code{ad, shop, cart}, Conversions: 80, Nulls: 100, Value: 4000},
		{Channels: []journey.Code{shop, help}, Conversions: 1, Nulls: 200, Value: 50},
	} {
		p.Dictionary = &names
		if err := counts.Add(&p); err != nil {
			log.Fatal(err)
		}
	}
	leaks, err := dropoff.NewLeaks(&counts, dropoff.LeaksOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("state    visits  lost  share  converts  upside  worth")
	for l := range leaks.ByUpside() {
		if l.Upside.Few {
			fmt.Printf("%-7v  %6d  %3.0f%%: only %d went on\n", l.State, l.Visits, 100*l.ExitRate.Value, l.Upside.Kept)
			continue
		}
		fmt.Printf("%-7v  %6d  %3.0f%%  %4.0f%%  %7.1f%%  %6.1f  %5.0f\n", l.State, l.Visits,
			100*l.ExitRate.Value, 100*l.LossShare.Value, 100*l.PConvert, l.Upside.Conversions, l.Upside.Value)
	}
	// Output:
	// state    visits  lost  share  converts  upside  worth
	// help        201  100%: only 1 went on
	// cart        180   56%     9%     44.4%   100.0   5000
	// shop        681   44%    27%     11.9%    63.8   3189
	// ad          980   51%    45%      5.8%    59.5   2974
	// (start)    1181    0%     0%      6.9%     0.0      0
}

// A chain of the stages that the touches stand in.
func ExampleStagePath() {
	at := time.Date(2024, 3, 1, 12, 0, 0, 0, time.UTC)
	touch := func(hours int, s stage.Stage) touchpoint.Touchpoint {
		return touchpoint.Touchpoint{Channel: "web", Stage: s, Time: at.Add(time.Duration(hours) * time.Hour)}
	}
	paths := []journey.Path{
		{
			Outcome: journey.Converted, Conversions: 1, End: at.Add(30 * time.Hour),
			Touchpoints: []touchpoint.Touchpoint{touch(0, "awareness"), touch(6, "consideration"), touch(7, "")},
		},
		{
			Outcome: journey.Lost, End: at.Add(12 * time.Hour),
			Touchpoints: []touchpoint.Touchpoint{touch(2, "awareness"), touch(12, "consideration")},
		},
		{
			Outcome: journey.Lost, End: at.Add(3 * time.Hour),
			Touchpoints: []touchpoint.Touchpoint{touch(3, "awareness")},
		},
	}
	var (
		names  journey.Dictionary
		lean   journey.Counted
		counts markov.Counts
		dwell  dropoff.DwellCounts
	)
	without := 0
	for i := range paths {
		n, err := dropoff.StagePath(&paths[i], &names, &lean)
		if err != nil {
			log.Fatal(err)
		}
		without += n
		if err := counts.Add(&lean); err != nil {
			log.Fatal(err)
		}
		if err := dwell.Add(&lean); err != nil {
			log.Fatal(err)
		}
	}
	leaks, err := dropoff.NewLeaks(&counts, dropoff.LeaksOptions{Dwell: &dwell})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("touches without a stage:", without)
	for l := range leaks.All() {
		fmt.Printf("%-13v  lost here %.2f, converts %.2f in %v, upside %.2f\n",
			l.State, l.ExitRate.Value, l.PConvert, l.ToConversion.Time, l.Upside.Conversions)
	}
	// Output:
	// touches without a stage: 1
	// (start)        lost here 0.00, converts 0.33 in 32h0m0s, upside 0.00
	// awareness      lost here 0.33, converts 0.33 in 32h0m0s, upside 0.50
	// consideration  lost here 0.50, converts 0.50 in 24h0m0s, upside 1.00
}

// How long journeys stay before each next step.
func ExampleDwellCounts() {
	names := journey.NewDictionary("ad", "shop")
	var dwell dropoff.DwellCounts
	for _, p := range []journey.Counted{
		{Channels: []journey.Code{0, 1}, Ages: []time.Duration{26 * time.Hour, 2 * time.Hour}, Conversions: 1},
		{Channels: []journey.Code{0, 1}, Ages: []time.Duration{48 * time.Hour, 0}, Nulls: 1},
	} {
		p.Dictionary = names
		if err := dwell.Add(&p); err != nil {
			log.Fatal(err)
		}
	}
	for _, to := range []markov.State{markov.At("shop"), markov.Converted} {
		mean, ok := dwell.Mean(markov.At("ad"), to)
		fmt.Println(mean, ok)
	}
	// Output:
	// 36h0m0s true
	// 0s false
}
