package touchpoint_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cjm-go/cjm/touchpoint"
)

// A server decodes the body of a request. It corrects the clock of the phone, which
// is an hour slow, by its own.
func ExampleSegment_DecodeBody() {
	const body = `{
 "batch": [
  {"type": "page", "anonymousId": "a1", "name": "Home", "timestamp": "2026-01-31T08:59:00Z",
   "context": {"page": {"url": "https://shop.example/?utm_source=news&utm_medium=email"}}},
  {"type": "track", "userId": "c1", "event": "Order Completed", "timestamp": "2026-01-31T08:59:50Z",
   "properties": {"revenue": 120.50, "currency": "EUR", "order_id": "o7"}},
  {"type": "track", "userId": "c1", "timestamp": "2026-01-31T08:59:55Z"}
 ],
 "sentAt": "2026-01-31T09:00:00Z"
}`
	decoder := touchpoint.Segment{Source: "POST /v1/batch", Received: time.Date(2026, 1, 31, 10, 0, 0, 0, time.UTC)}
	touchpoints, err := decoder.DecodeBody([]byte(body))
	for _, t := range touchpoints {
		fmt.Println(t.Time.Format(time.TimeOnly), t.Customer, t.Kind, t.Campaign.Medium, t.Value, t.Currency, t.Conversion)
	}
	fmt.Println(err)
	// Output:
	// 09:59:00 a1 page email 0  false
	// 09:59:50 c1 Order Completed  120.5 EUR true
	// POST /v1/batch:7: batch[2].event: missing
}

func ExampleSegment_Decode() {
	const archive = `{"type":"identify","userId":"c1","anonymousId":"a1","traits":{"plan":"pro"},"timestamp":"2026-01-31T09:00:00Z"}
{"type":"track","userId":"c1","event":"Order Refunded","properties":{"total":-30},"timestamp":"2026-02-01T09:00:00Z"}
{"type":"track"
`
	for t, err := range (touchpoint.Segment{Source: "calls.jsonl"}).Decode(context.Background(), strings.NewReader(archive)) {
		var bad *touchpoint.RowError
		switch {
		case errors.As(err, &bad):
			fmt.Println(bad)
		case err != nil:
			fmt.Println(err)
			return
		default:
			fmt.Println(t.Customer, t.Kind, t.Properties)
		}
	}
	// Output:
	// c1 identify map[anonymousId:a1 traits.plan:pro type:identify userId:c1]
	// c1 Order Refunded map[total:-30 type:track userId:c1]
	// calls.jsonl:3: malformed row: not valid JSON
}

func ExampleCloudEvents() {
	const body = `{"specversion": "1.0", "id": "1", "source": "/shop", "type": "order.paid", "time": "2026-01-31T09:00:00Z",
 "data": {"customer": "c1", "total": 12.5, "via": "store"}}`
	decoder := touchpoint.CloudEvents{
		Columns:   touchpoint.Columns{Customer: "data.customer", Value: "data.total", Channel: "data.via"},
		ConvertOn: []string{"order.paid"},
	}
	touchpoints, err := decoder.DecodeBody([]byte(body))
	for _, t := range touchpoints {
		fmt.Println(t.ID, t.Customer, t.Kind, t.Channel, t.Conversion, t.Value, t.Properties)
	}
	fmt.Println(err)
	// Output:
	// 84e7a34c-7456-523c-9845-236429710e34 c1 order.paid store true 12.5 map[source:/shop]
	// <nil>
}

// Rows of a query become touchpoints. The columns are found by their usual names.
func ExampleRows() {
	read := func(ctx context.Context, db *sql.DB) error {
		rows, err := db.QueryContext(ctx, `SELECT client AS customer, at AS time, medium AS channel, page FROM events`)
		if err != nil {
			return err
		}
		for t, err := range (touchpoint.Rows{Source: "events"}).Decode(ctx, rows) {
			if err != nil {
				return err
			}
			fmt.Println(t.Time, t.Customer, t.Channel, t.Properties["page"])
		}
		return nil
	}
	_ = read
}
