package touchpoint_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/cjm-go/cjm/touchpoint"
)

// A file becomes touchpoints, and each bad row an error that says where it is.
// The columns are found by their usual names, but for the one that is named.
func Example() {
	const file = `user_id,timestamp,medium,revenue,converted,page
c1,2026-01-30 09:00,search,,no,/home
c1,2026-01-31T18:30:00+02:00,email,120.50,yes,/order
c2,yesterday,store,,,
`
	decoder := touchpoint.CSV{Source: "orders.csv"}
	if err := decoder.Columns.UnmarshalText([]byte("channel=medium")); err != nil {
		fmt.Println(err)
		return
	}
	skipped := 0
	for t, err := range decoder.Decode(context.Background(), strings.NewReader(file)) {
		var bad *touchpoint.RowError
		switch {
		case errors.As(err, &bad):
			fmt.Println(bad)
			skipped++
		case err != nil:
			fmt.Println(err)
			return
		default:
			fmt.Println(t.Time.Format("Jan 2 15:04"), t.Customer, t.Channel, t.Conversion, t.Value, t.Properties["page"])
		}
	}
	fmt.Println("skipped:", skipped)

	// Output:
	// Jan 30 09:00 c1 search false 0 /home
	// Jan 31 16:30 c1 email true 120.5 /order
	// orders.csv:4: timestamp: bad format: not a time of an accepted layout
	// skipped: 1
}

func ExampleJSONLines() {
	const file = `{"messageId": "m1", "userId": "c1", "event": "Order Completed",
 "context": {"ip": "::1"}, "timestamp": "2026-01-31T16:30:00Z", "properties": {"revenue": 120.50, "sku": 7}}`
	decoder := touchpoint.JSONLines{Columns: touchpoint.Columns{ID: "messageId", Value: "properties.revenue"}}
	line := strings.ReplaceAll(file, "\n", "")
	for t, err := range decoder.Decode(context.Background(), strings.NewReader(line)) {
		fmt.Println(t.Customer, t.Kind, t.Value, t.Properties, err)
	}
	// Output:
	// c1 Order Completed 120.5 map[context:{"ip":"::1"} sku:7] <nil>
}

func ExampleAppendJSON() {
	t := touchpoint.Touchpoint{Customer: "c1", Channel: "store", Setting: touchpoint.Offline, Value: 12.5, Currency: "EUR"}
	line, err := touchpoint.AppendJSON(nil, &t)
	fmt.Println(string(line), err)
	// Output:
	// {"customer":"c1","channel":"store","setting":"offline","value":12.5,"currency":"EUR"} <nil>
}

func ExampleNewEmotion() {
	bad, _ := touchpoint.NewEmotion(-0.5)
	score, given := bad.Score()
	fmt.Println(score, given)
	_, given = touchpoint.Emotion{}.Score()
	fmt.Println(given)
	_, err := touchpoint.NewEmotion(7)
	fmt.Println(err)
	// Output:
	// -0.5 true
	// false
	// touchpoint: emotion: out of range: want -1 to 1
}
