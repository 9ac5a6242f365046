package dropoff_test

import (
	"fmt"
	"time"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/dropoff"
	"github.com/cjm-go/cjm/touchpoint"
)

const days = 24 * time.Hour

// trial returns the spells of ten journeys that began at different times: four
// converted, three were lost, three are still open.
func trial() *dropoff.Spells {
	var s dropoff.Spells
	for _, j := range []struct {
		lasted int
		end    journey.Outcome
	}{
		{1, journey.Converted},
		{3, journey.Converted},
		{3, journey.Lost},
		{4, journey.Open},
		{6, journey.Converted},
		{6, journey.Lost},
		{8, journey.Open},
		{9, journey.Converted},
		{12, journey.Lost},
		{15, journey.Open},
	} {
		if err := s.Add(time.Duration(j.lasted)*days, j.end); err != nil {
			fmt.Println(err)
		}
	}
	return &s
}

// What part of the journeys has converted, and what part is lost, by which day?
func ExampleSpells_AalenJohansen() {
	incidence, err := trial().AalenJohansen(.95)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("day  at risk  converted            lost   open")
	for s := range incidence.Steps() {
		fmt.Printf("%3d  %7d  %.3f [%.3f, %.3f]  %.3f  %.3f\n", s.Time/days, s.AtRisk,
			s.ConvertedBy.Value, s.ConvertedBy.Lo, s.ConvertedBy.Hi, s.LostBy.Value, s.Still.Value)
	}
	if _, ok := incidence.At(20 * days); !ok {
		fmt.Println("of day 20 nothing is known")
	}
	// Output:
	// day  at risk  converted            lost   open
	//   1       10  0.100 [0.006, 0.358]  0.000  0.900
	//   3        9  0.200 [0.031, 0.475]  0.100  0.700
	//   4        7  0.200 [0.031, 0.475]  0.100  0.700
	//   6        6  0.317 [0.073, 0.603]  0.217  0.467
	//   8        4  0.317 [0.073, 0.603]  0.217  0.467
	//   9        3  0.472 [0.134, 0.756]  0.217  0.311
	//  12        2  0.472 [0.134, 0.756]  0.372  0.156
	//  15        1  0.472 [0.134, 0.756]  0.372  0.156
	// of day 20 nothing is known
}

// How long do journeys last, however they end?
func ExampleSpells_KaplanMeier() {
	curve, err := trial().KaplanMeier(.95)
	if err != nil {
		fmt.Println(err)
		return
	}
	week, _ := curve.At(7 * days)
	fmt.Printf("%.3f last longer than a week [%.3f, %.3f]\n",
		week.Survival.Value, week.Survival.Lo, week.Survival.Hi)
	median, ok := curve.Median()
	fmt.Println("half have ended after", median, ok)
	mean, se, ok := curve.RestrictedMean(14 * days)
	fmt.Println("of 14 days they last", mean.Round(time.Hour), "on average, standard error", se.Round(time.Hour), ok)
	// Output:
	// 0.467 last longer than a week [0.150, 0.737]
	// half have ended after 144h0m0s true
	// of 14 days they last 181h0m0s on average, standard error 35h0m0s true
}

func ExampleLogRank() {
	var before, after dropoff.Spells
	for day := range 40 {
		_ = before.Add(time.Duration(1+day)*days, journey.Outcome(day%3))
		_ = after.Add(time.Duration(1+day/2)*days, journey.Outcome(day%3))
	}
	test, err := dropoff.LogRank(journey.Converted, &before, &after)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, g := range test.Groups() {
		fmt.Printf("%s: %d of %d converted, %.2f expected\n", []string{"before", "after"}[i], g.Observed, g.Spells, g.Expected)
	}
	fmt.Printf("chi-square %.2f on %d degree of freedom, p = %.4f\n", test.ChiSquare(), test.DF(), test.P())
	// Output:
	// before: 13 of 40 converted, 18.59 expected
	// after: 13 of 40 converted, 7.41 expected
	// chi-square 7.10 on 1 degree of freedom, p = 0.0077
}

// After how long a silence does a customer count as lost?
func ExampleGaps() {
	start := time.Date(2024, 3, 1, 9, 0, 0, 0, time.UTC)
	gaps, err := dropoff.NewGaps(start.Add(60 * days))
	if err != nil {
		fmt.Println(err)
		return
	}
	for customer := range 40 {
		// Some come once, others again after up to ten days.
		p := journey.Path{Touchpoints: []touchpoint.Touchpoint{{Time: start}}}
		if customer%2 == 0 {
			back := start.Add(time.Duration(1+customer/4) * days)
			p.Touchpoints = append(p.Touchpoints, touchpoint.Touchpoint{Time: back})
		}
		if err := gaps.Add(&p); err != nil {
			fmt.Println(err)
			return
		}
	}
	curve, err := gaps.Curve(.95)
	if err != nil {
		fmt.Println(err)
		return
	}
	for s := range curve {
		if s.Return.Known && s.For%(2*days) == 0 {
			fmt.Printf("silent for %d days: %.3f return [%.3f, %.3f], %d watched\n",
				s.For/days, s.Return.Value, s.Return.Lo, s.Return.Hi, s.Watched)
		}
	}
	lostAfter, err := gaps.LostAfter(.05)
	fmt.Println("lost after", lostAfter, err)
	// Output:
	// silent for 0 days: 0.333 return [0.230, 0.468], 60 watched
	// silent for 2 days: 0.286 return [0.186, 0.423], 56 watched
	// silent for 4 days: 0.231 return [0.138, 0.370], 52 watched
	// silent for 6 days: 0.167 return [0.087, 0.306], 48 watched
	// silent for 8 days: 0.091 return [0.035, 0.224], 44 watched
	// lost after 216h0m0s <nil>
}
