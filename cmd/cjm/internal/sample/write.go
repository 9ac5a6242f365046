package sample

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"time"
)

// event is one row of the sample.
type event struct {
	at       time.Time
	customer int
	row      string // what follows the customer and the time
}

// Write makes the events and writes them as CSV, in the order of time.
func Write(w io.Writer) error {
	s := newShop()
	var events []event
	for customer := 1; customer <= customers; customer++ {
		events = append(events, s.customer(customer)...)
	}
	slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, "customer,time,channel,setting,stage,kind,conversion,value,currency")
	for _, e := range events {
		fmt.Fprintf(out, "c%04d,%s,%s\n", e.customer, e.at.Format(time.RFC3339), e.row)
	}
	return out.Flush()
}

// customer returns all that happens with one customer, journey after journey.
func (s *shop) customer(customer int) []event {
	var events []event
	end := begin.AddDate(0, 0, days)
	at := begin.Add(time.Duration(s.dice.IntN(days*24*60)) * time.Minute)
	for returning := false; ; returning = true {
		journey, last, ordered := s.journey(at, returning)
		for _, e := range journey {
			if e.at.Before(end) {
				e.customer = customer
				events = append(events, e)
			}
		}
		if !ordered || s.dice.IntN(100) < 60 {
			return events
		}
		at = last.Add(time.Duration(7+s.dice.IntN(50)) * 24 * time.Hour)
	}
}

// journey returns the touches of one journey and its order, if it comes to one.
func (s *shop) journey(at time.Time, returning bool) (events []event, last time.Time, ordered bool) {
	told := returning
	c := s.first(returning)
	for touch := 0; ; touch++ {
		stage := stageOf(c, touch, returning)
		if s.orders(c, told) {
			cents := s.cents(c, returning)
			value := fmt.Sprintf("%d.%02d", cents/100, cents%100)
			if channels[c].offline {
				// The order is the touch.
				return append(events, touchEvent(at, c, "purchase", "order", value)), at, true
			}
			events = append(events, touchEvent(at, c, stage, "visit", ""))
			at = at.Add(time.Duration(3+s.dice.IntN(25)) * time.Minute)
			row := fmt.Sprintf(",,purchase,order,1,%s,%s", value, Currency)
			return append(events, event{at: at, row: row}), at, true
		}
		events = append(events, touchEvent(at, c, stage, "visit", ""))
		told = told || c == display || c == social || c == flyer
		next, ok := s.after(c)
		if !ok {
			return events, at, false
		}
		c, at = next, at.Add(s.gap())
	}
}

func touchEvent(at time.Time, c channel, stage, kind, value string) event {
	setting := "online"
	if channels[c].offline {
		setting = "offline"
	}
	conversion, currency := "", ""
	if value != "" {
		conversion, currency = "1", Currency
	}
	return event{at: at, row: fmt.Sprintf("%s,%s,%s,%s,%s,%s,%s",
		channels[c].name, setting, stage, kind, conversion, value, currency)}
}

// stageOf says where in the customer's journey a touch stands.
func stageOf(c channel, touch int, returning bool) string {
	switch {
	case returning:
		return "retention"
	case touch == 0 || c == display || c == social || c == flyer:
		return "awareness"
	case touch >= 2 && (c == direct || c == email || c == store || c == callCentre):
		return "decision"
	}
	return "consideration"
}
