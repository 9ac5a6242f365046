package sqltest

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	_ "modernc.org/sqlite"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeysql"
	"github.com/cjm-go/cjm/touchpoint"
)

// A tracker over a database, here one in memory. In a service it is a file or a
// server, and the settings are those of package journeysql.
func Example() {
	ctx := context.Background()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // a database in memory is that of one connection
	store, err := journeysql.Open(ctx, db, journeysql.SQLite)
	if err != nil {
		fmt.Println(err)
		return
	}
	tracker, err := journey.NewTracker(journey.TrackerOptions{Rules: journey.SegmentRules()}, store)
	if err != nil {
		fmt.Println(err)
		return
	}

	noon := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	bought := touchpoint.Touchpoint{Customer: "ann", Kind: "Order Completed", Time: noon, Channel: "email"}
	for range 2 { // delivered twice
		change, err := tracker.Observe(ctx, &bought)
		fmt.Println(change.Rule, len(change.Made), change.Duplicate, err)
	}
	where, err := tracker.Current(ctx, "ann", noon.AddDate(0, 0, 7))
	fmt.Println(where.Stage, where.Since.Format(time.RFC3339), where.Purchases, err)
	erased, err := tracker.Erase(ctx, "ann")
	fmt.Println(erased.Evidence, err)
	// Output:
	// Order Completed 1 false <nil>
	// Order Completed 0 true <nil>
	// purchase 2026-05-01T12:00:00Z 1 <nil>
	// 1 <nil>
}
