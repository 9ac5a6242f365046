package touchpoint_test

import (
	"fmt"

	"github.com/cjm-go/cjm/touchpoint"
)

func ExampleScale() {
	stars := touchpoint.Stars()
	e, err := stars.ToEmotion(4)
	fmt.Println(e, err)
	x, err := touchpoint.ZeroToTen().FromEmotion(e)
	fmt.Println(x, err)
	_, err = stars.ToEmotion(6)
	fmt.Println(err)
	// Output:
	// 0.5 <nil>
	// 8 <nil>
	// touchpoint: answer: out of range: beyond the ends of the scale
}

// The Net Promoter Score of each channel, with n and an interval.
func ExampleFeedback() {
	feedback, err := touchpoint.NewFeedback(touchpoint.FeedbackOptions{Scale: touchpoint.ZeroToTen(), Property: "nps"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, answer := range []struct {
		channel touchpoint.Channel
		text    string
	}{
		{"store", "10"},
		{"store", "9"},
		{"store", "9"},
		{"store", "7"},
		{"call centre", "3"},
		{"call centre", "8"},
		{"web", ""},
	} {
		t := touchpoint.Touchpoint{Channel: answer.channel, Properties: map[string]string{"nps": answer.text}}
		if err := feedback.Add(&t); err != nil {
			fmt.Println(err)
		}
	}
	for key, answers := range feedback.By(touchpoint.ByChannel) {
		s, err := answers.Score(touchpoint.NPS, 0.95)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Printf("%-12s %4.0f of n = %d, 95%% interval %.0f to %.0f\n", key.Channel, s.Value, s.N, s.Lo, s.Hi)
	}
	fmt.Println("no answer:", feedback.Without())
	// Output:
	// call centre   -50 of n = 2, 95% interval -91 to 49
	// store          75 of n = 4, 95% interval -11 to 95
	// no answer: 1
}

func ExampleAnswers_Score() {
	answers, err := touchpoint.NewAnswers(touchpoint.Stars())
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = answers.Score(touchpoint.CSAT, 0.95)
	fmt.Println(err)
	for _, stars := range []float64{5, 5, 4, 3, 1} {
		if err := answers.Add(stars); err != nil {
			fmt.Println(err)
		}
	}
	for _, m := range []touchpoint.Metric{touchpoint.CSAT, touchpoint.CSATSum} {
		s, err := answers.Score(m, 0.95)
		fmt.Printf("%v %.2f (%.2f to %.2f, %v) %v\n", s.Metric, s.Value, s.Lo, s.Hi, s.Interval, err)
	}
	// Output:
	// touchpoint: no answers
	// csat 0.60 (0.23 to 0.88, wilson) <nil>
	// csat-sum 0.72 (0.44 to 0.90, mean-score) <nil>
}
