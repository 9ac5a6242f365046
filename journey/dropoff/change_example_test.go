package dropoff_test

import (
	"fmt"
	"log"
	"time"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/dropoff"
	"github.com/cjm-go/cjm/touchpoint"
)

// shopMonth counts visitors of a shop who came by mail or by an ad, of whom so many put
// something into the cart, and of these so many bought.
func shopMonth(mail, ad [3]int) *dropoff.Report {
	counts, err := dropoff.NewCounts(dropoff.Funnel{Steps: []dropoff.Step{
		{Name: "visit", Kinds: []touchpoint.Kind{"visit"}},
		{Name: "cart", Kinds: []touchpoint.Kind{"cart"}},
		{Name: "order", Kinds: []touchpoint.Kind{"order"}},
	}}, dropoff.Group{Name: "channel", Key: journey.ByChannel})
	if err != nil {
		log.Fatal(err)
	}
	start := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	add := func(channel touchpoint.Channel, reached [3]int) {
		for i := range reached[0] {
			path := &journey.Path{Outcome: journey.Lost}
			for k, kind := range []touchpoint.Kind{"visit", "cart", "order"} {
				if i < reached[k] {
					path.End = start.Add(time.Duration(k) * time.Hour)
					path.Touchpoints = append(path.Touchpoints, touchpoint.Touchpoint{Time: path.End, Channel: channel, Kind: kind})
				}
			}
			if err := counts.Add(path); err != nil {
				log.Fatal(err)
			}
		}
	}
	add("mail", mail)
	add("ad", ad)
	report, err := counts.Report()
	if err != nil {
		log.Fatal(err)
	}
	return report
}

// Fewer visitors bought this month, by what step, and is it more than chance?
func ExampleCompare() {
	may := shopMonth([3]int{400, 200, 80}, [3]int{600, 180, 45})
	june := shopMonth([3]int{300, 150, 60}, [3]int{900, 270, 45})
	change, err := dropoff.Compare(may, june, dropoff.CompareOptions{})
	if err != nil {
		log.Fatal(err)
	}
	for step := range change.Steps() {
		if r := step.StepRate; r.Test != dropoff.NoTest {
			fmt.Printf("%-5s %.3f to %.3f: %+.3f (%+.3f to %+.3f), %v p = %.4f\n",
				step.Name, r.Before.Value, r.After.Value, r.Difference, r.Lo, r.Hi, r.Test, r.Adjusted)
		}
	}
	r := change.Overall()
	fmt.Printf("all   %.4f to %.4f: %+.3f (%+.3f to %+.3f)\n", r.Before.Value, r.After.Value, r.Difference, r.Lo, r.Hi)

	// Output:
	// cart  0.380 to 0.350: -0.030 (-0.070 to +0.010), chi-square p = 0.1453
	// order 0.329 to 0.250: -0.079 (-0.141 to -0.016), chi-square p = 0.0275
	// all   0.1250 to 0.0875: -0.038 (-0.064 to -0.012)
}

// Which step is to blame that fewer visitors bought?
func ExampleExplainSteps() {
	may := shopMonth([3]int{400, 200, 80}, [3]int{600, 180, 45})
	june := shopMonth([3]int{300, 150, 60}, [3]int{900, 270, 45})
	explanation, err := dropoff.ExplainSteps(may, june)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%+.4f in all\n", explanation.Change())
	for step := range explanation.Steps() {
		fmt.Printf("%+.4f (standard error %.4f) %+5.1f orders by step %s\n", step.Part, step.SE, step.Conversions, step.Name)
	}

	// Output:
	// -0.0375 in all
	// +0.0000 (standard error 0.0000)  +0.0 orders by step visit
	// -0.0086 (standard error 0.0060) -10.4 orders by step cart
	// -0.0289 (standard error 0.0118) -34.6 orders by step order
}

// Did the visitors change, or what they do?
func ExampleExplainSegments() {
	may := shopMonth([3]int{400, 200, 80}, [3]int{600, 180, 45})
	june := shopMonth([3]int{300, 150, 60}, [3]int{900, 270, 45})
	explanation, err := dropoff.ExplainSegments(may.Group(0), june.Group(0))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%+.4f in all: %+.4f by other visitors, %+.4f by other rates\n",
		explanation.Change(), explanation.Mix(), explanation.Rate())
	for s := range explanation.Segments() {
		fmt.Printf("%-4v %.2f to %.2f of the visitors %+.4f, rate %.3f to %.3f %+.4f\n",
			s.Segment, s.Before.Share, s.After.Share, s.Shift, s.Before.Rate.Value, s.After.Rate.Value, s.Rate)
	}

	// Output:
	// -0.0375 in all: -0.0206 by other visitors, -0.0169 by other rates
	// ad   0.60 to 0.75 of the visitors -0.0066, rate 0.075 to 0.050 -0.0169
	// mail 0.40 to 0.25 of the visitors -0.0141, rate 0.200 to 0.200 +0.0000
}
