package journey_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// A visitor comes by search, logs in a week later and buys: one journey, built
// again when the login shows that the visitor is ann.
func ExampleIdentity() {
	day := func(n int) time.Time { return time.Date(2026, time.March, n, 12, 0, 0, 0, time.UTC) }
	events := []touchpoint.Touchpoint{
		{
			Customer: "v1", Time: day(1), Channel: "search",
			Properties: map[string]string{"anonymousId": "v1"},
		},
		{
			Customer: "ann", Time: day(8), Channel: "email",
			Properties: map[string]string{"anonymousId": "v1", "userId": "ann"},
		},
		{
			Customer: "ann", Time: day(9), Kind: "purchase",
			Properties: map[string]string{"userId": "ann"},
		},
	}
	identity, err := journey.NewIdentity(journey.IdentityOptions{})
	if err != nil {
		log.Fatal(err)
	}
	for i := range events {
		changes, err := identity.LearnFrom(&events[i], nil)
		if err != nil {
			log.Fatal(err)
		}
		for _, change := range changes {
			fmt.Println("build again:", change.Customers())
		}
	}

	input := func(yield func(touchpoint.Touchpoint, error) bool) {
		for _, event := range events {
			if !yield(event, nil) {
				return
			}
		}
	}
	builder := journey.Builder{ConvertOn: []touchpoint.Kind{"purchase"}}
	for path, err := range builder.Build(context.Background(), identity.Stitch(input, nil), nil) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Print(path.Customer, ":")
		for _, touch := range path.Touchpoints {
			fmt.Print(" ", touch.Channel)
		}
		fmt.Println(" >", path.Outcome)
	}

	// Output:
	// build again: [ann anonymous:v1]
	// ann: search email > converted
}

// Two people on one tablet stay two customers, and the account says why. Taking
// the first link back gives the tablet to the other.
func ExampleIdentity_Unlink() {
	hour := func(n int) time.Time { return time.Date(2026, time.March, 1, n, 0, 0, 0, time.UTC) }
	tablet := journey.Identifier{Kind: journey.Device, Value: "tablet"}
	ann := journey.Identifier{Kind: journey.UserID, Value: "ann"}
	bob := journey.Identifier{Kind: journey.UserID, Value: "bob"}

	identity, err := journey.NewIdentity(journey.IdentityOptions{})
	if err != nil {
		log.Fatal(err)
	}
	for _, link := range []journey.Link{
		{A: bob, B: tablet, From: hour(15), Source: "login"}, // arrives first, happened later
		{A: ann, B: tablet, From: hour(9), Source: "login"},
	} {
		if _, err := identity.Link(link); err != nil {
			log.Fatal(err)
		}
	}
	change, err := identity.Unlink(journey.Unlink{A: ann, B: tablet, At: hour(16), Source: "ticket 7"})
	if err != nil {
		log.Fatal(err)
	}
	for _, move := range change.Moves {
		fmt.Println(move.Identifier, "moves from", move.Old, "to", move.New)
	}
	account, err := identity.Audit(tablet)
	if err != nil {
		log.Fatal(err)
	}
	for _, entry := range account {
		fmt.Println(entry.At.Format("15:04"), entry.Action, entry.Link.A.Value+entry.Unlink.Source)
	}

	// Output:
	// device:tablet moves from ann to bob
	// 09:00 withdrawn ann
	// 15:00 joined bob
	// 16:00 unlinked ticket 7
}
