package touchpoint_test

import (
	"fmt"

	"github.com/cjm-go/cjm/touchpoint"
)

// The tags of a landing page, and the channel that they mean.
func ExampleGrouping() {
	tags, err := touchpoint.ParseURL("https://shop.example/?utm_source=google&utm_medium=cpc&utm_campaign=brand&gclid=x")
	if err != nil {
		fmt.Println(err)
		return
	}
	var grouping touchpoint.Grouping
	t := touchpoint.Touchpoint{Customer: "ann", Campaign: tags.Campaign}
	rule := grouping.Apply(&t)
	fmt.Printf("%s, %s, by the rule %q\n", t.Channel, t.Setting, rule)
	// Output:
	// Paid Search, online, by the rule "Paid Search"
}

// A coupon of a flyer tells which campaign brought somebody to the store.
func ExampleCodeBook() {
	codes, err := touchpoint.NewCodeBook(map[string]touchpoint.Placement{
		"SPRING10": {Channel: touchpoint.DirectMail, Campaign: touchpoint.Campaign{Name: "spring flyer"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	grouping := touchpoint.Grouping{Codes: codes}
	t := touchpoint.Touchpoint{Customer: "ann", Campaign: touchpoint.Campaign{Code: "spring10"}}
	rule := grouping.Apply(&t)
	fmt.Printf("%s, %s, %s, by the rule %q\n", t.Channel, t.Setting, t.Campaign.Name, rule)
	// Output:
	// Direct Mail, offline, spring flyer, by the rule "code"
}
