package journey_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

const eventLog = `customer,time,channel,kind,value,currency
anna,2026-03-01 09:00:00,search,visit,,
anna,2026-03-04 18:30:00,email,visit,,
anna,2026-03-04 18:40:00,,purchase,120,EUR
boris,2026-03-02 12:00:00,search,visit,,
boris,2026-03-02 12:00:00,search,visit,,
anna,2026-03-20 10:00:00,store,visit,,
`

// Touchpoints become journeys, journeys become a path table.
func Example() {
	builder := journey.Builder{
		ConvertOn: []touchpoint.Kind{"purchase"},
		LostAfter: 14 * 24 * time.Hour,
		AsOf:      time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC),
	}
	var (
		ctx    = context.Background()
		events = touchpoint.CSV{}.Decode(ctx, strings.NewReader(eventLog))
		report journey.Report
		dict   journey.Dictionary
		lean   journey.Counted
		counts journey.Counts
	)
	for path, err := range builder.Build(ctx, events, &report) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(path.Customer, path.Outcome, len(path.Touchpoints), "touches, worth", path.Value)
		if err := path.Count(&dict, &lean); err != nil {
			log.Fatal(err)
		}
		if err := counts.Add(&lean); err != nil {
			log.Fatal(err)
		}
	}
	if err := (journey.PathTable{}).Write(os.Stdout, &counts); err != nil {
		log.Fatal(err)
	}

	// Output:
	// anna converted 2 touches, worth 120
	// anna open 1 touches, worth 0
	// boris lost 1 touches, worth 0
	// path,conversions,value,nulls,opens
	// search,0,0,1,0
	// search > email,1,120,0,0
	// store,0,0,0,1
}
